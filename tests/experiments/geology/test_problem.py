"""The surveys compared: fresh, of the kinds they say, and none by which a setting is chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoinv.datasets.geology import KINDS, TRAINING_KINDS
from geoinv.experiments.geology.problem import MIXTURE, choosing, compared
from geoinv.experiments.shared.preset import RunSettings

QUICK = RunSettings("quick", 0, Path("nowhere"))


def test_groups_are_the_training_kinds_and_each_kind_that_is_held_back():
    groups = {group.name: group for group in compared(QUICK)}
    held_back = {name for name, kind in KINDS.items() if kind.held_back}
    assert set(groups) == {MIXTURE, *held_back}
    for name, group in groups.items():
        kinds = {kind for survey in group for kind in survey.geology.kinds}
        assert kinds <= (set(TRAINING_KINDS) if name == MIXTURE else {name})


def test_thirty_models_are_compared_but_in_the_quick_run():
    for preset in ("cpu", "full"):
        assert compared(RunSettings(preset, 0, Path("nowhere")))[0].number == 30


def test_settings_are_chosen_by_other_surveys_than_those_compared():
    (chosen_by,) = choosing(QUICK)
    for survey in compared(QUICK)[0]:
        assert not np.array_equal(survey.true_model, chosen_by.true_model)
    # nor do the seeds of one run meet those of another
    later = RunSettings("quick", 1000, Path("nowhere"))
    assert choosing(later).surveys.seed < compared(QUICK)[0].surveys.seed < compared(later)[0].surveys.seed
