"""The inverse problem: what the user gives, checked, and the objective that it makes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.forward_model import NonlinearOperator, as_forward_model, composed
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import Identity
from geoinv.core.checks import InputError, array_of, finite, location, positive, shape_text
from geoinv.core.labels import along_labels
from geoinv.core.memory import require_memory
from geoinv.core.whole import anywhere, standard_normal
from geoinv.inversion.base_level import WithoutBaseLevel
from geoinv.inversion.gauss_newton import GaussNewton
from geoinv.inversion.objective import Objective, State
from geoinv.inversion.products import model_norm, model_product
from geoinv.regularizers.base import Regularizer
from geoinv.regularizers.smooth import as_regularizer
from geoinv.surveys.station_checks import refuse_other_stations, refuse_unusable_stations
from geoinv.surveys.susceptibility import refuse_below_vacuum

__all__ = ["InverseProblem", "checked_data"]

PROBED_FLOOR = 0.1
"""Smallest estimate of a diagonal, relative to the mean."""

Array = npt.NDArray[np.float64]

MOST_DEVIATIONS = 1e60
"""Standard deviations whose squares, summed and squared again, stay within float64."""

ARRAYS = 30
"""Arrays of the model's size that are alive at once, besides what the operator holds."""


@dataclass(frozen=True)
class InverseProblem:
    """Checked input of an inversion, and the objective that it makes.

    Attributes
    ----------
    physics : LinearOperator or NonlinearOperator
        A.
    embedding : LinearOperator
        E.
    data, uncertainty : arrays of ``physics.range_shape``
        As given by the user.
    known_level : float
        Base level that is taken off the data.
    free_level : WithoutBaseLevel or None
        Projection that takes an unknown one out.
    objective : Objective
        What is minimised, at beta 1.
    reference : array
        z that the regularizer prefers, as far as it tells.
    start : array
        z to start from.
    solver : GaussNewton
        How it is minimised.
    seed : int
        Of random vectors.
    """

    physics: LinearOperator | NonlinearOperator
    embedding: LinearOperator
    data: Array
    uncertainty: Array
    known_level: float
    free_level: WithoutBaseLevel | None
    objective: Objective
    reference: Array
    start: Array
    solver: GaussNewton
    seed: int

    @classmethod
    def make(
        cls,
        A: Any,
        data: npt.ArrayLike,
        uncertainty: npt.ArrayLike,
        regularizer: Regularizer | None,
        bounds: tuple[npt.ArrayLike, npt.ArrayLike],
        base_level: float | str,
        initial: npt.ArrayLike | None,
        solver: GaussNewton | None,
        seed: int,
    ) -> InverseProblem:
        """Check the arguments of :func:`geoinv.invert` and set the objective up.

        Raises
        ------
        InputError
            As :func:`geoinv.invert` says.
        """
        A = as_forward_model("invert", A)
        if not (isinstance(seed, (int, np.integer)) and seed >= 0):
            raise InputError(f"invert expects seed to be a whole number of zero or more, got {seed!r}")
        if solver is not None and not isinstance(solver, GaussNewton):
            raise InputError(f"invert expects solver to be a geoinv.GaussNewton, got {solver!r}")
        observed, deviation = checked_data(A, data, uncertainty)
        refuse_unusable_stations(A)
        unknowns = math.prod(A.domain_shape)
        needed = 8.0 * ARRAYS * unknowns
        require_memory("invert", f"{ARRAYS} arrays of {unknowns:.3g} unknowns", needed, "use fewer, larger cells")
        phi = as_regularizer("invert", regularizer).bind(_told_of(A, initial))
        embedding = getattr(phi, "embedding", None) or Identity(A.domain_shape)
        limits = _checked_bounds(bounds, A, embedding)
        weights = 1.0 / deviation
        known, free = 0.0, None
        physics = A
        if base_level == "fit":
            free = WithoutBaseLevel(weights)
            physics = composed(free, A)
        elif isinstance(base_level, str) and base_level != "none":
            raise InputError(f"invert expects base_level to be 'none', 'fit' or a number, got {base_level!r}")
        elif base_level != "none":
            level = array_of("invert", "base_level", base_level, shape=())
            finite("invert", "base_level", level, "give a number in the unit of the data, 'fit' or 'none'")
            known = float(level)
            _refuse_overflow(observed - known, deviation)
        target_data = observed - known if free is None else free(observed)
        forward = physics if isinstance(embedding, Identity) else composed(physics, embedding)
        reference = np.broadcast_to(np.asarray(getattr(phi, "reference", 0.0), float), forward.domain_shape)
        start = reference
        if initial is not None:
            given = along_labels("invert", "initial", initial, forward.domain_names, forward.domain_labels)
            start = array_of("invert", "initial", given, shape=forward.domain_shape)
            finite("invert", "initial model", start, "give a number in every cell")
            _refuse_outside(start, limits, A)
        if isinstance(embedding, Identity) and getattr(A, "unknown", "") == "susceptibility":
            refuse_below_vacuum("the reference or initial model", start, "give it in SI")
        resistance = None if hasattr(phi, "curvature_diagonal") else _probed_diagonal(phi, reference, seed)
        beginning = 0.0 if getattr(phi, "quadratic", False) else float(phi.value(reference))
        objective = Objective(forward, target_data, weights, phi, 1.0, limits, resistance, beginning)
        _refuse_blind_start(objective, start)
        how = solver or GaussNewton()
        return cls(A, embedding, observed, deviation, known, free, objective, reference, start, how, seed)

    def prefers(self, state: State) -> bool:
        """Whether the regularizer alone would not move a model within the bounds."""
        slope = np.asarray(self.objective.regularizer.gradient(state.z))
        return not anywhere(np.clip(state.z - slope, *self.objective.bounds) - state.z)

    def first_beta(self, state: State) -> float:
        """Trade-off at which the regularizer balances the best-seen direction of the data.

        Largest eigenvalue of the data's curvature against the regularizer's, by a few power
        iterations on the preconditioned data curvature; robust because both scales enter.
        """
        objective = self.objective
        inverse = objective.preconditioner(state.z)
        data_alone = objective.with_beta(0.0).near(state)
        v = inverse * standard_normal(np.random.default_rng(self.seed), state.z.shape)
        ratio = 1.0
        for _ in range(4):
            image = data_alone.hessian(v, data_alone.image(v))
            resistance = model_product(v, objective.regularizer.curvature(state.z, v))
            ratio = model_product(v, image) / resistance if resistance > 0.0 else ratio
            v = inverse * image
            size = model_norm(v)
            if not np.isfinite(size) or size == 0.0:
                break
            v /= size
        return ratio if np.isfinite(ratio) and ratio > 0.0 else 1.0


def _refuse_overflow(data: Array, deviation: Array) -> None:
    """Data so many standard deviations from zero that their squares overflow."""
    with np.errstate(over="ignore"):
        bad = ~(np.abs(data) / deviation <= MOST_DEVIATIONS) | (deviation < 1.0 / MOST_DEVIATIONS)
    if bad.any():
        first = tuple(np.argwhere(bad)[0])
        raise InputError(
            f"invert expects data (less their base level) within {MOST_DEVIATIONS:g} standard deviations of zero, got "
            f"{data[first]:g} with {deviation[first]:g} at {location(first)} ({int(bad.sum())} of {bad.size} values); "
            "check their unit, and that no null value is among them"
        )


def checked_data(
    A: LinearOperator | NonlinearOperator, data: npt.ArrayLike, uncertainty: npt.ArrayLike
) -> tuple[Array, Array]:
    """Data and standard deviations of ``A.range_shape`` that can be fitted.

    Raises
    ------
    InputError
        If a shape is another, or values are not finite or, of the uncertainty, not above zero.
    """
    observed = _on_range(A, "data", data)
    finite("invert", "data", observed, "drop those stations")
    deviation = _on_range(A, "uncertainty", uncertainty)
    positive("invert", "uncertainty", deviation, "give a standard deviation above zero for every datum")
    _refuse_overflow(observed, deviation)
    return observed, deviation


def _on_range(A: LinearOperator | NonlinearOperator, name: str, values: npt.ArrayLike) -> Array:
    """Array of its own of ``A.range_shape`` from it, one row, or (for the uncertainty) one number."""
    refuse_other_stations(A, name, values)
    array = np.array(array_of("invert", name, along_labels("invert", name, values, A.range_names, A.range_labels)))
    if name == "uncertainty" and array.ndim == 0:
        return np.full(A.range_shape, float(array))
    if A.range_shape[0] == 1 and array.shape == A.range_shape[1:]:
        array = array[None]
    if array.shape != A.range_shape:
        raise InputError(
            f"invert expects {name} of shape {shape_text(A.range_shape, A.range_names)}, got {shape_text(array.shape)}"
        )
    return array


def _checked_bounds(
    bounds: tuple[npt.ArrayLike, npt.ArrayLike], A: LinearOperator | NonlinearOperator, embedding: LinearOperator
) -> tuple[Array, Array]:
    if not isinstance(bounds, (tuple, list, np.ndarray)) or len(bounds) != 2:
        count = f"{len(bounds)} values" if isinstance(bounds, (tuple, list, np.ndarray)) else repr(bounds)
        raise InputError(
            f"invert expects bounds as two, (lowest, highest), got {count}; give (0, inf) for no upper one"
        )
    limits = []
    for name, given in zip(("lower", "upper"), bounds, strict=True):
        plain = along_labels("invert", f"the {name} bound", given, A.domain_names, A.domain_labels)
        bound = array_of("invert", f"the {name} bound", plain)
        if bound.ndim and bound.shape != A.domain_shape:
            raise InputError(
                f"invert expects the {name} bound as one number or of shape {shape_text(A.domain_shape)}, "
                f"got {shape_text(bound.shape)}"
            )
        if np.isnan(bound).any():
            raise InputError(f"invert expects a {name} bound without NaN; use -inf or inf where there is none")
        if np.any(bound == (np.inf if name == "lower" else -np.inf)):
            other = "-inf" if name == "lower" else "inf"
            raise InputError(
                f"invert expects a {name} bound that a model can keep to, got {'inf' if name == 'lower' else '-inf'}; "
                f"use {other} where there is none"
            )
        limits.append(bound)
    lower, upper = limits
    crossed = np.asarray(lower > upper)
    if crossed.any():
        place = np.unravel_index(int(np.argmax(crossed)), crossed.shape)
        low, high = (float(np.broadcast_to(bound, crossed.shape)[place]) for bound in limits)
        where = f" at {location(place)}" if place else ""
        raise InputError(f"invert expects lower bounds below upper ones, got {low:g} above {high:g}{where}; swap them")
    free = not (np.isfinite(lower).any() or np.isfinite(upper).any())
    if not free and not isinstance(embedding, Identity):
        raise InputError(
            "invert expects no bounds with a regularizer that has an embedding, since bounds on the model are not "
            "bounds on z; leave bounds out or use a regularizer without embedding"
        )
    return lower, upper


def _probed_diagonal(phi: Regularizer, z: Array, seed: int, probes: int = 32) -> Array:
    """Diagonal of phi's curvature at z from random signs (Bekas, Kokiopoulou and Saad 2007)."""
    random = np.random.default_rng(seed)
    total = np.zeros(z.shape)
    for _ in range(probes):
        signs = random.choice([-1.0, 1.0], z.shape)
        total += signs * np.asarray(phi.curvature(z, signs), np.float64)
    average = total / probes
    # an estimate may be negative or far too small; no unknown is to be let loose by that
    return np.maximum(average, PROBED_FLOOR * float(np.mean(np.abs(average))))


def _refuse_outside(start: Array, limits: tuple[Array, Array], A: LinearOperator | NonlinearOperator) -> None:
    """Reject a start outside the bounds in some active cell, by more than rounding in single precision."""
    low, high = limits
    rounding = float(np.finfo(np.float32).eps) * float(np.abs(start).max(initial=0.0))
    wrong = (start < low - rounding) | (start > high + rounding)
    mesh = getattr(A, "mesh", None)
    if mesh is not None:
        wrong &= mesh.active
    if wrong.any():
        value, least, most = (np.broadcast_to(part, start.shape)[wrong][0] for part in (start, low, high))
        raise InputError(
            f"invert expects an initial model within the bounds, got {value:g} for {least:g} to {most:g} "
            f"({int(wrong.sum())} of {start.size} values); start within them, or widen them"
        )


def _told_of(A: LinearOperator | NonlinearOperator, initial: npt.ArrayLike | None) -> Any:
    """What a regularizer is bound to: A, or its Jacobian at the initial model where that alone tells sensitivities."""
    if isinstance(A, LinearOperator) or hasattr(A, "gram_diagonal"):
        return A
    given = np.zeros(()) if initial is None else np.asarray(initial, np.float64)
    model = np.zeros(A.domain_shape)
    if given.shape in ((), A.domain_shape):  # else it is of an embedding's z
        model += given
    return A.linearise(model)


def _refuse_blind_start(objective: Objective, start: Array) -> None:
    """Reject a start from where no data of a forward model that is not linear tell a direction."""
    if objective.linear:
        return
    state = objective.with_beta(0.0).evaluate(start)
    if state.finite and state.misfit > 0.0 and not np.any(objective.with_beta(0.0).near(state).gradient()):
        raise InputError(
            f"invert expects an initial model whose data change with it, but the Jacobian of {objective.operator.name} "
            "vanishes there; give an initial model other than the reference, such as a small constant"
        )
