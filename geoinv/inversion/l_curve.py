"""The L-curve: misfit against penalty over a range of trade-offs."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import array_of, positive
from geoinv.core.progress import report
from geoinv.inversion.gauss_newton import GaussNewton, Minimum
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.reweighting import refuse_reweighted
from geoinv.inversion.run import Run
from geoinv.regularizers.base import Regularizer

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["corner", "l_curve"]

Array = npt.NDArray[np.float64]


def l_curve(
    A: LinearOperator,
    data: npt.ArrayLike,
    uncertainty: npt.ArrayLike,
    regularizer: Regularizer | None = None,
    bounds: tuple[npt.ArrayLike, npt.ArrayLike] = (-np.inf, np.inf),
    betas: npt.ArrayLike | None = None,
    base_level: float | str = "none",
    initial: npt.ArrayLike | None = None,
    solver: GaussNewton | None = None,
    seed: int = 0,
) -> xr.Dataset:
    """Misfit against penalty over a range of betas.

    Parameters
    ----------
    A, data, uncertainty, regularizer, bounds, base_level, initial, solver, seed
        As :func:`invert`.
    betas : (n,) array, optional
        12 from the first estimate down by a factor 4 each by default.

    Returns
    -------
    xarray.Dataset
        ``chi2_per_datum``, ``penalty``, ``excess`` (how far the objective may lie above its minimum, as a part of it)
        and ``curvature`` (of the curve in logarithms) over ``beta``, descending; attribute ``corner_beta``, where the
        curvature is largest (Hansen 1992).
    """
    import xarray as xr

    problem = InverseProblem.make(A, data, uncertainty, regularizer, bounds, base_level, initial, solver, seed)
    run = Run.begin(problem, 1.0)
    scan = _default_betas(run) if betas is None else _checked_betas(betas)
    for following in _scanned(run, scan):
        run = following
    chi2 = np.array([step.chi2_per_datum for step in run.history])
    penalty = np.array([step.penalty for step in run.history])
    curvature = _curvature(chi2, penalty)
    return xr.Dataset(
        {
            "chi2_per_datum": ("beta", chi2),
            "penalty": ("beta", penalty),
            "excess": ("beta", np.array([step.excess for step in run.history])),
            "curvature": ("beta", curvature),
        },
        coords={"beta": scan},
        attrs={"corner_beta": float(scan[int(np.argmax(curvature))])},
    )


def corner(run: Run) -> Generator[Run, None, Run]:
    """Scan the default betas, and end with the model at the corner of their L-curve.

    Yields
    ------
    Run
        After every step of every minimisation.

    Returns
    -------
    Run
        The last one, which has ended.
    """
    run, minima = yield from _scanned(run, _default_betas(run))
    states = [minimum.state for minimum in minima]
    curvature = _curvature(np.array([s.misfit for s in states]), np.array([s.penalty for s in states]))
    return replace(run, minimum=minima[int(np.argmax(curvature))]).ended(Outcome.CORNER)


def _default_betas(run: Run) -> Array:
    """Betas from the first estimate down."""
    first = run.numbers("first beta", lambda: {"beta": run.problem.first_beta(run.state)})["beta"]
    return np.asarray(first / 4.0 ** np.arange(12))


def _scanned(run: Run, scan: Array) -> Generator[Run, None, tuple[Run, list[Minimum]]]:
    """Minimise at each beta, each from the model before; yield every run, return the last and all minima."""
    refuse_reweighted("the L-curve", run.problem.objective.regularizer)
    minima = []
    for number, beta in enumerate(scan):
        report("L-curve", number, scan.size)
        run = yield from run.minimising(float(beta))
        minima.append(run.attempt)
    report("L-curve", scan.size, scan.size)
    return run, minima


def _checked_betas(betas: npt.ArrayLike) -> Array:
    scan = np.sort(array_of("l_curve", "betas", betas).ravel())[::-1]
    positive("l_curve", "betas", scan, "give betas above zero")
    return scan


def _curvature(misfit: Array, penalty: Array) -> Array:
    """Signed curvature of a curve in logarithms, positive where it turns right: west, then north, as an L is walked."""
    x, y = (np.log(np.maximum(values, 1e-300)) for values in (misfit, penalty))
    if x.size < 3:
        return np.zeros(x.size)
    dx, dy = np.gradient(x), np.gradient(y)
    ddx, ddy = np.gradient(dx), np.gradient(dy)
    speed = np.maximum((dx**2 + dy**2) ** 1.5, 1e-300)
    curvature = (dy * ddx - dx * ddy) / speed
    curvature[[0, -1]] = -np.inf
    return np.asarray(curvature)
