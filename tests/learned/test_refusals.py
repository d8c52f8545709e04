"""Settings, weights and devices that no training can use: a sentence before anything is allocated."""

from __future__ import annotations

import json
import os
import struct

import numpy as np
import numpy.testing as npt
import pytest
import torch
from cli_refusal import refused

from geoinv import InputError
from geoinv.algebra.matrices import MatrixOperator
from geoinv.embeddings.dictionaries import OverCompleteCosines
from geoinv.learned import EUnet, LearnedGradient, LearnedPotential, OPTEnet, Potential, Proximal, load
from geoinv.learned.layers.weights import read_weights, write_weights
from geoinv.learned.priors.diffusion import Diffusion
from geoinv.learned.training.configuration import read_configuration
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import Blur, MagneticSection

BILLION = 10**9
A = Blur((4, 5), 1.0)

CONFIGURATION = """
[operator]
name = "Blur"
shape = [6, 5]
scale = 1.0
[data]
models = "models.npy"
[network]
name = "OPTEnet"
embedding = 4
layers = 2
[training]
epochs = 1
device = "cpu"
[output]
folder = "out"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Working folder with ``run.toml`` and 20 models."""
    monkeypatch.chdir(tmp_path)
    np.save("models.npy", np.random.default_rng(0).random((20, 6, 5)))
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("layers = 2", f"layers = {BILLION}", "OPTEnet expects at most 10,000 layers or steps in all, got 1e+09"),
        ("layers = 2", f"channels = {BILLION}", "memory (half of what is free), but that needs"),
        ("embedding = 4", f"embedding = {BILLION}", "memory (half of what is free), but that needs"),
        ("layers = 2", f"width = {BILLION}", "Potential expects its 9e+18 numbers to fit in"),
        ("layers = 2", f"potential_layers = {BILLION}", "expects"),
        ("layers = 2", f"kernel = {BILLION + 1}", "numbers to fit in"),
        ("layers = 2", "layers = " + "9" * 25, "[network] expects layers to be a number of at most 64 bits"),
        ("layers = 2", "layers = " + "9" * 5000, "expects TOML"),
        ("layers = 2", "layers = 0x" + "f" * 5000, "an int that is too large to show"),
        ("layers = 2", "seed = -1", "a network expects a seed from 0 to 2^63 - 1, got -1"),
        ("shape = [6, 5]", "shape = [100000, 100000]", "Blur expects its point spread to fit in"),
        ("shape = [6, 5]", "shape = [6, 5.5]", "expects shape to be a list of whole numbers, got [6, 5.5]"),
        ("shape = [6, 5]", "shape = " + "[" * 5000 + "]" * 5000, "expects TOML"),
        ("shape = [6, 5]", 'shape = ["a", "b"]', "expects shape to be a list of whole numbers"),
        ("scale = 1.0", "scale = nan", "expects scale to be a finite number, got nan"),
        ("scale = 1.0", "scale = inf", "expects scale to be a finite number, got inf"),
        ("scale = 1.0", "scale = 1.0\ndtype = []", "expects dtype to be text, got []"),
        ('name = "Blur"', "name = []", "[operator] expects name to be text, got []"),
        ('name = "OPTEnet"', "name = 7", "[network] expects name to be text, got 7"),
        ("epochs = 1", "seed = " + "9" * 25, "expects seed to be a number of at most 64 bits"),
        ("epochs = 1", "batch = " + "9" * 25, "expects batch to be a number of at most 64 bits"),
        ("epochs = 1", "noise = nan", "expects noise to be a finite number, got nan"),
        ('device = "cpu"', 'device = "meta"', "expects a device that torch can use, got 'meta'"),
        ('device = "cpu"', 'device = "lazy"', "expects a device that torch can use, got 'lazy'"),
        ('device = "cpu"', 'device = "toaster"', "expects a device that torch can use, got 'toaster'"),
        ('models = "models.npy"', 'models = "a\\u0000.npy"', "expects models to be the name of a file or folder"),
        ('models = "models.npy"', f'models = "{"a" * 400}.npy"', "expects models to be the name of a file or folder"),
        ('models = "models.npy"', 'name = "mnist"\nfolder = "\\u0000"', "expects folder to be the name of a file or"),
        ('models = "models.npy"', 'models = "models.npy"\nvalidation = "\\u0000.npy"', "expects validation to be the"),
        ('models = "models.npy"', f'name = "duathlon"\ncount = {10**15}', "[data] expects its models to fit in"),
        ('models = "models.npy"', f'models = "models.npy"\ncount = {10**25}', "whole number from 1 to 2^63 - 1"),
        ('folder = "out"', 'folder = "o\\u0000t"', "[output] expects folder to be the name of a file or folder"),
        ("[operator]", "[operator]\nmatrix = 'a\\u0000'\n[x]", "expects"),
    ],
)
def test_settings_that_no_training_can_use_are_one_sentence(old, new, sentence, folder, capsys):
    (folder / "run.toml").write_text(CONFIGURATION.replace(old, new, 1))
    said = refused(["train", "run.toml"], capsys, folder)
    assert sentence in said
    assert len(said) < 1000


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: EUnet(A, layers=BILLION), "EUnet expects at most 10,000 layers"),
        (lambda: EUnet(A, hidden=BILLION), "HyperEmbedding expects at most"),
        (lambda: EUnet(A, kernel=10**200 + 1), "numbers to fit in"),
        (lambda: Proximal(A, width=10**8), "Proximal expects its"),
        (lambda: Proximal(A, depth=BILLION), "Proximal expects at most 10,000 layers"),
        (lambda: Proximal(A, layers=9999, width=1000), "Proximal expects at most 10,000 layers or steps"),
        (lambda: LearnedGradient(A, width=10**8), "LearnedGradient expects its"),
        (lambda: LearnedGradient(A, depth=BILLION), "UNet expects a depth of at most 30, got 1e[+]09"),
        (lambda: LearnedGradient(MatrixOperator(np.ones((2, 3))), depth=BILLION), "LearnedGradient expects"),
        (lambda: LearnedGradient(A, seed=2**64), "expects a seed from 0 to 2.63 - 1, got a number of 65 bits"),
        (lambda: OPTEnet(A, channels=BILLION), "OPTEnet expects its|numbers to fit in"),
        (lambda: Potential(10**12), "Potential expects its"),
        (lambda: Diffusion((BILLION, BILLION)), "a diffusion expects its"),
        (lambda: Diffusion((4, 4), steps=10**13), "a diffusion expects its"),
        (lambda: Diffusion((4, 4), width=10**9), "UNet expects its"),
        (lambda: Diffusion((4, 4), seed=-1), "Diffusion expects a seed"),
        (lambda: TrainingSettings(seed=2**63), "expects seed to be a whole number of at most 2.63 - 1"),
        (lambda: TrainingSettings(batch=2**64), "expects batch to be a whole number of at most 2.63 - 1"),
    ],
)
def test_networks_that_memory_cannot_hold_are_refused_before_they_are_made(make, sentence):
    with pytest.raises(InputError, match=sentence):
        make()


def test_steps_of_a_trained_network_cannot_be_raised_without_end():
    network = EUnet(A, embedding=2, layers=2)
    with pytest.raises(InputError, match="at most 10,000 layers"):
        network.layers = BILLION


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "w.safetensors"
    OPTEnet(A, embedding=3, layers=2).save(path)
    return path


def rewrite(path, change):
    """Write weights anew after `change` has had their description and tensors."""
    description, tensors = read_weights(path)
    kind = description.pop("kind")
    change(description, tensors)
    write_weights(path, kind, description, tensors)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_refused_by_name(saved, value):
    rewrite(saved, lambda description, tensors: tensors["steps.raw"].fill_(value))
    for read in (lambda: load(saved, A), lambda: load(saved)):
        with pytest.raises(InputError, match=r"finite weights, got 2 of 2 in steps\.raw that are not"):
            read()
    rewrite(saved, lambda description, tensors: tensors["potential.weights"].fill_(value))
    with pytest.raises(InputError, match=r"finite weights, got \d+ of \d+ in potential\.weights"):
        LearnedPotential.load(saved)


def test_weights_too_large_for_their_precision_and_of_other_types_are_refused(saved):
    def large(description, tensors):
        tensors["steps.raw"] = tensors["steps.raw"].double() * 0 + 1e300

    def whole(description, tensors):
        tensors["steps.raw"] = torch.ones(2, dtype=torch.int64)

    rewrite(saved, large)
    with pytest.raises(InputError, match=r"finite weights, got 2 of 2 in steps\.raw"):
        load(saved, A)
    rewrite(saved, whole)
    with pytest.raises(InputError, match=r"expects steps\.raw of torch\.float32, got torch\.int64"):
        load(saved, A)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("settings", {"layers": "two"}, "expects layers to be a whole number, got 'two'"),
        ("settings", {"layers": [2]}, r"expects layers to be a whole number, got \[2\]"),
        ("settings", {"layers": float("nan")}, "expects layers to be a whole number, got nan"),
        ("settings", {"layers": None}, "expects layers to be a whole number, got None"),
        ("settings", {"layers": True}, "expects layers to be a whole number, got True"),
        ("settings", {"layers": BILLION}, "at most 10,000 layers"),
        ("settings", {"embedding": [4]}, "expects embedding to be a whole number"),
        ("settings", [1, 2], "expects the settings of its OPTEnet"),
        ("domain_shape", [4, "5"], "expects domain_shape to be whole numbers above zero"),
        ("domain_shape", [-4, -5], "expects domain_shape to be whole numbers above zero"),
        ("domain_shape", "45", "expects domain_shape to be whole numbers above zero"),
        ("range_shape", None, "expects range_shape to be whole numbers above zero"),
        ("response", "all", "expects 9 numbers that tell its operator from others, got 'all'"),
        ("response", [float("nan")] * 9, "expects 9 numbers that tell its operator from others"),
        ("response", ["1"] * 9, "expects 9 numbers that tell its operator from others"),
        ("normalisation", "Squared", "expects the normalisation Centred or Whitened or none, got 'Squared'"),
        ("normalisation", "Centred", r"expects the tensor normalisation\.mean, got none"),
        ("operator", "Blur", "expects a table of an operator's arguments, got 'Blur'"),
        ("operator", {"name": "Blur", "shape": [10**6, 10**6], "scale": 1.0}, "Blur expects its point spread to fit"),
        ("operator", {"name": "TotalTime", "legs": 10**12}, r"expects an operator from \(4, 5\) to \(4, 5\)"),
        ("operator", {"matrix": "a\0.npy"}, "expects matrix to be the name of a file"),
    ],
)
def test_descriptions_of_weights_with_other_than_numbers_are_one_sentence(saved, key, value, sentence):
    rewrite(saved, lambda description, tensors: description.update({key: value}))
    with pytest.raises(InputError, match=sentence) as caught:
        load(saved)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("key", ["response", "operator", "normalisation"])
def test_what_a_description_lacks_is_never_made_up(saved, key):
    """Without its operator the file asks for it; without the rest it passes for an older one, whose rules hold."""
    rewrite(saved, lambda description, tensors: description.pop(key))
    if key == "operator":
        with pytest.raises(InputError, match="expects its operator, Blur, which is not in the file"):
            load(saved)
    with pytest.raises(InputError, match=r"expects the operator it was trained with, Blur"):
        load(saved, Blur((4, 5), 2.0))
    assert load(saved, A).operator is A


def test_a_description_nested_a_thousand_deep_is_one_sentence(saved):
    content = saved.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    for deep in (
        json.dumps({"kind": "OPTEnet"})[:-1] + ', "description": ' + "[" * 5000 + "]" * 5000 + "}",
        "[" * 5000,
    ):
        header["__metadata__"]["geoinv"] = deep
        packed = json.dumps(header).encode()
        saved.write_bytes(struct.pack("<Q", len(packed)) + packed + content[8 + length :])
        with pytest.raises(InputError, match="without geoinv's description"):
            load(saved, A)
    packed = b'{"a":' * 5000 + b"1" + b"}" * 5000
    saved.write_bytes(struct.pack("<Q", len(packed)) + packed)
    with pytest.raises(InputError, match="expects a whole safetensors file"):
        load(saved, A)


def test_a_path_with_a_null_byte_is_one_sentence(tmp_path):
    for read in (lambda path: load(path, A), LearnedPotential.load, Diffusion.load):
        with pytest.raises(InputError, match=r"expects a whole safetensors file|expects a weights file"):
            read(str(tmp_path / "w\0.safetensors"))


def test_a_pipe_in_place_of_weights_or_settings_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "w.safetensors")
    for read in (read_weights, read_configuration):
        with pytest.raises(InputError, match="expects a file, got a pipe or a device"):
            read(tmp_path / "w.safetensors")


@pytest.mark.parametrize(
    "change",
    [{"shape": "ab"}, {"shape": [10**9, 10**9]}, {"width": [8]}, {"steps": 10**13}, {"schedule": 1}, {"novelty": 1}],
)
def test_a_diffusion_whose_settings_are_spoilt_is_one_sentence(change, tmp_path):
    path = tmp_path / "w.safetensors"
    Diffusion((4, 4), steps=3, width=4, depth=1).save(path)
    rewrite(path, lambda description, tensors: description.update(change))
    with pytest.raises(InputError, match=r"w\.safetensors \(settings of its diffusion\)"):
        Diffusion.load(path)


@pytest.mark.parametrize("half", ["bfloat16", "half"])
@pytest.mark.parametrize("kind", [EUnet, OPTEnet, Proximal, LearnedGradient])
def test_a_network_in_half_precision_gives_nearly_the_same(kind, half):
    section = MagneticSection((6, 5))
    network = kind(section, layers=2)
    data = torch.from_numpy(section(np.random.default_rng(0).random((3, 6, 5)))).float()
    with torch.no_grad():
        exact = network(data)
        rounded = getattr(network, half)()
        for given in (data, getattr(data, half)()):
            found = rounded(given)
            assert found.dtype == given.dtype
            npt.assert_allclose(found.float(), exact, atol=0.03 * float(exact.abs().max()))
    found = rounded(data)
    found.sum().backward()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in rounded.parameters())


def test_a_network_with_a_dictionary_works_in_half_precision():
    network = EUnet(A, embedding=OverCompleteCosines((4, 5), 2), layers=2, width=3)
    data = torch.rand(2, 4, 5)
    with torch.no_grad():
        exact = network(data)
        npt.assert_allclose(network.bfloat16()(data), exact, atol=0.03 * float(exact.abs().max()))
