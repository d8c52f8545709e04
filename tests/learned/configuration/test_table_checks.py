"""Descriptions in files: other than numbers, lacking, nested, behind pipes."""

from __future__ import annotations

import json
import os
import struct

import pytest
from saved_network import BILLION, A, rewrite

from geoinv import InputError
from geoinv.learned import LearnedPotential, load
from geoinv.learned.layers.weights import read_weights
from geoinv.learned.priors.diffusion import Diffusion
from geoinv.learned.training.configuration import read_configuration
from geoinv.operators import Blur


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
