"""Bounds: what no rock can be.

The same data without bounds, with susceptibilities from 0, and with none at all in the upper 50 m, where the
cover is known to be barren. Bounds may differ from cell to cell, and are kept to exactly.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv

grid = geoinv.Grid.regular((10, 20, 20), (25.0, 25.0, 25.0), (-250.0, 0.0, 0.0))
easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
survey = geoinv.Survey(easting, northing, np.full(400, 20.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
A = geoinv.operators.Magnetics(grid, survey)
truth = np.zeros(grid.shape)
truth[4:8, 8:13, 7:12] = 0.05
data = A(truth) + np.random.default_rng(0).standard_normal(A.range_shape)

bounds = {
    "none": (-np.inf, np.inf),
    "from 0": (0.0, np.inf),
    "barren cover": (0.0, np.where(grid.upward > -50.0, 0.0, np.inf)[:, None, None] + np.zeros(grid.shape)),
}
models = {name: geoinv.invert(A, data, 1.0, geoinv.Smooth(), bounds=kept).model for name, kept in bounds.items()}

figure, axes = plt.subplots(1, 3, figsize=(10.0, 2.4), layout="constrained", sharey=True)
for ax, (name, model) in zip(axes, models.items(), strict=True):
    error = ((model - truth) ** 2).sum() / (truth**2).sum()
    look = {"cmap": "RdBu_r", "vmin": -0.03, "vmax": 0.03}
    drawn = ax.pcolormesh(grid.easting_edges, grid.upward_edges, model[:, 10], **look)
    ax.contour(grid.easting, grid.upward, truth[:, 10] > 0, [0.5], colors="k", linewidths=0.8)
    ax.set_title(f"bounds: {name}; NMSE {error:.2f}")
    ax.set_aspect("equal")
axes[0].set_ylabel("upward (m)")
figure.colorbar(drawn, ax=axes, label="SI")
