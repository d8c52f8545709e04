"""What one constraint says of cells, in a form that all kinds share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES
from geoinv.core.checks import InputError, array_of, shape_text
from geoinv.core.labels import along_labels
from geoinv.meshes.base import AXES, Mesh

__all__ = ["Constraint", "Interior", "Path3D", "Said", "centre_text", "over_mesh", "refuse_beside", "rock_of"]

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Path3D:
    """A drill hole as a line.

    Parameters
    ----------
    name : str
        Of the hole.
    points : (points, 3) array
        Easting, northing, upward in metres.
    """

    name: str
    points: Array


@dataclass(frozen=True, eq=False)
class Said:
    """What a constraint says of some cells.

    Parameters
    ----------
    name : str
        Of the constraint, for sentences: "stock.stl".
    what : str
        How its cells were found, in a few words.
    cells : (cells,) array of int
        Places in a raveled model, each once.
    lower, upper : arrays, optional
        Bounds of these cells, both or none; where one is infinite, that of before stays.
    values : array, optional
        What the cells are held at.
    weights : array, optional
        How firmly, as :class:`geoinv.regularizers.held.Held` takes it.
    uncertainty : array, optional
        Standard deviations of the values, where they were measured.
    narrows : bool
        Whether these bounds only narrow those of before, as those of a measurement do.
    everywhere : bool
        Whether the differences between cells are taken of the model less these values as well: so that a jump at the
        surface of a body is kept. A drill hole's are not, so that its values spread.
    places : sequence of str
        What each cell's value comes from, for sentences; empty where `name` says it.
    paths : sequence of Path3D
        Lines to draw.
    """

    name: str
    what: str
    cells: Integers
    lower: Array | None = None
    upper: Array | None = None
    values: Array | None = None
    weights: Array | None = None
    uncertainty: Array | None = None
    narrows: bool = False
    everywhere: bool = True
    places: Sequence[str] = ()
    paths: Sequence[Path3D] = ()


@runtime_checkable
class Constraint(Protocol):
    """Something that is known of the ground."""

    def said_of(self, mesh: Mesh, reference: Array, quantity: str) -> Sequence[Said]:
        """What it says of the active cells of a mesh.

        Parameters
        ----------
        mesh : Mesh
            Cells.
        reference : array of ``mesh.shape``
            Reference model before it.
        quantity : str
            What models are of, for units and possible values: "density"; empty where it is not known.
        """


@dataclass(frozen=True)
class Interior:
    """Value and bounds that all cells of a body or layer get.

    Parameters
    ----------
    value : float, optional
        What the cells are held at, softly.
    weight : float
        How firmly: 1 as the reference holds every cell, 100 ten times as close.
    bounds : (float, float), optional
        Lowest and highest value, kept to exactly; the same two fix the cells.
    """

    value: float | None = None
    weight: float = 1.0
    bounds: tuple[float, float] | None = None

    def checked(self, name: str, quantity: str = "") -> Interior:
        """Itself, with its numbers as float.

        Raises
        ------
        InputError
            If it says nothing, bounds are crossed, the value lies outside them, the weight is not above zero, or a
            number is not finite or none that matter has.
        """
        if self.value is None and self.bounds is None:
            raise InputError(f"{name} expects a value, bounds or both, got neither; say what the rock there is")
        if self.bounds is not None and (isinstance(self.bounds, str) or np.shape(self.bounds) != (2,)):
            raise InputError(f"{name} expects bounds as two numbers (lowest, highest), got {self.bounds!r}")
        given: list[Any] = [self.weight, *([] if self.value is None else [self.value])]
        numbers = array_of(name, "value and weight", given)
        low, high = (-np.inf, np.inf) if self.bounds is None else map(float, array_of(name, "bounds", self.bounds))
        if not np.isfinite(numbers).all() or not self.weight > 0.0:
            raise InputError(f"{name} expects a finite value and a weight above zero, got {numbers[::-1].tolist()}")
        if not low <= high or low == np.inf or high == -np.inf:
            raise InputError(f"{name} expects bounds (lowest, highest), got {low:g} and {high:g}; swap them")
        if self.value is not None and not low <= self.value <= high:
            raise InputError(
                f"{name} expects its value within its own bounds {low:g} and {high:g}, got {self.value:g}; correct one"
            )
        of = QUANTITIES.get(quantity)
        for number in (self.value, low, high):
            if of is not None and number is not None and np.isfinite(number) and not of.lowest <= number <= of.highest:
                raise InputError(
                    f"{name} expects a {quantity} in {of.unit} between {of.lowest:g} and {of.highest:g}, got {number:g}"
                )
        value = None if self.value is None else float(self.value)
        return Interior(value, float(self.weight), None if self.bounds is None else (low, high))

    def over(self, name: str, what: str, cells: Integers) -> Said:
        """What it says of cells that were found in a way."""
        low, high = (None, None) if self.bounds is None else (np.full(cells.size, bound) for bound in self.bounds)
        values = None if self.value is None else np.full(cells.size, self.value)
        weights = None if self.value is None else np.full(cells.size, self.weight)
        return Said(name, f"{what}, {self}", cells, low, high, values, weights)

    def __str__(self) -> str:
        """What the cells get, for a reader."""
        parts = []
        if self.value is not None:
            parts.append(f"held at {self.value:g} with weight {self.weight:g}")
        if self.bounds is not None:
            low, high = self.bounds
            parts.append(f"fixed at {low:g}" if low == high else f"kept within {low:g} to {high:g}")
        return " and ".join(parts)


def over_mesh(mesh: Mesh, owner: str, name: str, given: Any, verb: str = "expects") -> Array:
    """One number a cell, raveled, of one number or an array over a mesh; in an array of its own.

    Raises
    ------
    InputError
        If it is of another shape, or no numbers.
    """
    array = array_of(owner, name, along_labels(owner, name, given, mesh.dims, mesh.labels))
    if array.shape not in ((), mesh.shape):
        raise InputError(
            f"{owner} {verb} {name} as one number or of shape {shape_text(mesh.shape, mesh.dims)}, got "
            f"{shape_text(array.shape)}"
        )
    return np.array(np.broadcast_to(array, mesh.shape)).ravel()


def centre_text(mesh: Mesh, cell: int) -> str:
    """Centre of a cell of a raveled model, for a sentence."""
    return ", ".join(f"{np.broadcast_to(centre, mesh.shape).flat[cell]:.10g}" for centre in mesh.centres)


def rock_of(name: str, mesh: Mesh, cells: Integers, what: str) -> Integers:
    """Those of some cells that are active.

    Raises
    ------
    InputError
        If none is.
    """
    active = cells[mesh.active.ravel()[cells]]
    if not active.size:
        got = f"{cells.size} cells, none of which is active (all lie above the ground)" if cells.size else "none"
        raise InputError(f"{name} expects cells {what}, got {got}; check heights and the mesh, or leave it out")
    return active


def refuse_beside(name: str, mesh: Mesh, points: Array) -> None:
    """Reject what does not reach into a mesh at all.

    Raises
    ------
    InputError
        If the box round the points (points, 3), easting, northing, upward, or (points, 2), lies outside the mesh.
    """
    for axis, values in zip(reversed(AXES), points.T, strict=False):
        (lowest, highest), low, high = mesh.bounds[axis], float(values.min()), float(values.max())
        if high <= lowest or low >= highest:
            raise InputError(
                f"{name} expects coordinates over the mesh, got {axis} {low:.10g} to {high:.10g} m against "
                f"{lowest:.10g} to {highest:.10g} m; bring both into one coordinate system, in metres, positive up"
            )
