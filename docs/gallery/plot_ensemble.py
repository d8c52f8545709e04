"""Error bars by an ensemble.

Thirty models that fit as well as the noise lets them: their mean, their standard deviation, and one of them.
The standard deviation is that of the prior where the data say nothing, so that it is large at depth.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv

grid = geoinv.Grid.regular((8, 16, 16), (25.0, 25.0, 25.0), (-200.0, 0.0, 0.0))
easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
survey = geoinv.Survey(easting, northing, np.full(256, 20.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
A = geoinv.operators.Magnetics(grid, survey)
truth = np.zeros(grid.shape)
truth[3:6, 6:11, 6:11] = 0.05
data = A(truth) + np.random.default_rng(0).standard_normal(A.range_shape)
solution = geoinv.invert(A, data, 1.0, geoinv.Smooth())
ensemble = geoinv.ensemble(solution, number=30, seed=0)
print(*ensemble.assumptions, sep="\n")

figure, axes = plt.subplots(1, 3, figsize=(10.0, 2.4), layout="constrained", sharey=True)
shown = {
    "mean": ensemble.mean,
    "one sample": ensemble.samples[0],
    "standard deviation": ensemble.standard_deviation,
}
for ax, (title, values) in zip(axes, shown.items(), strict=True):
    look = (
        {"cmap": "viridis", "vmin": 0.0}
        if title.startswith("standard")
        else {"cmap": "RdBu_r", "vmin": -0.04, "vmax": 0.04}
    )
    drawn = ax.pcolormesh(grid.easting_edges, grid.upward_edges, values[:, 8], **look)
    ax.contour(grid.easting, grid.upward, truth[:, 8] > 0, [0.5], colors="k", linewidths=0.8)
    ax.set_title(f"{title} (SI)", fontsize=9)
    ax.set_aspect("equal")
    figure.colorbar(drawn, ax=ax, shrink=0.8)
axes[0].set_ylabel("upward (m)")
