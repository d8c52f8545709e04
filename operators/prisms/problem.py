"""What every engine needs to know: nodes, stations, kernel weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import Mesh
from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.geometry import LocalAxis, local_axis
from geoinv.operators.prisms.rounding import prism_rounding
from geoinv.operators.prisms.weights import KernelWeights

__all__ = ["LEAST_RTOL", "NodeArrays", "PrismProblem", "face_contacts"]

LEAST_RTOL = {"float32": 1e-6, "float64": 1e-11}
"""What sums in each precision reach at any distance."""

MOST_ROUNDING = 1e-3
"""Rounding of exact prisms beyond which they are rejected where no tolerance is named."""

REGISTER = 8
"""Doubles in the widest vector register; rows of nodes are padded to whole registers."""


@dataclass(frozen=True)
class NodeArrays:
    """Grid nodes as the compiled kernels take them, in metres from an origin of their own."""

    x: npt.NDArray[np.floating[Any]]
    y: npt.NDArray[np.floating[Any]]
    z: npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class PrismProblem:
    """Cells, stations and what is measured there, with the precision and the tolerated error of an engine.

    Attributes
    ----------
    mesh : Mesh
        Prisms; only the active ones count.
    stations : (stations, 3) array
        Easting, northing, upward in metres.
    kernels : KernelWeights
        What each component takes of each unknown.
    storage : dtype
        Precision in which an engine keeps numbers.
    rtol : float, optional
        Error that it may make; exact to rounding where it is None.
    owner : str
        Operator that asks, for errors.
    """

    mesh: Mesh
    stations: npt.NDArray[np.float64]
    kernels: KernelWeights
    storage: np.dtype[Any]
    rtol: float | None = None
    owner: str = "the operator"

    @property
    def cells(self) -> Grid:
        """Mesh of an engine that takes tensor grids alone: it is asked only where the mesh is one.

        Raises
        ------
        TypeError
            If it is another mesh.
        """
        if not isinstance(self.mesh, Grid):
            raise TypeError(f"an engine for tensor grids got a mesh of kind {type(self.mesh).__name__}")
        return self.mesh

    @property
    def unknowns(self) -> int:
        """Unknowns a cell: 1, or 3 of a vector."""
        return self.kernels.unknowns

    @property
    def components(self) -> int:
        """Data a station."""
        return self.kernels.components

    @property
    def range_shape(self) -> tuple[int, int]:
        """Components and stations."""
        return self.components, len(self.stations)

    @cached_property
    def axes(self) -> tuple[LocalAxis, LocalAxis, LocalAxis]:
        """Easting, northing and upward of cells and stations."""
        easting, northing, upward = (
            local_axis(self.cells, axis, values)
            for axis, values in zip(("easting", "northing", "upward"), self.stations.T, strict=True)
        )
        return easting, northing, upward

    @property
    def edges(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
        """Nodes along upward, northing, easting."""
        easting, northing, upward = (axis.nodes for axis in self.axes)
        return upward, northing, easting

    @cached_property
    def rounding(self) -> float:
        """Relative error of exact prisms in float64, at the active cell that is worst off; rough where it is small."""
        least = LEAST_RTOL["float32"] if self.storage == np.float32 else MOST_ROUNDING
        tolerated = least if self.rtol is None else self.rtol
        return prism_rounding(self.edges, self.cells.active, self.local_stations, self.kernels.order, tolerated)

    def too_much_rounding(self, least_rtol: float | None = None) -> str | None:
        """Clause that says why exact prisms do not serve, where the rounding of far ones is above the tolerance.

        Parameters
        ----------
        least_rtol : float, optional
            What takes the place of :data:`MOST_ROUNDING` where there is no ``rtol``.
        """
        tolerated = self.rtol or least_rtol or MOST_ROUNDING
        if self.rounding <= tolerated:
            return None
        clause = f"prisms round in float64 to {self.rounding:.1g} of what the furthest cells give"
        if self.rounding >= 1.0:
            clause = "rounding in float64 leaves nothing of what the furthest cells give"
        if self.rtol is None:
            return f"{clause}: give an rtol, with which direct holds at any distance"
        return f"{clause}, above rtol {self.rtol:g}"

    @cached_property
    def nodes(self) -> NodeArrays:
        """Nodes of the grid; the last easting is repeated until the row fills whole registers."""
        x, y, z = (axis.nodes for axis in self.axes)
        # copies, as kernels are compiled once more for arrays that may not be written
        return NodeArrays(np.pad(x, (0, -x.size % REGISTER), mode="edge"), y.copy(), z.copy())

    @cached_property
    def occupied(self) -> npt.NDArray[np.bool_]:
        """Rows of nodes (upward, nodes along northing) on either side of active cells, which may hold charge."""
        active_rows = self.cells.active.any(axis=2)
        layers, rows = active_rows.shape
        occupied = np.zeros((layers, rows + 1), bool)
        occupied[:, :-1] |= active_rows
        occupied[:, 1:] |= active_rows
        return occupied

    @cached_property
    def local_stations(self) -> npt.NDArray[np.float64]:
        """Stations (stations, 3): easting, northing, upward in metres, among the nodes."""
        return np.column_stack([axis.stations for axis in self.axes])


class Engine(Protocol):
    """Way to apply an operator of prisms.

    Models are (batch, unknowns, upward, northing, easting), data (batch, components, stations).
    """

    def __init__(self, problem: PrismProblem) -> None:
        """Prepare what each application needs."""

    def forward(self, models: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Data of models."""

    def adjoint(self, data: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Transpose of :meth:`forward`."""

    def gram_diagonal(self, squared_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Diagonal of A' W^2 A (unknowns, upward, northing, easting) for w^2 (components, stations)."""


def add_at(target: npt.NDArray[Any], index: tuple[Any, ...], values: npt.NDArray[Any]) -> None:
    """Add values at indices that may repeat."""
    # the stub of add.at rejects tuples that hold slices: here, once, they pass as Any
    np.add.at(target, index, values)


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
