"""The campaign finds what is wrong, survives what hangs or dies, and goes on where it was."""

from __future__ import annotations

import json
import os
import sys
import time

import pytest

from geoinv import InputError
from geoinv.operators import Magnetics


def fair(seed):
    yield "one", "right"
    yield "other", "refused" if seed % 2 else "right"


def bad(seed):
    yield "one", "right"
    if seed == 1:
        time.sleep(600)
    if seed == 2:
        os._exit(9)
    yield "other", "KeyError: 'b'" if seed == 3 else "right"


@pytest.fixture
def campaign(monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # which record.py replaces
    import campaign

    return campaign


def test_trials_that_hang_die_or_are_wrong_are_failures_with_their_seeds(campaign):
    found = campaign.block_of(campaign.Part("", bad, 5, 8.0), list(range(5)))
    assert found["counts"] == {"one": [5, 0, 0], "other": [2, 0, 1], "process": [0, 0, 2]}
    assert found["failures"] == [
        [1, "process", "hangs for 8 s"],
        [2, "process", "ended with 9"],
        [3, "other", "KeyError: 'b'"],
    ]


def test_finished_blocks_are_skipped(campaign, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(campaign, "PARTS", {"fair": campaign.Part("fair ones", fair, 2, 60.0)})
    options = ["--json", str(tmp_path / "a.json"), "--minutes", "0.001"]
    assert campaign.main(options) == 0
    assert campaign.main([*options, "--resume"]) == 0
    blocks = json.loads((tmp_path / "a" / "blocks.json").read_text())["blocks"]
    assert list(blocks) == ["fair 0-1", "fair 2-3"]
    assert "8 tried: 6 right, 2 refused; 4 seeds from 0" in capsys.readouterr().out
    monkeypatch.setattr(campaign, "fingerprint", lambda: "other code")
    with pytest.raises(InputError, match="of another version; leave --resume out"):
        campaign.main([*options, "--resume"])


def test_a_failure_is_told_and_ends_with_1(campaign, monkeypatch, tmp_path, capsys):
    part = campaign.Part("bad ones", bad, 1, 60.0)
    monkeypatch.setattr(campaign, "PARTS", {"bad": part})
    assert campaign.main(["--seed", "3", "--json", str(tmp_path / "a.json"), "--minutes", "0.001"]) == 1
    assert "| bad  | 3    | other | KeyError: 'b' |" in capsys.readouterr().out


@pytest.mark.parametrize("fault", [1e-3, float("nan")])
def test_an_engine_that_breaks_its_promise_is_found(fault, monkeypatch):
    import geometry_promises

    class Faulty(Magnetics):
        def _forward(self, x):
            return super()._forward(x) * (1.0 + fault)

    (_, good), *_ = geometry_promises.geometry_trials(1, ("direct",))
    assert good == "right"
    monkeypatch.setattr(geometry_promises, "Magnetics", Faulty)
    (_, found), *_ = geometry_promises.geometry_trials(1, ("direct",))
    assert "times the error promised" in found or "not finite" in found
    assert "seed 1" in found


def test_level_geometries_are_what_fourier_engines_take():
    import geometry_promises

    engines = [found for seed in range(5) for _, found in geometry_promises.geometry_trials(seed, ("gridded",))]
    assert set(engines) == {"right", "refused"}
