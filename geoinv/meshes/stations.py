"""Stations as a mesh sees them: places above the ground, and how errors name them."""

from __future__ import annotations

from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.meshes.base import Mesh
from geoinv.meshes.topography import Topography

__all__ = ["Stations", "below_stations", "heights_remedy", "some_stations", "station_text", "stations_below"]

SLIGHT = 0.02
"""Share of the tolerated depth that is not worth a word: what the digits of a file make of a station on the ground."""


AnyMesh = TypeVar("AnyMesh", bound=Mesh)


class Stations(Protocol):
    """What a mesh asks of a survey: where its stations are."""

    @property
    def easting(self) -> npt.NDArray[np.float64]:
        """Easting of each station in metres."""

    @property
    def northing(self) -> npt.NDArray[np.float64]:
        """Northing of each station in metres."""

    @property
    def upward(self) -> npt.NDArray[np.float64]:
        """Elevation of each station in metres, positive up."""

    @property
    def crs(self) -> str | None:
        """Coordinate reference system."""


def below_stations(mesh: AnyMesh, survey: Stations) -> AnyMesh:
    """Mesh without the cells that rise above a station inside the rock, and without those above them."""
    buried = mesh.inside_rock(survey.easting, survey.northing, survey.upward)
    if not buried.any():
        return mesh
    touched = mesh.touching(*(values[buried] for values in (survey.easting, survey.northing, survey.upward)))
    # on a face between layers the upper one goes, and the station stands on the lower
    upper = touched[:, 4:]
    cut = np.zeros(mesh.size)
    cut[upper[upper >= 0]] = 1.0
    cut = cut.reshape(mesh.shape)
    upward = mesh.faces()[0]
    while True:
        enters = (upward.difference(cut) < 0.0).astype(np.float64)  # from a cell that is cut up to another
        above = upward.adjoint(enters) > 0.0
        if not above.any():
            return mesh.with_active(mesh.active & (cut == 0.0))
        cut[above] = 1.0


def stations_below(survey: Stations, topography: Topography, tolerance: float) -> str:
    """Say how many stations lie below the ground; reject those that are deep.

    Parameters
    ----------
    survey : Stations
        Stations.
    topography : Topography
        Ground.
    tolerance : float
        Depth in metres to which the ground may be wrong: half a cell of the mesh.

    Returns
    -------
    str
        What to doubt, or nothing where all stations lie on or above the ground.

    Raises
    ------
    InputError
        If a station lies deeper than `tolerance`.
    """
    depth = topography.elevation(survey.easting, survey.northing) - survey.upward
    below = depth > SLIGHT * tolerance
    if not below.any():
        return ""
    deepest = int(np.argmax(depth))
    told = f"the deepest {station_text(survey, deepest)}, {depth[deepest]:.6g} m under it"
    if not topography.covers(survey.easting[deepest], survey.northing[deepest]):
        told += " (outside its points, where the nearest is taken)"
    if depth[deepest] > tolerance:
        deep = depth > tolerance
        raise InputError(
            f"the survey expects stations above the ground, but {some_stations(deep)} more than {tolerance:.6g} m "
            f"(half a cell) under the topography, {told}; {heights_remedy()}"
        )
    return f"{some_stations(below)} under the topography, {told}; check their heights, and those of the topography"


def some_stations(which: npt.NDArray[np.bool_]) -> str:
    """How many of all stations, as the subject of a sentence."""
    count = int(which.sum())
    return f"{count} of {which.size} stations {'lies' if count == 1 else 'lie'}"


def station_text(survey: Stations, index: int) -> str:
    """A station, with its position in full."""
    position = ", ".join(f"{getattr(survey, axis)[index]:.10g}" for axis in ("easting", "northing", "upward"))
    return f"station {index} (counted from 0) at ({position}) (easting, northing, upward)"


def heights_remedy() -> str:
    """What to do about stations at wrong heights."""
    return "give heights as elevations in metres, positive up, not as heights above the ground" + way(
        " (--height H with --topo FILE puts all stations H metres above it)",
        " (survey.draped(topography, height) adds the ground to these)",
    )
