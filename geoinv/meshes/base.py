"""What every mesh answers: its cells, the faces between them, and where a point lies among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeGuard, runtime_checkable

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyvista as pv
    import xarray as xr

__all__ = ["AXES", "CubicCells", "Faces", "Mesh", "of_cubes"]

Array = npt.NDArray[np.float64]

AXES = ("upward", "northing", "easting")


class Faces(Protocol):
    """The faces between neighbouring cells along one axis.

    Arrays over the faces have the shape :attr:`shape`, or broadcast to it. Leading axes of a model, as the components
    of a vector, pass through.
    """

    @property
    def axis(self) -> str:
        """Axis that crosses the faces: upward, northing or easting."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a value a face."""

    @property
    def area(self) -> Array:
        """Area of each face in square metres."""

    @property
    def distance(self) -> Array:
        """Distance along the axis between the centres of the two cells, in metres."""

    @property
    def both_active(self) -> npt.NDArray[np.bool_]:
        """Faces between two active cells."""

    def difference(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Value in the cell after each face, along the axis, less that in the cell before it."""

    def mean(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Mean of the values in the two cells at each face."""

    def adjoint(self, values: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """Transpose of :meth:`difference`: to each cell its faces' values with their signs, added to `out` if given."""

    def mean_adjoint(self, values: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """Transpose of :meth:`mean`: half of its faces' values to each cell, added to `out` if given."""


@runtime_checkable
class Mesh(Protocol):
    """Right-angled cells that fill a box, some of them active.

    A model has one value a cell, in an array of :attr:`shape`. Cells that are not active (air) are ignored by operators
    and regularizers. Everything but the engines of operators sees a mesh by this protocol.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a model."""

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes of a model: (upward, northing, easting), or (cell,)."""

    @property
    def labels(self) -> Mapping[str, Array]:
        """Coordinates along the axes of a model, as far as these have any."""

    @property
    def size(self) -> int:
        """Number of cells, active or not."""

    @property
    def active(self) -> npt.NDArray[np.bool_]:
        """Cells that hold rock, an array of :attr:`shape`."""

    @property
    def crs(self) -> str | None:
        """Coordinate reference system, as an authority code or WKT."""

    @property
    def volumes(self) -> Array:
        """Cell volumes in cubic metres, an array of :attr:`shape`."""

    @property
    def centres(self) -> tuple[Array, Array, Array]:
        """Easting, northing and upward of the cell centres in metres, which broadcast to :attr:`shape`."""

    @property
    def bounds(self) -> Mapping[str, tuple[float, float]]:
        """Lowest and highest coordinate of the box in metres, by axis."""

    def smallest_width(self, axis: str) -> float:
        """Width of the narrowest cell along an axis, in metres."""

    def largest_width(self, axis: str) -> float:
        """Width of the widest cell along an axis, in metres."""

    def rounding(self, axis: str) -> float:
        """Distance in metres within which a coordinate is on a cell face."""

    def same_places(self, other: object) -> bool:
        """Whether another mesh has the same cells in the same order, whichever are active."""

    def with_active(self, active: npt.ArrayLike) -> Self:
        """Return the same cells with another set of active ones."""

    def with_topography(self, topography: Any) -> Self:
        """Deactivate the cells whose centre lies above the ground, see :func:`geoinv.meshes.ground.below_ground`."""

    def touching(self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Cells that each point touches, within :meth:`rounding`.

        Returns
        -------
        (points, 8) array of int
            Numbers of cells, in the order of a raveled model: one and the same inside a cell, more on faces, edges and
            corners; those to the upper side last. -1 stands for what is outside the mesh.
        """

    def inside_rock(
        self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike
    ) -> npt.NDArray[np.bool_]:
        """Tell which points have rock all around them.

        A point on a face, edge or corner lies inside the rock where all cells that touch it are active. Rock goes on
        below the mesh and at its sides, so that there the cells inside it count; on the top of the mesh there is air.

        Returns
        -------
        (points,) array of bool
            False where a touching cell is not active, and for points that touch no cell.
        """

    def top_of_rock(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> Array:
        """Upper side of the highest active cell at each place, in metres.

        Returns
        -------
        (points,) array
            On a face between columns the lower one's; the bottom of the mesh where no cell is active; NaN outside.
        """

    def columns(self) -> tuple[Array, Array]:
        """Return easting and northing of the middle of each column of cells in metres, (columns,) each."""

    def faces(self) -> tuple[Faces, Faces, Faces]:
        """Return the inner faces across (upward, northing, easting)."""

    def to_xarray(self, **models: npt.ArrayLike) -> xr.Dataset:
        """Mesh, and models on it, as a CF Dataset; inactive cells become NaN."""

    def to_pyvista(self, **models: npt.ArrayLike) -> pv.DataSet:
        """Mesh, and models on it as cell data, as a PyVista data set; inactive cells become NaN."""


class CubicCells(Mesh, Protocol):
    """A mesh each of whose cells is a cube of finest cells, a power of two wide: what operators need of an octree."""

    @property
    def corner(self) -> npt.NDArray[np.integer[Any]]:
        """Lower corner (cells, 3) along (upward, northing, easting), counted in finest cells."""

    @property
    def width(self) -> npt.NDArray[np.integer[Any]]:
        """Width (cells,) in finest cells: 1, 2, 4, ..., of which the corner is a multiple."""

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Size of the finest cells in metres."""

    @property
    def origin(self) -> tuple[float, float, float]:
        """Where corners are counted from, in metres."""

    def cell_at(self, index: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Cell that holds each finest cell of an (n, 3) index; -1 where there is none."""


def of_cubes(mesh: Any) -> TypeGuard[CubicCells]:
    """Whether a mesh's cells are cubes of finest cells."""
    return all(hasattr(mesh, name) for name in ("corner", "width", "cell_at", "spacing"))
