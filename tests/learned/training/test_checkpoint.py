"""A training that is killed or stopped goes on from its checkpoint, or says why not."""

from __future__ import annotations

import errno
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
import training_problem
from safetensors.torch import load_file
from stopped_training import StoppedError, weights_of

from geoinv import InputError
from geoinv.core.checks import MachineWarning
from geoinv.learned import EUnet, OPTEnet
from geoinv.learned.layers.weights import read_weights, write_weights
from geoinv.learned.training.checkpoint import FILE
from geoinv.learned.training.stream import ModelStream
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import Blur

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


EVERYTHING = TrainingSettings(
    "relative",
    learning_rate=0.01,
    weight_decay=0.01,
    batch=4,
    epochs=4,
    schedule="cosine per step",
    device="cpu",
    optimizer="AdamW",
    warmup=5,
    average=0.9,
    layers=(1, 2, 3),
)
"""Of a training that uses all there is."""


def smooth(count, random):
    return Blur((4, 5), 1.0)(random.random((count, 4, 5)))


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("streamed", [True, False], ids=["stream", "models"])
def test_a_resumed_training_with_average_and_drawn_layers_is_the_whole_one(streamed, tmp_path):
    A = Blur((4, 5), 1.0)
    models = ModelStream(A, smooth, 10, "smooth") if streamed else smooth(10, np.random.default_rng(0))
    validation = 6 if streamed else models[:6]

    def trained(folder, **options):
        network = EUnet(A, embedding=2, layers=2, hidden=1)
        operator = None if streamed else A
        record = fit(network, operator, models, validation, EVERYTHING, folder, checkpoint_seconds=0.0, **options)
        return network, record

    def stop(record):
        if record.epoch == 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        trained(tmp_path, callback=stop)
    resumed, record = trained(tmp_path, resume=True)
    whole, uninterrupted = trained(None)
    assert all(torch.equal(tensor, weights_of(whole)[name]) for name, tensor in weights_of(resumed).items())
    assert [epoch.validation_loss for epoch in record.epochs] == [
        epoch.validation_loss for epoch in uninterrupted.epochs
    ]
    assert resumed.drawn_layers == (1, 2, 3)


def test_a_training_does_not_go_on_with_another_stream_or_validation(tmp_path):
    A = Blur((4, 5), 1.0)

    def trained(checksum, validation):
        network = OPTEnet(A, embedding=1, layers=1)
        stream = ModelStream(A, smooth, 4, checksum)
        fit(network, None, stream, validation, replace(EVERYTHING, layers=None, warmup=0), tmp_path, resume=True)

    trained("smooth", 3)
    with pytest.raises(InputError, match="got other training models; train as before"):
        trained("rough", 3)
    with pytest.raises(InputError, match="got other validation models; train as before"):
        trained("smooth", 4)


def test_a_checkpoint_of_an_older_version_goes_on_with_what_that_trained_with(tmp_path):
    def as_before(content):
        for name in ("optimizer", "warmup", "average", "layers"):
            del content["run"]["settings"][name]

    stopped_after(tmp_path, 2)
    changed(tmp_path / FILE, as_before)
    resumed, _ = training_problem.trained(tmp_path, resume=True)
    whole, _ = training_problem.trained(None)
    assert all(torch.equal(tensor, weights_of(whole)[name]) for name, tensor in weights_of(resumed).items())
    changed(tmp_path / FILE, as_before)
    with pytest.raises(InputError, match="settings optimizer = 'AdamW' where that had 'Adam'"):
        training_problem.trained(tmp_path, resume=True, settings=replace(training_problem.SETTINGS, optimizer="AdamW"))


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
