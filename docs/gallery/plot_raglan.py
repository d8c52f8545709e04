"""Raglan: smooth, sparse and learned.

A nickel deposit in Quebec (public data of 1997) inverted to the chi^2/N = 27 of the published model, by three
regularizers. All fit alike: what differs is what each of them prefers.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv
from geoinv.datasets.sources import data_folder
from geoinv.formats import read_mesh, read_survey
from geoinv.regularizers.sparse import Sparse

folder = data_folder("raglan_1997")
if folder is None:
    raise SystemExit("raglan_1997 is in no ../shared/data, and GEOINV_DATA names no other folder")
survey, grid = read_survey(folder / "obs.mag"), read_mesh(folder / "mesh.msh")
A = geoinv.operators.Magnetics(grid, survey, rtol=1e-5)

figure, axes = plt.subplots(1, 3, figsize=(10.0, 3.3), layout="constrained", sharey=True)
kinds = {"smooth": geoinv.Smooth(), "sparse": Sparse(), "learned": geoinv.learned.GeologyPrior()}
for ax, (name, phi) in zip(axes, kinds.items(), strict=True):
    solution = geoinv.invert(A, survey.data, survey.uncertainty, phi, bounds=(0.0, np.inf), target=27.0)
    deep = (solution.model * np.diff(grid.upward_edges)[:, None, None]).sum(axis=0)
    look = {"cmap": "magma_r", "vmin": 0.0, "vmax": np.quantile(deep, 0.998)}
    drawn = ax.pcolormesh(grid.easting_edges, grid.northing_edges, deep, **look)
    ax.set_title(f"{name}: chi^2/N {solution.chi2_per_datum:.1f}, to {solution.model.max():.2f} SI", fontsize=9)
    ax.set_aspect("equal")
    figure.colorbar(drawn, ax=ax, shrink=0.7)
axes[0].set_ylabel("northing (m)")
figure.suptitle("susceptibility summed over depth (SI m)", fontsize=10)
