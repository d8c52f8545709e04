"""What engines are given: nodes, stations among them, contacts with faces, and rounding."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import attraction_problem, problem
from makers import FIELD, padded_grid, scattered_survey
from octree_makers import random_octree

import geoinv
from geoinv.operators.prisms.problem import REGISTER, PrismProblem, face_contacts

GRID = geoinv.Grid.regular((2, 3, 4), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))


def at(*places: tuple[float, float, float]) -> geoinv.Survey:
    return geoinv.Survey(*np.array(places).T, field=FIELD)


def test_rows_of_nodes_fill_whole_registers_with_the_last_one():
    nodes = problem(GRID, at((5.0, 5.0, 1.0)), None).nodes
    assert nodes.x.size % REGISTER == 0
    assert (nodes.x[4:] == nodes.x[4]).all()
    npt.assert_array_equal(np.diff(nodes.x[:5]), 10.0)
    assert (nodes.y.size, nodes.z.size) == (4, 3)


def test_stations_keep_their_places_among_the_nodes():
    grid, survey = padded_grid(), scattered_survey(("tmi",))
    p = problem(grid, survey, None)
    for column, (nodes, axis) in enumerate(
        zip((p.nodes.x, p.nodes.y, p.nodes.z), ("easting", "northing", "upward"), strict=True)
    ):
        expected = getattr(survey, axis) - grid.edges(axis)[0]
        npt.assert_allclose(p.local_stations[:, column] - nodes[0], expected, atol=1e-9)


def test_rows_beside_active_cells_hold_charge():
    active = np.zeros(GRID.shape, bool)
    active[1, 1, 2] = True
    occupied = problem(GRID.with_active(active), at((5.0, 5.0, 1.0)), None).occupied
    npt.assert_array_equal(occupied, [[False] * 4, [False, True, True, False]])


def test_sizes_are_those_of_components_unknowns_and_stations():
    p = problem(GRID, scattered_survey(("tmi", "be", "buu")), 1e-3, "magnetization")
    assert (p.components, p.unknowns) == (3, 3)
    assert p.range_shape == (3, len(p.stations))
    assert attraction_problem(GRID, at((5.0, 5.0, 1.0)), None).unknowns == 1


@pytest.mark.parametrize(
    ("place", "contacts"),
    [
        ((10.0, 5.0, -5.0), {((1, 0, 0), 0), ((1, 0, 1), 0)}),
        ((5.0, 20.0, -15.0), {((0, 1, 0), 1), ((0, 2, 0), 1)}),
        ((0.0, 5.0, -5.0), {((1, 0, 0), 0)}),
        ((40.0, 25.0, -15.0), {((0, 2, 3), 0)}),
        ((10.0, 10.0, -5.0), set()),  # an edge
        ((5.0, 5.0, 0.0), set()),  # a top face, which Laplace's equation closes
        ((5.0, 5.0, -5.0), set()),
        ((50.0, 5.0, -5.0), set()),
    ],
)
def test_contacts_are_cells_on_both_sides_of_a_vertical_face(place, contacts):
    p = problem(GRID, at(place), None)
    station, cell, axis = face_contacts(p.nodes, 4, p.local_stations)
    assert {(tuple(map(int, c)), int(a)) for c, a in zip(cell, axis, strict=True)} == contacts
    assert (station == 0).all()
    assert len(station) == len(contacts)


def test_prisms_that_are_rounding_alone_say_so():
    near, far = at((5.0, 5.0, 1.0)), at((1e8, 1e8, 1.0))
    assert problem(GRID, near, None).too_much_rounding() is None
    clause = problem(GRID, far, None).too_much_rounding()
    assert clause is not None
    assert "give an rtol" in clause
    within = problem(GRID, far, 1e-5).too_much_rounding()
    assert within is not None
    assert "give an rtol" not in within


def test_engines_for_tensor_grids_refuse_other_meshes():
    p = problem(GRID, at((5.0, 5.0, 1.0)), None)
    other = PrismProblem(random_octree(), p.stations, p.kernels, p.storage)
    with pytest.raises(TypeError, match="an engine for tensor grids got a mesh of kind OctreeGrid"):
        _ = other.cells
