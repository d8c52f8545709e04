"""Rounding of convolutions: foreseen, and gone round where it would break the promise."""

from __future__ import annotations

import numpy as np
import pytest
from promises import beside, level

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.gridded import rounding as magnetic_gridded_rounding
from geoinv.operators.prisms.gridded.engine import Gridded
from geoinv.operators.prisms.gridded.layout import layout_of
from geoinv.operators.prisms.gridded.rounding import precise_layout, rounding
from geoinv.operators.prisms.problem import PrismProblem


def test_squares_that_rounding_would_take_are_summed_one_by_one(monkeypatch):
    survey = level((3, 3), ("buu", "be"))
    grid = geoinv.Grid.regular((2, 3, 300), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))
    expected = Magnetics(grid, survey, engine="dense").gram_diagonal(np.array([[3.0], [0.0]]))
    A = Magnetics(grid, survey, engine="gridded", dtype="float32")
    np.testing.assert_allclose(A.gram_diagonal(np.array([[3.0], [0.0]])), expected, rtol=1e-3)
    monkeypatch.setattr(magnetic_gridded_rounding, "SURE", np.inf)
    assert not np.allclose(A.gram_diagonal(np.array([[3.0], [0.0]])), expected, rtol=1e-3, atol=0.0)


def problem(grid: geoinv.Grid, survey: geoinv.Survey, dtype: str, rtol: float | None) -> PrismProblem:
    return magnetic_problem(grid, survey, "susceptibility", np.dtype(dtype), rtol)


def test_single_precision_is_kept_where_the_survey_covers_the_cells():
    grid = beside(16, 40)
    for rtol in (None, 1e-6, 1e-5):
        A = Magnetics(grid, level((40, 40)), engine="gridded", dtype="float32", rtol=rtol)
        assert A.choice.settings["layout"].precision == np.float32
        A = Magnetics(grid, level((10, 10)), engine="gridded", dtype="float32", rtol=rtol)
        assert A.choice.settings["layout"].precision == np.float64


def test_cells_that_are_inactive_do_not_ask_for_precision():
    grid, survey = beside(16, 40), level((10, 10))
    active = np.zeros(grid.shape, bool)
    active[:, :12, :12] = True
    A = Magnetics(grid.with_active(active), survey, engine="gridded", dtype="float32", rtol=1e-5)
    assert A.choice.settings["layout"].precision == np.float32


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (3, 4), (20, 20)])
@pytest.mark.parametrize("height", [0.0, 5.0, 150.0])
def test_rounding_is_foreseen(shape, height):
    grid, survey = beside(), level(shape, height=height)
    of = problem(grid, survey, "float32", None)
    layout = layout_of(of)
    engine = Gridded(of, layout=layout)
    exact = Magnetics(grid, survey, engine="dense").to_dense()
    units = np.eye(grid.size, dtype=np.float32)[::3].reshape(-1, 1, *grid.shape)
    error = np.linalg.norm(engine.forward(units).reshape(len(units), -1) - exact.T[::3], axis=1)
    found = float((error / np.linalg.norm(exact, axis=0)[::3]).max()) / (0.5 * np.finfo(np.float32).eps)
    foreseen = rounding(of, layout)
    assert found < foreseen
    if survey.stations > 2:
        assert found > 0.02 * foreseen


def test_what_double_precision_cannot_hold_is_refused_or_left_to_another_engine():
    grid = geoinv.Grid.regular((1, 3, 600), (10.0, 10.0, 10.0), (-10.0, 0.0, 0.0))
    survey = level((3, 3), ("buu",), height=0.1)
    told = r"gridded.* a moderate rtol, but the rounding of its transforms may reach .* of what some cell gives, above"
    with pytest.raises(InputError, match=told):
        Magnetics(grid, survey, engine="gridded", rtol=1e-6)
    assert Magnetics(grid, survey, rtol=1e-6).engine != "gridded"
    of = problem(grid, survey, "float64", None)
    layout = layout_of(of)
    assert precise_layout(of, layout) is layout
