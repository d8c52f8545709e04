"""Travel times between two bore holes.

Straight rays between 24 shots and 24 receivers, slowness with two blocks. Total variation keeps flat blocks
with edges, where the smooth model smears them along the rays.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv
from geoinv.regularizers.total_variation import TotalVariation

shots, receivers = (depth.ravel() for depth in np.meshgrid(np.linspace(2.0, 98.0, 24), np.linspace(2.0, 98.0, 24)))
ends = np.column_stack([np.zeros(576), shots]), np.column_stack([np.full(576, 60.0), receivers])
A = geoinv.operators.StraightRayTomography((40, 24), 2.5, *ends)
truth = np.full(A.domain_shape, 1 / 2000.0)
truth[12:20, 8:16] = 1 / 1600.0
truth[26:31, 4:20] = 1 / 2500.0
data = A(truth) + 1e-4 * np.random.default_rng(0).standard_normal(A.range_shape)

figure, axes = plt.subplots(1, 3, figsize=(8.0, 3.6), layout="constrained", sharey=True)
found = {"truth": truth}
for name, kind in (("smooth", geoinv.Smooth), ("total variation", TotalVariation)):
    found[name] = geoinv.invert(A, data, 1e-4, kind(reference=1 / 2000.0, weighting=None)).model
for ax, (name, slowness) in zip(axes, found.items(), strict=True):
    drawn = ax.imshow(1.0 / slowness, extent=(0, 60, 100, 0), cmap="viridis", vmin=1500.0, vmax=2600.0)
    error = ((slowness - truth) ** 2).sum() / ((truth - 1 / 2000.0) ** 2).sum()
    ax.set_title(name if name == "truth" else f"{name}: NMSE {error:.2f}", fontsize=9)
axes[0].set_ylabel("depth (m)")
figure.colorbar(drawn, ax=axes, label="velocity (m/s)", shrink=0.8)
