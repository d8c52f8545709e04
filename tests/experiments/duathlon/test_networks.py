"""Rows of the duathlon's networks beside numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from geoinv.experiments.duathlon.networks import network_rows
from geoinv.experiments.duathlon.training import Trained
from geoinv.experiments.shared.preset import RunSettings


def trained(error: float, bayes: float, linear: float, seconds: float) -> Trained:
    network, record = SimpleNamespace(parameter_count=7), SimpleNamespace(seconds=seconds)
    return Trained(network, record, error, bayes, linear)  # type: ignore[arg-type]


def test_errors_are_means_over_seeds_with_what_theory_knows_beside_them(tmp_path: Path) -> None:
    seeds = [trained(0.3, 0.2, 0.6, 10.0), trained(0.5, 0.2, 0.6, 20.0)]
    assert seeds[0].way_left == pytest.approx(0.25)
    rows = network_rows(RunSettings("cpu", 3, tmp_path), seeds, paper=0.4, method="EUnet", case="squared")
    found = {row.metric: row for row in rows}
    assert found["NMSE"].value == pytest.approx(0.4)
    assert found["NMSE"].limit == pytest.approx(0.2)
    assert found["NMSE"].paper == 0.4
    assert found["NMSE / Bayes error"].value == pytest.approx(2.0)
    assert found["NMSE / Bayes error"].limit == 1.0
    assert found["(MSE - Bayes)/(LMMSE - Bayes)"].value == pytest.approx(0.5)
    assert {row.paper for name, row in found.items() if name != "NMSE"} == {None}
    assert {(row.method, row.parameters, row.seconds) for row in rows} == {("EUnet", 7, 15.0)}
