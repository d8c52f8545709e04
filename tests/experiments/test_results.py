"""The committed results: tables with the promised columns, and weights that give the numbers of their tables."""

from __future__ import annotations

import json

import pytest
from checkout import ROOT

from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.duathlon.training import test_error as error_on_fresh_models
from geoinv.experiments.shared.measures import nmse
from geoinv.learned import load
from geoinv.operators import MagneticSection

RESULTS = ROOT / "results"


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
