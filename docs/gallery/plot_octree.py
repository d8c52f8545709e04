"""An octree: fine cells where the data are.

A mesh made for a survey in cubes of 20 m, that widen with depth and distance, and a model found on it: 10,336
cells, where 131,072 cubes would fill the same box.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv

east, north = (axis.ravel() for axis in np.meshgrid(np.arange(10.0, 400.0, 20.0), np.arange(10.0, 400.0, 20.0)))
survey = geoinv.Survey(east, north, np.full(east.size, 30.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
mesh = geoinv.OctreeGrid.for_survey(survey, cell=20.0, depth=400.0)
A = geoinv.operators.Magnetics(mesh, survey)
easting, northing, upward = mesh.centres
truth = np.where((abs(easting - 200) < 60) & (abs(northing - 200) < 60) & (abs(upward + 100) < 50), 0.05, 0.0)
data = A(truth) + np.random.default_rng(0).standard_normal(A.range_shape)
solution = geoinv.invert(A, data, 1.0, geoinv.Smooth(), bounds=(0.0, np.inf))
widths = np.cbrt(mesh.volumes)
uniform = np.prod([(high - low) / 20.0 for low, high in mesh.bounds.values()])
print(f"{mesh.size} cells; {uniform:.0f} cubes of 20 m would fill the same box")

x, z = np.meshgrid(np.arange(-395.0, 800.0, 10.0), np.arange(-605.0, 10.0, 10.0))
cells = mesh.touching(x.ravel() + 0.1, np.full(x.size, 190.1), z.ravel() + 0.1)[:, 0]
figure, axes = plt.subplots(1, 2, figsize=(9.0, 2.9), layout="constrained", sharey=True)
shown = (np.log2(widths / widths.min()), "cell width, doublings"), (solution.model, "susceptibility (SI)")
for ax, (values, title) in zip(axes, shown, strict=True):
    found = np.where(cells >= 0, values[cells], np.nan).reshape(x.shape)
    drawn = ax.pcolormesh(x, z, found, cmap="viridis" if "width" in title else "magma_r")
    ax.plot(survey.easting, survey.upward, ".", color="k", markersize=1.5)
    ax.set_title(title)
    ax.set_aspect("equal")
    figure.colorbar(drawn, ax=ax, shrink=0.8)
axes[0].set_ylabel("upward (m)")
