"""Surfaces of triangles from files: all digits, all kinds, and files that are wrong."""

from __future__ import annotations

import gzip

import numpy as np
import numpy.testing as npt
import pytest
from bodies import box, gocad_text, obj_text, sphere, stl_bytes, stl_text

import geoinv
from geoinv.formats.triangles import Triangles, read_triangles

FAR = box((500000.1, 6200000.3, -123.45), (500010.7, 6200020.9, -100.05))
KINDS = {"a.stl": stl_text, "a.obj": obj_text, "a.ts": gocad_text}


@pytest.mark.parametrize("name", KINDS)
def test_coordinates_of_text_keep_their_digits(tmp_path, name):
    path = tmp_path / name
    path.write_text(KINDS[name](FAR))
    read = read_triangles(path)
    npt.assert_array_equal(read.vertices, FAR.vertices)
    npt.assert_array_equal(read.corners, FAR.corners)
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    npt.assert_array_equal(read_triangles(packed).vertices, FAR.vertices)


def test_pyvista_and_meshio_read_the_same_ball(tmp_path):
    pyvista, meshio = pytest.importorskip("pyvista"), pytest.importorskip("meshio")
    ball = sphere((0.0, 0.0, 0.0), 1.0, parts=2)
    path = tmp_path / "ball.stl"
    path.write_bytes(stl_bytes(ball))
    own = read_triangles(path)
    theirs = pyvista.read(path)
    assert theirs.volume == pytest.approx(
        pyvista.PolyData.from_regular_faces(own.vertices, own.corners).volume, rel=1e-6
    )
    (tmp_path / "ball.obj").write_text(obj_text(ball))
    npt.assert_array_equal(meshio.read(tmp_path / "ball.obj").points, ball.vertices)


def test_vertices_in_one_place_become_one_and_what_lies_in_a_line_is_left_out():
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1.0, 0, 0], [0, 1, 0], [0, 0, 0]])
    welded = Triangles.welded(points, np.array([[0, 1, 2], [3, 4, 5], [0, 5, 1]]))
    assert (len(welded.vertices), welded.corners.shape) == (3, (2, 3))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"easting,northing\n1,2\n", "expects a surface of triangles .* starts with 'easting,northing"),
        ("a.obj", b"v 1 2 3\n", "expects triangles, got none"),
        (
            "a.obj",
            b"v nan 2 3\nv 1 1 1\nv 1 2 2\nf 1 2 3\n",
            r"expects vertices in metres within .*, got \(nan, 2, 3\)",
        ),
        ("a.obj", b"v 1e12 2 3\nv 1 1 1\nv 1 2 2\nf 1 2 3\n", r"expects vertices in metres within"),
        ("a.stl", b"", "expects a binary STL file of 0 triangles"),
    ],
)
def test_files_without_a_surface_are_rejected(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(geoinv.InputError, match=sentence):
        read_triangles(path)
