"""The layers of a tensor mesh that one process holds, with the faces to the next layer that another holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import Faces
from geoinv.meshes.tensor import Grid
from geoinv.meshes.tensor_faces import TensorFaces
from geoinv.parallel.slab_faces import SlabFaces
from geoinv.parallel.slabs import LayerSlabs

if TYPE_CHECKING:
    import pyvista as pv
    import xarray as xr

__all__ = ["SlabMesh"]

Array = npt.NDArray[np.float64]


class SlabMesh:
    """Slab of a grid, a :class:`geoinv.meshes.base.Mesh` whose models are those of its own layers.

    What is asked of single cells is answered for these; what is asked of places (stations above or inside the rock,
    cell widths, bounds) for the whole mesh, which every process knows.

    Parameters
    ----------
    whole : Grid
        The whole mesh.
    slabs : LayerSlabs
        How it is split.
    """

    def __init__(self, whole: Grid, slabs: LayerSlabs) -> None:
        self.whole, self.slabs = whole, slabs

    @cached_property
    def cells(self) -> Grid:
        """The slab as a mesh of its own."""
        own, grid = self.slabs.own, self.whole
        edges = grid.upward_edges[own.start : own.stop + 1]
        return Grid(grid.easting_edges, grid.northing_edges, edges, grid.active[own], grid.crs)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of this slab's models."""
        return self.cells.shape

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes of a model."""
        return self.cells.dims

    @property
    def labels(self) -> Mapping[str, Array]:
        """Coordinates along the axes of this slab's models."""
        return self.cells.labels

    @property
    def size(self) -> int:
        """Number of this slab's cells."""
        return self.cells.size

    @property
    def active(self) -> npt.NDArray[np.bool_]:
        """Cells of this slab that hold rock."""
        return self.cells.active

    @property
    def crs(self) -> str | None:
        """Coordinate reference system."""
        return self.whole.crs

    @property
    def volumes(self) -> Array:
        """Volumes of this slab's cells."""
        return self.cells.volumes

    @property
    def centres(self) -> tuple[Array, Array, Array]:
        """Centres of this slab's cells."""
        return self.cells.centres

    @property
    def bounds(self) -> Mapping[str, tuple[float, float]]:
        """Box of the whole mesh."""
        return self.whole.bounds

    def smallest_width(self, axis: str) -> float:
        """Narrowest cell of the whole mesh along an axis."""
        return self.whole.smallest_width(axis)

    def largest_width(self, axis: str) -> float:
        """Widest cell of the whole mesh along an axis."""
        return self.whole.largest_width(axis)

    def rounding(self, axis: str) -> float:
        """Distance within which a coordinate is on a face."""
        return self.whole.rounding(axis)

    def same_places(self, other: object) -> bool:
        """Whether another mesh has this slab's cells."""
        return self.cells.same_places(other)

    def with_active(self, active: npt.ArrayLike) -> SlabMesh:
        """Return a slab of the whole mesh with another set of active cells."""
        return SlabMesh(self.whole.with_active(active), self.slabs)

    def with_topography(self, topography: Any) -> SlabMesh:
        """Deactivate the cells of the whole mesh above the ground."""
        return SlabMesh(self.whole.with_topography(topography), self.slabs)

    def touching(self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Cells of the whole mesh that each point touches."""
        return self.whole.touching(easting, northing, upward)

    def inside_rock(
        self, easting: npt.ArrayLike, northing: npt.ArrayLike, upward: npt.ArrayLike
    ) -> npt.NDArray[np.bool_]:
        """Tell which points have rock all around them in the whole mesh."""
        return self.whole.inside_rock(easting, northing, upward)

    def top_of_rock(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> Array:
        """Upper side of the highest active cell of the whole mesh at each place."""
        return self.whole.top_of_rock(easting, northing)

    def columns(self) -> tuple[Array, Array]:
        """Middle of each column of cells."""
        return self.whole.columns()

    def faces(self) -> tuple[Faces, Faces, Faces]:
        """Faces between this slab's cells, and those above them that the next slab begins at."""
        return SlabFaces(self), TensorFaces(self.cells, "northing"), TensorFaces(self.cells, "easting")

    def to_xarray(self, **models: npt.ArrayLike) -> xr.Dataset:
        """Slab, and models on it, as a CF Dataset."""
        return self.cells.to_xarray(**models)

    def to_pyvista(self, **models: npt.ArrayLike) -> pv.RectilinearGrid:
        """Slab, and models on it, as a PyVista data set."""
        return self.cells.to_pyvista(**models)
