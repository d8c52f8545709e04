"""Pictures to learn from: read exactly, split without overlap, and named as what they are."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from checkout import ROOT
from PIL import Image

from geoinv import InputError
from geoinv.datasets import free_pictures, mnist, photographs, pictures, stl10
from geoinv.datasets.mnist import read_idx
from geoinv.datasets.photographs import photograph_files, read_picture
from geoinv.datasets.sources import data_folder, download
from geoinv.datasets.stl10 import CHECKSUMS, read_stl10

SPLITS = ("train", "validation", "test")


def idx_bytes(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">i4").tobytes() + values.tobytes()


def digits() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (5, 28, 28), dtype=np.uint8)


def colour_pictures(count: int) -> np.ndarray:
    """Pictures (count, row, column, channel) without any symmetry."""
    return np.random.default_rng(2).integers(0, 256, (count, 96, 96, 3), dtype=np.uint8)


def stl10_bytes(images: np.ndarray) -> bytes:
    """Pixel by pixel, so that it shares nothing with the reader: picture, plane, column, row."""
    count = len(images)
    content = bytearray()
    for picture in range(count):
        for channel in range(3):
            for column in range(96):
                content += bytes(images[picture, row, column, channel] for row in range(96))
    return bytes(content)


@pytest.fixture
def no_data(tmp_path, monkeypatch) -> Path:
    """A folder for data that holds none."""
    folder = tmp_path / "no data"
    folder.mkdir()
    monkeypatch.setenv("GEOINV_DATA", str(folder))
    return folder


@pytest.fixture
def album(tmp_path) -> Path:
    """Thirty small pictures of one colour each, no two alike."""
    folder = tmp_path / "album"
    folder.mkdir()
    for number in range(30):
        Image.new("RGB", (30, 20), (8 * number, 255 - 8 * number, 128)).save(folder / f"{number:02}.png")
    return folder


# where data stand


def test_the_variable_names_the_only_place_for_data(tmp_path, monkeypatch):
    (tmp_path / "shared" / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr("geoinv.datasets.sources.CHECKOUT", tmp_path / "nowhere" / "checkout")
    monkeypatch.delenv("GEOINV_DATA", raising=False)
    assert data_folder("mnist") == tmp_path / "shared" / "data" / "mnist"
    monkeypatch.setenv("GEOINV_DATA", str(tmp_path / "work"))
    assert data_folder("mnist") is None


def test_data_beside_the_checkout_come_before_those_beside_the_current_folder(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name / "shared" / "data" / "mnist").mkdir(parents=True)
        (tmp_path / name / "work").mkdir()
    monkeypatch.delenv("GEOINV_DATA", raising=False)
    monkeypatch.setattr("geoinv.datasets.sources.CHECKOUT", tmp_path / "one" / "work")
    monkeypatch.chdir(tmp_path / "two" / "work")
    assert data_folder("mnist") == tmp_path / "one" / "shared" / "data" / "mnist"


def test_a_download_is_checked_and_its_failure_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)

    def deliver(url, known_hash, fname, path):
        path.mkdir(parents=True, exist_ok=True)
        (path / fname).write_bytes(b"sent")
        if known_hash != "md5:" + hashlib.md5(b"sent").hexdigest():
            raise ValueError("hash differs")
        return str(path / fname)

    monkeypatch.setattr("pooch.retrieve", deliver)
    good = hashlib.md5(b"sent").hexdigest()
    path = download("https://example.org/some/file.gz", good, "letters", "look elsewhere")
    assert path == tmp_path / "geoinv" / "letters" / "file.gz"
    with pytest.raises(InputError, match=r"file\.gz expects to be fetched, got ValueError; look elsewhere"):
        download("https://example.org/some/file.gz", "0" * 32, "letters", "look elsewhere")


def test_pooch_takes_a_file_that_is_there_only_when_its_checksum_is_right(tmp_path, monkeypatch):
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)
    (tmp_path / "geoinv" / "letters").mkdir(parents=True)
    (tmp_path / "geoinv" / "letters" / "file.gz").write_bytes(b"kept")
    url, good = "http://127.0.0.1:9/file.gz", hashlib.md5(b"kept").hexdigest()
    assert download(url, good, "letters", "look elsewhere").read_bytes() == b"kept"
    with pytest.raises(InputError, match="expects to be fetched, got ConnectionError; look elsewhere"):
        download(url, "0" * 32, "letters", "look elsewhere")


def test_loading_the_pictures_module_compiles_and_draws_nothing():
    heavy = ["PIL", "matplotlib", "numba", "pooch", "skimage", "torch", "xarray"]
    code = f"import sys, geoinv.datasets; print(sorted(set({heavy}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "[]", result.stderr


# MNIST


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


def test_a_pipe_in_place_of_a_file_is_a_sentence_and_does_not_block(tmp_path, album):
    os.mkfifo(tmp_path / "labels")
    with pytest.raises(InputError, match="expects a file, got a pipe or a device"):
        read_idx(tmp_path / "labels")
    with pytest.raises(InputError, match="expects a file, got a pipe or a device"):
        read_picture(tmp_path / "labels", 8)


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


# STL-10


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


# photographs


def test_every_photograph_is_in_one_split(album):
    files = [photograph_files(split, album) for split in SPLITS]
    assert [len(part) for part in files] == [24, 3, 3]
    assert sorted(path for part in files for path in part) == sorted(album.iterdir())
    colours = [photographs(split, album, size=8)[:, 0, 4, 4] for split in SPLITS]
    assert len(np.unique(np.concatenate(colours))) == 30


def test_the_split_does_not_depend_on_where_the_folder_is(album, tmp_path):
    before = [path.name for path in photograph_files("test", album)]
    after = [path.name for path in photograph_files("test", album.rename(tmp_path / "moved"))]
    assert before == after


def test_the_centre_square_is_cut_and_not_squeezed(tmp_path):
    wide = np.zeros((40, 100, 3), np.uint8)
    wide[:, 30:70] = (255, 0, 0)
    wide[:20, 30:70, 2] = 255
    Image.fromarray(wide).save(tmp_path / "wide.png")
    picture = read_picture(tmp_path / "wide.png", 40)
    npt.assert_array_equal(picture, np.moveaxis(wide[:, 30:70], -1, 0) / np.float32(255))


def test_scaling_down_averages_what_it_cannot_show(tmp_path):
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "stripes.png")
    npt.assert_allclose(read_picture(tmp_path / "stripes.png", 24)[:, 4:-4, 4:-4], 0.5, atol=0.02)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_grey_photograph_has_three_equal_planes(tmp_path, suffix):
    Image.fromarray(np.add.outer(np.arange(40), np.arange(40)).astype(np.uint8)).save(tmp_path / f"grey.{suffix}")
    picture = read_picture(tmp_path / f"grey.{suffix}", 20)
    assert picture.shape == (3, 20, 20)
    npt.assert_array_equal(picture[0], picture[1])
    npt.assert_array_equal(picture[0], picture[2])


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_broken_photograph_is_named(album, suffix):
    (broken := photograph_files("test", album)[0]).unlink()
    broken = broken.with_suffix(f".{suffix}")
    Image.fromarray(colour_pictures(1)[0]).save(broken)
    broken.write_bytes(broken.read_bytes()[:3000])
    with pytest.raises(InputError, match=rf"{broken.name} expects a whole JPEG or PNG image, got .*; mend or remove"):
        read_picture(broken, 8)
    with pytest.raises(InputError, match=re.escape(broken.name)):
        [photographs(split, album, size=8) for split in SPLITS]


def test_only_jpeg_and_png_are_opened_whatever_a_file_is_called(tmp_path, monkeypatch):
    def started(*arguments, **options):
        raise AssertionError("another program was started")

    monkeypatch.setattr(subprocess, "Popen", started)
    (tmp_path / "page.png").write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"
    )
    with pytest.raises(InputError, match=r"page\.png expects a whole JPEG or PNG image"):
        read_picture(tmp_path / "page.png", 8)
    for name in ("gif", "bmp", "tiff"):
        Image.fromarray(colour_pictures(1)[0]).save(tmp_path / "other.jpg", format=name)
        with pytest.raises(InputError, match=r"other\.jpg expects a whole JPEG or PNG image"):
            read_picture(tmp_path / "other.jpg", 8)


def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off(tmp_path):
    grey = np.full((20, 20), 0x8000, np.uint16)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    npt.assert_allclose(read_picture(tmp_path / "grey.png", 8), 0.5, atol=1 / 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK"])
def test_a_picture_of_any_mode_has_its_own_colours(tmp_path, mode):
    path = tmp_path / ("white.jpg" if mode == "CMYK" else "white.png")
    Image.new("RGB", (16, 16), (255, 255, 255)).convert(mode).save(path)
    npt.assert_allclose(read_picture(path, 8), 1.0, atol=0.01)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_what_is_transparent_is_refused(tmp_path, mode):
    picture = Image.new("RGBA" if mode == "P" else mode, (16, 16), 0)
    picture.convert(mode).save(tmp_path / "clear.png", **({"transparency": 0} if mode == "P" else {}))
    with pytest.raises(InputError, match=r"clear\.png expects an opaque image"):
        read_picture(tmp_path / "clear.png", 8)


def test_a_small_file_of_too_many_pixels_is_refused_before_it_is_unpacked(tmp_path, album):
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 20_000, 10_000, 8, 2, 0, 0, 0)
    for size in (header, struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)):
        content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(1000)))
        (tmp_path / "bomb.png").write_bytes(content)
        with pytest.raises(InputError, match=r"bomb\.png expects a (whole|image of at most)"):
            read_picture(tmp_path / "bomb.png", 8)
    with pytest.raises(InputError, match=r"photographs expects 3 of 1000000 x 1000000 pixels to fit in"):
        photographs("test", album, size=1_000_000)
    with pytest.raises(InputError, match="size to be a whole number of pixels of at least 1, got 0"):
        photographs("test", album, size=0)


def test_a_text_called_jpg_is_no_photograph(tmp_path):
    (tmp_path / "text.jpg").write_text("not a picture")
    with pytest.raises(InputError, match=r"text\.jpg expects a whole JPEG or PNG image"):
        read_picture(tmp_path / "text.jpg", 8)


def test_too_few_photographs_or_none_are_a_sentence(no_data, album):
    with pytest.raises(InputError, match=r"photographs expects a folder of JPEG or PNG files, got no photographs/"):
        photographs()
    for path in list(album.iterdir())[9:]:
        path.unlink()
    with pytest.raises(InputError, match=r"at least 10 JPEG or PNG files in .*, got 9; give another folder"):
        photographs("train", album)


# the choice between them


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


def test_the_free_pictures_name_their_licences(monkeypatch):
    pytest.importorskip("skimage")
    free = free_pictures(size=48)
    assert len(free.names) == len(free.licences) == len(free.images)
    assert free.images.shape[1:] == (3, 48, 48)
    assert all("CC0" in licence or "public domain" in licence for licence in free.licences)
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(InputError, match=r"free_pictures expects scikit-image and Pillow, got no skimage; pip install"):
        free_pictures()
