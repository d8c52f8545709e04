"""The mesh: a right-angled grid of prisms, some of them active."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, bounded, positive, refuse_masked, shape_text
from geoinv.core.labels import along_labels
from geoinv.core.memory import require_memory
from geoinv.meshes import exchange
from geoinv.meshes.base import AXES, Faces
from geoinv.meshes.ground import below_ground
from geoinv.meshes.summary import extent_lines, html_of_mesh
from geoinv.meshes.tensor_faces import TensorFaces

if TYPE_CHECKING:
    import discretize
    import pyvista as pv
    import xarray as xr

__all__ = ["AXES", "Grid"]

_FARTHEST = 1e9  # metres from the origin of any coordinate system on Earth
_FITS_ANYWHERE = 1_000_000  # cells


def _edges(name: str, values: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], bool]:
    """Frozen, ascending cell edges of one axis, and whether they were given in descending order."""
    edges = np.array(array_of("Grid", f"{name} edges", values), ndmin=1)
    if edges.ndim != 1 or edges.size < 2:
        raise InputError(f"Grid expects at least two {name} edges in one row, got shape {shape_text(edges.shape)}")
    bounded("Grid", f"{name} edges", edges, _FARTHEST, "give edges in metres")
    descending = bool(edges[0] > edges[-1])
    if descending:
        edges = edges[::-1].copy()
    positive("Grid", f"{name} cell widths", np.diff(edges), "give edges in order, each once")
    edges.setflags(write=False)
    return edges, descending


@dataclass(frozen=True, eq=False)
class Grid:
    """Prisms between the edges of three axes.

    Models on the grid are arrays (upward, northing, easting), C order, upward ascending. Cells
    that are not active (air) are ignored by operators and regularizers.

    Parameters
    ----------
    easting_edges, northing_edges, upward_edges : array_like
        Cell edges in metres, upward positive up; descending edges are turned, and `active` with them.
    active : (upward, northing, easting) array of bool, optional
        Cells that hold rock, in the order of the edges as they are given; all by default. An xarray.DataArray is
        taken along its dimensions and coordinates.
    crs : str, optional
        Coordinate reference system, as an authority code or WKT.

    Raises
    ------
    InputError
        If edges repeat, are not finite, or `active` has another shape.

    Examples
    --------
    >>> grid = Grid.regular(shape=(2, 3, 4), spacing=(10, 20, 20), origin=(-20, 0, 0))
    >>> grid.shape, grid.upward.tolist()
    ((2, 3, 4), [-15.0, -5.0])
    """

    easting_edges: npt.NDArray[np.floating[Any]]
    northing_edges: npt.NDArray[np.floating[Any]]
    upward_edges: npt.NDArray[np.floating[Any]]
    active: npt.NDArray[np.bool_] = None  # type: ignore[assignment]
    crs: str | None = None

    def __post_init__(self) -> None:
        """Check and freeze the arrays."""
        descending = []
        for place, axis in enumerate(AXES):
            edges, turned = _edges(axis, getattr(self, f"{axis}_edges"))
            object.__setattr__(self, f"{axis}_edges", edges)
            if turned:
                descending.append(place)
        if self.active is None and self.size > _FITS_ANYWHERE:
            require_memory("Grid", f"a model of {self.size:.3g} cells", 8.0 * self.size, "use fewer, larger cells")
        refuse_masked("Grid", "active", self.active)
        labelled = along_labels("Grid", "active", self.active, AXES, self.labels)
        active = np.ones(self.shape, bool) if self.active is None else np.array(labelled)
        if active.shape != self.shape or active.dtype != bool:
            raise InputError(
                f"Grid expects active cells as booleans of shape {shape_text(self.shape, AXES)}, "
                f"got {active.dtype} of shape {shape_text(active.shape)}"
            )
        if labelled is self.active and self.active is not None:
            active = np.array(np.flip(active, tuple(descending)))
        active.setflags(write=False)
        object.__setattr__(self, "active", active)

    @classmethod
    def regular(cls, shape: Sequence[int], spacing: Sequence[float], origin: Sequence[float] = (0.0, 0.0, 0.0)) -> Grid:
        """Grid of equal cells.

        Parameters
        ----------
        shape : (int, int, int)
            Cells along (upward, northing, easting).
        spacing : (float, float, float)
            Cell size in metres, in the same order.
        origin : (float, float, float)
            The (bottom, south, west) corner in metres.

        Returns
        -------
        Grid
        """
        for name, values in (("shape", shape), ("spacing", spacing), ("origin", origin)):
            if np.shape(values) != (3,) or np.asarray(values).dtype.kind not in "fiu":
                raise InputError(
                    f"Grid.regular expects {name} as three numbers (upward, northing, easting), got {values!r}"
                )
        if any(int(n) != n or n < 1 for n in shape):
            raise InputError(f"Grid.regular expects a shape of whole numbers above zero, got {tuple(shape)}")
        sizes = array_of("Grid.regular", "spacing", spacing)
        positive("Grid.regular", "spacing", sizes, "give cell sizes in metres")
        upward, northing, easting = (
            np.asarray(float(start) + float(size) * np.arange(int(n) + 1))
            for n, size, start in zip(shape, sizes, origin, strict=True)
        )
        return cls(easting, northing, upward)

    def edges(self, axis: str) -> npt.NDArray[np.float64]:
        """Cell edges of an axis by its name, in metres."""
        return np.asarray(getattr(self, f"{axis}_edges"))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cells along (upward, northing, easting)."""
        return (self.upward_edges.size - 1, self.northing_edges.size - 1, self.easting_edges.size - 1)

    @property
    def size(self) -> int:
        """Number of cells, active or not."""
        return math.prod(self.shape)

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes of a model: (upward, northing, easting)."""
        return AXES

    @property
    def labels(self) -> dict[str, npt.NDArray[np.float64]]:
        """Cell centres along each axis, in metres."""
        return {axis: self._centres(axis) for axis in AXES}

    @property
    def centres(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Easting, northing and upward of the cell centres in metres, which broadcast to the shape."""
        return self.easting, self.northing[:, None], self.upward[:, None, None]

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """First and last edge of each axis in metres, by its name."""
        return {axis: (float(self.edges(axis)[0]), float(self.edges(axis)[-1])) for axis in AXES}

    @property
    def easting(self) -> npt.NDArray[np.float64]:
        """Cell centres along easting, in metres."""
        return self._centres("easting")

    @property
    def northing(self) -> npt.NDArray[np.float64]:
        """Cell centres along northing, in metres."""
        return self._centres("northing")

    @property
    def upward(self) -> npt.NDArray[np.float64]:
        """Cell centres along upward, in metres."""
        return self._centres("upward")

    def _centres(self, axis: str) -> npt.NDArray[np.float64]:
        edges = self.edges(axis)
        return 0.5 * (edges[1:] + edges[:-1])

    def widths(self, axis: str) -> npt.NDArray[np.float64]:
        """Cell widths along an axis, in metres."""
        return np.diff(self.edges(axis))

    def smallest_width(self, axis: str) -> float:
        """Width of the narrowest cell along an axis, in metres."""
        return float(self.widths(axis).min())

    def largest_width(self, axis: str) -> float:
        """Width of the widest cell along an axis, in metres."""
        return float(self.widths(axis).max())

    @property
    def volumes(self) -> npt.NDArray[np.float64]:
        """Cell volumes (upward, northing, easting), in cubic metres."""
        return np.asarray(
            self.widths("upward")[:, None, None] * self.widths("northing")[:, None] * self.widths("easting")
        )

    def uniform_spacing(self, axis: str) -> float | None:
        """Cell width along an axis where all are equal (to 1e-9 of it), else None."""
        edges = self.edges(axis)
        spacing = float(edges[-1] - edges[0]) / (edges.size - 1)
        drift = np.abs(edges - (edges[0] + spacing * np.arange(edges.size))).max()
        return spacing if drift <= 1e-9 * spacing + 4 * np.spacing(np.abs(edges).max()) else None

    def rounding(self, axis: str) -> float:
        """Distance in metres within which a coordinate is on an edge: what rounding may make of equal numbers."""
        edges, spacing = self.edges(axis), self.uniform_spacing(axis)
        drift = 0.0 if spacing is None else float(np.abs(edges - (edges[0] + spacing * np.arange(edges.size))).max())
        return drift + 4.0 * float(np.spacing(np.abs(edges).max()))

    def same_places(self, other: object) -> bool:
        """Whether another grid has the same cells, whichever are active."""
        return isinstance(other, Grid) and all(np.array_equal(self.edges(axis), other.edges(axis)) for axis in AXES)

    def with_active(self, active: npt.ArrayLike) -> Grid:
        """Return the same cells with another set of active ones."""
        return Grid(self.easting_edges, self.northing_edges, self.upward_edges, active, self.crs)  # type: ignore[arg-type]  # checked on the way in

    def with_topography(self, topography: Any) -> Grid:
        """Deactivate the cells whose centre lies above the ground.

        Parameters
        ----------
        topography : (n, 3) array_like, xarray.DataArray or Topography
            Points (easting, northing, elevation) in metres, or a grid of elevations over
            (northing, easting). Linear between points, nearest outside them.

        Raises
        ------
        InputError
            If the points are not finite triples, do not overlap the grid, or leave no active cell.
        """
        return self.with_active(below_ground(self, topography))

    def between(
        self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """First and last cell along each axis that a point touches, within :meth:`rounding`.

        Returns
        -------
        first, last : (points, 3) arrays of int
            Cells along (upward, northing, easting): one and the same inside a cell, two on a face
            between cells. -1 and the number of cells stand for what is outside the grid.
        """
        first, last = [], []
        for axis, values in zip(AXES, (upward, northing, easting), strict=True):
            edges, points, rounding = self.edges(axis), np.asarray(values, dtype=np.float64), self.rounding(axis)
            first.append(np.searchsorted(edges, points - rounding, side="left") - 1)
            last.append(np.searchsorted(edges, points + rounding, side="right") - 1)
        return np.stack(first, axis=-1), np.stack(last, axis=-1)

    def touching(self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Cells that each point touches, within :meth:`rounding`; see :meth:`geoinv.meshes.base.Mesh.touching`.

        Examples
        --------
        >>> Grid.regular((1, 1, 3), (1, 1, 1)).touching([0.5, 2.0], [0.5, 0.5], [0.5, 0.5]).tolist()
        [[0, 0, 0, 0, 0, 0, 0, 0], [1, 2, 1, 2, 1, 2, 1, 2]]
        """
        first, last = self.between(easting, northing, upward)
        index = np.stack([np.where(corner, last, first) for corner in np.ndindex(2, 2, 2)], axis=-2)
        inside = ((index >= 0) & (index < np.asarray(self.shape))).all(axis=-1)
        numbers = np.ravel_multi_index(tuple(np.moveaxis(index, -1, 0)), self.shape, mode="clip")
        return np.where(inside, numbers, -1)

    def cell_of(
        self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Cell that each point lies strictly inside.

        Returns
        -------
        index : (points, 3) array of int
            Cell along (upward, northing, easting); meaningless where `inside` is False.
        inside : (points,) array of bool
            False outside the grid and on every face, edge and corner, within :meth:`rounding`.
        """
        first, last = self.between(easting, northing, upward)
        inside = ((first == last) & (first >= 0) & (first < np.asarray(self.shape))).all(axis=-1)
        return np.clip(first, 0, np.asarray(self.shape) - 1), inside

    def inside_rock(
        self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike
    ) -> npt.NDArray[np.bool_]:
        """Tell which points have rock all around them.

        A point on a face, edge or corner lies inside the rock where all cells that touch it are
        active. Rock goes on below the grid and at its sides, so that there the cells inside it
        count; on the top of the grid there is air.

        Returns
        -------
        (points,) array of bool
            False where a touching cell is not active, and for points that touch no cell.
        """
        first, last = self.between(easting, northing, upward)
        cells = np.asarray(self.shape)
        rock = ((last >= 0) & (first < cells)).all(axis=-1) & (last[..., 0] < cells[0])
        low, high = np.clip(first, 0, cells - 1), np.clip(last, 0, cells - 1)
        for corner in np.ndindex(2, 2, 2):
            index = np.where(corner, high, low)
            rock &= self.active[tuple(np.moveaxis(index, -1, 0))]
        return np.asarray(rock)

    def top_of_rock(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Upper side of the highest active cell of each column; see :meth:`geoinv.meshes.base.Mesh.top_of_rock`."""
        highest = np.where(self.active.any(axis=0), self.shape[0] - np.argmax(self.active[::-1], axis=0), 0)
        first, last = self.between(easting, northing, np.zeros(np.shape(easting)))
        first, last, columns = first[..., 1:], last[..., 1:], np.asarray(self.shape[1:])
        over = ((last >= 0) & (first < columns)).all(axis=-1)
        low, high = np.clip(first, 0, columns - 1), np.clip(last, 0, columns - 1)
        tops = [highest[tuple(np.moveaxis(np.where(corner, high, low), -1, 0))] for corner in np.ndindex(2, 2)]
        return np.where(over, self.upward_edges[np.min(tops, axis=0)], np.nan)

    def columns(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Easting and northing of the middle of each column in metres, easting fastest."""
        northing, easting = np.meshgrid(self.northing, self.easting, indexing="ij")
        return easting.ravel(), northing.ravel()

    def faces(self) -> tuple[Faces, Faces, Faces]:
        """Return the inner faces across (upward, northing, easting)."""
        return TensorFaces(self, "upward"), TensorFaces(self, "northing"), TensorFaces(self, "easting")

    def to_xarray(self, **models: npt.ArrayLike) -> xr.Dataset:
        """Grid, and models on it, as a CF Dataset.

        Parameters
        ----------
        **models : (upward, northing, easting) arrays
            Variables by name; inactive cells become NaN. ``susceptibility`` gets its units.

        Returns
        -------
        xarray.Dataset
            Coordinates at cell centres with ``*_bounds`` and ``*_width``, and ``active``.

        Examples
        --------
        >>> grid = Grid.regular((1, 1, 2), (1, 1, 1))
        >>> grid.to_xarray(susceptibility=[[[0.1, 0.2]]]).susceptibility.sum().item()
        0.30000000000000004
        """
        return exchange.dataset_of(self, models)

    @classmethod
    def from_xarray(cls, data: xr.Dataset | xr.DataArray) -> Grid:
        """Grid of a Dataset or DataArray over (upward, northing, easting).

        Cell edges come from ``*_bounds``, else ``*_width``, else from equally spaced centres.
        Cells are active where ``active`` says so, else where a DataArray is not NaN.

        Raises
        ------
        InputError
            If an axis is missing or not in order, or its edges cannot be told.
        """
        edges, active, crs = exchange.cells_of_dataset(data)
        return cls(edges["easting"], edges["northing"], edges["upward"], active, crs)

    def to_pyvista(self, **models: npt.ArrayLike) -> pv.RectilinearGrid:
        """Grid, and models on it as cell data, as a pyvista.RectilinearGrid; inactive cells become NaN."""
        return exchange.rectilinear(self, models)

    def to_discretize(self) -> discretize.TensorMesh:
        """Return the same cells as a discretize.TensorMesh (its cell order is this model's ravel order)."""
        return exchange.tensor_mesh(self)

    @classmethod
    def from_discretize(cls, mesh: discretize.TensorMesh, active: npt.ArrayLike | None = None) -> Grid:
        """Grid of a 3D discretize.TensorMesh.

        Parameters
        ----------
        mesh : discretize.TensorMesh
            Mesh with three dimensions (x easting, y northing, z upward).
        active : (cells,) array of bool, optional
            Active cells in the mesh's own order.
        """
        grid = cls(*exchange.edges_of_tensor_mesh(mesh))
        return grid if active is None else grid.with_active(exchange.active_in_order(grid, active))

    _repr_html_ = html_of_mesh

    def __repr__(self) -> str:
        """One line: cells, extent and active share."""
        extents = ", ".join(extent_lines({axis: self.edges(axis) for axis in reversed(AXES)}))
        cells = f"{' x '.join(map(str, self.shape))} cells ({', '.join(AXES)})"
        return f"Grid {cells}, {extents}, {int(self.active.sum())} active"
