"""Remanent magnetization: a vector in each cell.

A body magnetized horizontally to the east, under a field that points down at 65 degrees. No susceptibility of 0
or more explains its data; the magnetization that does, with one direction in each body, points to the east but
for some degrees.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv
from geoinv.regularizers.aligned import Aligned

grid = geoinv.Grid.regular((8, 16, 16), (25.0, 25.0, 25.0), (-200.0, 0.0, 0.0))
easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
survey = geoinv.Survey(easting, northing, np.full(256, 20.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
vector = geoinv.operators.Magnetics(grid, survey, unknown="magnetization")
truth = np.zeros(vector.domain_shape)
truth[0, 4:7, 6:10, 6:10] = 2.0  # A/m, easting
data = vector(truth) + np.random.default_rng(0).standard_normal(vector.range_shape)

scalar = geoinv.operators.Magnetics(grid, survey)
wrong = geoinv.invert(scalar, data, 1.0, geoinv.Smooth(), bounds=(0.0, np.inf))
right = geoinv.invert(vector, data, 1.0, Aligned())
print(wrong.status, right.status, sep="\n")

figure, axes = plt.subplots(1, 2, figsize=(9.0, 2.9), layout="constrained", sharey=True)
amplitude = np.linalg.norm(right.model, axis=0)[:, 8]
titles = (
    f"susceptibility (SI): chi^2/N {wrong.chi2_per_datum:.0f}",
    f"magnetization (A/m): chi^2/N {right.chi2_per_datum:.2f}",
)
for ax, values, title in zip(axes, (wrong.model[:, 8], amplitude), titles, strict=True):
    drawn = ax.pcolormesh(grid.easting_edges, grid.upward_edges, values, cmap="magma_r")
    ax.contour(grid.easting, grid.upward, truth[0, :, 8] > 0, [0.5], colors="k", linewidths=0.8)
    ax.set_title(title, fontsize=9)
    ax.set_aspect("equal")
    figure.colorbar(drawn, ax=ax, shrink=0.8)
strong = amplitude > 0.3 * amplitude.max()
east, up = np.meshgrid(grid.easting, grid.upward)
arrows = right.model[0, :, 8][strong], right.model[2, :, 8][strong]
axes[1].quiver(east[strong], up[strong], *arrows, color="#00796b", width=0.006)
axes[0].set_ylabel("upward (m)")
