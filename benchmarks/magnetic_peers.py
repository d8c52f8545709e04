"""Other packages on a geoinv grid and survey of the total-field anomaly, each a :class:`turns.Contestant`.

A peer is imported when it is asked for, so that a benchmark goes on without the ones that are not installed.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from record import timed
from turns import Contestant

from geoinv import Grid, OctreeGrid, Survey

__all__ = ["of_choclo", "of_harmonica", "of_simpeg"]

Array = npt.NDArray[np.float64]


def of_simpeg(mesh: Grid | OctreeGrid, survey: Survey, store: str, repeats: int = 1) -> Contestant:
    """SimPEG's choclo engine without a matrix in float64 (``forward_only``), or with one in float32 (``ram``)."""
    from simpeg import maps
    from simpeg.potential_fields import magnetics

    receivers = magnetics.Point(np.column_stack([survey.easting, survey.northing, survey.upward]), components="tmi")
    field = survey.main_field
    source = magnetics.UniformBackgroundField(
        [receivers], amplitude=field.intensity, inclination=field.inclination, declination=field.declination
    )
    active = mesh.active.ravel()
    simulation = magnetics.Simulation3DIntegral(
        mesh=mesh.to_discretize(),
        survey=magnetics.Survey(source),
        chiMap=maps.IdentityMap(nP=int(active.sum())),
        active_cells=active,
        engine="choclo",
        store_sensitivities=store,
        numba_parallel=True,
    )
    # its model order is geoinv's, raveled
    seconds, _ = timed(lambda: simulation.G)

    def forward(model: Array) -> Array:
        return np.asarray(simulation.fields(model.ravel()[active]))

    def adjoint(data: Array) -> Array:
        gradient = np.zeros(mesh.size)
        gradient[active] = simulation.Jtvec(np.zeros(int(active.sum())), data)
        return gradient.reshape(mesh.shape)

    return Contestant(forward, adjoint, repeats, seconds)


def of_choclo(grid: Grid, survey: Survey) -> Contestant:
    """Plain loop over stations and prisms that calls choclo's formula for each pair, on all threads; no adjoint."""
    import choclo.prism
    from choclo.constants import VACUUM_MAGNETIC_PERMEABILITY

    magnetic_field = choclo.prism.magnetic_field

    @numba.njit(parallel=True)
    def sums(stations: Array, prisms: Array, magnetization: Array, direction: Array) -> Array:
        data = np.empty(len(stations))
        for station in numba.prange(len(stations)):
            easting, northing, upward = stations[station]
            total = 0.0
            for prism in range(len(prisms)):
                west, east, south, north, bottom, top = prisms[prism]
                x, y, z = magnetization[prism]
                b = magnetic_field(easting, northing, upward, west, east, south, north, bottom, top, x, y, z)
                total += b[0] * direction[0] + b[1] * direction[1] + b[2] * direction[2]
            data[station] = total
        return data

    stations = np.column_stack([survey.easting, survey.northing, survey.upward])
    prisms, direction = prism_edges(grid), survey.field.direction
    per_susceptibility = survey.field.intensity * 1e-9 / VACUUM_MAGNETIC_PERMEABILITY * direction

    def forward(model: Array) -> Array:
        return 1e9 * np.asarray(sums(stations, prisms, model.reshape(-1, 1) * per_susceptibility, direction))

    return Contestant(forward, None)


def of_harmonica(grid: Grid, survey: Survey) -> Contestant:
    """Sum of harmonica over prisms, which gives all three components; no adjoint."""
    import harmonica
    from choclo.constants import VACUUM_MAGNETIC_PERMEABILITY

    stations = (survey.easting, survey.northing, survey.upward)
    prisms, direction = prism_edges(grid), survey.field.direction
    per_susceptibility = survey.field.intensity * 1e-9 / VACUUM_MAGNETIC_PERMEABILITY * direction

    def forward(model: Array) -> Array:
        magnetization = tuple(model.ravel() * along for along in per_susceptibility)
        components: Any = harmonica.prism_magnetic(stations, prisms, magnetization, field="b")
        return np.asarray(direction @ np.array(components))

    return Contestant(forward, None)


def prism_edges(grid: Grid) -> Array:
    """West, east, south, north, bottom and top (cells, 6) in the order of a raveled model."""
    upward, northing, easting = (
        np.stack([edges[:-1], edges[1:]]) for edges in (grid.upward_edges, grid.northing_edges, grid.easting_edges)
    )
    layers, rows, columns = grid.shape
    edges = np.empty((*grid.shape, 6))
    edges[..., 0:2] = easting.T.reshape(1, 1, columns, 2)
    edges[..., 2:4] = northing.T.reshape(1, rows, 1, 2)
    edges[..., 4:6] = upward.T.reshape(layers, 1, 1, 2)
    return edges.reshape(-1, 6)
