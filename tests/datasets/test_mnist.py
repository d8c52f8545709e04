"""Digits: idx files whole, truncated, forged, and other than the published ones."""

from __future__ import annotations

import gzip
import sys
import tracemalloc

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.datasets import mnist
from geoinv.datasets.mnist import read_idx


def idx_bytes(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">i4").tobytes() + values.tobytes()


def digits() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (5, 28, 28), dtype=np.uint8)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_an_idx_file_gives_back_its_array(tmp_path, pack):
    path = tmp_path / "images"
    path.write_bytes(pack(idx_bytes(digits())))
    npt.assert_array_equal(read_idx(path), digits())


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
@pytest.mark.parametrize("kept", [1, 3, 9, 100, -1])
def test_a_truncated_idx_file_is_a_sentence(tmp_path, pack, kept):
    path = tmp_path / "images"
    path.write_bytes(pack(idx_bytes(digits()))[:kept])
    with pytest.raises(InputError, match=r"images expects .*, got .*; (fetch it again|give one of the files of MNIST)"):
        read_idx(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"a text, not an array", bytes([0, 0, 0x0D, 1, 0, 0, 0, 1]) + bytes(4), b"\x1f\x8b no gzip"],
    ids=["empty", "text", "floats", "false gzip"],
)
def test_another_file_is_no_idx_file(tmp_path, content):
    path = tmp_path / "images"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"images expects .*IDX file"):
        read_idx(path)


def test_a_file_too_long_for_its_header_is_refused(tmp_path):
    (tmp_path / "labels").write_bytes(idx_bytes(np.arange(5, dtype=np.uint8)) + b"more")
    with pytest.raises(InputError, match=r"expects 5 values for its shape \(5,\), got more"):
        read_idx(tmp_path / "labels")


@pytest.mark.parametrize(
    "header", [bytes([0, 0, 8, 65]) + bytes([0, 0, 0, 1]) * 65, bytes([0, 0, 8, 255]), bytes([0, 0, 8, 0])]
)
def test_more_dimensions_than_an_idx_file_has_are_a_sentence(tmp_path, header):
    (tmp_path / "labels").write_bytes(header + b"7")
    with pytest.raises(InputError, match=r"says 1 to 8 dimensions, got 00 00 08"):
        read_idx(tmp_path / "labels")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_forged_idx_shape_is_refused_before_anything_is_unpacked(tmp_path, pack):
    path = tmp_path / "labels"
    path.write_bytes(pack(bytes([0, 0, 8, 3]) + bytes([0x7F, 255, 255, 255]) * 3 + b"seven"))
    with pytest.raises(InputError, match=r"labels expects the values of its shape to fit in .*fetch it again"):
        read_idx(path)
    path.write_bytes(pack(bytes([0, 0, 8, 1, 255, 255, 255, 255]) + b"seven"))
    with pytest.raises(InputError, match=r"expects -1 values for its shape \(-1,\), got 1; fetch it again"):
        read_idx(path)


def test_a_packed_file_that_unpacks_without_end_is_read_no_further_than_its_shape(tmp_path):
    path = tmp_path / "labels"
    path.write_bytes(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 3]) + bytes(50_000_000)))
    tracemalloc.start()
    with pytest.raises(InputError, match=r"expects 3 values for its shape \(3,\), got more"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_digits_other_than_the_published_ones_are_refused(tmp_path):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(digits())))
    with pytest.raises(InputError, match=r"expects the published content, MD5 6bbc9ace\w+, got MD5 .*; put the four"):
        mnist("train", tmp_path)


def test_digits_that_are_nowhere_are_a_sentence(no_data, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"mnist expects t10k-images-idx3-ubyte or .*, got neither; put the four"):
        mnist("test", no_data)
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)
    monkeypatch.setattr(sys.modules["geoinv.datasets.mnist"], "MIRROR", "http://127.0.0.1:9/")
    with pytest.raises(InputError, match=r"expects to be fetched, got ConnectionError; put the four IDX files"):
        mnist("test")


def test_mnist_has_no_validation_part():
    with pytest.raises(InputError, match="mnist expects split to be one of train, test; got 'validation'"):
        mnist("validation")


@pytest.mark.parametrize(("split", "count", "first"), [("train", 60_000, [5, 0, 4, 1, 9]), ("test", 10_000, [7, 2, 1])])
def test_mnist_is_whole(shared_data, split, count, first):
    images, labels = mnist(split, shared_data / "mnist")
    assert images.shape == (count, 28, 28)
    assert images.dtype == np.float32
    assert (images.min(), images.max()) == (0.0, 1.0)
    assert labels[: len(first)].tolist() == first
    assert np.unique(labels).tolist() == list(range(10))
    if split == "train":  # the normalisation constants known for it
        assert images.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
        assert images.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)
