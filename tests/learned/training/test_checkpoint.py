"""A training that is killed or stopped goes on from its checkpoint, or says why not."""

from __future__ import annotations

import errno
import os
import signal
from dataclasses import replace

import pytest
import torch
import training_problem
from safetensors.torch import load_file
from stopped_training import StoppedError, weights_of

from geoinv import InputError
from geoinv.core.checks import MachineWarning
from geoinv.learned.layers.weights import read_weights, write_weights
from geoinv.learned.training.checkpoint import FILE

LEAST_EPOCHS = 2


@pytest.mark.slow
def test_a_training_that_was_killed_ends_at_the_same_weights_bit_by_bit(tmp_path, whole_training):
    killed = tmp_path / "killed"
    killed.mkdir()
    victim = training_problem.start(killed)
    for line in victim.stdout:
        if line == f"epoch {LEAST_EPOCHS}\n":
            victim.send_signal(signal.SIGKILL)
            break
    error = victim.communicate()[1]
    assert victim.returncode == -signal.SIGKILL, error
    done = len(read_weights(killed / FILE, "training checkpoint")[0]["record"]["epochs"])
    assert LEAST_EPOCHS <= done < training_problem.SETTINGS.epochs
    epochs = []
    resumed, _ = training_problem.trained(killed, resume=True, callback=lambda epoch: epochs.append(epoch.epoch))
    assert epochs == list(range(done + 1, training_problem.SETTINGS.epochs + 1))
    uninterrupted, _ = training_problem.whole(whole_training)
    one, other = weights_of(resumed), weights_of(uninterrupted)
    assert all(torch.equal(one[name], other[name]) for name in one)
    one, other = load_file(killed / FILE), load_file(whole_training / FILE)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def stopped_after(folder, epoch, **options):
    def stop(record):
        if record.epoch == epoch:
            raise StoppedError

    with pytest.raises(StoppedError):
        training_problem.trained(folder, callback=stop, **options)


def test_a_finished_training_is_not_trained_again(tmp_path):
    network, record = training_problem.trained(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    again, same = training_problem.trained(tmp_path, resume=True, callback=pytest.fail)
    assert same == record
    assert (tmp_path / FILE).read_bytes() == before
    assert all(torch.equal(tensor, weights_of(again)[name]) for name, tensor in weights_of(network).items())


def test_a_checkpoint_is_not_overwritten_by_a_training_from_the_start(tmp_path):
    stopped_after(tmp_path, 1)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(InputError, match="expects to be continued, got a training from the start; resume it"):
        training_problem.trained(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_checkpoint_of_other_settings_is_refused(tmp_path):
    stopped_after(tmp_path, 1)
    other = replace(training_problem.SETTINGS, batch=8)
    with pytest.raises(
        InputError, match=r"expects the training that it was made by, got settings batch = 8 where that had 7"
    ):
        training_problem.trained(tmp_path, resume=True, settings=other)


def changed(path, change):
    """Change what a checkpoint says about itself."""
    description, tensors = read_weights(path, "training checkpoint")
    change(description)
    write_weights(path, "training checkpoint", description, tensors)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda content: content["run"]["operator"].pop("values"),
            "does not say its operator values, as older versions",
        ),
        (lambda content: content.pop("run"), "whose parts do not fit"),
        (lambda content: content.update(record=[]), "whose parts do not fit"),
        (lambda content: content["run"].update(operator="Blur"), "does not say its operator name"),
        (lambda content: content["run"]["operator"]["values"].update(products=["a"]), "with other values"),
    ],
    ids=["older", "without", "record", "text", "products"],
)
def test_a_checkpoint_that_does_not_say_what_it_is_of_is_refused(change, told, tmp_path):
    stopped_after(tmp_path, 1)
    changed(tmp_path / FILE, change)
    with pytest.raises(InputError, match=told):
        training_problem.trained(tmp_path, resume=True)


def test_a_checkpoint_of_another_torch_goes_on_with_a_warning(tmp_path):
    stopped_after(tmp_path, 5)
    changed(tmp_path / FILE, lambda content: content.update(torch="1.0"))
    with pytest.warns(MachineWarning, match=r"written with torch 1\.0 and goes on with"):
        training_problem.trained(tmp_path, resume=True)


def test_a_truncated_checkpoint_is_one_sentence(tmp_path):
    stopped_after(tmp_path, 1)
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:-100])
    with pytest.raises(InputError, match="whole safetensors file"):
        training_problem.trained(tmp_path, resume=True)


def test_a_disk_full_during_a_checkpoint_keeps_the_last_good_one(tmp_path, monkeypatch, whole_training):
    before = []

    def fill(record):
        if record.epoch == 2:
            before.append((tmp_path / FILE).read_bytes())

            def full(descriptor):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(InputError, match=r"expects room on its disk.*free some space"):
        training_problem.trained(tmp_path, callback=fill)
    assert (tmp_path / FILE).read_bytes() == before[0]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    monkeypatch.undo()
    resumed, _ = training_problem.trained(tmp_path, resume=True)
    whole, _ = training_problem.whole(whole_training)
    assert all(torch.equal(tensor, weights_of(resumed)[name]) for name, tensor in weights_of(whole).items())
