"""Pictures to learn from: read exactly, split without overlap, and named as what they are."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import numpy.testing as npt
import pytest
from checkout import ROOT
from picture_files import colour_pictures, stl10_bytes

from geoinv import InputError
from geoinv.datasets import pictures, stl10
from geoinv.datasets.mnist import read_idx
from geoinv.datasets.photographs import read_picture
from geoinv.datasets.stl10 import CHECKSUMS


def test_loading_the_pictures_module_compiles_and_draws_nothing():
    heavy = ["PIL", "matplotlib", "numba", "pooch", "skimage", "torch", "xarray"]
    code = f"import sys, geoinv.datasets; print(sorted(set({heavy}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "[]", result.stderr


def test_a_pipe_in_place_of_a_file_is_a_sentence_and_does_not_block(tmp_path, album):
    os.mkfifo(tmp_path / "labels")
    with pytest.raises(InputError, match="expects a file, got a pipe or a device"):
        read_idx(tmp_path / "labels")
    with pytest.raises(InputError, match="expects a file, got a pipe or a device"):
        read_picture(tmp_path / "labels", 8)


def test_the_photographs_are_not_called_stl10(shared_data, monkeypatch):
    if (shared_data / "stl10").is_dir() or (shared_data / "stl10_binary").is_dir():
        pytest.skip("STL-10 is there")
    monkeypatch.setenv("GEOINV_DATA", str(shared_data))
    chosen = pictures()
    assert chosen.name == "1,000 photographs (ImageNet), not STL-10"
    parts = (chosen.train, chosen.validation, chosen.test)
    assert [part.shape for part in parts] == [(800, 3, 96, 96), (100, 3, 96, 96), (100, 3, 96, 96)]
    assert all(part.dtype == np.float32 and part.flags.c_contiguous for part in parts)
    assert all(part.min() >= 0.0 and part.max() <= 1.0 for part in parts)
    # the same picture under two names would be in two splits
    assert len({picture.tobytes() for part in parts for picture in part}) == 1000


def test_stl10_is_chosen_where_it_is_there(no_data, monkeypatch):
    known = colour_pictures(12)
    (no_data / "stl10").mkdir()
    contents = {
        "train_X.bin": stl10_bytes(known[:10]),
        "train_y.bin": bytes(range(1, 11)),
        "test_X.bin": stl10_bytes(known[10:]),
        "test_y.bin": bytes([4, 9]),
    }
    for name, content in contents.items():
        (no_data / "stl10" / name).write_bytes(content)
        monkeypatch.setitem(CHECKSUMS, name, hashlib.md5(content).hexdigest())
    chosen = pictures()
    assert chosen.name == "STL-10"
    assert [len(part) for part in (chosen.train, chosen.validation, chosen.test)] == [9, 1, 2]
    learning = np.concatenate([chosen.train, chosen.validation]) * 255.0
    assert sorted(learning[:, 0, 0, 0].round()) == sorted(known[:10, 0, 0, 0])
    npt.assert_allclose(chosen.test * 255.0, np.moveaxis(known[10:], -1, 1), rtol=1e-6)
    assert stl10("test")[1].tolist() == [4, 9]
