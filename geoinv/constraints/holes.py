"""Drill holes as a constraint: the cells that they pierce, and what was measured there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.constraints.cell_sides import thinnest_of
from geoinv.constraints.crossing import pieces_of
from geoinv.constraints.drill_holes import Hole, Intervals, read_holes, read_intervals
from geoinv.constraints.said import Path3D, Said, refuse_beside
from geoinv.core.checks import InputError, array_of
from geoinv.core.wording import way
from geoinv.formats.notes import doubt, note
from geoinv.meshes.base import Mesh

__all__ = ["DrillHoles"]

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]

PARTS_A_CELL = 4
"""Straight parts of a path over the width of the thinnest cell."""

MOST_PARTS = 20_000
"""Straight parts of one path."""

ASSUMED = 0.1
"""Uncertainty where none is given, in parts of the largest distance of a value from the reference."""


@dataclass(frozen=True, eq=False)
class _Pierced:
    """Pieces of holes with a value, in active cells: cell, depth, length, value, uncertainty and hole of each."""

    cells: Integers
    depths: Array
    lengths: Array
    values: Array
    uncertainty: Array
    holes: Integers


@dataclass(frozen=True)
class DrillHoles:
    """Values that were measured along drill holes.

    A cell that is pierced is held at the mean of its values, weighted by their lengths in it. How firmly follows from
    the uncertainty s of that mean: by ``f (S / s)^2``, with S the largest distance of a value from the reference (at
    least 10 times the least uncertainty) and f the length in the cell over its shortest side, up to 1. A deviation by
    s then costs what one by S costs elsewhere. What is held spreads into the cells around, as the regularizer has it.

    Parameters
    ----------
    collars, surveys, intervals : str or Path
        Tables with a header: hole_id, easting, northing, elevation, depth; hole_id, depth, azimuth, dip; hole_id, from,
        to, value and, where it is known, uncertainty. Metres and degrees, or as names of columns state.
    uncertainty : float, optional
        Standard deviation of values that have none in the table; a tenth of S by default.
    background : float
        Subtracted from all values: models of gravity are contrasts, where samples have densities.
    value : str, optional
        Name of the column of values, where it is called neither value nor as what models are of.
    dip : str
        Sign of dips that point down: ``"down"`` positive, ``"up"`` negative, ``"auto"`` the only sign that they have.
    hard : bool
        Keep pierced cells within one uncertainty of their value, as bounds, beside holding them.

    Raises
    ------
    InputError
        When they are applied: if a table is not what it should be (with the line), no cell of the mesh is pierced where
        a value was measured, or no uncertainty can be told.
    """

    collars: str | Path
    surveys: str | Path
    intervals: str | Path
    uncertainty: float | None = None
    background: float = 0.0
    value: str | None = None
    dip: str = "auto"
    hard: bool = False

    def said_of(self, mesh: Mesh, reference: Array, quantity: str) -> Sequence[Said]:
        """What they say of the cells they pierce; see :class:`geoinv.constraints.said.Constraint`."""
        name = str(self.intervals)
        self._refuse_impossible()
        holes = read_holes(self.collars, self.surveys, self.dip)
        refuse_beside(str(self.collars), mesh, np.array([hole.path.collar[:2] for hole in holes.values()]))
        measured = read_intervals(self.intervals, holes, self.collars, quantity, self.value)
        thinnest = thinnest_of(mesh)
        step = float(thinnest.min()) / PARTS_A_CELL
        paths = {key: _line(hole, step, measured.get(key)) for key, hole in holes.items()}
        pierced = _pierced(mesh, paths, measured, list(holes))
        if not pierced.cells.size:
            raise InputError(
                f"{name} expects values in active cells of the mesh, got none: its holes run above the ground or "
                "outside; check elevations, in metres and positive up, and the coordinate system"
            )
        values = pierced.values - self.background
        if quantity == "density" and self.background == 0.0 and pierced.values.min() > 1000.0:
            remedy = way("add background=2670 to --holes", "give background=2670.0")
            raise InputError(
                f"{name} expects density contrasts, as models have them, got densities of {pierced.values.min():g} to "
                f"{pierced.values.max():g} kg/m3; say what to subtract: {remedy}, for instance"
            )
        cells, of = np.unique(pierced.cells, return_inverse=True)
        length = np.bincount(of, pierced.lengths)
        mean = np.bincount(of, pierced.lengths * values) / length
        deviations, largest = self._deviations(name, pierced.uncertainty, values - reference.ravel()[pierced.cells])
        deviation = np.sqrt(np.bincount(of, pierced.lengths * deviations**2) / length)
        share = np.minimum(length / thinnest[cells], 1.0)
        weights = share * (largest / deviation) ** 2
        drawn = [Path3D(holes[key].name, points) for key, (points, _) in paths.items()]
        count = np.unique(pierced.holes).size
        what = (
            f"{cells.size} cells pierced over {length.sum():.6g} m by {count} hole{'s' * (count > 1)}, held at "
            f"{mean.min():.4g} to {mean.max():.4g}, uncertainty {deviation.min():.3g} to {deviation.max():.3g}, with "
            f"weights {weights.min():.3g} to {weights.max():.3g}"
        )
        lower = upper = None
        if self.hard:
            lower, upper, what = mean - deviation, mean + deviation, f"{what}; kept within their uncertainty"
        places = _places(cells.size, of, pierced, [hole.name for hole in holes.values()])
        return (Said(name, what, cells, lower, upper, mean, weights, deviation, True, False, places, drawn),)

    def _refuse_impossible(self) -> None:
        """Reject numbers that are none."""
        name = str(self.intervals)
        numbers = array_of(name, "background", self.background, shape=())
        if not np.isfinite(numbers):
            raise InputError(f"{name} expects a finite background, got {numbers:g}")
        if self.uncertainty is not None:
            given = float(array_of(name, "uncertainty", self.uncertainty, shape=()))
            if not 0.0 < given < np.inf:
                raise InputError(f"{name} expects an uncertainty above zero, got {given:g}; give a standard deviation")

    def _deviations(self, name: str, told: Array, apart: Array) -> tuple[Array, float]:
        """Uncertainty of each piece, and S, the largest distance of a value from the reference."""
        largest = float(np.abs(apart).max())
        given = told if self.uncertainty is None else np.where(np.isfinite(told), told, self.uncertainty)
        lacking = ~np.isfinite(given)
        if lacking.any():
            if largest == 0.0:
                remedy = way("add uncertainty=VALUE to --holes", "give uncertainty=...")
                raise InputError(
                    f"{name} expects uncertainties where all values are those of the reference, got none; add a "
                    f"column, or {remedy}"
                )
            assumed = ASSUMED * largest
            note(
                "", f"uncertainty {assumed:.3g} where none is given: a tenth of the largest distance from the reference"
            )
            given = np.where(lacking, assumed, given)
        return given, max(largest, float(given.min()) / ASSUMED)


def _line(hole: Hole, step: float, measured: Intervals | None) -> tuple[Array, Array]:
    """Points of a path, close enough to follow its arcs, and their depths; ends of intervals among them."""
    parts = int(np.clip(np.ceil(hole.depth / step), 1, MOST_PARTS))
    depths = [np.linspace(0.0, hole.depth, parts + 1), hole.path.depths[hole.path.depths <= hole.depth]]
    if measured is not None:
        depths += [measured.begin, measured.end]
    ends = np.unique(np.concatenate(depths))
    return hole.path.at(ends), ends


def _pierced(
    mesh: Mesh, paths: Mapping[str, tuple[Array, Array]], measured: Mapping[str, Intervals], names: Sequence[str]
) -> _Pierced:
    """Pieces of the holes in active cells that something was measured in."""
    parts: list[tuple[npt.NDArray[np.float64], ...]] = []
    active = mesh.active.ravel()
    outside = 0.0
    for key, intervals in measured.items():
        cells, depths, lengths = pieces_of(mesh, *paths[key])
        place = np.searchsorted(intervals.begin, depths, side="right") - 1
        known = (place >= 0) & (depths < intervals.end[np.maximum(place, 0)])
        rock = known & active[cells]
        outside += float((intervals.end - intervals.begin).sum() - lengths[rock].sum())
        place, cells = place[rock], cells[rock]
        number = np.full(cells.size, names.index(key), float)
        of = intervals.values[place], intervals.uncertainty[place]
        parts.append((cells.astype(float), depths[rock], lengths[rock], *of, number))
    total = sum(float((one.end - one.begin).sum()) for one in measured.values())
    if outside > 1e-6 * total:
        doubt(f"{outside:.4g} of {total:.6g} m with values run outside the mesh or above the ground, and are left out")
    cells, depths, lengths, values, uncertainty, number = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return _Pierced(cells.astype(np.intp), depths, lengths, values, uncertainty, number.astype(np.intp))


def _places(count: int, of: Integers, pierced: _Pierced, names: Sequence[str]) -> list[str]:
    """Hole and depths of each cell's values."""
    order = np.argsort(of, kind="stable")
    first = np.searchsorted(of[order], np.arange(count))
    last = np.append(first[1:], of.size) - 1
    half = 0.5 * pierced.lengths
    top, bottom = (pierced.depths - half)[order[first]], (pierced.depths + half)[order[last]]
    holes = pierced.holes[order[first]]
    return [
        f"hole {names[hole]} at {begin:.4g} to {end:.4g} m" for hole, begin, end in zip(holes, top, bottom, strict=True)
    ]
