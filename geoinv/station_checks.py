"""Whether the stations of an operator can be inverted over its grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoinv.checks import InputError

__all__ = ["refuse_unusable_stations"]


def refuse_unusable_stations(operator: Any) -> None:
    """Refuse stations inside active cells, and a survey that lies beside the grid.

    Operators without ``grid`` and ``survey`` pass. Stations on faces, edges and corners pass.

    Raises
    ------
    InputError
        Naming the first station and how many there are.
    """
    grid, survey = getattr(operator, "grid", None), getattr(operator, "survey", None)
    if grid is None or survey is None:
        return
    for axis in ("easting", "northing"):
        edges, values = grid.edges(axis), getattr(survey, axis)
        if values.max() < edges[0] or values.min() > edges[-1]:
            raise InputError(
                f"the survey expects to lie over the mesh, but its {axis} runs from {values.min():g} to "
                f"{values.max():g} m and the mesh's from {edges[0]:g} to {edges[-1]:g} m; "
                "bring both into one coordinate system"
            )
    cell, inside = grid.cell_of(survey.easting, survey.northing, survey.upward)
    buried = np.flatnonzero(inside & grid.active[tuple(cell.T)])
    if buried.size:
        first = int(buried[0])
        position = f"({survey.easting[first]:g}, {survey.northing[first]:g}, {survey.upward[first]:g})"
        raise InputError(
            f"the survey expects stations outside the active cells, but station {first} (counted from 0) at {position} "
            f"(easting, northing, upward) lies inside cell {tuple(int(i) for i in cell[first])} "
            f"({buried.size} of {survey.stations} stations do); raise them or give topography that cuts the cells away"
        )
