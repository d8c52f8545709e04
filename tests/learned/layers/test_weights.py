"""Weights on disk: whole or not at all, and a clear sentence for every file that cannot be used."""

from __future__ import annotations

import errno
import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from geoinv import InputError
from geoinv.algebra.matrices import MatrixOperator
from geoinv.embeddings.dictionaries import OverCompleteCosines
from geoinv.learned import EUnet, LearnedPotential, OPTEnet, Proximal, load
from geoinv.learned.layers.weights import load_into, read_weights, write_weights
from geoinv.operators import Blur

TENSORS = {
    "a": torch.arange(6.0).reshape(2, 3).T,
    "b": torch.tensor([1, 2]),
    "c": torch.tensor(0.1, dtype=torch.float64),
}


def physics() -> Blur:
    return Blur((4, 5), 1.0)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Weights of a small OPTEnet."""
    path = tmp_path / "net.safetensors"
    OPTEnet(physics(), embedding=3, layers=2).save(path)
    return path


def with_description(path: Path, **changes) -> Path:
    """Copy of a file with another description."""
    description, tensors = read_weights(path)
    kind = description.pop("kind")
    altered = {name: value for name, value in (description | changes).items() if value is not None}
    write_weights(path.with_name("altered.safetensors"), kind, altered, tensors)
    return path.with_name("altered.safetensors")


def test_tensors_and_description_come_back_as_they_were(tmp_path):
    write_weights(tmp_path / "w.safetensors", "thing", {"size": 3, "names": ["a", None]}, TENSORS)
    description, tensors = read_weights(tmp_path / "w.safetensors", "thing")
    assert description == {"size": 3, "names": ["a", None]}
    assert tensors.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype
        assert torch.equal(tensors[name], tensor)
    assert read_weights(tmp_path / "w.safetensors")[0]["kind"] == "thing"
    assert os.listdir(tmp_path) == ["w.safetensors"]


def test_the_file_is_plain_safetensors_with_a_header_of_json(saved):
    content = saved.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    ours = json.loads(header["__metadata__"]["geoinv"])
    assert ours["kind"] == "OPTEnet"
    assert ours["description"]["settings"]["embedding"] == 3
    assert ours["description"]["domain_shape"] == [4, 5]


def test_weights_of_another_kind_are_refused(saved):
    with pytest.raises(InputError, match=r"expects weights of EUnet, got those of OPTEnet; give the file of the EUnet"):
        read_weights(saved, "EUnet")
    write_weights(saved, "thing", {}, TENSORS)
    with pytest.raises(InputError, match=r"expects weights of one of OPTEnet, EUnet, .*, got those of thing"):
        load(saved, physics())
    with pytest.raises(InputError, match="LearnedPotential or an OPTEnet, got those of thing"):
        LearnedPotential.load(saved)


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 100, 600, -200, -1])
def test_a_truncated_file_is_refused_in_one_sentence(saved, length):
    content = saved.read_bytes()
    saved.write_bytes(content[:length])
    for reader in (read_weights, LearnedPotential.load, lambda path: load(path, physics())):
        with pytest.raises(InputError, match=r"expects a whole safetensors file.*truncated") as caught:
            reader(saved)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"not weights at all", b"\xff" * 100, b"\x80\x02}q\x00.", b"PK\x03\x04" + b"\0" * 60]
)
def test_other_formats_are_refused(tmp_path, content):
    (tmp_path / "w.pt").write_bytes(content)
    with pytest.raises(InputError, match="expects a whole safetensors file"):
        load(tmp_path / "w.pt", physics())


def test_a_pickle_is_not_opened(tmp_path):
    torch.save({"a": torch.zeros(3)}, tmp_path / "w.pt")
    with pytest.raises(InputError, match="of another format"):
        load(tmp_path / "w.pt", physics())


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"geoinv": "{"}, {"geoinv": "[]"}, {"geoinv": "{}"}])
def test_a_safetensors_file_of_others_is_refused(tmp_path, metadata):
    save_file({"a": torch.zeros(3)}, tmp_path / "w.safetensors", metadata)
    with pytest.raises(InputError, match=r"without geoinv's description; give a file that geoinv saved"):
        load(tmp_path / "w.safetensors", physics())


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.safetensors expects a weights file that can be read.*check the name"):
        load(tmp_path / "none.safetensors", physics())
    with pytest.raises(InputError, match="expects a weights file that can be read"):
        load(tmp_path, physics())


def test_an_operator_of_other_shapes_is_refused_with_both(saved):
    with pytest.raises(InputError, match=r"from \(4, 5\) to \(4, 5\), as it was trained with, got Blur from \(5, 4\)"):
        load(saved, Blur((5, 4), 1.0))
    with pytest.raises(InputError, match=r"got MatrixOperator from \(20,\) to \(20,\)"):
        load(saved, MatrixOperator(np.eye(20)))


def test_tensors_of_another_architecture_are_refused_by_name(saved):
    _, tensors = read_weights(saved)
    with pytest.raises(InputError, match=r"expects the tensors of Proximal, got a file with.* of another architecture"):
        load_into(saved, Proximal(physics(), layers=2), tensors)
    with pytest.raises(InputError, match=r"expects embedding\.kernel of shape \(1, 4, 3, 3\), got \(1, 3, 3, 3\)"):
        load_into(saved, OPTEnet(physics(), embedding=4, layers=2), tensors)
    with pytest.raises(InputError, match=r"without 'potential\.biases\.2'"):
        load_into(saved, OPTEnet(physics(), embedding=3, layers=2, potential_layers=3), tensors)
    fewer = {name: tensor for name, tensor in tensors.items() if name != "steps.raw"}
    with pytest.raises(InputError, match=r"without 'steps\.raw'"):
        load_into(saved, OPTEnet(physics(), embedding=3, layers=2), fewer)


def test_settings_that_no_network_has_are_refused(saved):
    settings = read_weights(saved)[0]["settings"]
    with pytest.raises(InputError, match="expects the settings of its OPTEnet, got a file without them"):
        load(with_description(saved, settings=None), physics())
    with pytest.raises(InputError, match=r"settings of its OPTEnet\) expects embedding, .* the unknown key 'novelty'"):
        load(with_description(saved, settings=settings | {"novelty": 1}), physics())
    with pytest.raises(InputError, match="expects embedding to be a whole number, got 'three'"):
        load(with_description(saved, settings=settings | {"embedding": "three"}), physics())
    for changes in ({"settings": None}, {"domain_shape": None}, {"settings": {"embedding": 3}}, {"settings": 7}):
        with pytest.raises(InputError, match=r"expects the settings of an OPTEnet.*save it anew"):
            LearnedPotential.load(with_description(saved, **changes))


def test_a_network_with_a_dictionary_asks_for_it(tmp_path):
    path = tmp_path / "net.safetensors"
    EUnet(physics(), embedding=OverCompleteCosines((4, 5), 2), layers=2, width=2).save(path)
    with pytest.raises(InputError, match=r"expects the dictionary it was trained with; give load\(path, A, dictionary"):
        load(path, physics())


def test_a_full_disk_keeps_the_weights_that_were_there(saved, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = saved.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"net\.safetensors expects room on its disk.*free some space"):
        OPTEnet(physics(), embedding=3, layers=2, seed=1).save(saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["net.safetensors"]
