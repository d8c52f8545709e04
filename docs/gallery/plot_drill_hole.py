"""A drill hole tells how deep.

A body sought from its field alone, and with a vertical hole through it, logged to 0.003 SI. Drilled cells are
held softly; what the hole says spreads around it as far as the data let it.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib import pyplot as plt

import geoinv
from geoinv.constraints import DrillHoles, apply_constraints
from geoinv.formats import collected

grid = geoinv.Grid.regular((12, 20, 20), (25.0, 25.0, 25.0), (-300.0, 0.0, 0.0))
easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
survey = geoinv.Survey(easting, northing, np.full(400, 20.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
A = geoinv.operators.Magnetics(grid, survey)
truth = np.zeros(grid.shape)
truth[3:8, 8:12, 8:12] = 0.05
data = A(truth) + np.random.default_rng(0).standard_normal(A.range_shape)

logged = truth[::-1, 10, 10]
rows = [f"DH1,{25 * k},{25 * k + 25},{value:g},0.003" for k, value in enumerate(logged)]
tables = {
    "collars": "hole_id,easting,northing,elevation,depth\nDH1,262.5,262.5,0,300\n",
    "surveys": "hole_id,depth,azimuth,dip\nDH1,0,0,-90\n",
    "intervals": "\n".join(["hole_id,from,to,susceptibility,uncertainty", *rows, ""]),
}
with TemporaryDirectory() as folder, collected():
    paths = [Path(folder) / f"{name}.csv" for name in tables]
    for path, text in zip(paths, tables.values(), strict=True):
        path.write_text(text)
    known = apply_constraints(grid, [DrillHoles(*paths)], bounds=(0.0, np.inf), quantity="susceptibility")

alone = geoinv.invert(A, data, 1.0, geoinv.Smooth(), bounds=(0.0, np.inf))
held = geoinv.invert(A, data, 1.0, known.regularizer(geoinv.Smooth()), bounds=known.bounds)
agree, drilled = known.within_uncertainty(held.model)

figure, axes = plt.subplots(1, 2, figsize=(8.0, 2.7), layout="constrained", sharey=True)
titles = "field alone", f"with the hole: {agree} of {drilled} cells as logged"
for ax, solution, title in zip(axes, (alone, held), titles, strict=True):
    error = ((solution.model - truth) ** 2).sum() / (truth**2).sum()
    look = {"cmap": "magma_r", "vmin": 0.0, "vmax": 0.05}
    drawn = ax.pcolormesh(grid.easting_edges, grid.upward_edges, solution.model[:, 10], **look)
    ax.contour(grid.easting, grid.upward, truth[:, 10] > 0, [0.5], colors="k", linewidths=0.8)
    ax.set_title(f"{title}; NMSE {error:.2f}", fontsize=9)
    ax.set_aspect("equal")
axes[1].plot([262.5, 262.5], [0.0, -300.0], color="#00796b", linewidth=1.5)
axes[0].set_ylabel("upward (m)")
figure.colorbar(drawn, ax=axes, label="SI")
