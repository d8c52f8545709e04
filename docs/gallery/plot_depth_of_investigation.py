"""How deep the data see.

Two models that fit alike, from references 0 and a little more: where they differ as the references do, the data
decide nothing. The index is drawn with its line at 0.2 over the model.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv

grid = geoinv.Grid.regular((16, 16, 16), (25.0, 25.0, 25.0), (-400.0, 0.0, 0.0))
easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
survey = geoinv.Survey(easting, northing, np.full(256, 20.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
A = geoinv.operators.Magnetics(grid, survey)
truth = np.zeros(grid.shape)
truth[11:14, 6:11, 6:11] = 0.05
data = A(truth) + np.random.default_rng(0).standard_normal(A.range_shape)
solution = geoinv.invert(A, data, 1.0, geoinv.Smooth())
index = geoinv.depth_of_investigation(solution).index

figure, axes = plt.subplots(1, 2, figsize=(8.0, 3.4), layout="constrained", sharey=True)
shown = (solution.model[:, 8], "model (SI)", "magma_r", None), (index[:, 8], "index", "viridis", 1.0)
for ax, (values, title, colours, top) in zip(axes, shown, strict=True):
    drawn = ax.pcolormesh(grid.easting_edges, grid.upward_edges, values, cmap=colours, vmin=0.0, vmax=top)
    ax.contour(grid.easting, grid.upward, index[:, 8], [0.2], colors="#d95f02", linewidths=1.2)
    ax.contour(grid.easting, grid.upward, truth[:, 8] > 0, [0.5], colors="w" if top else "k", linewidths=0.8)
    ax.set_title(title)
    ax.set_aspect("equal")
    figure.colorbar(drawn, ax=ax, shrink=0.8)
axes[0].set_ylabel("upward (m)")
