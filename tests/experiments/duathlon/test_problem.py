"""The duathlon: its limits are known, and its best linear estimator is that of a regression."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from geoinv.experiments.duathlon.problem import MEANS, NOISE, Duathlon
from geoinv.experiments.duathlon.training import duathlon_training, train
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.preset import RunSettings
from geoinv.learned import OPTEnet
from geoinv.operators import TotalTime


def test_the_limits_are_the_known_ones(problem):
    bayes = nmse(problem.posterior_mean(), problem.test)
    assert bayes == pytest.approx(0.0407, rel=0.02)
    assert nmse(problem.linear_estimate(), problem.test) == pytest.approx(0.342, rel=0.01)
    assert nmse(problem.spatial_median(), problem.test) / bayes == pytest.approx(1.030, abs=0.006)


def test_the_best_linear_estimator_is_that_of_a_regression(problem):
    basis = np.column_stack([np.ones(len(problem.test)), problem.test_data])
    weights, *_ = np.linalg.lstsq(basis, problem.test, rcond=None)
    npt.assert_allclose(nmse(problem.linear_estimate(), problem.test), nmse(basis @ weights, problem.test), rtol=1e-3)


def test_noise_is_one_percent_of_each_datum_and_models_are_all_different(problem):
    relative = problem.test_data[:, 0] / problem.test.sum(1) - 1.0
    assert relative.std() == pytest.approx(NOISE, rel=0.02)
    small = Duathlon.draw(50, 30, seed=1)
    models = np.concatenate([small.training, small.validation, small.test])
    assert len(np.unique(models, axis=0)) == 50 + 10 + 30


def test_training_lowers_the_error_below_the_best_linear_estimator():
    problem = Duathlon.draw(1_000, 2_000, seed=0)
    schedule = replace(duathlon_training(RunSettings("quick", 0, Path()), 1_000), epochs=15, learning_rate=1e-2)
    trained = train(OPTEnet(TotalTime(), embedding=16, layers=4), problem, schedule)
    assert trained.bayes < trained.error < 0.7 * trained.linear
    assert trained.way_left == pytest.approx((trained.error - trained.bayes) / (trained.linear - trained.bayes))


@pytest.mark.parametrize("datum", [-8.6, -1.9, 1.8, 5.4])
def test_mean_and_median_on_the_line_of_a_datum_are_those_of_quadrature(datum, problem):
    one = replace(problem, test_data=np.array([[datum]]))

    def density(s):
        """Prior at the point of the line x1 + x2 = b that is s along [1, -1]."""
        x = 0.5 * datum + s * np.array([1.0, -1.0]) / np.sqrt(2.0)
        return sum(np.exp(-0.5 * np.sum((x - mean) ** 2)) for mean in np.array(MEANS))

    def mass(top):
        return quad(density, -14.0, top, limit=400, points=[-6.0, -2.0, 0.0, 2.0, 6.0])[0]

    total = mass(14.0)
    middle = brentq(lambda s: mass(s) - 0.5 * total, -13.9, 13.9, xtol=1e-8)
    mean = quad(lambda s: s * density(s), -14.0, 14.0, limit=400, points=[-6.0, -2.0, 0.0, 2.0, 6.0])[0] / total
    along = np.array([1.0, -1.0]) / np.sqrt(2.0)
    # the posterior also has the width of the noise, which quadrature along the line leaves out
    npt.assert_allclose(one.spatial_median()[0], 0.5 * datum + middle * along, rtol=0, atol=0.03)
    npt.assert_allclose(one.posterior_mean()[0], 0.5 * datum + mean * along, rtol=0, atol=0.03)
