"""An inversion under way: every step a new one, the sentence of its ending, and what cannot begin."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv import InputError
from geoinv.algebra.matrices import MatrixOperator
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.run import Run

RANDOM = np.random.default_rng(1)
MATRIX = RANDOM.standard_normal((6, 10))
DATA = MATRIX @ RANDOM.standard_normal(10)
SIGMA = 0.5


def begun(target: float = 1.0, **changes: object) -> Run:
    given = {
        "A": MatrixOperator(MATRIX),
        "data": DATA,
        "uncertainty": SIGMA,
        "regularizer": geoinv.Smooth(weighting=None),
        "bounds": (-np.inf, np.inf),
        "base_level": "none",
        "initial": None,
        "solver": None,
        "seed": 0,
        **changes,
    }
    return Run.begin(InverseProblem.make(**given), target)


def minimised(run: Run, beta: float) -> tuple[list[Run], Run]:
    steps, running = [], run.minimising(beta)
    while True:
        try:
            steps.append(next(running))
        except StopIteration as end:
            return steps, end.value


def test_it_begins_at_the_first_model_without_a_beta():
    run = begun()
    npt.assert_array_equal(run.state.z, np.zeros(10))
    assert run.chi2(run.state) == pytest.approx(np.mean((DATA / SIGMA) ** 2), rel=1e-13)
    assert run.first == run.chi2(run.state)
    assert math.isnan(run.state.beta)
    assert run.history == ()
    assert run.outcome is None
    assert not run.reached


def test_every_step_is_a_new_run_and_the_last_has_the_beta_in_its_history():
    run = begun()
    before = run.state.z.copy()
    steps, last = minimised(run, 2.0)
    assert len({id(step) for step in steps}) == len(steps)
    npt.assert_array_equal(run.state.z, before)
    assert run.history == ()
    (step,) = last.history
    assert step.beta == 2.0
    assert step.chi2_per_datum == last.chi2(last.state)
    assert last.state.beta == 2.0
    with pytest.raises(FrozenInstanceError):
        last.target = 2.0  # type: ignore[misc]


def test_the_minimum_is_that_of_the_normal_equations():
    _, last = minimised(begun(regularizer=geoinv.Smooth(weighting=None, smoothness=0.0)), 2.0)
    ridge = MATRIX.T @ MATRIX / SIGMA**2
    # with smoothness 0, phi is a multiple of |z|^2: its factor is read off its own gradient
    phi = last.problem.objective.regularizer
    factor = phi.gradient(np.eye(10)[0])[0]
    expected = np.linalg.solve(ridge + 2.0 * factor * np.eye(10), MATRIX.T @ DATA / SIGMA**2)
    npt.assert_allclose(last.state.z, expected, atol=0.01 * np.abs(expected).max())


def test_another_model_may_become_the_current_one():
    run = begun()
    state = run.problem.objective.evaluate(np.ones(10))
    moved = run.at(state, beta=3.0, excess=0.0)
    npt.assert_array_equal(moved.state.z, np.ones(10))
    assert moved.state.beta == 3.0
    assert moved.minimum.converged
    assert not run.at(state).minimum.converged


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_ending_says_outcome_fit_and_target(outcome: Outcome):
    run = begun(target=0.5).ended(outcome, " for a reason")
    assert run.ending.startswith(f"{outcome.value} for a reason")
    assert run.ending.endswith(f": chi^2/N = {run.first:.4g}, target 0.5")
    if outcome in (Outcome.BETA_AS_GIVEN, Outcome.CORNER):
        assert "not converged (how far the objective lies above its minimum is not known" in run.ending
        assert not run.reached
    else:
        assert run.reached == outcome.value.startswith("target reached")


def test_what_is_not_finite_at_the_start_cannot_begin():
    huge = MatrixOperator(1e200 * MATRIX)
    with pytest.raises(InputError, match=r"finite at the initial model, got a misfit of inf and a penalty of"):
        begun(A=huge, initial=np.ones(10))
