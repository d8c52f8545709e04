"""Laguna del Maule: gravity under topography.

191 stations above a magma reservoir in Chile, densities from -600 to 300 kg/m3, the published mesh cut by its
topography. A light body lies about a kilometre below the lake.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv
from geoinv.datasets.sources import data_folder
from geoinv.formats import collected, read_mesh, read_survey, read_topography
from geoinv.meshes.stations import below_stations

folder = data_folder("laguna_del_maule_gravity")
if folder is None:
    raise SystemExit("laguna_del_maule_gravity is in no ../shared/data, and GEOINV_DATA names no other folder")
with collected():  # what the command would print as warnings
    survey = read_survey(folder / "LdM_grav_obs.grv")
    ground = read_topography(folder / "LdM_topo.topo.gz")
    # stations lie up to 19 m under the topography: cells that rise above one are cut away as well
    grid = below_stations(read_mesh(folder / "LdM_mesh.mesh").with_topography(ground), survey)
    A = geoinv.operators.Gravity(grid, survey, rtol=1e-5)
solution = geoinv.invert(A, survey.data, survey.uncertainty, geoinv.Smooth(), bounds=(-600.0, 300.0))
print(solution.status)

model = np.where(grid.active, solution.model, np.nan)
level, row, _ = np.unravel_index(int(np.nanargmin(model)), model.shape)
figure, (plan, section) = plt.subplots(1, 2, figsize=(9.0, 3.2), layout="constrained")
look = {"cmap": "RdBu_r", "vmin": -350.0, "vmax": 350.0}
plan.pcolormesh(1e-3 * grid.easting_edges, 1e-3 * grid.northing_edges, model[level], **look)
plan.plot(1e-3 * survey.easting, 1e-3 * survey.northing, ".", color="0.2", markersize=2)
plan.axhline(1e-3 * grid.northing[row], color="#00796b", linewidth=0.8)
plan.set(title=f"at {grid.upward[level]:.0f} m", aspect="equal", xlabel="easting (km)", ylabel="northing (km)")
drawn = section.pcolormesh(1e-3 * grid.easting_edges, 1e-3 * grid.upward_edges, model[:, row], **look)
section.set(title="along the line", xlabel="easting (km)", ylabel="upward (km)")
figure.colorbar(drawn, ax=section, label="density contrast (kg/m3)")
