"""Wavefront OBJ."""

from __future__ import annotations

import pytest

import geoinv
from geoinv.formats.triangles import read_triangles

SQUARE = "# a square\nv 0 0 0\nv 1 0 0 1.0\nv 1 1 0\nv 0 1 0\nvn 0 0 1\n"


@pytest.mark.parametrize("face", ["f 1 2 3 4", "f 1/1/1 2//1 3/2 4", "f -4 -3 -2 -1"])
def test_faces_of_more_corners_are_cut_into_triangles(tmp_path, face):
    path = tmp_path / "a.obj"
    path.write_text(f"{SQUARE}usemtl rock\n\t\n{face}\n")
    read = read_triangles(path)
    first, second = read.vertices[read.corners]
    assert first.tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0]]
    assert second.tolist() == [[0, 0, 0], [1, 1, 0], [0, 1, 0]]


@pytest.mark.parametrize("face", ["f 1 2", "f 1 2 5", "f 0 1 2", "f -5 1 2", "f a b c", "f 1 2 99999999999999999999"])
def test_faces_of_vertices_that_are_not_there_are_rejected(tmp_path, face):
    path = tmp_path / "a.obj"
    path.write_text(SQUARE + face)
    with pytest.raises(
        geoinv.InputError, match=r"expects a face of three or more of the 4 vertices above it on line 7"
    ):
        read_triangles(path)


def test_a_vertex_of_two_numbers_is_rejected(tmp_path):
    path = tmp_path / "a.obj"
    path.write_text("v 0 0 0\nv 1 0\nf 1 1 1\n")
    with pytest.raises(geoinv.InputError, match=r"expects a vertex as three numbers on line 2, got 'v 1 0'"):
        read_triangles(path)
