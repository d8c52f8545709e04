"""Closed surfaces, and where others are open."""

from __future__ import annotations

import numpy as np
import pytest
from bodies import box, sphere, turned

import geoinv
from geoinv.constraints.closed import is_oriented, refuse_open, volume_of
from geoinv.formats.triangles import Triangles


def test_closed_surfaces_have_the_volume_they_should():
    surface = box((0, 0, 0), (2, 3, 4))
    refuse_open("box", surface)
    assert is_oriented(surface)
    assert volume_of(surface) == pytest.approx(24.0)
    assert volume_of(turned(surface)) == pytest.approx(-24.0)
    far = box((5e5, 62e5, 0), (5e5 + 2, 62e5 + 3, 4))
    assert volume_of(far) == pytest.approx(24.0)
    refuse_open("sphere", sphere((0, 0, 0), 1.0))


def test_an_open_surface_is_rejected_with_the_place():
    surface = box((0, 0, 0), (2, 3, 4))
    opened = Triangles(surface.vertices, surface.corners[1:])
    with pytest.raises(geoinv.InputError, match=r"stock.stl expects a closed surface, got one with 3 open edges of 18"):
        refuse_open("stock.stl", opened)


def test_triangles_turned_round_are_seen():
    surface = box((0, 0, 0), (2, 3, 4))
    corners = surface.corners.copy()
    corners[3] = corners[3, ::-1]
    assert not is_oriented(Triangles(surface.vertices, corners))
    refuse_open("box", Triangles(surface.vertices, np.asarray(corners)))
