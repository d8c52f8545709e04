"""A draw from the posterior of an inversion: its problem with perturbed data and prior, minimised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.inversion.gauss_newton import GaussNewton, Minimum, minima
from geoinv.inversion.objective import Objective
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.solution import Solution
from geoinv.regularizers.perturbed import Perturbed

__all__ = ["FEWEST", "Perturbation", "Posterior", "refuse_draws"]

Array = npt.NDArray[np.float64]

TOLERANCE = 1e-3
"""How far the objective of a draw may lie above its minimum, as a part of half of chi^2 and of what phi gained on the
way: about half the number of unknowns, by which draws differ from each other."""

FEWEST = 2
"""Draws of which there is a standard deviation."""


@dataclass(frozen=True)
class Perturbation:
    """What makes a draw of the solution.

    Attributes
    ----------
    noise : array
        Added to the data, in their unit.
    slope : array
        Taken off the gradient of phi.
    """

    noise: Array
    slope: Array


@dataclass(frozen=True)
class Posterior:
    """Posterior of the unknowns z of an inversion, as its draws need it.

    With ``phi(z) = 1/2 sum_i |L_i (z - z0)|^2``, the noise normal with the given standard deviations and the prior
    normal with the density ``exp(-beta phi)``, the minimiser of

        1/2 |W (F z - d - e)|^2 + beta/2 sum_i |L_i (z - z0) - eta_i|^2,    e ~ N(0, W^-2),  eta_i ~ N(0, I/beta)

    is a draw from the posterior where F is linear and z free (Bardsley, Solonen, Haario and Laine 2014,
    Randomize-then-optimize, SIAM J. Sci. Comput. 36(4)).

    Attributes
    ----------
    problem : InverseProblem
        What was inverted.
    objective : Objective
        What was minimised in the end, at the beta of the solution.
    z : array
        Its minimiser.
    """

    problem: InverseProblem
    objective: Objective
    z: Array

    @classmethod
    def of(cls, owner: str, solution: Any) -> Posterior:
        """Posterior whose mode a solution is.

        Parameters
        ----------
        owner : str
            Who asks; stands in the error.
        solution : Solution
            Of :func:`geoinv.invert`.

        Raises
        ------
        InputError
            If it is no solution of :func:`geoinv.invert`, did not come to its end or has no beta; if its regularizer is
            no sum of squares, or does not weigh every cell.
        """
        if not isinstance(solution, Solution):
            raise InputError(
                f"{owner} expects the solution that geoinv.invert returned, got {type(solution).__name__}; invert first"
            )
        problem, z = solution.problem, solution.z
        if problem is None or z is None:
            raise InputError(
                f"{owner} expects a solution of geoinv.invert, got one that a network estimated; take the network's "
                "own sample(data, uncertainty, number)"
            )
        if solution.outcome.incomplete:
            how = solution.outcome.value
            raise InputError(
                f"{owner} expects an inversion that came to its end, got one that ended {how}; run it again"
            )
        if solution.outcome is Outcome.REFERENCE_FITS or not np.isfinite(solution.beta):
            raise InputError(
                f"{owner} expects a beta, by which the prior's spread is told, got data that the reference model fits; "
                "give invert a beta of your own"
            )
        phi: Any = problem.objective.regularizer
        if not hasattr(phi, "random_gradient"):
            raise InputError(
                f"{owner} expects a regularizer that is a sum of squares once its weights are set, got "
                f"{type(phi).__name__}; invert with Smooth, Sparse, Aligned, TotalVariation, or give yours "
                "random_gradient(random, shape)"
            )
        _refuse_unweighted(owner, problem, z)
        return cls(problem, problem.objective.with_beta(solution.beta), z)

    @property
    def bounded(self) -> bool:
        """Whether z is held between bounds anywhere."""
        return bool(any(np.isfinite(bound).any() for bound in self.objective.bounds))

    def perturbation(self, random: np.random.Generator) -> Perturbation:
        """Draw of the noise and of the prior."""
        phi: Any = self.objective.regularizer
        noise = random.standard_normal(self.problem.data.shape) * self.problem.uncertainty
        slope = phi.random_gradient(random, self.z.shape) / np.sqrt(self.objective.beta)
        return Perturbation(noise, slope)

    def seen(self, noise: Array) -> Array:
        """Noise as the objective's data have it: without its level, where the base level is fitted."""
        free = self.problem.free_level
        return noise if free is None else np.asarray(free(noise), np.float64)

    def minimum(self, objective: Objective, perturbation: Perturbation, start: Array) -> Minimum:
        """Minimum of an objective with perturbed data and prior, from a start; the last finite model before it."""
        perturbed = Perturbed(objective.regularizer, perturbation.slope)
        objective = replace(
            objective,
            data=objective.data + self.seen(perturbation.noise),
            regularizer=perturbed,
            beginning=perturbed.value(start),
        )
        state = objective.evaluate(start)
        found = Minimum(state, np.inf, False)
        for minimum in minima(objective, self._solver, state):
            if not minimum.state.finite:
                return replace(found, converged=False)
            found = minimum
        return found

    @property
    def _solver(self) -> GaussNewton:
        """The inversion's, which for linear data is to come to its end in one step."""
        solver = self.problem.solver
        inner = 0.5 * TOLERANCE if self.objective.linear else solver.inner_tolerance
        return replace(solver, tolerance=TOLERANCE, inner_tolerance=inner)

    def model(self, z: Array) -> Array:
        """Model of unknowns; 0 in inactive cells."""
        return self.cleared(np.asarray(self.problem.embedding(z), np.float64))

    def cleared(self, model: Array) -> Array:
        """Model with 0 in inactive cells."""
        mesh = getattr(self.problem.physics, "mesh", None)
        return model if mesh is None else np.where(mesh.active, model, 0.0)

    def base_level(self, model: Array, noise: Array) -> Array:
        """Base level of each component that goes with a draw."""
        problem = self.problem
        if problem.free_level is None:
            return np.full(problem.data.shape[:-1], problem.known_level)
        return problem.free_level.level(problem.data + noise - np.asarray(problem.physics(model), np.float64))


def refuse_draws(owner: str, number: object, seed: object) -> None:
    """Reject what is no number of draws, or no seed.

    Raises
    ------
    InputError
        If the number is no whole one of 2 or more, or the seed none of 0 or more.
    """
    for name, value, least, advice in (
        ("number", number, FEWEST, "; 50 tell a standard deviation to a tenth"),
        ("seed", seed, 0, ""),
    ):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise InputError(f"{owner} expects {name} to be a whole number of {least} or more, got {value!r}{advice}")


def _refuse_unweighted(owner: str, problem: InverseProblem, z: Array) -> None:
    """Reject a prior that leaves some active cell at any value: no draw of it would be one."""
    diagonal = getattr(problem.objective.regularizer, "curvature_diagonal", None)
    if diagonal is None or problem.embedding.domain_shape != problem.physics.domain_shape:
        return
    mesh = getattr(problem.physics, "mesh", None)
    active = True if mesh is None else mesh.active
    free = np.broadcast_to(active & ~(np.asarray(diagonal(z)) > 0.0), z.shape)
    if free.any():
        raise InputError(
            f"{owner} expects a regularizer that weighs every active cell, got {int(free.sum())} of {free.size} "
            "without weight; give smallness, smoothness and weighting above zero"
        )
