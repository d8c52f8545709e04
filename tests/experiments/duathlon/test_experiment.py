"""The duathlon: what theory knows of it, and the quick run of the whole experiment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
import torch
from scipy.integrate import quad
from scipy.optimize import brentq

from geoinv.experiments import Table, run_experiment
from geoinv.experiments.duathlon.problem import MEANS, NOISE, Duathlon
from geoinv.experiments.duathlon.training import duathlon_training, train
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.seeds import over_seeds
from geoinv.learned import OPTEnet, load
from geoinv.operators import TotalTime

REQUIRED = {"method", "metric", "value", "spread", "limit", "paper", "parameters", "preset", "seed"}


@pytest.fixture(scope="module")
def problem() -> Duathlon:
    """100,000 fresh models."""
    return Duathlon.draw(10, 100_000, seed=0)


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


def test_training_lowers_the_error_below_the_best_linear_estimator():
    problem = Duathlon.draw(1_000, 2_000, seed=0)
    schedule = replace(duathlon_training(RunSettings("quick", 0, Path())), epochs=15, learning_rate=1e-2)
    trained = train(OPTEnet(TotalTime(), embedding=16, layers=4), problem, schedule)
    assert trained.bayes < trained.error < 0.7 * trained.linear
    assert trained.way_left == pytest.approx((trained.error - trained.bayes) / (trained.linear - trained.bayes))


def test_a_training_that_was_cut_off_goes_on_from_its_checkpoint(tmp_path):
    small, settings = Duathlon.draw(40, 30, seed=1), duathlon_training(RunSettings("quick", 0, tmp_path))
    first = train(OPTEnet(small.A, embedding=4, layers=1), small, settings, tmp_path / "place")
    again = train(OPTEnet(small.A, embedding=4, layers=1), small, settings, tmp_path / "place")
    # the seconds are those of the first: nothing was trained anew
    assert again.record == first.record
    assert again.error == first.error


def test_spread_is_the_deviation_over_the_seeds():
    assert over_seeds([1.0, 2.0, 6.0]) == {"value": 3.0, "spread": pytest.approx(np.sqrt(7.0))}
    assert over_seeds([4.0]) == {"value": 4.0, "spread": None}


@pytest.fixture(scope="module")
def quick_table(tmp_path_factory) -> tuple[Table, Path]:
    """Table and folder of one quick run."""
    folder = tmp_path_factory.mktemp("results")
    random = torch.random.get_rng_state()
    table = run_experiment("duathlon", "quick", 3, folder)
    assert torch.equal(torch.random.get_rng_state(), random)
    return table, folder / "duathlon"


def values_of(table: Table) -> list[tuple[str, str, str, float | None]]:
    return [(row.case, row.method, row.metric, row.value) for row in table.rows]


@pytest.mark.slow
def test_the_quick_run_writes_table_figures_and_weights(quick_table):
    _, folder = quick_table
    names = {"table.json", "table.csv", "table.md", "run.json", "figure-2.png", "convergence.png"}
    assert {path.name for path in folder.iterdir()} == names | {"OPTEnet.safetensors", "EUnet.safetensors"}
    rows = json.loads((folder / "table.json").read_text())
    assert all(row.keys() >= REQUIRED for row in rows)
    assert all(row["preset"] == "quick" and row["seed"] == 3 for row in rows)
    by_name = {(row["case"], row["method"], row["metric"]): row for row in rows}
    assert len(by_name) == len(rows)
    exact = by_name["", "posterior mean", "NMSE"]
    assert exact["value"] == exact["limit"] == pytest.approx(0.0407, rel=0.1)
    for name, paper in (("Proximal", 0.35), ("OPTEnet", 0.082), ("EUnet", 0.041)):
        row = by_name["the paper's loss, unsquared", name, "NMSE"]
        assert row["paper"] == paper
        assert row["limit"] == exact["value"]
        assert row["parameters"] > 0
        assert by_name["squared loss", name, "NMSE"]["paper"] is None
    for metric in ("NMSE / Bayes error", "(MSE - Bayes)/(LMMSE - Bayes)"):
        assert ("squared loss", "EUnet", metric) in by_name
    sampled = {row["method"] for row in rows if row["case"] == "sampling"}
    assert len(sampled) >= 3
    network = load(folder / "EUnet.safetensors", TotalTime())
    found = network(torch.zeros(3, 1))
    assert torch.isfinite(found).all()


@pytest.mark.slow
def test_the_seed_decides_every_number_of_the_table(quick_table, tmp_path):
    again = run_experiment("duathlon", "quick", 3, tmp_path)
    assert values_of(again) == values_of(quick_table[0])
    other, same = Duathlon.draw(20, 30, seed=4), Duathlon.draw(20, 30, seed=3)
    assert not np.array_equal(other.test_data, same.test_data)
