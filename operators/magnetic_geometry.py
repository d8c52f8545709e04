"""Cells and stations measured from the grid's own corner, where what is regular is exactly so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.grid import Grid

__all__ = ["LocalAxis", "local_axis"]


@dataclass(frozen=True)
class LocalAxis:
    """One axis, from the first edge of the grid.

    Attributes
    ----------
    nodes : (n,) array
        Cell edges in metres.
    stations : (stations,) array
        Station coordinates in metres.
    spacing : float or None
        Cell width where all are equal.
    steps : (stations,) array of int or None
        Whole cells from the first station along the axis, where all stations lie whole cells apart.
    """

    nodes: npt.NDArray[np.float64]
    stations: npt.NDArray[np.float64]
    spacing: float | None
    steps: npt.NDArray[np.intp] | None


def local_axis(grid: Grid, axis: str, values: npt.NDArray[np.float64]) -> LocalAxis:
    """Axis of a grid with the stations' coordinates along it.

    Coordinates carry rounding: edges 0.1 m apart are not equal to multiples of 0.1, and six million
    metres resolve a nanometre. What is regular but for that is made regular, and a station that lies
    on an edge but for that is put on it, so that all engines meet the same aligned cases.
    """
    edges, spacing = grid.edges(axis), grid.uniform_spacing(axis)
    rounding = 4.0 * float(np.spacing(max(np.abs(edges).max(), np.abs(values).max())))
    if spacing is None:
        nodes = edges - edges[0]
        return LocalAxis(nodes, _on_nodes(values - edges[0], nodes, rounding), None, None)
    nodes = spacing * np.arange(edges.size)
    rounding += float(np.abs(edges - edges[0] - nodes).max())
    first = float(values.min())
    distance = (values - first) / spacing
    steps = np.rint(distance).astype(np.intp)
    # the distance of a station from its node enters the result at first order
    if np.abs(distance - steps).max() * spacing > 1e-11 * spacing + rounding:
        return LocalAxis(nodes, _on_nodes(values - edges[0], nodes, rounding), spacing, None)
    offset = first - float(edges[0])
    whole = round(offset / spacing)
    if abs(offset - whole * spacing) <= rounding:
        return LocalAxis(nodes, spacing * (whole + steps), spacing, steps)
    return LocalAxis(nodes, offset + spacing * steps, spacing, steps)


def _on_nodes(
    stations: npt.NDArray[np.float64], nodes: npt.NDArray[np.float64], rounding: float
) -> npt.NDArray[np.float64]:
    """Stations, those within rounding of a node put on it."""
    above = np.clip(np.searchsorted(nodes, stations), 1, nodes.size - 1)
    below_is_nearer = stations - nodes[above - 1] < nodes[above] - stations
    nearest = nodes[above - below_is_nearer]
    return np.where(np.abs(stations - nearest) <= rounding, nearest, stations)
