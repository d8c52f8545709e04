"""Bounds and references cell by cell."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.constraints.cells import Cells
from geoinv.formats import write_model

GRID = geoinv.Grid.regular((2, 3, 4), (10.0, 10.0, 10.0))
SOME = np.where(np.arange(24).reshape(GRID.shape) % 3, 0.02, 0.01)
GAPS = np.where(SOME > 0.015, SOME, np.nan)
NO = np.zeros(GRID.shape)


def test_bounds_and_values_of_arrays():
    bounds, held = Cells(lower=0.0, upper=GAPS, value=GAPS, weight=4.0).said_of(GRID, NO, "susceptibility")
    assert bounds.cells.size == 24
    npt.assert_array_equal(bounds.upper, np.where(np.isnan(GAPS), np.inf, GAPS).ravel())
    assert (held.cells.size, {*held.weights}) == (16, {4.0})


@pytest.mark.parametrize("name", ["upper.nc", "upper.sus"])
def test_files_on_the_mesh(tmp_path, name):
    write_model(tmp_path / name, GRID, GAPS)
    said = Cells(upper=tmp_path / name).said_of(GRID, NO, "susceptibility")[0]
    npt.assert_allclose(said.upper, 0.02)
    assert said.cells.size == 16


def test_cells_that_are_not_active_are_left_out():
    grid = GRID.with_active(SOME > 0.015)
    assert Cells(lower=0.0).said_of(grid, NO, "")[0].cells.size == 16


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (Cells(), "Cells expect lower, upper or a value"),
        (Cells(lower=0.015, upper=SOME), "lower bounds below upper ones, got 0.015 above 0.01 in the cell at"),
        (Cells(value=np.zeros((2, 3))), r"Cells expect value as one number or of shape \(2, 3, 4\)"),
        (Cells(value=NO * np.nan), "expects a number in some active cell, got none"),
        (Cells(value=0.1, weight=SOME - 0.01), "expects weights above zero"),
        (Cells(value="none.nc"), "none.nc expects a file"),
    ],
)
def test_what_cannot_be_is_rejected(cells, sentence):
    with pytest.raises(geoinv.InputError, match=sentence):
        cells.said_of(GRID, NO, "susceptibility")
