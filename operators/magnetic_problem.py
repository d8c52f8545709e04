"""What every engine needs to know: nodes, stations, kernel weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.grid import Grid
from geoinv.operators.magnetic_weights import KernelWeights, kernel_weights
from geoinv.survey import Survey

__all__ = ["MagneticProblem", "NodeArrays", "face_contacts", "node_arrays"]

REGISTER = 8
"""Doubles in the widest vector register; rows of nodes are padded to whole registers."""


@dataclass(frozen=True)
class NodeArrays:
    """Grid nodes as the compiled kernels take them."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    z: npt.NDArray[np.float64]


def node_arrays(
    easting_edges: npt.NDArray[np.float64],
    northing_edges: npt.NDArray[np.float64],
    upward_edges: npt.NDArray[np.float64],
) -> NodeArrays:
    """Nodes with the easting row padded by repeating its last node."""
    padding = -easting_edges.size % REGISTER
    return NodeArrays(np.pad(easting_edges, (0, padding), mode="edge"), northing_edges.copy(), upward_edges.copy())


@dataclass(frozen=True)
class MagneticProblem:
    """Grid, survey and unknown of an operator, and the precision its engine keeps numbers in."""

    grid: Grid
    survey: Survey
    unknown: str
    storage: np.dtype[Any]

    @cached_property
    def kernels(self) -> KernelWeights:
        """Kernel weights of the survey's components."""
        return kernel_weights(self.survey, self.unknown)

    @property
    def unknowns(self) -> int:
        """Unknowns a cell: 1 for susceptibility, 3 for magnetization."""
        return 1 if self.unknown == "susceptibility" else 3

    @property
    def components(self) -> int:
        """Data a station."""
        return len(self.survey.components)

    @cached_property
    def nodes(self) -> NodeArrays:
        """Nodes of the grid."""
        return node_arrays(self.grid.easting_edges, self.grid.northing_edges, self.grid.upward_edges)

    @cached_property
    def stations(self) -> npt.NDArray[np.float64]:
        """Stations (stations, 3): easting, northing, upward."""
        return np.column_stack([self.survey.easting, self.survey.northing, self.survey.upward])


def face_contacts(
    nodes: NodeArrays, columns: int, stations: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Stations that lie on the inside of a vertical cell face, and the cells they touch.

    Parameters
    ----------
    nodes : NodeArrays
        Nodes of the cells.
    columns : int
        Cells along easting (the row of nodes is padded).
    stations : (stations, 3) array
        Easting, northing, upward.

    Returns
    -------
    station : (contacts,) array of int
    cell : (contacts, 3) array of int
        Layer, row, column.
    axis : (contacts,) array of int
        0 for a face towards east or west, 1 for north or south.
    """
    edges = (nodes.x[: columns + 1], nodes.y, nodes.z)
    left = [np.searchsorted(e, s, side="left") for e, s in zip(edges, stations.T, strict=True)]
    right = [np.searchsorted(e, s, side="right") for e, s in zip(edges, stations.T, strict=True)]
    on_plane = [a != b for a, b in zip(left, right, strict=True)]
    inside = [(a == b) & (a > 0) & (a < e.size) for a, b, e in zip(left, right, edges, strict=True)]
    station, cell, axes = [], [], []
    for axis, other in ((0, 1), (1, 0)):
        for touching in np.flatnonzero(on_plane[axis] & inside[other] & inside[2]):
            plane = left[axis][touching]
            for side in (plane - 1, plane):
                if 0 <= side < edges[axis].size - 1:
                    index = {axis: side, other: left[other][touching] - 1}
                    station.append(touching)
                    cell.append((left[2][touching] - 1, index[1], index[0]))
                    axes.append(axis)
    return np.array(station, int), np.array(cell, int).reshape(-1, 3), np.array(axes, int)
