"""Files spoilt at random: what is read of each is right, or a sentence. Many more: benchmarks/mutated_surveys.py."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def trial() -> ModuleType:
    import mutated_surveys

    return mutated_surveys


def test_good_files_are_right(trial: ModuleType, tmp_path: Path) -> None:
    for name in trial.ORIGINALS:
        assert trial.outcome(trial.placed(tmp_path, name, trial.original(name))) == "right", name


def test_spoilt_files_are_right_or_refused(trial: ModuleType, tmp_path: Path) -> None:
    outcomes = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of xarray, about files that it is made to write
        for name in trial.ORIGINALS:
            for seed in range(2 if name.endswith(".zarr") else 12):
                outcomes[name, seed] = trial.outcome(trial.placed(tmp_path, name, trial.spoilt(name, seed)))
    assert {key: found for key, found in outcomes.items() if found not in ("right", "refused")} == {}
    assert {"right", "refused"} == set(outcomes.values())


def test_equal_seeds_give_equal_files(trial: ModuleType) -> None:
    for name in ("survey.obs", "mesh.msh"):
        assert trial.spoilt(name, 3) == trial.spoilt(name, 3)
        assert len({trial.spoilt(name, seed) for seed in range(20)}) > 15
