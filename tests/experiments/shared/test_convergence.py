"""What is said of a training that was long enough, too short, or too long."""

from __future__ import annotations

import pytest

from geoinv.experiments.shared.convergence import Convergence
from geoinv.learned.training.training_record import EpochRecord, TrainingRecord


def record(*errors: float) -> TrainingRecord:
    return TrainingRecord([EpochRecord(n, 1.0, 1.0, error, error, 1e-3, 1.0) for n, error in enumerate(errors, 1)])


def test_flat_from_the_first_epoch_after_which_none_is_a_percent_above_the_best():
    assert Convergence(record(0.5, 0.403, 0.41, 0.402, 0.4), 10).flat_from == 4
    assert Convergence(record(0.4, 0.4), 10).flat_from == 1
    assert Convergence(record(0.5, 0.4), 10).flat_from == 2


def test_a_shorter_training_tells_what_a_doubling_brings():
    # from 20 to 80 steps, twice twice as many: 0.9 each
    found = Convergence(record(0.7, 0.6, 0.5, 0.81), 20, (20, 0.5 / 0.81))
    assert found.per_doubling == pytest.approx(0.1)
    falling = Convergence(record(0.7, 0.5), 40, (20, 0.5 / 0.81))
    assert falling.text == (
        "2 epochs of 40 steps, validation flat from epoch 2, still falling: by 10.0 % for each doubling of the steps"
    )
    assert "no longer falling: by 0.5 %" in Convergence(record(0.5), 40, (20, 0.5 / 0.995)).text


def test_nothing_is_said_of_longer_trainings_without_a_shorter_one():
    assert Convergence(record(0.7, 0.5), 40).text == "2 epochs of 40 steps, validation flat from epoch 2"
    assert Convergence(record(0.5), 40, (40, 0.6)).per_doubling is None
    assert Convergence(record(0.5), 40, (10, float("inf"))).per_doubling is None


def test_a_training_that_went_on_for_too_long_says_so():
    assert Convergence(record(0.7, 0.5, 0.6), 40, (20, 0.8)).text == (
        "3 epochs of 40 steps, validation lowest after epoch 2 and rising since"
    )
