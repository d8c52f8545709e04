"""The field of cells at their own centres beside that of the magnetic engines there."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from makers import FIELD, padded_grid, regular_grid

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics
from geoinv.operators.magnetic import magnetic_weights
from geoinv.operators.prisms.cell_field import CellField, of_one_size


def centres(grid: geoinv.Grid) -> geoinv.Survey:
    up, north, east = (axis.ravel() for axis in np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij"))
    return geoinv.Survey(east, north, up, components=("be", "bn", "bu"), field=FIELD)


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 1, 1), (1, 6, 1)])
def test_it_is_the_field_of_the_exact_sums_at_the_centres(shape):
    grid = geoinv.Grid.regular(shape, (8.0, 10.0, 12.5), (-30.0, 6.1e6, 5.0e5))
    survey = centres(grid)
    exact = Magnetics(grid, survey, "dense", unknown="magnetization")
    field = CellField(grid, magnetic_weights(survey, "magnetization"), "the test")
    models = np.random.default_rng(1).standard_normal((2, 3, *shape))
    expected = exact(models).reshape(models.shape)
    npt.assert_allclose(field(models), expected, rtol=0, atol=1e-11 * abs(expected).max())
    assert field.dot_test() <= 1e-13


def test_meshes_of_cells_of_one_size_are_told_from_others():
    assert of_one_size(regular_grid())
    assert not of_one_size(padded_grid())
    assert not of_one_size(object())


def test_spectra_that_do_not_fit_are_refused(monkeypatch):
    monkeypatch.setattr("geoinv.core.memory.available_memory", lambda: 1e4)
    weights = magnetic_weights(centres(regular_grid()), "magnetization")
    with pytest.raises(InputError, match=r"^the test expects the spectra of its cells' fields to fit in .*use"):
        CellField(regular_grid(), weights, "the test")
