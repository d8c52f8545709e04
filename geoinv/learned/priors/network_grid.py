"""Between the cells of any mesh and the regular grid that a convolutional network sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.meshes.base import AXES, Mesh

__all__ = ["NetworkGrid"]

Array = npt.NDArray[np.float64]

MARGIN = 4.0
"""Cells around the stations that the grid reaches out to, as far as there is mesh."""

DEPTH = 16.0
"""Cell widths below the ground that the grid reaches down to."""

DENSE, FLAT = 1.25, 0.4
"""Distance of stations over the width of a cell that the grid is made for, and the least height of a cell over it."""

LEAST = (4, 8, 8)
"""Cells along (upward, northing, easting) that a network needs around itself."""


@dataclass(frozen=True, eq=False)
class NetworkGrid:
    """Regular grid under the stations of a survey, and what it has in common with a mesh.

    Its cells are those of the mesh where these are regular and about as wide as the stations are apart; else some
    smallest cells wide. A value of the grid is the mean over the centres of mesh cells within its cell, or that of the
    mesh cell around its centre; and the other way round.

    Parameters
    ----------
    mesh : Mesh
        Cells of the model.
    origin, spacing : (float, float, float)
        Its lower corner and its cells' size along (upward, northing, easting), in metres.
    shape : (int, int, int)
        Its cells.

    Examples
    --------
    >>> from geoinv.meshes.tensor import Grid
    >>> mesh = Grid.regular((4, 8, 8), (10.0, 20.0, 20.0))
    >>> model = np.random.default_rng(0).random(mesh.shape)
    >>> grid = NetworkGrid(mesh, (0.0, 0.0, 0.0), (10.0, 20.0, 20.0), (4, 8, 8))
    >>> bool(np.all(grid.of_mesh(model) == model) and np.all(grid.to_mesh(model, np.zeros(mesh.shape)) == model))
    True
    """

    mesh: Mesh
    origin: tuple[float, ...]
    spacing: tuple[float, ...]
    shape: tuple[int, ...]

    @classmethod
    def under(cls, mesh: Mesh, survey: Any) -> NetworkGrid:
        """Grid under the stations of a survey, aligned with the smallest cells of the mesh.

        Raises
        ------
        InputError
            If no station is over the mesh, or the grid would be smaller than a network needs.
        """
        smallest = np.array([mesh.smallest_width(axis) for axis in AXES])
        widths = smallest[1:] * np.maximum(1.0, np.round(smallest[1:].max() / smallest[1:]))
        ends = [(np.min(places), np.max(places)) for places in (survey.northing, survey.easting)]
        bounds = mesh.bounds
        area = np.prod([high - low for low, high in ends])
        width = float(np.sqrt(widths.prod()))
        times = max(1, round(float(np.sqrt(area / len(survey.easting))) / (DENSE * width)))
        widths, width = widths * times, width * times
        height = smallest[0] * max(1, ceil(FLAT * width / smallest[0] - 1e-6))
        spacing = np.array([height, *widths])
        sides = []
        for (low, high), axis, size in zip(ends, AXES[1:], widths, strict=True):
            sides.append((max(bounds[axis][0], low - MARGIN * size), min(bounds[axis][1], high + MARGIN * size)))
        easting, northing = mesh.columns()
        over = (northing > sides[0][0]) & (northing < sides[0][1]) & (easting > sides[1][0]) & (easting < sides[1][1])
        if not over.any():
            raise InputError(
                "GeologyPrior expects stations over the mesh, got none; check that mesh and survey have one "
                "coordinate system"
            )
        tops = mesh.top_of_rock(easting[over], northing[over])
        box = np.array([(max(bounds["upward"][0], np.min(tops) - DEPTH * width), np.max(tops)), *sides])
        anchor = _corner(mesh, smallest, easting[over], northing[over], tops)
        # from a side of smallest cells on, within the box, and from the ground downward
        low = anchor + smallest * np.ceil((box[:, 0] - anchor) / smallest - 1e-6)
        high = anchor + smallest * np.floor((box[:, 1] - anchor) / smallest + 1e-6)
        count = np.floor((high - low) / spacing + 1e-6)
        low[0] = high[0] - count[0] * spacing[0]
        shape = tuple(int(number) for number in np.maximum(count, 0.0))
        if any(number < least for number, least in zip(shape, LEAST, strict=True)):
            raise InputError(
                f"GeologyPrior expects {_times(LEAST)} cells (upward, northing, easting) or more under the stations, "
                f"{height:.4g} m high and {width:.4g} m wide, got {_times(shape)}; make the mesh larger or its cells "
                "smaller, or take another regularizer"
            )
        return cls(mesh, tuple(low.tolist()), tuple(spacing.tolist()), shape)

    @property
    def width(self) -> float:
        """Width of a cell in metres, the geometric mean of both."""
        return float(np.sqrt(self.spacing[1] * self.spacing[2]))

    @cached_property
    def _around(self) -> npt.NDArray[np.intp]:
        """Mesh cell around each centre of the grid, -1 outside the mesh."""
        centres = [
            start + size * (np.arange(number) + 0.5)
            for start, size, number in zip(self.origin, self.spacing, self.shape, strict=True)
        ]
        upward, northing, easting = (axis.ravel() for axis in np.meshgrid(*centres, indexing="ij"))
        return self.mesh.touching(easting, northing, upward)[:, 0]

    @cached_property
    def _within(self) -> npt.NDArray[np.intp]:
        """Cell of the grid around each centre of the mesh, -1 outside the grid."""
        centres = [np.broadcast_to(axis, self.mesh.shape).ravel() for axis in reversed(self.mesh.centres)]
        place = [
            np.floor((axis - start) / size).astype(np.intp)
            for axis, start, size in zip(centres, self.origin, self.spacing, strict=True)
        ]
        inside = np.all([(at >= 0) & (at < number) for at, number in zip(place, self.shape, strict=True)], axis=0)
        clipped = [np.clip(at, 0, number - 1) for at, number in zip(place, self.shape, strict=True)]
        return np.where(inside, np.ravel_multi_index(clipped, self.shape), -1)

    @cached_property
    def _rock(self) -> Array:
        """Share (cells,) of each cell of the grid that is rock."""
        return _carried(self.mesh.active.ravel().astype(float), self._within, self._around)

    @cached_property
    def active(self) -> npt.NDArray[np.bool_]:
        """Cells of the grid at least half of which are rock."""
        return np.asarray(self._rock.reshape(self.shape) >= 0.5)

    def of_mesh(self, model: Array) -> Array:
        """Values of the grid from a model of the mesh, as means over rock; zero where there is none."""
        values = _carried(np.where(self.mesh.active, model, 0.0).ravel(), self._within, self._around)
        mean = np.divide(values, self._rock, out=np.zeros_like(values), where=self._rock > 0.0)
        return np.asarray(np.where(self.active, mean.reshape(self.shape), 0.0))

    def to_mesh(self, values: Array, outside: Array) -> Array:
        """Model of the mesh from values of the grid; cells that the grid does not reach keep those of `outside`."""
        carried = _carried(np.asarray(values).ravel(), self._around, self._within)
        reached = _carried(np.ones(values.size), self._around, self._within) > 0.0
        model = np.where(reached.reshape(self.mesh.shape), carried.reshape(self.mesh.shape), outside)
        return np.asarray(np.where(self.mesh.active, model, 0.0))


def _corner(mesh: Mesh, smallest: Array, easting: Array, northing: Array, tops: Array) -> Array:
    """Lower corner of the cell at the ground in the middle, along (upward, northing, easting)."""
    middle = int(np.argmin((easting - np.median(easting)) ** 2 + (northing - np.median(northing)) ** 2))
    at = (easting[middle : middle + 1], northing[middle : middle + 1], tops[middle : middle + 1] - 0.5 * smallest[0])
    cell = np.unravel_index(int(mesh.touching(*at)[0, 0]), mesh.shape)
    centre = [float(np.broadcast_to(axis, mesh.shape)[cell]) for axis in reversed(mesh.centres)]
    return np.array(centre) - 0.5 * smallest


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _carried(values: Array, to: npt.NDArray[np.intp], around: npt.NDArray[np.intp]) -> Array:
    """Mean of the values that go to each cell, or where none does, the value around it; zero where there is neither.

    Parameters
    ----------
    values : (sources,) array
    to : (sources,) array of int
        Cell that holds each source's centre, or -1.
    around : (cells,) array of int
        Source that holds each cell's centre, or -1.
    """
    inside = to >= 0
    number = np.bincount(to[inside], minlength=around.size)
    total = np.bincount(to[inside], values[inside], minlength=around.size)
    fallback = np.where(around >= 0, values[around], 0.0)
    return np.where(number > 0, total / np.maximum(number, 1), fallback)
