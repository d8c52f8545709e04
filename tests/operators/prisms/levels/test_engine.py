"""A sum over parts, each with an engine of its own."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import numpy.testing as npt
from direct_sums import problem
from makers import FIELD, scattered_survey

import geoinv
from geoinv.operators.prisms.dense import Dense
from geoinv.operators.prisms.levels.embedding import RunsEmbedding
from geoinv.operators.prisms.levels.engine import LevelsEngine, Part
from geoinv.operators.prisms.precorrected_fft.runs import CellRuns

EDGES = np.array([-40.0, -20.0, -10.0, 0.0, 10.0, 30.0])
MESH = geoinv.Grid(EDGES, EDGES, [-40.0, -20.0, -10.0, 0.0])
UNIFORM = 10.0 * np.arange(-4.0, 4.0)
RUNS = CellRuns((np.array([2, 1, 1]), np.array([2, 1, 1, 1, 2]), np.array([2, 1, 1, 1, 2])))
WEST = (np.arange(5) < 2) & np.ones(MESH.shape, bool)


def part(p, active) -> Part:
    """Some cells of the mesh on uniform ones."""
    cells = geoinv.Grid(UNIFORM, UNIFORM, 10.0 * np.arange(-4.0, 1.0), RUNS.repeat_all(active))
    uniform = replace(p, mesh=cells)
    return Part(uniform, RunsEmbedding(RUNS, active), partial(Dense, uniform), embedded=False)


def compared(survey, unknown="susceptibility"):
    p = problem(MESH, survey, None, unknown)
    engine, exact = LevelsEngine(p, [part(p, WEST), part(p, ~WEST)], lambda w2, engines: w2), Dense(p)
    random = np.random.default_rng(0)
    models, data = random.standard_normal((2, p.unknowns, *MESH.shape)), random.standard_normal((2, *p.range_shape))
    for found, expected in (
        (engine.forward(models), exact.forward(models)),
        (engine.adjoint(data), exact.adjoint(data)),
    ):
        npt.assert_allclose(found, expected, rtol=0, atol=1e-11 * abs(expected).max())


def test_cells_of_both_parts_together_are_those_of_the_mesh():
    compared(scattered_survey(("tmi", "bee")))
    compared(scattered_survey(("tmi", "bu")), "magnetization")


def test_stations_on_faces_within_a_cell_of_the_mesh_are_inside_it():
    # between two uniform cells of one cell of the mesh, and on a face of the mesh between the two parts
    places = [(-30.0, -5.0, -5.0), (-5.0, 20.0, -5.0), (-10.0, -5.0, -5.0), (-30.0, 25.0, -30.0)]
    compared(geoinv.Survey(*np.array(places).T, components=("tmi", "be", "bnn"), field=FIELD))


def test_the_diagonal_is_asked_of_those_who_know_it():
    p = problem(MESH, scattered_survey(("tmi",)), None)
    asked = []

    def diagonal(squared, engines):
        asked.append(engines)
        return np.arange(float(MESH.size))[None]

    engine = LevelsEngine(p, [part(p, WEST), part(p, ~WEST)], diagonal)
    found = engine.gram_diagonal(np.ones(p.range_shape))
    npt.assert_array_equal(found.ravel(), np.arange(float(MESH.size)))
    assert asked == [engine.engines]
