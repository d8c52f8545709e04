"""A base level left in the data becomes rock.

30 nT were added to all data, as a main field of the wrong date does. Without base_level="fit" the model makes
them of rock at the sides and the bottom of the mesh; with it the constant is found beside the model, here but
for 4 nT that a wide smooth body takes.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv

grid = geoinv.Grid.regular((10, 20, 20), (25.0, 25.0, 25.0), (-250.0, 0.0, 0.0))
easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
survey = geoinv.Survey(easting, northing, np.full(400, 20.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
A = geoinv.operators.Magnetics(grid, survey)
truth = np.zeros(grid.shape)
truth[5:8, 8:13, 7:12] = 0.05
data = A(truth) + 30.0 + np.random.default_rng(0).standard_normal(A.range_shape)

figure, axes = plt.subplots(1, 2, figsize=(8.0, 2.6), layout="constrained", sharey=True)
for ax, asked in zip(axes, ("none", "fit"), strict=True):
    solution = geoinv.invert(A, data, 1.0, geoinv.Smooth(), bounds=(0.0, np.inf), base_level=asked)
    look = {"cmap": "magma_r", "vmin": 0.0, "vmax": 0.04}
    drawn = ax.pcolormesh(grid.easting_edges, grid.upward_edges, solution.model[:, 10], **look)
    ax.contour(grid.easting, grid.upward, truth[:, 10] > 0, [0.5], colors="k", linewidths=0.8)
    found = f": {solution.base_level[0]:.1f} nT found" if asked == "fit" else ""
    ax.set_title(f'base_level="{asked}"{found}; chi^2/N {solution.chi2_per_datum:.2f}', fontsize=9)
    ax.set_aspect("equal")
axes[0].set_ylabel("upward (m)")
figure.colorbar(drawn, ax=axes, label="SI")
