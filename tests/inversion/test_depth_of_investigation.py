"""Depth of investigation: against the closed form, and plausible below a survey."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from small_inversions import FIELD, PRECISE, buried_cube

import geoinv
from geoinv.inversion.depth_of_investigation import VARIABLE


@pytest.fixture(scope="module")
def padded():
    """Survey over the middle of a mesh that is deep and wide beyond it."""
    grid = geoinv.Grid.regular((14, 14, 14), (20.0, 20.0, 20.0), (-280.0, -80.0, -80.0))
    easting, northing = np.meshgrid(np.arange(10.0, 120.0, 20.0), np.arange(10.0, 120.0, 20.0))
    survey = geoinv.Survey(easting.ravel(), northing.ravel(), np.full(easting.size, 12.0), field=FIELD)
    A = geoinv.operators.Magnetics(grid, survey)
    true = np.zeros(grid.shape)
    true[11:13, 6:8, 6:8] = 0.05
    data = A(true) + np.random.default_rng(0).standard_normal(A.range_shape)
    return A, data


def test_the_index_is_that_of_the_normal_equations():
    A, data, _ = buried_cube(engine="dense")
    solution = geoinv.invert(A, data, 1.0, geoinv.Smooth(reference=0.01), beta=300.0, solver=PRECISE)
    found = geoinv.depth_of_investigation(solution)
    phi = geoinv.Smooth(weighting=None).bind(A)
    units = np.eye(A.mesh.size).reshape((-1, *A.domain_shape))
    R = np.array([phi.curvature(unit, unit).ravel() for unit in units])
    G = A.to_dense()
    # m(m0 + c) - m(m0) = (G'G + beta R)^-1 beta R c
    expected = np.linalg.solve(G.T @ G + found.beta * R, found.beta * R @ np.ones(A.mesh.size))
    npt.assert_allclose(found.index.ravel(), expected, atol=1e-5)
    assert found.chi2_per_datum[0] == pytest.approx(solution.chi2_per_datum, rel=0.02)
    other = geoinv.depth_of_investigation(solution, shift=-0.3)
    npt.assert_allclose(other.index, found.index, atol=1e-5)


@pytest.mark.parametrize(
    ("lowest", "regularizer"), [(-np.inf, geoinv.Smooth()), (0.0, geoinv.Smooth()), (0.0, geoinv.Sparse())]
)
def test_it_is_low_under_the_survey_and_one_in_deep_padding(lowest, regularizer, padded):
    A, data = padded
    solution = geoinv.invert(A, data, 1.0, regularizer, bounds=(lowest, np.inf))
    found = geoinv.depth_of_investigation(solution)
    below = found.index[:, 5:9, 5:9].mean(axis=(1, 2))
    assert np.abs(below[-2:]).max() < 0.2
    assert below[0] > 0.9
    assert np.all(np.diff(below[:-2]) < 0.0)
    assert found.index[:, 0, 0].min() > 0.8
    data_set = found.with_index(solution.to_xarray(), A.mesh.dims)
    assert data_set[VARIABLE].attrs["reference_shift"] == found.shift > 0.0
    assert data_set[VARIABLE].dims == data_set.susceptibility.dims


def test_vectors_have_one_number_a_cell(padded):
    A, data = padded
    vector = geoinv.operators.Magnetics(A.mesh, A.survey, unknown="magnetization")
    found = geoinv.depth_of_investigation(geoinv.invert(vector, data, 1.0))
    assert found.index.shape == A.mesh.shape
    assert found.index[0, 5:9, 5:9].min() > 0.8
    assert found.index[-2:, 5:9, 5:9].mean() < 0.7 * found.index[0, 5:9, 5:9].mean()


def test_models_that_fit_unlike_each_other_are_said(padded):
    A, data = padded
    solution = geoinv.invert(A, data, 1.0, bounds=(0.0, np.inf))
    assert "chi^2/N" in geoinv.depth_of_investigation(solution, shift=0.05).doubts[0]


def test_it_goes_on_from_its_checkpoint(padded, tmp_path):
    A, data = padded
    solution = geoinv.invert(A, data, 1.0)
    path = tmp_path / "kept"
    first = geoinv.depth_of_investigation(solution, checkpoint=path)
    again = geoinv.depth_of_investigation(solution, checkpoint=path)
    assert path.exists()
    npt.assert_array_equal(first.index, again.index)


def test_what_has_no_depth_of_investigation_is_rejected(padded):
    A, data = padded
    fits = geoinv.invert(A, data, 1e6)
    with pytest.raises(geoinv.InputError, match="the reference model fits"):
        geoinv.depth_of_investigation(fits)
    held = geoinv.invert(A, data, 1.0, geoinv.Smooth(reference=0.05), bounds=(0.0, 0.05))
    assert geoinv.depth_of_investigation(held).shift < 0.0
    for shift in (0.01, -0.06, 0.0, np.nan):
        with pytest.raises(geoinv.InputError, match="bounds with room"):
            geoinv.depth_of_investigation(held, shift)
    with pytest.raises(geoinv.InputError, match="got ndarray; invert first"):
        geoinv.depth_of_investigation(held.model)
