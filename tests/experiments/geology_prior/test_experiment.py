"""The training of GeologyPrior at its smallest, and when it warns."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoinv.experiments.geology_prior import examples, unfamiliar
from geoinv.experiments.geology_prior.experiment import run
from geoinv.experiments.shared.preset import RunSettings
from geoinv.learned.priors.geology_network import GeologyNetwork

pytest.importorskip("matplotlib")


def test_the_quick_run_trains_two_steps_and_leaves_weights(tmp_path: Path, monkeypatch) -> None:
    for module in (examples, unfamiliar):
        monkeypatch.setattr(module, "SHAPES", ((8, 10, 10),))
    table = run(RunSettings("quick", 0, tmp_path))
    values = {(row.case, row.method, row.metric): row.value for row in table.rows}
    methods = {"1 step", "2 steps", "2 steps, no embedding"}
    for method in methods:
        assert 0.5 < values["", method, "loss of the last step"] < 2.0
        assert 0.3 < values["", method, "NMSE / smooth, geometric mean"] < 3.0
    warned = {case: value for (case, method, metric), value in values.items() if metric == "warned of"}
    assert set(warned) == {"training kinds", "thin folded sheets", "remanent body"}
    assert all(0.0 <= value <= 1.0 for value in warned.values())
    assert {path.name for path in tmp_path.iterdir()} == {"geology.safetensors", "errors.png"}
    network = GeologyNetwork.load(tmp_path / "geology.safetensors")
    assert len(network.steps) in (1, 2)
    assert network.familiarity is not None
    assert float(network.familiarity.share) == pytest.approx(0.9)
    assert set(network.ranges) == {"height of the stations", "distance between stations", "height of the cells"}
