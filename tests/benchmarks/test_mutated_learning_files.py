"""Spoilt weights, configurations, arrays and digits: what is read is right, or it is refused with a sentence."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
import torch
from mutations import mutated_idx, mutated_npy, mutated_safetensors, mutated_text

from geoinv import InputError
from geoinv.datasets.mnist import read_idx
from geoinv.learned import EUnet, LearnedPotential, OPTEnet, load
from geoinv.learned.configuration.model_files import read_npy
from geoinv.learned.layers.normalisation import Centred
from geoinv.learned.priors.diffusion import Diffusion
from geoinv.learned.training.configuration import EXAMPLE, read_configuration
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import MagneticSection

A = MagneticSection((3, 4))

DATA = torch.from_numpy(A(np.random.default_rng(0).random((2, 3, 4)))).float()


def outcome(read, *arguments):
    """What is read, or None after a refusal of one line; any other exception is a failure."""
    try:
        return read(*arguments)
    except InputError as error:
        refusal = str(error)
    assert "\n" not in refusal
    assert len(refusal) < 1000
    return None


def spoilt(path, mutate, count):
    """Write that many spoilt versions of a file in its place, one after the other."""
    good = path.read_bytes()
    for seed in range(count):
        path.write_bytes(mutate(good, np.random.default_rng(seed)))
        yield seed


@pytest.mark.parametrize("kind", ["network", "potential", "optenet", "diffusion"])
def test_spoilt_weights_give_finite_models_or_a_sentence(kind, tmp_path):
    path = tmp_path / "w.safetensors"
    centred = Centred(np.full((3, 4), 0.5), 0.1)
    if kind == "network":
        EUnet(A, embedding=2, layers=2, potential_layers=1, dense=True, normalisation=centred).save(path)
    elif kind == "diffusion":
        Diffusion((4,), steps=3, width=4, depth=1).save(path)
    else:
        network = OPTEnet(A, embedding=2, layers=1, potential_layers=1, dense=True)
        network.save(path) if kind == "optenet" else LearnedPotential.from_network(network).save(path)
    read = 0
    for _ in spoilt(path, mutated_safetensors, 150):
        if kind == "network":
            found = outcome(lambda: load(path))
            if found is not None:
                # finite weights may still be so large that what they give is not
                with torch.no_grad(), np.errstate(all="ignore"):
                    assert found(DATA).shape == (2, 3, 4)
        elif kind == "diffusion":
            found = outcome(Diffusion.load, path)
            assert found is None or torch.isfinite(found.denoiser.last.weight).all()
        else:
            found = outcome(LearnedPotential.load, path)
            assert found is None or np.isfinite(found.value(np.zeros(2)))
        read += found is not None
    assert 0 < read < 75


def test_spoilt_configurations_are_read_or_refused(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(EXAMPLE.replace("[16, 16]", "[4, 4]"), encoding="utf-8")
    read = 0
    for _ in spoilt(path, mutated_text, 80):
        found = outcome(lambda: read_configuration(path).make_network(np.ones((2, 4, 4))))
        read += found is not None
    assert read > 0


def test_spoilt_checkpoints_are_gone_on_from_or_refused(tmp_path):
    models = np.random.default_rng(1).random((16, 3, 4))
    settings = TrainingSettings(epochs=1, batch=8, device="cpu")

    def resumed():
        network = OPTEnet(A, embedding=2, layers=1, potential_layers=1, dense=True)
        return fit(network, A, models, models, settings, tmp_path, resume=True), network

    resumed()
    for _ in spoilt(tmp_path / "checkpoint.safetensors", mutated_safetensors, 60):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of another version of torch, and of weights that are large
            found = outcome(resumed)
        if found is not None:
            json.dumps(found[0].to_json())
            assert all(torch.isfinite(weights).all() for weights in found[1].parameters())


def test_spoilt_arrays_are_whole_or_refused(tmp_path):
    path = tmp_path / "a.npy"
    numbers = np.arange(12.0).reshape(3, 4)
    np.save(path, numbers)
    whole = 0
    for _ in spoilt(path, mutated_npy, 300):
        found = outcome(read_npy, path)
        if found is not None:
            assert found.dtype.kind in "fiub"
            assert found.dtype.isnative
            assert found.nbytes == numbers.nbytes
            whole += 1
    assert whole > 0


def test_spoilt_digits_are_whole_or_refused(tmp_path):
    path = tmp_path / "digits"
    path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2]) + bytes(range(8)))
    for _ in spoilt(path, mutated_idx, 300):
        found = outcome(read_idx, path)
        assert found is None or found.size == path.stat().st_size - 4 - 4 * found.ndim
