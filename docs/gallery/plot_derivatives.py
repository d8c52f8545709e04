"""Derivative maps: edges without an inversion.

Raglan's data gridded by equivalent sources, their tilt and their total gradient: the tilt is 0 about above the
edges of bodies, strong and weak ones alike, and the total gradient is high above them.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv
from geoinv.datasets.sources import data_folder
from geoinv.equivalent_sources.grid import grid_of
from geoinv.equivalent_sources.nodes import nodes_over
from geoinv.formats import read_survey

folder = data_folder("raglan_1997")
if folder is None:
    raise SystemExit("raglan_1997 is in no ../shared/data, and GEOINV_DATA names no other folder")
survey = read_survey(folder / "obs.mag")
sources = geoinv.EquivalentSources().fit(survey)
nodes = nodes_over(survey, 50.0, sources.spacing.gap)
maps = grid_of(sources, nodes, ["tmi", "tilt", "total_gradient"])

figure, axes = plt.subplots(1, 3, figsize=(10.0, 3.2), layout="constrained", sharey=True)
titles = {"tmi": "TMI (nT)", "tilt": "tilt (degrees)", "total_gradient": "total gradient (nT/m)"}
for ax, (name, title) in zip(axes, titles.items(), strict=True):
    values = maps[name].transpose("northing", "easting").values
    low, high = np.nanquantile(values, [0.02, 0.98])
    drawn = ax.pcolormesh(1e-3 * maps["easting"], 1e-3 * maps["northing"], values, vmin=low, vmax=high)
    ax.set_title(title)
    ax.set_aspect("equal")
    figure.colorbar(drawn, ax=ax, shrink=0.8)
axes[0].set_ylabel("northing (km)")
