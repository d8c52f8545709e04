"""Straight-ray tomography: travel times between boreholes through a section of slowness."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.backend import Resident, array_module
from geoinv.core.checks import InputError, array_of, choice, finite, positive, shape_text
from geoinv.operators._straight_ray_numba import back_project, integrate
from geoinv.operators.cuda import Runner, Source, blocks_of, on_gpu, real_source

__all__ = ["StraightRayTomography"]

Floats = npt.NDArray[np.float64]

ROUNDING = 8.0 * float(np.finfo(np.float64).eps)
"""Distance from a face, in cells, that rounding of a coordinate alone explains."""


class StraightRayTomography(LinearOperator):
    """Travel times along straight rays through a vertical section of cells.

    Maps slowness (depth, distance) in s/m, first row at the top, to travel times (ray,) in s: the sum of
    slowness times length over the cells that a ray passes. The section spans 0 to rows x spacing in depth
    and 0 to columns x spacing in distance; what a ray runs outside of it takes no time. A ray along a
    face between two cells belongs to each by half, one along the section's rim to the cell inside.

    Parameters
    ----------
    shape : (int, int)
        Rows, downward, and columns.
    spacing : float or (float, float)
        Width of the cells along distance and depth, in metres.
    sources, receivers : (rays, 2) arrays
        Distance and depth, in metres, of the two ends of each ray.
    dtype : str
        ``"float64"`` or ``"float32"``, of slowness and times.

    Raises
    ------
    InputError
        If a size is not positive, there is no ray, the ends do not pair up or one is not finite.

    Notes
    -----
    Rays are cut at the faces they cross (Siddon 1985, doi:10.1118/1.595715), found in order as by
    Amanatides and Woo (1987). Nothing is stored but the ends of the rays.

    Examples
    --------
    Every source of one borehole to every receiver of another, through 4 km/s:

    >>> depths = np.array([0.5, 1.5])
    >>> ends = [(0.0, s, 3.0, r) for s in depths for r in depths]
    >>> A = StraightRayTomography((2, 3), 1.0, np.array(ends)[:, :2], np.array(ends)[:, 2:])
    >>> (1e3 * A(np.full((2, 3), 1 / 4000.0))).round(4).tolist()
    [0.75, 0.7906, 0.7906, 0.75]
    """

    device_arrays = True

    def __init__(
        self,
        shape: tuple[int, int],
        spacing: float | tuple[float, float],
        sources: npt.ArrayLike,
        receivers: npt.ArrayLike,
        dtype: npt.DTypeLike = "float64",
    ) -> None:
        owner = "StraightRayTomography"
        choice(owner, "dtype", np.dtype(dtype).name, ("float64", "float32"))
        extents = array_of(owner, "shape", shape, shape=(2,), names=("rows and columns",))
        positive(owner, "shape", extents, "give at least one row and one column")
        width = array_of(owner, "spacing", spacing)
        width = array_of(owner, "spacing", width if width.ndim else [width, width], shape=(2,))
        positive(owner, "spacing", width, "give the width of a cell along distance and depth in metres")
        self.sources = _points("sources", sources)
        self.receivers = _points("receivers", receivers)
        if self.sources.shape != self.receivers.shape:
            raise InputError(
                f"{owner} expects a source and a receiver for each ray, got {len(self.sources)} sources and "
                f"{len(self.receivers)} receivers; repeat each for all its rays"
            )
        self.domain_shape = tuple(int(n) for n in extents)
        self.range_shape = (len(self.sources),)
        self.spacing = (float(width[0]), float(width[1]))
        self.dtype = np.dtype(dtype)
        start, end = _in_cells(self.sources / width), _in_cells(self.receivers / width)
        self._rays = np.hstack([start, end - start])
        self._lengths = np.hypot(*(self.receivers - self.sources).T)
        self._on_gpu = (Resident(np.ascontiguousarray(self._rays.T)), Resident(self._lengths))

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        library = array_module(x)
        times = library.empty((x.shape[0], *self.range_shape), self.dtype)
        if library is not np:
            rays, lengths = (of.beside(x) for of in self._on_gpu)
            integrate_on_gpu(on_gpu(), rays, lengths, x, times)
            return times  # type: ignore[no-any-return]
        integrate(self._rays, self._lengths, *self.domain_shape, x.reshape(len(x), -1), times)
        return times  # type: ignore[no-any-return]

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        library = array_module(y)
        if library is not np:
            sections = library.empty((y.shape[0], *self.domain_shape), self.dtype)
            rays, lengths = (of.beside(y) for of in self._on_gpu)
            back_project_on_gpu(on_gpu(), rays, lengths, y, sections)
            return sections  # type: ignore[no-any-return]
        sections = np.zeros((y.shape[0], math.prod(self.domain_shape)))
        back_project(self._rays, self._lengths, *self.domain_shape, y, sections)
        return sections.reshape(-1, *self.domain_shape)

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Names of the section's dimensions."""
        return ("depth", "distance")

    @property
    def range_names(self) -> tuple[str, ...]:
        """Name of the data's dimension."""
        return ("ray",)


PATCH = (8, 16)
"""Rows and columns of the cells that a block of the GPU gathers."""


def source_of(dtype: np.dtype[Any]) -> Source:
    """CUDA source for slowness and times of a type."""
    return real_source("straight_ray.cu", dtype, TILE=PATCH[0] * PATCH[1], PATCH_COLUMNS=PATCH[1])


def integrate_on_gpu(runner: Runner, rays: Any, lengths: Any, slowness: Any, times: Any) -> None:
    """Do on a GPU what :func:`geoinv.operators._straight_ray_numba.integrate` does, with rays (4, rays)."""
    source, count = source_of(times.dtype), lengths.size
    blocks = len(times) * blocks_of(count, source.tile)
    runner.run(source, "integrate", blocks, rays, lengths, count, slowness, *slowness.shape[1:], times)


def back_project_on_gpu(runner: Runner, rays: Any, lengths: Any, times: Any, sections: Any) -> None:
    """Transpose of :func:`integrate_on_gpu`; `sections` (batch, rows, columns) receives it."""
    source, (batch, rows, columns) = source_of(times.dtype), sections.shape
    blocks = batch * blocks_of(rows, PATCH[0]) * blocks_of(columns, PATCH[1])
    runner.run(source, "back_project", blocks, rays, lengths, lengths.size, times, rows, columns, sections)


def _points(name: str, values: npt.ArrayLike) -> Floats:
    """Ends of rays, checked."""
    owner = "StraightRayTomography"
    points = array_of(owner, name, values)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise InputError(
            f"{owner} expects {name} of shape (rays, 2), distance and depth of at least one point, "
            f"got {shape_text(points.shape)}"
        )
    finite(owner, name, points, "remove those rays")
    return points.copy()


def _in_cells(positions: Floats) -> Floats:
    """Positions in cells, on a face where only rounding is between: 3 x 0.1 m is on face 3 of cells of 0.1 m."""
    nearest = np.rint(positions)
    rounding = ROUNDING * np.maximum(np.abs(positions), 1.0)
    return np.where(np.abs(positions - nearest) <= rounding, nearest, positions)
