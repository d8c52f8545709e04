"""STL, binary and as text."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from bodies import box, stl_bytes, stl_text

import geoinv
from geoinv.formats import collected
from geoinv.formats.triangles import read_triangles

BOX = box((0.0, 1.0, 2.0), (3.0, 4.0, 5.0))


@pytest.mark.parametrize("head", [b"binary", b"solid of a program that does not know better"])
def test_binary_files_are_known_by_their_length(tmp_path, head):
    path = tmp_path / "a.stl"
    content = stl_bytes(BOX)
    path.write_bytes(head.ljust(80) + content[80:])
    npt.assert_array_equal(read_triangles(path).vertices, BOX.vertices)


def test_single_precision_far_from_the_origin_is_doubted(tmp_path):
    path = tmp_path / "a.stl"
    path.write_bytes(stl_bytes(box((500000, 6200000, 0), (500010, 6200010, 10))))
    with collected() as notes:
        read_triangles(path)
    assert "are rounded to 0.5 m so far from the origin" in notes.doubts[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda content: content[:-7],
            "expects a binary STL file of 12 triangles, as its header says, got room for 11.86",
        ),
        (lambda content: content[:60], "expects a binary STL file of 0 triangles"),
        (lambda content: content[:80] + b"\xff\xff\xff\xff" + content[84:], "of 4294967295 triangles.*room for 12;"),
    ],
)
def test_binary_files_that_are_cut_are_rejected(tmp_path, change, sentence):
    path = tmp_path / "a.stl"
    path.write_bytes(change(stl_bytes(BOX)))
    with pytest.raises(geoinv.InputError, match=sentence):
        read_triangles(path)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("vertex 0.0 1.0 2.0", "vertex 0.0 1.0", "expects a vertex as three numbers on line 4, got 'vertex 0.0 1.0'"),
        ("vertex 0.0 1.0 2.0", "vertex 0.0 x 2.0", "expects a vertex as three numbers on line 4"),
        ("   vertex 0.0 1.0 2.0\n", "", "expects facets of three vertices on line 6"),
        ("endsolid body", "", "expects endsolid after line 85, got the end of the file"),
    ],
)
def test_text_that_is_wrong_is_rejected_with_its_line(tmp_path, old, new, sentence):
    path = tmp_path / "a.stl"
    text = stl_text(BOX)
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(geoinv.InputError, match=sentence):
        read_triangles(path)


def test_every_cut_of_a_text_is_rejected(tmp_path):
    path, text = tmp_path / "a.stl", stl_text(BOX)
    for end in np.linspace(10, len(text) - 8, 40).astype(int):
        path.write_text(text[:end])
        with pytest.raises(geoinv.InputError, match=r"a.stl expects"):
            read_triangles(path)
