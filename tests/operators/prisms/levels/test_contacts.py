"""Stations on the planes between uniform cells: their sum with what is added is the large cell's field."""

import itertools

import numpy as np
import pytest

import geoinv
from geoinv.operators import Magnetics
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.levels.contacts import inner_contacts
from geoinv.operators.prisms.levels.embedding import RunsEmbedding
from geoinv.operators.prisms.levels.padded import uniform_problem

FIELD = geoinv.MainField(60.0, 25.0, 50000.0)
EDGES = 10.0 * np.array([-6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 4.0])
GRID = geoinv.Grid(EDGES, EDGES - 5.0, EDGES[:5] - 30.0)


def places():
    """Planes of uniform cells, the mesh's among them, and points between, along each axis."""
    at = np.array([-60.0, -50.0, -30.0, -20.0, -7.0, 0.0, 10.0, 20.0, 23.0, 50.0])
    points = np.array(list(itertools.product(at, at - 5.0, at[:7] - 30.0)))
    return points[np.random.default_rng(0).permutation(len(points))[:250]]


def operator(components, unknown="susceptibility"):
    survey = geoinv.Survey(*places().T, field=FIELD, components=components)
    return Magnetics(GRID, survey, engine="direct", unknown=unknown)


@pytest.mark.parametrize(
    ("components", "unknown", "differ"),
    [
        (("tmi",), "susceptibility", True),
        (("be", "bn", "bu"), "magnetization", True),
        (("bee", "beu", "buu"), "susceptibility", False),
    ],
)
def test_a_large_cell_is_one_prism_at_every_station(components, unknown, differ):
    A = operator(components, unknown)
    host = uniform_problem(A.problem, layers=True)
    embedding = RunsEmbedding(host.runs, GRID.active)
    contacts = inner_contacts(host.problem, embedding.owner)
    assert (contacts.station.size > 100) == differ
    model = np.random.default_rng(1).standard_normal((2, A.problem.unknowns, GRID.size))
    uniform = cell_fields(host.problem, host.problem.local_stations)
    data = np.einsum("csuijk,buijk->bcs", uniform, embedding.expand(model, np.float64))
    contacts.forward(model, data)
    one = cell_fields(A.problem, A.problem.local_stations).reshape(len(components), -1, A.problem.unknowns, GRID.size)
    expected = np.einsum("csuk,buk->bcs", one, model)
    size = np.einsum("csuk,buk->bcs", abs(one), abs(model))
    assert (abs(data - expected) <= 1e-9 * size).all()
    # and without what is added it is not, but for gradients
    contacts.forward(-model, data)
    assert (abs(data - expected) > 1e-3 * size).any() == differ


def test_what_is_added_goes_back_as_it_came():
    A = operator(("tmi", "bu"), "magnetization")
    host = uniform_problem(A.problem, layers=True)
    contacts = inner_contacts(host.problem, RunsEmbedding(host.runs, GRID.active).owner)
    random = np.random.default_rng(2)
    model, values = random.standard_normal((1, 3, *GRID.shape)), random.standard_normal((1, *A.range_shape))
    data, gradient = np.zeros_like(values), np.zeros_like(model)
    contacts.forward(model, data)
    contacts.adjoint(values, gradient)
    assert np.vdot(data, values) == pytest.approx(np.vdot(model, gradient), rel=1e-12)


def test_stations_above_the_ground_touch_nothing_inside():
    survey = geoinv.Survey([0.0, 10.0, 20.0], [0.0, 5.0, 10.0], [-29.0, -20.0, 5.0], field=FIELD)
    active = np.zeros(GRID.shape, bool)
    active[:2] = True
    problem = Magnetics(GRID.with_active(active), survey, engine="direct").problem
    host = uniform_problem(problem, layers=True)
    assert inner_contacts(host.problem, RunsEmbedding(host.runs, active).owner).station.size == 0
