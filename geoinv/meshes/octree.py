"""The octree: cells that double in width where less detail is asked for."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import array_of, bounded, positive
from geoinv.meshes import octree_exchange
from geoinv.meshes.base import AXES, Faces
from geoinv.meshes.ground import below_ground
from geoinv.meshes.octree_checks import checked_active, checked_counts, checked_places, whole
from geoinv.meshes.octree_faces import faces_across
from geoinv.meshes.octree_for_survey import octree_for_survey
from geoinv.meshes.octree_order import place_in_order
from geoinv.meshes.stations import Stations
from geoinv.meshes.summary import html_of_mesh

if TYPE_CHECKING:
    import discretize
    import pyvista as pv
    import xarray as xr

__all__ = ["OctreeGrid"]

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer[Any]]

_FARTHEST = 1e9  # metres from the origin of any coordinate system on Earth


@dataclass(frozen=True, eq=False)
class OctreeGrid:
    """Cells of an octree over a box.

    A cell is `width` finest cells wide along each axis, a power of two, and begins at a multiple of that; all of them
    fill the box once. Models are arrays (cells,) in the order of discretize.TreeMesh
    (:mod:`geoinv.meshes.octree_order`). Cells that are not active (air) are ignored by operators and regularizers.

    Parameters
    ----------
    corner : (cells, 3) array of int
        Lower corner of each cell along (upward, northing, easting), counted in finest cells.
    width : (cells,) array of int
        Width of each cell in finest cells: 1, 2, 4, ...
    counts : (int, int, int)
        Finest cells of the box along (upward, northing, easting), powers of two.
    spacing : (float, float, float)
        Size of the finest cells in metres, along the same axes.
    origin : (float, float, float)
        The (bottom, south, west) corner in metres.
    active : (cells,) array of bool, optional
        Cells that hold rock; all by default.
    crs : str, optional
        Coordinate reference system, as an authority code or WKT.

    Raises
    ------
    InputError
        If the cells do not fill the box once, stand in another order, or an argument is not one of the above.

    Examples
    --------
    >>> mesh = OctreeGrid([[0, 0, 0], [0, 0, 2]], [2, 2], (2, 2, 4), (10.0, 10.0, 10.0))
    >>> mesh.shape, mesh.volumes.tolist(), mesh.faces()[2].area.tolist()
    ((2,), [8000.0, 8000.0], [400.0])
    """

    corner: Integers
    width: Integers
    counts: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    active: npt.NDArray[np.bool_] = None  # type: ignore[assignment]
    crs: str | None = None
    _places: Integers = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check and freeze the arrays."""
        counts = checked_counts(self.counts)
        for name, limit in (("spacing", 1e7), ("origin", _FARTHEST)):
            values = array_of("OctreeGrid", name, getattr(self, name), shape=(3,), names=AXES)
            bounded("OctreeGrid", name, values, limit, "give metres")
            if name == "spacing":
                positive("OctreeGrid", name, values, "give cell sizes in metres")
            object.__setattr__(self, name, tuple(float(value) for value in values))
        width = whole("width", self.width, (None,)).astype(np.int32)
        corner = whole("corner", self.corner, (width.size, 3)).astype(np.int32)
        object.__setattr__(self, "counts", counts)
        places = checked_places(corner, width, counts)
        active = checked_active(self.active, width.size)
        for name, array in (("corner", corner), ("width", width), ("active", active), ("_places", places)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a model: (cells,)."""
        return (int(self.width.size),)

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes of a model: (cell,)."""
        return ("cell",)

    @property
    def labels(self) -> dict[str, Array]:
        """Coordinates along the axes of a model: cells have none."""
        return {}

    @property
    def size(self) -> int:
        """Number of cells, active or not."""
        return int(self.width.size)

    @property
    def level(self) -> Integers:
        """How often the width of each cell is twice the finest: 0 for the finest."""
        return np.asarray(np.log2(self.width).round().astype(np.int32))

    @property
    def volumes(self) -> Array:
        """Cell volumes in cubic metres."""
        return np.asarray(float(np.prod(self.spacing)) * self.width.astype(np.float64) ** 3)

    @property
    def centres(self) -> tuple[Array, Array, Array]:
        """Easting, northing and upward of the cell centres in metres, (cells,) each."""
        upward, northing, easting = (
            np.asarray(self.origin[k] + self.spacing[k] * (self.corner[:, k] + 0.5 * self.width), np.float64)
            for k in range(3)
        )
        return easting, northing, upward

    def cell_edges(self, axis: str) -> tuple[Array, Array]:
        """Lower and upper side of each cell along an axis in metres, (cells,) each."""
        place = AXES.index(axis)
        corner, start, spacing = self.corner[:, place].astype(np.float64), self.origin[place], self.spacing[place]
        return start + spacing * corner, start + spacing * (corner + self.width)

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest coordinate of the box in metres, by axis."""
        return {
            axis: (self.origin[k], self.origin[k] + self.spacing[k] * self.counts[k]) for k, axis in enumerate(AXES)
        }

    def smallest_width(self, axis: str) -> float:
        """Width of the narrowest cell along an axis, in metres."""
        return self.spacing[AXES.index(axis)] * int(self.width.min())

    def largest_width(self, axis: str) -> float:
        """Width of the widest cell along an axis, in metres."""
        return self.spacing[AXES.index(axis)] * int(self.width.max())

    def rounding(self, axis: str) -> float:
        """Distance in metres within which a coordinate is on a face: what rounding may make of equal numbers."""
        return 4.0 * float(np.spacing(max(abs(end) for end in self.bounds[axis])))

    def same_places(self, other: object) -> bool:
        """Whether another octree has the same cells, whichever are active."""
        return (
            isinstance(other, OctreeGrid)
            and (self.counts, self.spacing, self.origin) == (other.counts, other.spacing, other.origin)
            and np.array_equal(self._places, other._places)
        )

    def with_active(self, active: npt.ArrayLike) -> OctreeGrid:
        """Return the same cells with another set of active ones."""
        other, checked = copy.copy(self), checked_active(active, self.size)
        checked.setflags(write=False)
        other.__dict__.pop("_faces", None)
        object.__setattr__(other, "active", checked)
        return other

    def with_topography(self, topography: Any) -> OctreeGrid:
        """Deactivate the cells whose centre lies above the ground, as :meth:`geoinv.Grid.with_topography` does."""
        return self.with_active(below_ground(self, topography))

    def cell_at(self, index: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Cell that holds each finest cell.

        Parameters
        ----------
        index : (..., 3) array of int
            Finest cells along (upward, northing, easting), inside the box.
        """
        return np.searchsorted(self._places, place_in_order(index, self.counts), side="right") - 1

    def _between(self, axis: str, values: npt.ArrayLike) -> tuple[Integers, Integers]:
        """First and last finest cell along an axis that a coordinate touches; -1 and their number: outside."""
        place, rounding = AXES.index(axis), self.rounding(axis)
        offset, spacing = np.asarray(values, np.float64) - self.origin[place], self.spacing[place]
        first = np.ceil(np.clip((offset - rounding) / spacing, 0.0, self.counts[place] + 1.0)).astype(np.int64) - 1
        last = np.floor(np.clip((offset + rounding) / spacing, -1.0, self.counts[place])).astype(np.int64)
        return np.minimum(first, self.counts[place]), last

    def touching(self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Cells that each point touches, within :meth:`rounding`; see :meth:`geoinv.meshes.base.Mesh.touching`."""
        index, inside = self._around(easting, northing, upward)
        return np.where(inside.all(axis=-1), self.cell_at(index), -1)

    def _around(self, *point: npt.ArrayLike) -> tuple[Integers, npt.NDArray[np.bool_]]:
        """Finest cells (points, 8, 3) at a point (easting, northing, upward), within the box, and whether they are."""
        ends = [self._between(axis, values) for axis, values in zip(AXES, reversed(point), strict=True)]
        corners = [np.stack([ends[k][side[k]] for k in range(3)], axis=-1) for side in np.ndindex(2, 2, 2)]
        index = np.stack(corners, axis=-2)
        inside = (index >= 0) & (index < np.asarray(self.counts))
        return np.clip(index, 0, np.asarray(self.counts) - 1), inside

    def inside_rock(
        self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike
    ) -> npt.NDArray[np.bool_]:
        """Tell which points have rock all around them; see :meth:`geoinv.meshes.base.Mesh.inside_rock`."""
        index, inside = self._around(easting, northing, upward)
        # a point that touches the box at all, and not its top, where there is air
        touches = np.all(inside.any(axis=-2), axis=-1) & inside[..., -1, 0]
        return np.asarray(touches & self.active[self.cell_at(index)].all(axis=-1))

    def top_of_rock(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> Array:
        """Upper side of the highest active cell of each column; see :meth:`geoinv.meshes.base.Mesh.top_of_rock`."""
        middle = np.full(np.shape(easting), 0.5 * sum(self.bounds["upward"]))
        index, inside = self._around(easting, northing, middle)
        tops = np.min([self._highest(index[..., corner, 1:]) for corner in range(4)], axis=0)
        over = np.asarray(inside.any(axis=-2))[..., 1:].all(axis=-1)
        return np.where(over, self.origin[0] + self.spacing[0] * tops, np.nan)

    def _highest(self, columns: Integers) -> npt.NDArray[np.int64]:
        """Upper side of the highest active cell of columns (points, 2) (northing, easting), in finest cells."""
        top = np.full(len(columns), self.counts[0], np.int64)
        looking = np.arange(len(columns))
        while looking.size:
            index = np.column_stack([top[looking] - 1, columns[looking]])
            cell = self.cell_at(index)
            air = ~self.active[cell]
            top[looking[air]] = self.corner[cell[air], 0]
            looking = looking[air]
            looking = looking[top[looking] > 0]
        return top

    def columns(self) -> tuple[Array, Array]:
        """Easting and northing of the middle of each column, as narrow as its narrowest cell, in metres."""
        flat, width = self.corner * np.array([0, 1, 1]), self.width.astype(np.int64)
        place = place_in_order(flat, (min(self.counts[1:]), *self.counts[1:]))
        order = np.lexsort((-width, place))
        place, width, flat = place[order], width[order], flat[order]
        # squares in plan: the next one in order that is not within it follows one that holds no narrower square
        narrowest = np.append(place[1:] >= place[:-1] + width[:-1] ** 3, True)
        northing, easting = (
            self.origin[k] + self.spacing[k] * (flat[narrowest, k] + 0.5 * width[narrowest]) for k in (1, 2)
        )
        return easting, northing

    @cached_property
    def _faces(self) -> tuple[Faces, Faces, Faces]:
        return faces_across(self, "upward"), faces_across(self, "northing"), faces_across(self, "easting")

    def faces(self) -> tuple[Faces, Faces, Faces]:
        """Return the inner faces across (upward, northing, easting), hanging ones included."""
        return self._faces

    def to_xarray(self, **models: npt.ArrayLike) -> xr.Dataset:
        """Octree, and models on it, as a CF Dataset over ``cell``.

        Parameters
        ----------
        **models : (cells,) arrays
            Variables by name; inactive cells become NaN. ``susceptibility`` gets its units.

        Returns
        -------
        xarray.Dataset
            Coordinates at cell centres with ``*_bounds``, ``active``, and the box in ``octree``.
        """
        return octree_exchange.dataset_of(self, models)

    @classmethod
    def from_xarray(cls, data: xr.Dataset | xr.DataArray) -> OctreeGrid:
        """Octree of a Dataset or DataArray over ``cell``, as :meth:`to_xarray` makes it.

        Raises
        ------
        InputError
            If the box or the cells' bounds are missing, or the cells do not fill the box in their order.
        """
        return cls(*octree_exchange.cells_of_dataset(data))

    def to_pyvista(self, **models: npt.ArrayLike) -> pv.UnstructuredGrid:
        """Octree, and models on it as cell data, as a pyvista.UnstructuredGrid of voxels; inactive cells become NaN."""
        return octree_exchange.voxels(self, models)

    def to_discretize(self) -> discretize.TreeMesh:
        """Return the same cells in the same order as a discretize.TreeMesh.

        Raises
        ------
        InputError
            If discretize has no such mesh: it lets cells that share a face differ by one level only.
        """
        return octree_exchange.tree_mesh(self)

    @classmethod
    def from_discretize(cls, mesh: discretize.TreeMesh, active: npt.ArrayLike | None = None) -> OctreeGrid:
        """Octree of a 3D discretize.TreeMesh, cells in its order.

        Parameters
        ----------
        mesh : discretize.TreeMesh
            Finalized mesh with three dimensions (x easting, y northing, z upward) and one finest width along each.
        active : (cells,) array of bool, or of 0 and 1, optional
            Active cells in the mesh's own order; all by default.

        Raises
        ------
        InputError
            If it is another mesh, rotated, or its finest cells differ in width, or `active` is no mark of each cell.
        """
        octree = cls(*octree_exchange.cells_of_tree_mesh(mesh))
        return octree if active is None else octree.with_active(octree_exchange.marks(active, octree.size))

    @classmethod
    def for_survey(cls, survey: Stations, cell: float, depth: float, topography: Any = None) -> OctreeGrid:
        """Octree of cubes for a survey: finest at the ground below the stations, wider with depth and distance.

        Cells `cell` wide reach six to eight cells down, twice as wide ones as deep again in their own widths, and so
        on. Columns are below the survey where they are as near to a station as places between the stations usually
        are. The box reaches at least `depth` below the lowest ground and as far beyond the stations, each side on to
        the next power of two. Without topography the ground is flat, half a cell below the lowest station.

        Parameters
        ----------
        survey : Survey
            Stations.
        cell : float
            Edge of the finest cubes in metres.
        depth : float
            Depth below the lowest ground in metres.
        topography : (n, 3) array_like, xarray.DataArray or Topography, optional
            As for :meth:`geoinv.Grid.with_topography`. Cells that rise above a station are cut away as well.

        Raises
        ------
        InputError
            As :func:`geoinv.surveys.mesh_for_survey.mesh_for_survey` does.

        Examples
        --------
        >>> import geoinv
        >>> field = geoinv.MainField(65.0, 25.0, 50000.0)
        >>> survey = geoinv.Survey([0.0, 95.0, 210.0], [0.0, 40.0, 80.0], [30.0, 31.0, 33.0], field=field)
        >>> mesh = OctreeGrid.for_survey(survey, cell=20.0, depth=100.0)
        >>> mesh.counts, mesh.bounds["upward"], np.unique(mesh.width).tolist()
        ((8, 16, 32), (-140.0, 20.0), [1, 2])
        """
        return octree_for_survey(cls, survey, cell, depth, topography)

    _repr_html_ = html_of_mesh

    def __repr__(self) -> str:
        """One line: cells, their widths, extent and how many are active."""
        bounds = reversed(self.bounds.items())
        extents = ", ".join(f"{axis} {low:.10g} to {high:.10g} m" for axis, (low, high) in bounds)
        widths = " x ".join(f"{size:g}" for size in self.spacing)
        return (
            f"OctreeGrid of {self.size} cells, finest {widths} m ({', '.join(AXES)}), {extents}, "
            f"{int(self.active.sum())} active"
        )
