"""Reduction to the pole by equivalent sources.

At an inclination of 40 degrees anomalies lie south of the bodies that make them. A layer of sources below the
stations is fitted to the data and tells what a vertical field would show: one high above each body.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv

grid = geoinv.Grid.regular((8, 20, 20), (25.0, 25.0, 25.0), (-200.0, 0.0, 0.0))
easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
height = 25.0 + 10.0 * np.sin(easting / 90.0)  # draped
survey = geoinv.Survey(easting, northing, height, field=geoinv.MainField(40.0, 0.0, 50000.0))
A = geoinv.operators.Magnetics(grid, survey)
truth = np.zeros(grid.shape)
truth[4:7, 5:9, 4:8] = 0.05
truth[4:7, 11:15, 12:16] = 0.05
data = A(truth) + np.random.default_rng(0).standard_normal(A.range_shape)
sources = geoinv.EquivalentSources().fit(survey.with_data(data, 1.0))
pole = sources.predict(easting, northing, height, pole=True)

figure, axes = plt.subplots(1, 2, figsize=(8.0, 3.2), layout="constrained", sharey=True)
for ax, values, title in zip(axes, (data, pole), ("measured (nT)", "reduced to the pole (nT)"), strict=True):
    values = np.reshape(values, (20, 20))
    look = {"cmap": "RdBu_r", "vmin": -np.abs(values).max(), "vmax": np.abs(values).max()}
    drawn = ax.pcolormesh(grid.easting_edges, grid.northing_edges, values, **look)
    ax.contour(grid.easting, grid.northing, truth[5] > 0, [0.5], colors="k", linewidths=1.0)
    ax.set_title(title)
    ax.set_aspect("equal")
    figure.colorbar(drawn, ax=ax, shrink=0.8)
axes[0].set_ylabel("northing (m)")
