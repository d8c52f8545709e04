"""Inversion: the simplest model that fits the data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.forward_model import ForwardModel
from geoinv.core.checks import InputError, array_of, positive
from geoinv.core.interrupts import interrupts_held
from geoinv.core.provenance import described
from geoinv.formats.atomic import check_writable
from geoinv.inversion.checkpoint import Checkpoint
from geoinv.inversion.cooling import cool
from geoinv.inversion.fingerprint import fingerprint
from geoinv.inversion.gauss_newton import GaussNewton
from geoinv.inversion.l_curve import corner
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.reweighting import loosened, reweight
from geoinv.inversion.run import Run
from geoinv.inversion.solution import Solution
from geoinv.regularizers.base import Regularizer
from geoinv.regularizers.smooth import Smooth

__all__ = ["invert"]


def invert(
    A: ForwardModel,
    data: npt.ArrayLike,
    uncertainty: npt.ArrayLike,
    regularizer: Regularizer | None = None,
    bounds: tuple[npt.ArrayLike, npt.ArrayLike] = (-np.inf, np.inf),
    target: float = 1.0,
    beta: float | str | None = None,
    base_level: float | str = "none",
    initial: npt.ArrayLike | None = None,
    solver: GaussNewton | None = None,
    iterations: int = 60,
    seed: int = 0,
    checkpoint: str | Path | None = None,
) -> Solution:
    """Find the simplest model that fits the data.

    Minimises ``1/2 |W (A E z - d)|^2 + beta phi(z)`` over z, with the model ``x = E z``.

    Parameters
    ----------
    A : LinearOperator, or anything with ``A(x)`` and ``A.linearise(x)``
        The physics; ``A.linearise(x)`` is the Jacobian at x, a LinearOperator. ``gram_diagonal`` is used where it has
        one, ``grid`` and ``survey`` too.
    data : array
        Observed data d of ``A.range_shape``, or (stations,) for one component.
    uncertainty : array or float
        Standard deviations, the diagonal of W inverted; same shapes, or one number.
    regularizer : Regularizer, optional
        phi; :class:`geoinv.Smooth` by default.
    bounds : (array or float, array or float)
        Lowest and highest value of the model.
    target : float
        Value of chi^2/N to stop at (discrepancy principle). Met within 0.98 to 1.01 of it: where
        cooling passes it, beta is bisected.
    beta : float or str, optional
        None cools it to the target; a number keeps it; ``"l-curve"`` takes the corner of
        :func:`l_curve`. Each minimisation goes on until the objective is within the solver's tolerance of its
        minimum, or the status says how far it may be from it.
    base_level : float or str
        Constant in the data of each component: ``"none"``, ``"fit"`` (estimated with the model) or
        its value.
    initial : array, optional
        z to start from, within the bounds; by default the regularizer's reference, or the nearest within them. Where it
        is about a minimum of the objective, as the model of an earlier inversion is, the search begins at its beta; it
        ends where one from the reference does, but for the tolerance and, with norms below 1, another local minimum.
    solver : GaussNewton, optional
        How each trade-off's problem is solved.
    iterations : int
        Most trade-offs tried.
    seed : int
        Of the random vectors that estimate what the operator does not tell.
    checkpoint : str or Path, optional
        File in which each beta's result is kept as soon as it is there. Where it stands there already, written by the
        same inversion, that goes on from it: to the same solution bit by bit, with the same engine on the same machine.
        It takes the memory of one model a beta, and stays: remove it once the solution is saved.

    Returns
    -------
    Solution
        Also where the target was not reached: ``solution.status`` says how it ended, and what usually causes it where
        the data are not fitted or residuals are no noise. Ctrl-C ends it with the last model.

    Raises
    ------
    InputError
        If shapes disagree, data or uncertainty are not usable, bounds cross, stations lie
        inside active cells, or the checkpoint is of another inversion, damaged, or cannot be written.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> A = MatrixOperator(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    >>> solution = invert(A, [3.0, 5.0], 0.1, regularizer=Smooth(weighting=None))
    >>> solution.status.split(":")[0]
    'target reached'
    """
    wanted = array_of("invert", "target", target, shape=())
    positive("invert", "target", wanted, "give a chi^2 per datum, such as 1")
    if not (isinstance(iterations, (int, np.integer)) and iterations > 0):
        raise InputError(f"invert expects iterations to be a whole number above zero, got {iterations!r}")
    problem = InverseProblem.make(A, data, uncertainty, regularizer, bounds, base_level, initial, solver, seed)
    settings = {
        "regularizer": described(regularizer or Smooth()),
        "bounds": [described(bound) for bound in bounds],
        "target": target,
        "beta": beta,
        "base_level": base_level,
        "initial": described(initial),
        "solver": described(problem.solver),
        "iterations": iterations,
        "seed": seed,
        "operator": described(problem.physics),
    }
    if beta is not None and not isinstance(beta, str):
        fixed = array_of("invert", "beta", beta, shape=())
        positive("invert", "beta", fixed, "give a beta above zero, or leave it out to cool to the target")
        beta = float(fixed)
    elif isinstance(beta, str) and beta != "l-curve":
        raise InputError(f"invert expects beta to be a number, 'l-curve' or left out, got {beta!r}")
    if checkpoint is not None:
        check_writable(checkpoint)
    kept = None if checkpoint is None else Checkpoint(checkpoint, fingerprint(problem, settings))
    try:
        return _solved(Run.begin(problem, float(wanted), kept), beta, iterations, settings)
    finally:
        if kept is not None:
            kept.close()


def _solved(run: Run, beta: float | str | None, iterations: int, settings: dict[str, Any]) -> Solution:
    """Solution at the end of a run, or where Ctrl-C ends it."""
    try:
        for following in _runs(run, beta, iterations):
            run = following
    except KeyboardInterrupt:
        run = run.ended(Outcome.INTERRUPTED, f" after {len(run.history)} trade-offs")
    with interrupts_held():
        return run.solution(settings)


def _runs(run: Run, beta: float | str | None, iterations: int) -> Iterator[Run]:
    """Run after run, the last of which has ended."""
    run = loosened(run)
    if beta is None:
        run = yield from cool(run, iterations)
    elif isinstance(beta, str):
        run = yield from corner(run)
    else:
        run = (yield from run.minimising(beta)).ended(Outcome.BETA_AS_GIVEN)
    yield run
    yield (yield from reweight(run, iterations))
