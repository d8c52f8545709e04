"""Trainings of the duathlon."""

from __future__ import annotations

from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.duathlon.training import duathlon_training, train
from geoinv.experiments.shared.preset import RunSettings
from geoinv.learned import OPTEnet


def test_a_training_that_was_cut_off_goes_on_from_its_checkpoint(tmp_path):
    small, settings = Duathlon.draw(40, 30, seed=1), duathlon_training(RunSettings("quick", 0, tmp_path), 40)
    first = train(OPTEnet(small.A, embedding=4, layers=1), small, settings, tmp_path / "place")
    again = train(OPTEnet(small.A, embedding=4, layers=1), small, settings, tmp_path / "place")
    # the seconds are those of the first: nothing was trained anew
    assert again.record == first.record
    assert again.error == first.error
