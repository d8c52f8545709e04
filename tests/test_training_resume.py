"""A training that is killed, resumed, disturbed, or spread over processes."""

from __future__ import annotations

import errno
import os
import signal
import socket
from dataclasses import replace

import pytest
import torch
import training_problem
from safetensors.torch import load_file

from geoinv import InputError
from geoinv.learned.checkpoint import FILE
from geoinv.learned.weights import read_weights

LEAST_EPOCHS = 2


def weights_of(network):
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


@pytest.mark.slow
def test_a_training_that_was_killed_ends_at_the_same_weights_bit_by_bit(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
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
    uninterrupted, _ = training_problem.trained(whole)
    one, other = weights_of(resumed), weights_of(uninterrupted)
    assert all(torch.equal(one[name], other[name]) for name in one)
    one, other = load_file(killed / FILE), load_file(whole / FILE)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return str(place.getsockname()[1])


@pytest.mark.slow
def test_two_processes_find_what_one_finds(tmp_path):
    (tmp_path / "two").mkdir()
    # what torchrun sets
    common = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    runs = [training_problem.start(tmp_path / "two", RANK=rank, LOCAL_RANK=rank, **common) for rank in "01"]
    errors = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], errors
    network, record = training_problem.trained(None)
    found = load_file(tmp_path / "two" / "weights.safetensors")
    for name, tensor in weights_of(network).items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-3, atol=1e-4)
    description, _ = read_weights(tmp_path / "two" / FILE, "training checkpoint")
    for one, two in zip(record.to_json()["epochs"], description["record"]["epochs"], strict=True):
        for entry in ("train_loss", "train_error", "validation_loss", "validation_error"):
            assert two[entry] == pytest.approx(one[entry], rel=1e-4)


class StoppedError(Exception):
    """Stands for whatever ends a training between two epochs."""


def stopped_after(folder, epoch, **options):
    def stop(record):
        if record.epoch == epoch:
            raise StoppedError

    with pytest.raises(StoppedError):
        training_problem.trained(folder, callback=stop, **options)


def test_a_finished_training_is_not_trained_again(tmp_path):
    network, record = training_problem.trained(tmp_path)
    again, same = training_problem.trained(tmp_path, resume=True, callback=pytest.fail)
    assert same == record
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


def test_a_truncated_checkpoint_is_one_sentence(tmp_path):
    stopped_after(tmp_path, 1)
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:-100])
    with pytest.raises(InputError, match="whole safetensors file"):
        training_problem.trained(tmp_path, resume=True)


def test_a_disk_full_during_a_checkpoint_keeps_the_last_good_one(tmp_path, monkeypatch):
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
    whole, _ = training_problem.trained(None)
    assert all(torch.equal(tensor, weights_of(resumed)[name]) for name, tensor in weights_of(whole).items())
