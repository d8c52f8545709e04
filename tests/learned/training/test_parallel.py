"""A training spread over processes."""

from __future__ import annotations

import socket

import pytest
import torch
import training_problem
from safetensors.torch import load_file
from stopped_training import weights_of

from geoinv.learned.layers.weights import read_weights
from geoinv.learned.training.checkpoint import FILE


def free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return str(place.getsockname()[1])


@pytest.mark.slow
def test_two_processes_find_what_one_finds(tmp_path, whole_training):
    (tmp_path / "two").mkdir()
    # what torchrun sets
    common = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    runs = [training_problem.start(tmp_path / "two", RANK=rank, LOCAL_RANK=rank, **common) for rank in "01"]
    errors = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], errors
    network, record = training_problem.whole(whole_training)
    found = load_file(tmp_path / "two" / "weights.safetensors")
    for name, tensor in weights_of(network).items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-3, atol=1e-4)
    description, _ = read_weights(tmp_path / "two" / FILE, "training checkpoint")
    for one, two in zip(record.to_json()["epochs"], description["record"]["epochs"], strict=True):
        for entry in ("train_loss", "train_error", "validation_loss", "validation_error"):
            assert two[entry] == pytest.approx(one[entry], rel=1e-4)
