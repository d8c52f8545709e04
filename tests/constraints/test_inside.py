"""Shares of cells inside a body: against closed forms, on all meshes."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from bodies import box, sphere, together, turned

import geoinv
from geoinv.constraints.closed import volume_of
from geoinv.constraints.inside import OFF_CENTRE, RAYS, shares_inside
from geoinv.formats.triangles import Triangles

EDGES = np.array([0.0, 40, 60, 70, 80, 90, 100, 110, 120, 140, 180])


def padded():
    return geoinv.Grid(EDGES, EDGES + 1000.0, EDGES - 180.0)


def octree():
    survey = geoinv.Survey([80.0, 110], [1080.0, 1110], [5.0, 5.0], components=("gz",))
    return geoinv.OctreeGrid.for_survey(survey, cell=10.0, depth=150.0)


def over(mesh, surface):
    cells, shares = shares_inside("body", mesh, surface)
    full = np.zeros(mesh.size)
    full[cells] = shares
    return full


def overlap(low, high, edges):
    return np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0.0, None) / np.diff(edges)


def test_a_box_fills_the_cells_as_its_sides_say():
    grid = padded()
    low, high = (63.0, 1071.0, -133.0), (104.0, 1117.0, -62.0)
    along = [
        overlap(*ends, grid.edges(a)) for *ends, a in zip(low, high, ("easting", "northing", "upward"), strict=True)
    ]
    exact = along[2][:, None, None] * along[1][:, None] * along[0]
    shares = over(grid, box(low, high)).reshape(grid.shape)
    npt.assert_allclose(shares, exact, atol=2.0 / RAYS)
    # along the rays nothing is sampled
    whole = exact[:, 5, 5] / exact[:, 5, 5].max()
    npt.assert_allclose(shares[:, 5, 5] / shares[:, 5, 5].max(), whole, rtol=1e-12)


@pytest.mark.parametrize("mesh", [padded(), octree()], ids=["padded", "octree"])
def test_the_cells_of_a_sphere_add_up_to_its_volume(mesh):
    surface = sphere((88.0, 1093.0, -70.0), 37.0)
    assert volume_of(surface) == pytest.approx(4.0 / 3.0 * np.pi * 37.0**3, rel=0.01)
    shares = over(mesh, surface)
    assert (shares * mesh.volumes.ravel()).sum() == pytest.approx(volume_of(surface), rel=2e-3)
    assert shares.max() == pytest.approx(1.0, abs=1e-12)


def test_a_part_of_a_cell_is_right_for_each_cell_of_a_sphere():
    grid = geoinv.Grid.regular((6, 6, 6), (10.0, 10.0, 10.0))
    surface = sphere((31.0, 29.0, 30.0), 22.0, parts=5)
    fine = (np.arange(120) + 0.5) * 0.5
    upward, northing, easting = np.meshgrid(fine, fine, fine, indexing="ij")
    inside = (easting - 31.0) ** 2 + (northing - 29.0) ** 2 + (upward - 30.0) ** 2 < 22.0**2
    counted = inside.reshape(6, 20, 6, 20, 6, 20).mean(axis=(1, 3, 5))
    npt.assert_allclose(over(grid, surface).reshape(6, 6, 6), counted, atol=0.02)


def test_rays_through_corners_and_edges_are_counted_once():
    grid = geoinv.Grid.regular((4, 4, 4), (8.0, 8.0, 8.0))
    at = 8.0 * (1 + OFF_CENTRE / RAYS)
    surface = box((at, at, 4.0), (at + 8.0, at + 8.0, 20.0))
    shares = over(grid, surface)
    assert 512.0 * shares.sum() == pytest.approx(volume_of(surface), rel=0.15)
    assert shares.max() <= 1.0


def test_which_way_triangles_face_does_not_matter_and_parts_that_overlap_are_joined():
    grid = geoinv.Grid.regular((4, 4, 4), (10.0, 10.0, 10.0))
    one, two = box((5, 5, 5), (25, 25, 25)), box((15, 15, 15), (35, 35, 35))
    npt.assert_array_equal(over(grid, turned(one)), over(grid, one))
    joined = over(grid, together(one, two))
    assert 1000.0 * joined.sum() == pytest.approx(8000.0 + 8000.0 - 1000.0, rel=1e-12)
    hollow = together(box((5, 5, 5), (35, 35, 35)), turned(box((10, 10, 10), (20, 20, 20))))
    assert 1000.0 * over(grid, hollow).sum() == pytest.approx(27000.0 - 1000.0, rel=1e-12)


def test_triangles_that_face_both_ways_are_counted_by_twos():
    grid = geoinv.Grid.regular((4, 4, 4), (10.0, 10.0, 10.0))
    surface = box((5, 5, 5), (35, 35, 35))
    mixed = surface.corners.copy()
    mixed[::3] = mixed[::3, ::-1]
    npt.assert_allclose(over(grid, Triangles(surface.vertices, mixed)), over(grid, surface), atol=1e-12)


def test_a_surface_with_a_hole_in_its_roof_is_rejected():
    grid = geoinv.Grid.regular((4, 4, 4), (10.0, 10.0, 10.0))
    surface = box((5, 5, 5), (35, 35, 35))
    up = np.abs(np.cross(*np.diff(surface.vertices[surface.corners], axis=1).swapaxes(0, 1))[:, 2]) > 0
    kept = np.delete(surface.corners, np.flatnonzero(up)[0], axis=0)
    with pytest.raises(geoinv.InputError, match=r"expects a surface with an inside, got .* vertical rays"):
        shares_inside("body", grid, Triangles(surface.vertices, kept))
