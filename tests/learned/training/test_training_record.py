"""The record of a training, and its way through JSON."""

from __future__ import annotations

import json

import pytest

from geoinv.learned.training.training_record import EpochRecord, TrainingRecord

LOSSES = [3.0, 1.0, 2.0, 1.0]
RECORD = TrainingRecord([EpochRecord(n, 0.5, 0.1, loss, 0.2, 1e-3, 1.5) for n, loss in enumerate(LOSSES, 1)])


def test_the_best_is_the_first_of_the_smallest_validation_losses():
    assert RECORD.best.epoch == 2
    assert RECORD.seconds == 6.0


def test_json_gives_the_record_back():
    assert TrainingRecord.from_json(json.loads(json.dumps(RECORD.to_json()))) == RECORD


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("epochs"),
        lambda content: content["epochs"][0].pop("seconds"),
        lambda content: content["epochs"][0].update(seconds="1"),
        lambda content: content["epochs"][0].update(seconds=True),
        lambda content: content["epochs"][0].update(another=1.0),
        lambda content: content["epochs"].append([1.0]),
    ],
)
def test_what_is_no_record_is_an_error_that_its_reader_knows(change):
    content = json.loads(json.dumps(RECORD.to_json()))
    change(content)
    with pytest.raises((KeyError, TypeError, AttributeError)):
        TrainingRecord.from_json(content)
