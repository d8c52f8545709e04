"""Minimisations as a checkpoint keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.inversion.checkpoint import Results
from geoinv.inversion.gauss_newton import Minimum
from geoinv.inversion.objective import State
from geoinv.inversion.solution import Step

__all__ = ["minimum_from", "minimum_kept"]

Array = npt.NDArray[np.float64]


def minimum_kept(step: Step, attempt: Minimum, minimum: Minimum) -> Results:
    """Numbers and arrays of a minimisation.

    Parameters
    ----------
    step : Step
        Its entry in the history.
    attempt : Minimum
        Where it ended.
    minimum : Minimum
        The last finite model, if that is another.
    """
    meta: dict[str, Any] = {"step": asdict(step), "attempt": _numbers(attempt)}
    arrays = _arrays("attempt", attempt)
    if not attempt.state.finite:
        meta["minimum"] = _numbers(minimum)
        arrays.update(_arrays("minimum", minimum))
    return meta, arrays


def minimum_from(meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> tuple[Step, Minimum, Minimum]:
    """What :func:`minimum_kept` took."""
    attempt = _minimum("attempt", meta, arrays)
    finite = _minimum("minimum", meta, arrays) if "minimum" in meta else attempt
    return Step(**meta["step"]), attempt, finite


def _numbers(minimum: Minimum) -> dict[str, Any]:
    state = minimum.state
    return {
        "misfit": float(state.misfit),
        "penalty": float(state.penalty),
        "beta": float(state.beta),
        "excess": float(minimum.excess),
        "converged": bool(minimum.converged),
        "exhausted": bool(minimum.exhausted),
    }


def _arrays(name: str, minimum: Minimum) -> dict[str, Array]:
    return {f"{name} z": np.asarray(minimum.state.z), f"{name} residual": np.asarray(minimum.state.residual)}


def _minimum(name: str, meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> Minimum:
    told = meta[name]
    state = State(arrays[f"{name} z"], arrays[f"{name} residual"], told["misfit"], told["penalty"], told["beta"])
    return Minimum(state, told["excess"], told["converged"], told["exhausted"])
