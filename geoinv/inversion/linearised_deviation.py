"""Standard deviation of the linearised posterior: the square root of diag (F'W^2 F + beta R)^-1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.gram import gram_diagonal
from geoinv.algebra.matrices import Identity
from geoinv.core.progress import report
from geoinv.inversion.randomize_then_optimize import Posterior, refuse_draws
from geoinv.inversion.solution import Solution
from geoinv.regularizers.perturbed import Curvature

__all__ = ["linearised_standard_deviation"]

Array = npt.NDArray[np.float64]


def linearised_standard_deviation(solution: Solution, number: int = 200, seed: int = 0) -> Array:
    """Estimate the standard deviation of a model whose posterior is normal, or is taken so.

    It is that of the posterior of :func:`geoinv.ensemble` without bounds, with the data linearised at the solution.

    Parameters
    ----------
    solution : Solution
        Of :func:`geoinv.invert`, with a regularizer of squares.
    number : int
        Draws, each about as long as the last minimisation of the inversion.
    seed : int
        Of the random numbers.

    Returns
    -------
    array of the shape of a model
        0 in inactive cells.

    Raises
    ------
    InputError
        As :func:`geoinv.ensemble`.

    Notes
    -----
    A draw x = H^-1 b, with b of covariance H, has the covariance H^-1, and ``Cov(x, b)`` is the identity. With
    D = diag(H) the variance of x is therefore ``1/D + Var(x - b/D)``: the first term is exact, and the second is what a
    cell owes to its neighbours, the mean given them (Siden, Lindgren, Bolin and Villani 2018, Efficient covariance
    approximations for large sparse precision matrices, J. Comput. Graph. Stat. 27(4)). The error of an ensemble's
    standard deviation, ``1/sqrt(2 number)`` of it, is reduced to the second term's share of the variance. Where an
    operator does not tell ``gram_diagonal``, diag(H) is as near as :mod:`geoinv.algebra.gram` comes. The prior's
    variance less a low-rank update by Lanczos vectors is not taken: where the data see much, it is a small difference
    of numbers of which the first is an estimate.

    Examples
    --------
    >>> import geoinv
    >>> from geoinv.algebra.matrices import Identity
    >>> phi = geoinv.Smooth(smoothness=0.0, weighting=None)
    >>> solution = geoinv.invert(Identity((1,)), [1.0], 1.0, phi, beta=3.0)
    >>> linearised_standard_deviation(solution, number=2).tolist()
    [0.5]
    """
    owner = "linearised_standard_deviation"
    refuse_draws(owner, number, seed)
    posterior = Posterior.of(owner, solution)
    given = posterior.objective
    jacobian = given.operator.linearise(posterior.z)
    objective = replace(
        given,
        operator=jacobian,
        data=np.zeros_like(given.data),
        regularizer=Curvature(given.regularizer, posterior.z),
        bounds=(np.asarray(-np.inf), np.asarray(np.inf)),
    )
    hessian = _hessian_diagonal(posterior)
    inverse = np.zeros_like(posterior.z) if hessian is None else 1.0 / np.where(hessian > 0.0, hessian, np.inf)
    total: Any = 0.0
    for place in range(number):
        report("standard deviation", place, number)
        perturbation = posterior.perturbation(np.random.default_rng([seed, place]))
        draw = posterior.minimum(objective, perturbation, np.zeros_like(posterior.z)).state.z
        if hessian is not None:
            weighted = objective.weights**2 * posterior.seen(perturbation.noise)
            right = jacobian.T(weighted) + objective.beta * perturbation.slope
            draw = draw - inverse * np.asarray(right, np.float64)
        total = total + np.asarray(posterior.problem.embedding(draw), np.float64) ** 2
    report("standard deviation", number, number)
    return np.sqrt(posterior.cleared(total / number + inverse))


def _hessian_diagonal(posterior: Posterior) -> Array | None:
    """Diagonal of F'W^2 F + beta R; None where a model is no z, or the regularizer does not tell its own."""
    problem, objective = posterior.problem, posterior.objective
    own = getattr(objective.regularizer, "curvature_diagonal", None)
    if own is None or not isinstance(problem.embedding, Identity):
        return None
    jacobian = problem.physics.linearise(posterior.z)
    data = gram_diagonal(jacobian, objective.weights)
    if problem.free_level is not None:
        # what a free constant takes of each component: a projection of W F, whose one direction is W's own
        for row, weights in enumerate(objective.weights):
            alone = np.zeros_like(objective.weights)
            alone[row] = weights**2
            data = data - np.asarray(jacobian.T(alone), np.float64) ** 2 / np.sum(weights**2)
    return np.asarray(data + objective.beta * np.asarray(own(posterior.z), np.float64))
