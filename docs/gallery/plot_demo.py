"""The demo: four bodies under hills.

What `make demo` inverts: 1 nT of noise on a draped survey, cells above the ground left out. The model fits to
chi^2/N = 1, and its strongest cells lie in the bodies, whose outlines are those of the true model.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv
from geoinv.datasets.demo import demo_survey

demo = demo_survey()
grid, survey = demo.grid, demo.survey
A = geoinv.operators.Magnetics(grid, survey)
solution = geoinv.invert(A, survey.data, survey.uncertainty, geoinv.Smooth(), bounds=(0.0, np.inf))
print(solution.status)

level = int(np.argmax((demo.true_model**2).sum(axis=(1, 2))))
figure, axes = plt.subplots(1, 3, figsize=(8.0, 2.8), layout="constrained")
for ax, values, title in zip(
    axes, (survey.data, solution.predicted), ("observed (nT)", "predicted (nT)"), strict=False
):
    drawn = ax.tricontourf(survey.easting, survey.northing, np.ravel(values), 40, cmap="RdBu_r")
    figure.colorbar(drawn, ax=ax, shrink=0.8)
    ax.set_title(title)
drawn = axes[2].pcolormesh(grid.easting_edges, grid.northing_edges, solution.model[level], cmap="magma_r")
axes[2].contour(grid.easting, grid.northing, demo.true_model[level] > 0, [0.5], colors="#00796b", linewidths=1.0)
ax = axes[2]
ax.set_title(f"susceptibility (SI) at {grid.upward[level]:.0f} m")
figure.colorbar(drawn, ax=axes[2], shrink=0.8)
for ax in axes:
    ax.set(xlim=(survey.easting.min(), survey.easting.max()), ylim=(survey.northing.min(), survey.northing.max()))
    ax.set_aspect("equal")
    ax.set_axis_off()
