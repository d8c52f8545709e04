"""The experiment on uncertainty: its closed form, and a quick run."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.uncertainty import PRIOR, GaussianCase, run


def test_the_closed_form_is_where_the_inversion_ends():
    case = GaussianCase.make((2, 3, 3))
    _, data = case.draw(np.random.default_rng(0), -np.inf)
    solver = geoinv.GaussNewton(tolerance=1e-10)
    solution = geoinv.invert(case.operator, data, case.deviation, PRIOR, beta=1.0, solver=solver)
    npt.assert_allclose(solution.model.ravel(), case.gain @ data.ravel(), rtol=1e-3, atol=1e-6)


def test_draws_of_the_prior_have_its_covariance():
    case = GaussianCase.make((2, 3, 3))
    phi = PRIOR.bind(case.operator)
    models = np.array([case.draw(np.random.default_rng(seed), -np.inf)[0] for seed in range(400)])
    phis = [phi.value(model.reshape(case.operator.domain_shape)) for model in models]
    # twice phi of a draw is chi^2 with as many degrees of freedom as cells
    npt.assert_allclose(np.mean(phis), 0.5 * 18, rtol=4.0 * np.sqrt(2.0 / (18 * 400)))
    assert case.draw(np.random.default_rng(0), 0.0)[0].min() == 0.0


def test_a_quick_run_has_rows_of_every_case_and_a_figure(tmp_path):
    table = run(RunSettings("quick", 0, tmp_path))
    assert {row.case for row in table.rows} == {
        "one survey",
        "known beta",
        "beta by the target",
        "known beta, bounds",
        "synthetic geology",
    }
    found = {(row.case, row.metric): row for row in table.rows}
    known = found["known beta", "coverage of 90 % intervals"]
    assert known.limit == pytest.approx(0.9)
    assert abs(known.value - known.limit) < 0.2
    assert (tmp_path / "calibration.png").read_bytes().startswith(b"\x89PNG")
