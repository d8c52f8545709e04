"""Constraints applied to a mesh, one after another: the bounds, reference and held values of an inversion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.constraints.said import Constraint, Path3D, Said, centre_text, over_mesh
from geoinv.core.checks import InputError
from geoinv.meshes.base import Mesh
from geoinv.regularizers.base import Regularizer
from geoinv.regularizers.held import Held
from geoinv.regularizers.smooth import Smooth

__all__ = ["Constrained", "apply_constraints"]

Array = npt.NDArray[np.float64]

NOBODY = -1


@dataclass(frozen=True, eq=False)
class Constrained:
    """What constraints make of a mesh.

    Attributes
    ----------
    mesh : Mesh
        Cells.
    lower, upper : arrays of ``mesh.shape``
        Bounds.
    reference : array of ``mesh.shape``
        Reference of the whole model, within the bounds.
    values, weights : arrays of ``mesh.shape``
        What cells are held at, and how firmly; weight 0 where a cell is not held.
    uncertainty : array of ``mesh.shape``
        Standard deviations of measured values; NaN elsewhere.
    speaker : array of int of ``mesh.shape``
        Place in `said` of the last one that spoke of a cell; -1 where none did.
    said : tuple of Said
        What each constraint said, in their order.
    """

    mesh: Mesh
    lower: Array
    upper: Array
    reference: Array
    values: Array
    weights: Array
    uncertainty: Array
    speaker: npt.NDArray[np.intp]
    said: tuple[Said, ...]

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Bounds, as :func:`geoinv.invert` takes them."""
        return self.lower, self.upper

    @property
    def held(self) -> Held | None:
        """Cells that are held at values of their own, as :class:`geoinv.Smooth` takes them; None without any."""
        return Held(self.values, self.weights) if self.weights.any() else None

    @property
    def paths(self) -> tuple[Path3D, ...]:
        """Drill holes as lines."""
        return tuple(path for said in self.said for path in said.paths)

    def regularizer(self, regularizer: Regularizer | None = None) -> Smooth:
        """Regularizer (Smooth, Sparse, TotalVariation, a learned prior) with this reference and these held cells.

        Raises
        ------
        InputError
            If it has no reference and no held cells.
        """
        given = Smooth() if regularizer is None else regularizer
        if not isinstance(given, Smooth):
            raise InputError(
                f"constraints expect a regularizer with a reference in each cell, got {type(given).__name__}; take "
                "Smooth, Sparse, TotalVariation or a learned prior"
            )
        return replace(given, reference=self.reference, held=self.held)

    def within_uncertainty(self, model: npt.ArrayLike) -> tuple[int, int]:
        """How many measured cells a model agrees with within one standard deviation, and how many there are."""
        measured = np.isfinite(self.uncertainty)
        apart = np.abs(np.asarray(model)[measured] - self.values[measured])
        return int((apart <= self.uncertainty[measured]).sum()), int(measured.sum())


def apply_constraints(
    mesh: Mesh,
    constraints: Sequence[Constraint],
    bounds: tuple[npt.ArrayLike, npt.ArrayLike] = (-np.inf, np.inf),
    reference: npt.ArrayLike = 0.0,
    quantity: str = "",
) -> Constrained:
    """Apply constraints to a mesh in their order: in a cell that several speak of, the last one counts.

    Parameters
    ----------
    mesh : Mesh
        Cells; those that are not active are left out.
    constraints : sequence of Cells, Layers, Body and DrillHoles
        What is known.
    bounds : (array or float, array or float)
        Bounds of all other cells.
    reference : array or float
        Reference model of all other cells.
    quantity : str
        What models are of ("susceptibility", "density"): for units in files and for values that no rock has.

    Returns
    -------
    Constrained
        Give its ``bounds`` and ``regularizer(...)`` to :func:`geoinv.invert`.

    Raises
    ------
    InputError
        If a constraint cannot be applied, or a cell is held at a value outside its bounds.

    Examples
    --------
    >>> import geoinv
    >>> from geoinv.constraints.cells import Cells
    >>> grid = geoinv.Grid.regular((1, 1, 3), (10.0, 10.0, 10.0))
    >>> known = apply_constraints(grid, [Cells(value=[[[np.nan, 0.2, 0.3]]]), Cells(upper=[[[0.1, 0.25, np.nan]]])])
    >>> known.upper.tolist(), known.values.tolist(), known.weights.tolist()
    ([[[0.1, 0.25, inf]]], [[[0.0, 0.2, 0.3]]], [[[0.0, 1.0, 1.0]]])
    """
    lower, upper = (
        _over(mesh, f"the {side} bound", part) for side, part in zip(("lower", "upper"), bounds, strict=True)
    )
    whole = _over(mesh, "the reference", reference)
    values, weights, uncertainty = np.zeros(mesh.size), np.zeros(mesh.size), np.full(mesh.size, np.nan)
    bounded_by, held_by = np.full((2, mesh.size), NOBODY)
    place_of = np.zeros(mesh.size, np.intp)
    everything: list[Said] = []
    for constraint in constraints:
        if isinstance(constraint, type) or not isinstance(constraint, Constraint):
            raise InputError(
                f"constraints expect Cells, Layers, Body or DrillHoles, got {type(constraint).__name__}; give one of "
                "them"
            )
        for said in constraint.said_of(mesh, whole.reshape(mesh.shape), quantity):
            cells, number = said.cells, len(everything)
            everything.append(said)
            if said.lower is not None and said.upper is not None:
                lower[cells], upper[cells] = _bounds_after(said, lower[cells], upper[cells])
                bounded_by[cells] = number
                _refuse_crossed(mesh, said, lower, upper)
            if said.values is not None and said.weights is not None:
                values[cells], weights[cells], held_by[cells] = said.values, said.weights, number
                uncertainty[cells] = np.nan if said.uncertainty is None else said.uncertainty
                place_of[cells] = np.arange(cells.size)
                if said.everywhere:
                    whole[cells] = said.values
    _refuse_contradictions(mesh, everything, (lower, upper), (values, uncertainty), (bounded_by, held_by), place_of)
    values = np.where(weights > 0.0, np.clip(values, lower, upper), values)
    whole = np.clip(whole, lower, upper)
    arrays = lower, upper, whole, values, weights, uncertainty
    low, high, base, at, firm, deviation = (array.reshape(mesh.shape) for array in arrays)
    speaker = np.maximum(bounded_by, held_by).reshape(mesh.shape)
    return Constrained(mesh, low, high, base, at, firm, deviation, speaker, tuple(everything))


def _bounds_after(said: Said, lower: Array, upper: Array) -> tuple[Array, Array]:
    """Bounds of the cells of a constraint after it, given those before."""
    assert said.lower is not None, "said of both"
    assert said.upper is not None, "said of both"
    if said.narrows:
        low, high = np.maximum(lower, said.lower), np.minimum(upper, said.upper)
        # what leaves nothing is a value outside its bounds, and is rejected as such
        return np.where(low <= high, low, lower), np.where(low <= high, high, upper)
    return np.where(np.isinf(said.lower), lower, said.lower), np.where(np.isinf(said.upper), upper, said.upper)


def _refuse_crossed(mesh: Mesh, said: Said, lower: Array, upper: Array) -> None:
    """Reject a constraint whose one bound lies beyond the other one, which stays from before.

    Raises
    ------
    InputError
        With the first such cell.
    """
    crossed = lower[said.cells] > upper[said.cells]
    if crossed.any():
        cell = int(said.cells[int(np.argmax(crossed))])
        raise InputError(
            f"{said.name} expects bounds that leave room beside those of before, got {lower[cell]:g} above "
            f"{upper[cell]:g} in the cell at ({centre_text(mesh, cell)}) ({int(crossed.sum())} cells); give both bounds"
        )


def _over(mesh: Mesh, name: str, given: Any) -> Array:
    """One number a cell, raveled, in an array of its own."""
    flat = over_mesh(mesh, "apply_constraints", name, given)
    return np.where(mesh.active.ravel() | np.isfinite(flat), flat, 0.0) if "bound" not in name else flat


def _refuse_contradictions(
    mesh: Mesh,
    everything: Sequence[Said],
    bounds: tuple[Array, Array],
    held: tuple[Array, Array],
    by: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    place_of: npt.NDArray[np.intp],
) -> None:
    """Reject a value outside the bounds of its cell by more than its uncertainty and rounding.

    Raises
    ------
    InputError
        With both constraints and the cell.
    """
    (lower, upper), (values, uncertainty), (bounded_by, held_by) = bounds, held, by
    leeway = np.where(np.isfinite(uncertainty), uncertainty, 0.0) + 1e-9 * np.abs(values)
    wrong = (held_by != NOBODY) & ((values < lower - leeway) | (values > upper + leeway))
    if wrong.any():
        cell = int(np.argmax(wrong))
        said = everything[held_by[cell]]
        whose = f"{said.name}{f', {said.places[place_of[cell]]}' if said.places else ''}"
        limits = "the bounds of the model" if bounded_by[cell] == NOBODY else everything[bounded_by[cell]].name
        raise InputError(
            f"{whose} expects a value within the bounds of its cell, got {values[cell]:.6g} for {lower[cell]:g} to "
            f"{upper[cell]:g} of {limits} in the cell at ({centre_text(mesh, cell)}) ({int(wrong.sum())} cells); "
            "widen the bounds or correct the value"
        )
