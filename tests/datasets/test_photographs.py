"""Photographs from a folder: cut, scaled, split, and whatever is none refused."""

from __future__ import annotations

import re
import struct
import subprocess
import zlib

import numpy as np
import numpy.testing as npt
import pytest
from picture_files import colour_pictures
from PIL import Image

from geoinv import InputError
from geoinv.datasets import photographs
from geoinv.datasets.photographs import photograph_files, read_picture

SPLITS = ("train", "validation", "test")


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
    with pytest.raises(InputError, match=r"size to be a whole number from 1 .*, got 0; count pixels"):
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
