"""A training that is killed, resumed, disturbed, or spread over processes."""

from __future__ import annotations

import errno
import os
import signal
import socket
from dataclasses import replace

import numpy as np
import pytest
import torch
import training_problem
from safetensors.torch import load_file
from torch import nn

from geoinv import InputError
from geoinv.algebra.linop import MatrixOperator
from geoinv.core.checks import InputWarning, MachineWarning
from geoinv.learned import OPTEnet
from geoinv.learned.layers.weights import read_weights, write_weights
from geoinv.learned.training.checkpoint import FILE
from geoinv.learned.training.train import fit
from geoinv.operators import Blur, MagneticSection

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


@pytest.fixture
def one_thread():
    """Small networks are trained faster so where other processes want the machine too."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def begun(folder, network, A, models, validation, **changes):
    """Train two epochs of four, as if stopped then."""

    def stop(record):
        if record.epoch == 2:
            raise StoppedError

    settings = replace(training_problem.SETTINGS, epochs=4, **changes)
    with pytest.raises(StoppedError):
        fit(network, A, models, validation, settings, folder, callback=stop, checkpoint_seconds=0.0)


def resumed(folder, network, A, models, validation, **changes):
    return fit(
        network, A, models, validation, replace(training_problem.SETTINGS, epochs=4, **changes), folder, resume=True
    )


MATRIX = np.random.default_rng(1).standard_normal((5, 30))
VALUES = "an operator of the same name and shapes with other values"


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(
    ("first", "other"),
    [
        (Blur((6, 5), 0.5), Blur((6, 5), 4.0)),
        (Blur((6, 5), 2.0), Blur((6, 5), 2.0, "zero")),
        (MagneticSection((6, 5)), MagneticSection((6, 5), height=5.0)),
        (MatrixOperator(MATRIX), MatrixOperator(-MATRIX)),
        (MatrixOperator(MATRIX), MatrixOperator(MATRIX[::-1])),
        (MatrixOperator(MATRIX), MatrixOperator(MATRIX * (1.0 + 1e-3))),
    ],
    ids=["scale", "boundary", "height", "sign", "order", "unit"],
)
def test_a_training_does_not_go_on_with_another_operator_of_its_name(first, other, tmp_path):
    random = np.random.default_rng(0)
    models, validation = random.random((12, *first.domain_shape)), random.random((4, *first.domain_shape))
    begun(tmp_path, OPTEnet(first, embedding=4, layers=2), first, models, validation)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(InputError, match=f"expects the training that it was made by, got {VALUES}"):
        resumed(tmp_path, OPTEnet(other, embedding=4, layers=2), other, models, validation)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.usefixtures("one_thread")
def test_a_training_goes_on_with_the_same_operator_up_to_rounding(tmp_path):
    random = np.random.default_rng(0)
    models, validation = random.random((12, 30)), random.random((4, 30))
    first, same = MatrixOperator(MATRIX), MatrixOperator(MATRIX * (1.0 + 1e-9))
    begun(tmp_path, OPTEnet(first, embedding=4, layers=2), first, models, validation)
    assert len(resumed(tmp_path, OPTEnet(same, embedding=4, layers=2), same, models, validation).epochs) == 4


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"network": OPTEnet(training_problem.problem()[0], embedding=4, layers=2, seed=1)}, "other first weights"),
        ({"network": OPTEnet(training_problem.problem()[0], embedding=4, layers=3)}, "network layers = 3"),
        ({"models": training_problem.problem()[1] + 1e-6}, "other training models"),
        ({"models": training_problem.problem()[1].reshape(32, 1, 6, 5)}, "other training models"),
        ({"validation": training_problem.problem()[2][::-1]}, "other validation models"),
    ],
    ids=["seed", "layers", "models", "shape", "validation"],
)
def test_a_training_does_not_go_on_with_another_network_or_other_models(change, told, tmp_path):
    A, models, validation = training_problem.problem()
    given = {"network": OPTEnet(A, embedding=4, layers=2), "A": A, "models": models, "validation": validation}
    begun(tmp_path, **given)
    with pytest.raises(InputError, match=f"expects the training that it was made by, got .*{told}"):
        resumed(tmp_path, **{**given, **change})


@pytest.mark.usefixtures("one_thread")
def test_a_network_that_was_trained_so_far_goes_on_in_the_same_session(tmp_path):
    # who is interrupted in a notebook calls again with the network at hand
    A, models, validation = training_problem.problem()
    network = OPTEnet(A, embedding=4, layers=2)
    begun(tmp_path, network, A, models, validation)
    resumed(tmp_path, network, A, models, validation)
    whole = OPTEnet(A, embedding=4, layers=2)
    fit(whole, A, models, validation, replace(training_problem.SETTINGS, epochs=4))
    assert all(torch.equal(tensor, weights_of(whole)[name]) for name, tensor in weights_of(network).items())


def plain(activation, seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(30, 30), activation(), nn.Unflatten(1, (6, 5)))


@pytest.mark.usefixtures("one_thread")
def test_a_network_without_a_seed_goes_on_with_a_warning(tmp_path):
    # its first weights may be what they are by chance: what was trained for hours is not lost for that
    A, models, validation = training_problem.problem()
    begun(tmp_path, plain(nn.Tanh, 0), A, models, validation)
    with pytest.warns(InputWarning, match="made by a network with other first weights.* that of the first network"):
        record = resumed(tmp_path, plain(nn.Tanh, 1), A, models, validation)
    whole = fit(plain(nn.Tanh, 0), A, models, validation, replace(training_problem.SETTINGS, epochs=4))
    assert [e.validation_loss for e in record.epochs] == pytest.approx([e.validation_loss for e in whole.epochs])


@pytest.mark.usefixtures("one_thread")
def test_a_network_of_other_layers_with_the_same_weights_is_refused(tmp_path):
    A, models, validation = training_problem.problem()
    begun(tmp_path, plain(nn.Tanh, 0), A, models, validation)
    with pytest.raises(InputError, match="got a network of other layers"):
        resumed(tmp_path, plain(nn.ReLU, 0), A, models, validation)


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
