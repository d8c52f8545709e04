"""STL-10: upright, in colour, and the published files only."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from picture_files import colour_pictures, stl10_bytes

from geoinv import InputError
from geoinv.datasets import stl10
from geoinv.datasets.stl10 import read_stl10


def test_stl10_pictures_stand_upright_and_keep_their_colours(tmp_path):
    known = colour_pictures(2)
    (tmp_path / "excerpt.bin").write_bytes(stl10_bytes(known))
    images = read_stl10(tmp_path / "excerpt.bin")
    assert images.dtype == np.float32
    assert images.flags.c_contiguous
    npt.assert_allclose(images, np.moveaxis(known, -1, 1) / 255.0, rtol=1e-6)


def test_half_a_picture_is_refused(tmp_path):
    (tmp_path / "train_X.bin").write_bytes(bytes(27_648 + 5))
    with pytest.raises(InputError, match="expects whole images of 27648 bytes each, got 27653 bytes"):
        read_stl10(tmp_path / "train_X.bin")


def test_stl10_takes_the_published_files_only(tmp_path):
    (tmp_path / "train_X.bin").write_bytes(stl10_bytes(colour_pictures(1)))
    (tmp_path / "train_y.bin").write_bytes(bytes([3]))
    with pytest.raises(InputError, match="expects the published content, MD5 918c2871b30a85fa023e0c44e0bee87f"):
        stl10("train", tmp_path)


def test_stl10_that_is_not_there_is_a_sentence(no_data):
    with pytest.raises(InputError, match=r"stl10 expects a folder with train_X\.bin and .*, got none; unpack"):
        stl10()
    with pytest.raises(InputError, match=r"test_X\.bin expects a file of STL-10, got 'No such file"):
        stl10("test", no_data)
