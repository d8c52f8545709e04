"""Near cells of stations in awkward places, and of none."""

from __future__ import annotations

import numpy as np
from lattice_cases import GRID, assert_within_tolerance, at, exact_matrix, matrix_of, problem_of

from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.precorrected_fft.plan import plan_of


def test_stations_in_awkward_places_get_what_the_exact_field_is_there():
    survey = at(
        [
            (100.0, 100.0, 0.0),  # above a corner
            (100.0, 125.0, 10.0),
            (125.0, 125.0, 0.0),  # on the top face
            (125.0, 125.0, -12.5),  # inside
            (100.0, 125.0, -12.5),  # on a face towards east
            (125.0, 150.0, -37.0),  # on a face towards north
            (0.0, 310.0, -110.0),  # on the grid's side
            (1200.0, 310.0, -110.0),
            (100.0, 100.0, -60.0),  # on an edge
            (100.0, 100.0, -50.0),  # on a corner
            (313.0, 421.0, -290.0),  # below
            (-900.0, 500.0, 20.0),  # far to the west
            (600.0, 1700.0, -20.0),  # far to the north
            (600.0, 500.0, 550.0),  # far above
        ]
    )
    problem = problem_of(survey, grid=GRID)
    engine, exact = LatticeEngine(problem), exact_matrix(problem)
    model = np.random.default_rng(0).random((1, 1, *GRID.shape))
    data, size = exact @ model.ravel(), abs(exact) @ model.ravel()
    assert (abs(engine.forward(model)[0] - data) <= 1e-6 * size).all()
    error = abs(matrix_of(engine) - exact)
    # a cell that a station touches is exact, but for single precision
    assert (error[:, :10].max(axis=2) <= 1e-6 * abs(exact[:, :10]).max(axis=2)).all()


def test_cells_that_are_all_far_away_leave_nothing_to_correct():
    survey = at([(x, 500.0, 1500.0) for x in (100.0, 640.0)], ("tmi",))
    problem = problem_of(survey)
    assert plan_of(problem).counts.max() == 0
    assert_within_tolerance(problem, 1e-6)
