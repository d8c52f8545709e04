"""Cells and stations along an axis, where what is regular is made exactly so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import Grid

__all__ = ["LocalAxis", "local_axis"]

MOST_STEPS = 2**31
"""Cells between stations beyond which no lattice would be of use."""


@dataclass(frozen=True)
class LocalAxis:
    """Cells and stations along one axis, from an origin of their own.

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

    nodes: npt.NDArray[np.floating[Any]]
    stations: npt.NDArray[np.floating[Any]]
    spacing: float | None
    steps: npt.NDArray[np.intp] | None


def local_axis(grid: Grid, axis: str, values: npt.NDArray[np.float64]) -> LocalAxis:
    """Axis of a grid with the stations' coordinates along it.

    Coordinates carry rounding: edges 0.1 m apart are not equal to multiples of 0.1, and six million
    metres resolve a nanometre. What is regular but for that is made regular, and a station that lies
    on an edge but for that is put on it, so that all engines meet the same aligned cases.
    """
    edges, spacing, rounding = grid.edges(axis), grid.uniform_spacing(axis), grid.rounding(axis)
    if spacing is None:
        return LocalAxis(edges, _on_nodes(values, edges, rounding), None, None)
    first = float(values.min())
    steps = np.rint((values - first) / spacing)
    # the distance of a station from its node enters the result at first order
    distance = np.abs(values - first - spacing * steps)
    if steps.max() > MOST_STEPS or (distance > 1e-11 * spacing + rounding + 4.0 * np.spacing(np.abs(values))).any():
        return LocalAxis(edges, _on_nodes(values, edges, rounding), spacing, None)
    node = np.rint((first - edges[0]) / spacing)
    nearest = edges[int(node)] if 0 <= node < edges.size else edges[0] + spacing * node
    offset = first - nearest
    offset = offset if abs(offset) > rounding + 4.0 * np.spacing(abs(first)) else 0.0
    nodes = spacing * (np.arange(edges.size) - node)
    return LocalAxis(nodes, offset + spacing * steps, spacing, steps.astype(np.intp))


def _on_nodes(
    stations: npt.NDArray[np.floating[Any]], nodes: npt.NDArray[np.floating[Any]], rounding: float
) -> npt.NDArray[np.floating[Any]]:
    """Stations, those within rounding of a node put on it."""
    above = np.clip(np.searchsorted(nodes, stations), 1, nodes.size - 1)
    below_is_nearer = stations - nodes[above - 1] < nodes[above] - stations
    nearest = nodes[above - below_is_nearer]
    return np.where(np.abs(stations - nearest) <= rounding, nearest, stations)
