"""What every classical method makes of many data sets: each as if alone, in blocks, and refused in a sentence."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.testing as npt
import pytest
from classical_problem import DATA, MATRIX, NOISE

from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.classical import basis_pursuit, map_descent, tikhonov, total_variation
from geoinv.classical.data_sets import DataSets
from geoinv.core.checks import AccuracyWarning, InputError
from geoinv.core.progress import reporting

METHODS = {
    "descent": lambda A, d, s: map_descent(A, d, s, lambda x: x, step=0.01, iterations=20),
    "pursuit": lambda A, d, s: basis_pursuit(A, d, s, Identity(A.domain_shape, A.dtype), gamma=0.5, tolerance=1e-12),
    "tikhonov": lambda A, d, s: tikhonov(A, d, s, beta=0.7, tolerance=1e-13),
    "variation": lambda A, d, s: total_variation(A, d, s, beta=0.3, iterations=500, tolerance=1e-8),
}

EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@EVERY_METHOD
def test_many_data_sets_of_unequal_noise_equal_a_loop(method):
    A = MatrixOperator(MATRIX)
    models = method(A, DATA, NOISE)
    assert models.shape == (2, 3, 10)
    loop = [[method(A, d, s) for d, s in zip(*rows, strict=True)] for rows in zip(DATA, NOISE, strict=True)]
    npt.assert_allclose(models, loop, rtol=0, atol=1e-5)


@EVERY_METHOD
def test_methods_work_in_the_precision_of_the_operator(method):
    with warnings.catch_warnings():
        # asked for more than single precision has, they say so
        warnings.simplefilter("ignore", AccuracyWarning)
        single = method(MatrixOperator(MATRIX.astype(np.float32)), DATA[0], 1.0)
    assert single.dtype == np.float32
    npt.assert_allclose(single, method(MatrixOperator(MATRIX), DATA[0], 1.0), rtol=0, atol=2e-3)


@EVERY_METHOD
def test_blocks_of_items_leave_no_trace(method, monkeypatch):
    A = MatrixOperator(MATRIX)
    together = method(A, DATA, NOISE)
    monkeypatch.setattr("geoinv.classical.data_sets._BLOCK", 20)
    assert [len(data) for _, data, _ in DataSets.of("test", A, DATA, NOISE).blocks()] == [2, 2, 2]
    npt.assert_allclose(method(A, DATA, NOISE), together, rtol=0, atol=1e-5)


@EVERY_METHOD
def test_no_data_sets_give_no_models_and_zeros_give_zero(method):
    A = MatrixOperator(MATRIX)
    assert method(A, DATA[:, :0], 1.0).shape == (2, 0, 10)
    npt.assert_array_equal(method(A, np.zeros((2, 7)), 1.0), np.zeros((2, 10)))
    blind = MatrixOperator(np.zeros((7, 10)))
    npt.assert_array_equal(method(blind, DATA[0], 1.0), np.zeros((3, 10)))


@EVERY_METHOD
@pytest.mark.parametrize(
    ("data", "noise", "message"),
    [
        (np.ones((2, 6)), 1.0, r"expects data of shape \(7,\) after the batch's dimensions, got \(2, 6\)"),
        (np.full((2, 7), np.nan), 1.0, r"expects finite data, got nan at \[0, 0\] \(14 of 14 values\)"),
        (np.ones((2, 7)), 0.0, "expects positive noise, got 0.0"),
        (np.ones((2, 7)), np.ones(3), r"noise as one number or of the batch's shape \(2,\), got \(3,\)"),
    ],
)
def test_data_that_do_not_fit_are_refused_in_a_sentence(method, data, noise, message):
    with pytest.raises(InputError, match=message):
        method(MatrixOperator(MATRIX), data, noise)


@EVERY_METHOD
def test_progress_is_reported_to_its_end(method):
    reports = []
    with reporting(lambda step, done, total: reports.append(done / total)):
        method(MatrixOperator(MATRIX), DATA, NOISE)
    assert reports[-1] == 1.0
    assert reports == sorted(reports)
