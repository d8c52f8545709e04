"""The committed results: tables with the promised columns, and weights that give the numbers of their tables."""

from __future__ import annotations

import json

import pytest
from checkout import ROOT

from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.duathlon.training import test_error as error_on_fresh_models
from geoinv.experiments.registry import EXPERIMENTS
from geoinv.experiments.shared.measures import nmse
from geoinv.learned import load
from geoinv.operators import MagneticSection

RESULTS = ROOT / "results"
COLUMNS = {"method", "metric", "value", "spread", "limit", "paper", "parameters", "preset", "seed"}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_a_table_with_its_origin(name):
    rows = json.loads((RESULTS / name / "table.json").read_text())
    assert rows
    assert all(set(row) >= COLUMNS for row in rows)
    run = json.loads((RESULTS / name / "run.json").read_text())
    assert run["command"].startswith(f"geoinv reproduce {name} --preset {rows[0]['preset']}")
    assert {"machine", "date", "seed"} <= set(run)
    assert list((RESULTS / name).glob("*.png"))


@pytest.mark.parametrize("name", ["EUnet", "OPTEnet"])
def test_the_weights_of_the_duathlon_come_near_the_bayes_error(name):
    problem = Duathlon.draw(10_000, 100_000, seed=0)
    network = load(RESULTS / "duathlon" / f"{name}.safetensors", problem.A)
    bayes = nmse(problem.posterior_mean(), problem.test)
    assert bayes < error_on_fresh_models(network, problem) < 1.02 * bayes


def test_the_weights_of_the_magnetic_sections_load():
    network = load(RESULTS / "magnetics" / "EUnet.safetensors", MagneticSection((28, 28), dtype="float32"))
    rows = json.loads((RESULTS / "magnetics" / "table.json").read_text())
    assert network.parameter_count == next(row["parameters"] for row in rows if row["method"] == "EUnet")
