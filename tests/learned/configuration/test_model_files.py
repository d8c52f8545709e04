"""Arrays of models in files: any byte order and layout, nothing forged."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.learned.configuration.model_files import read_npy


@pytest.mark.parametrize("kind", [">f8", ">f4", ">i2", "<f2", "|b1", ">u4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_any_byte_order_and_layout_are_read_as_numpy_reads_them(kind, order, tmp_path):
    numbers = np.asarray(np.arange(24).reshape(2, 3, 4), kind, order=order)
    np.save(tmp_path / "a.npy", numbers)
    found = read_npy(tmp_path / "a.npy")
    npt.assert_array_equal(found, np.load(tmp_path / "a.npy"))
    assert found.dtype.isnative


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "expects an .npy file of numbers"),
        (b"\x93NUMPY\x03\x00" + bytes(60), "expects an .npy file of numbers"),
        (b"PK\x03\x04" + bytes(60), "expects an .npy file of numbers"),
    ],
)
def test_other_files_called_npy_are_refused(content, sentence, tmp_path):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        read_npy(tmp_path / "a.npy")


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.array([1 + 2j]), "got values of type complex128"),
        (np.array(["a"]), "got values of type <U1"),
        (np.zeros(2, [("a", "f8")]), "got values of type"),
        (np.array(["2020-01-01"], "M8[D]"), "got values of type datetime64"),
    ],
)
def test_arrays_of_other_than_real_numbers_are_refused(array, sentence, tmp_path):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(InputError, match=sentence):
        read_npy(tmp_path / "a.npy")


def test_a_forged_shape_is_refused_before_anything_is_allocated(tmp_path):
    stream = BytesIO()
    np.save(stream, np.zeros(3))
    content = stream.getvalue().replace(b"(3,)", b"(" + b"9" * 18 + b",)", 1)
    header = content[: content.index(b"\n") + 1]
    (tmp_path / "a.npy").write_bytes(header[:8] + (len(header) - 10).to_bytes(2, "little") + header[10:] + bytes(24))
    with pytest.raises(InputError, match=r"a\.npy expects an \.npy file of numbers, \d+ bytes for its shape .* got 24"):
        read_npy(tmp_path / "a.npy")
