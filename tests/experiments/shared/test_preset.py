"""Presets of an experiment."""

from __future__ import annotations

import pytest

from geoinv.core.checks import InputError
from geoinv.experiments import PRESETS, Row, RunSettings


def test_each_preset_chooses_its_own_setting_and_another_is_refused(tmp_path):
    chosen = [RunSettings(preset, 0, tmp_path).choose(quick=1, cpu=2, full=3) for preset in PRESETS]
    assert chosen == [1, 2, 3]
    with pytest.raises(InputError, match="one of quick, cpu, full; got 'huge'"):
        RunSettings("huge", 0, tmp_path)


def test_full_runs_have_three_seeds_and_others_one_or_what_they_ask_for(tmp_path):
    assert [len(RunSettings(preset, 5, tmp_path).seeds()) for preset in PRESETS] == [1, 1, 3]
    assert RunSettings("cpu", 5, tmp_path).seeds(cpu=3) == range(5, 8)


def test_a_row_of_a_run_carries_its_preset_and_seed(tmp_path):
    settings = RunSettings("cpu", 5, tmp_path)
    assert settings.row(method="m", metric="n", value=1.0) == Row(
        method="m", metric="n", value=1.0, preset="cpu", seed=5
    )
    assert settings.row(method="m", metric="n", value=1.0, seed=6).seed == 6
