"""Bodies: which cells they take, from files and from triangles."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from bodies import box, gocad_text, obj_text, sphere, stl_bytes, stl_text

import geoinv
from geoinv.constraints.body import Body
from geoinv.formats.triangles import Triangles

GRID = geoinv.Grid.regular((10, 10, 10), (10.0, 10.0, 10.0), (-100.0, 1000.0, 500.0))
BALL = sphere((552.0, 1047.0, -53.0), 30.0)
NO = np.zeros(GRID.shape)


def cells_of(body, grid=GRID):
    return body.said_of(grid, np.zeros(grid.shape), "susceptibility")[0].cells


def test_half_of_a_cell_decides_unless_another_share_is_asked_for():
    volume = 4.0 / 3.0 * np.pi * 30.0**3
    half = cells_of(Body(BALL, value=0.1))
    assert 1000.0 * half.size == pytest.approx(volume, rel=0.1)
    whole, any_part = cells_of(Body(BALL, 0.1, share=1.0)), cells_of(Body(BALL, 0.1, share=0.001))
    assert set(whole) < set(half) < set(any_part)


@pytest.mark.parametrize("name", ["a.stl", "text.stl", "a.obj", "a.ts"])
def test_every_kind_of_file_gives_the_same_cells(tmp_path, name):
    path = tmp_path / name
    text = {"text.stl": stl_text, "a.obj": obj_text, "a.ts": gocad_text}.get(name)
    path.write_bytes(stl_bytes(BALL)) if text is None else path.write_text(text(BALL))
    npt.assert_array_equal(cells_of(Body(path, bounds=(0.01, 0.1))), cells_of(Body(BALL, value=0.1)))


def test_what_it_says_of_them():
    said = Body(BALL, value=0.05, weight=9.0, bounds=(0.01, 0.1)).said_of(GRID, NO, "susceptibility")[0]
    assert said.what.endswith("inside the body, held at 0.05 with weight 9 and kept within 0.01 to 0.1")
    assert {*said.lower} == {0.01}
    assert ({*said.upper}, {*said.values}, {*said.weights}, said.everywhere) == ({0.1}, {0.05}, {9.0}, True)


def test_cells_above_the_ground_are_left_out():
    ground = GRID.with_topography([[500.0, 1000.0, -45.0], [600.0, 1100.0, -45.0], [500.0, 1100.0, -45.0]])
    cells = cells_of(Body(BALL, 0.1), ground)
    assert cells.size
    assert ground.active.ravel()[cells].all()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            Body(Triangles(BALL.vertices, BALL.corners[5:]), 0.1),
            r"the body expects a closed surface, got one with \d+ open",
        ),
        (
            Body(box((5500, 1050, -50), (5600, 1060, -40)), 0.1),
            "expects coordinates over the mesh, got easting 5500 to",
        ),
        (Body(box((551, 1051, -49), (552, 1052, -48)), 0.1), "least 50 % inside it, a body of 1 x 1 x 1 m, got none"),
        (Body(BALL, 0.1, share=0.0), "expects a share of each cell above 0"),
        (Body(BALL), "expects a value, bounds or both"),
        (Body(3.0, 0.1), "Body expects the file of a surface or Triangles, got float"),
        (Body("none.stl", 0.1), "none.stl expects a file, got none of that name"),
    ],
)
def test_what_is_no_body_is_rejected(body, sentence):
    with pytest.raises(geoinv.InputError, match=sentence):
        body.said_of(GRID, NO, "susceptibility")
