"""What a user should doubt about stations over a mesh, and about the ground below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.cli.support.terminal import say, warn
from geoinv.core.wording import way

if TYPE_CHECKING:
    from geoinv.meshes.base import Mesh
    from geoinv.meshes.topography import Topography
    from geoinv.surveys.survey import Survey

__all__ = ["say_coverage", "warn_of_stations"]

CROWDED = 4.0
"""Stations a column of cells beyond which there is a warning."""

HIGH = 20.0
"""Cells above the ground beyond which data resolve nothing as small as a cell."""

ODD = 10.0
"""Times the usual height above the ground beyond which a station stands out."""


def warn_of_stations(mesh: Mesh, survey: Survey) -> None:
    """Warn of stations outside the mesh, at heights that are likely wrong, or too many for its columns."""
    from geoinv.surveys.station_checks import heights_above_rock

    height = heights_above_rock(mesh, survey)
    over = np.isfinite(height)
    if not over.all():
        warn(f"{_some(~over)} outside the mesh; their data are kept")
    if not over.any():
        return
    cell = min(mesh.smallest_width(axis) for axis in ("easting", "northing"))
    rounding = mesh.rounding("upward")
    under = over & (height < -rounding)
    if under.any():
        warn(
            f"{_some(under)} below active cells, up to {-height[under].min():.6g} m under "
            "the top of their column; check their heights"
        )
    usual, highest = float(np.median(height[over])), float(np.max(height[over]))
    if usual > HIGH * cell:
        station = int(np.nanargmin(height))
        warn(
            f"half of all stations lie {usual:.6g} m and more above the ground of the mesh, whose cells are "
            f"{cell:.6g} m wide: data from there resolve no such cells; check that heights and mesh are elevations "
            f"above one level, and station {station} (counted from 0), which is the lowest above the ground with "
            f"{height[station]:.6g} m"
        )
    elif highest > ODD * max(usual, cell):
        station = int(np.nanargmax(height))
        warn(
            f"station {station} (counted from 0) lies {highest:.6g} m above the ground of the mesh, half of all within "
            f"{usual:.6g} m; check its height"
        )
    places = survey.easting[over], survey.northing[over]
    below = mesh.top_of_rock(*places) - 0.5 * mesh.smallest_width("upward")
    crowd = over.sum() / np.unique(mesh.touching(*places, below)[:, 0]).size
    if crowd > CROWDED:
        fewer = way(f", or fewer stations with --every {round(crowd)}", "")
        warn(
            f"{crowd:.1f} stations share a column of cells on average, and cells cannot resolve what differs between "
            f"them; use smaller cells{fewer}"
        )


def _some(which: npt.NDArray[np.bool_]) -> str:
    count = int(which.sum())
    return f"{count} of {which.size} stations {'lies' if count == 1 else 'lie'}"


def say_coverage(mesh: Mesh, survey: Survey, ground: Topography) -> None:
    """Say how much of the mesh the topography leaves to its nearest point, and warn where that matters."""
    stations = int((~ground.covers(survey.easting, survey.northing)).sum())
    easting, northing = mesh.columns()
    columns = float((~ground.covers(easting, northing)).mean())
    told = f"{100.0 * columns:.3g} % of the columns of the mesh lie outside the topography and take its nearest point"
    if stations:
        warn(f"{told}, and so do {stations} of {survey.stations} stations; give topography that covers them")
    elif columns:
        say("", told)
    away = np.hypot(_outside(mesh, ground, "easting", 0), _outside(mesh, ground, "northing", 1))
    if away.min() > 0.0:
        say("", f"no point of the topography lies over the mesh; the nearest is {away.min():.6g} m outside it")
    bottom, top = mesh.bounds["upward"]
    centres = ground.elevation(easting, northing)
    above = float((centres - top).max())
    if above > 0.5 * mesh.smallest_width("upward"):
        share = 100.0 * float((centres > top).mean())
        warn(
            f"the topography rises up to {above:.6g} m above the top of the mesh, in {share:.3g} % of its columns; "
            "rock there is left out"
        )
    empty = float((mesh.top_of_rock(easting, northing) <= bottom).mean())
    if empty:
        warn(
            f"{100.0 * empty:.3g} % of the columns of the mesh have no active cell: the topography lies below them; "
            "use a deeper mesh, or check the elevations"
        )


def _outside(mesh: Mesh, ground: Topography, axis: str, column: int) -> npt.NDArray[np.float64]:
    """Metres by which each point of the topography lies outside the mesh along an axis; 0 over it."""
    (lowest, highest), values = mesh.bounds[axis], ground.points[:, column]
    return np.asarray(np.maximum(np.maximum(lowest - values, values - highest), 0.0))
