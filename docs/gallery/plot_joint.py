"""Two surveys, one structure.

Magnetics and gravity over two bodies, inverted separately and with cross-gradients. Both fit their data alike;
the joint models change in the same places, which the structural error tells.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv

grid = geoinv.Grid.regular((8, 16, 16), (50.0, 50.0, 50.0), (-400.0, 0.0, 0.0))
east, north = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
magnetic = geoinv.Survey(east, north, np.full(256, 40.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
gravity = geoinv.Survey(east, north, np.full(256, 1.0), components=("gz",))
truths = {"susceptibility": np.zeros(grid.shape), "density": np.zeros(grid.shape)}
truths["susceptibility"][4:7, 5:10, 2:6] = 0.05
truths["density"][4:7, 5:10, 2:6] = 300.0
truths["susceptibility"][3:6, 6:11, 10:14] = 0.03
truths["density"][3:6, 6:11, 10:14] = 500.0
random = np.random.default_rng(0)
operators = geoinv.operators.Magnetics(grid, magnetic), geoinv.operators.Gravity(grid, gravity)
data_sets = []
for A, truth in zip(operators, truths.values(), strict=True):
    clean = A(truth)
    deviation = 0.02 * float(np.abs(clean).max())
    data_sets.append(geoinv.DataSet(A, clean + deviation * random.standard_normal(clean.shape), deviation))
joint = geoinv.invert_jointly(data_sets, {name: geoinv.Property(bounds=(0.0, np.inf)) for name in truths})
print(joint.status)
separate = {name: solution.model for name, solution in joint.separate.items()}

figure, axes = plt.subplots(2, 2, figsize=(8.0, 3.9), layout="constrained", sharex=True, sharey=True)
for row, models, title in zip(axes.T, (separate, joint.models), ("separate", "joint"), strict=True):
    found = geoinv.structural_error(grid, *models.values())
    for ax, (name, truth) in zip(row, truths.items(), strict=True):
        look = {"cmap": "magma_r", "vmin": 0.0, "vmax": 0.6 * truth.max()}
        drawn = ax.pcolormesh(grid.easting_edges, grid.upward_edges, models[name][:, 8], **look)
        ax.contour(grid.easting, grid.upward, truth[:, 8] > 0, [0.5], colors="#00796b", linewidths=0.9)
        ax.set_title(f"{title}: {name}", fontsize=9)
        figure.colorbar(drawn, ax=ax)
    row[0].set_title(f"{title}: susceptibility; structural error {found:.2f}", fontsize=9)
