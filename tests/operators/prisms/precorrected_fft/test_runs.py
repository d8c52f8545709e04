"""Runs of uniform cells: repeating is a matrix of zeros and ones, and adding is its transpose."""

import numpy as np
import pytest

from geoinv.operators.prisms.precorrected_fft.runs import CellRuns

RUNS = CellRuns((np.array([3, 1, 1]), np.array([1, 1, 2, 1]), np.array([2, 1, 1, 1, 3])))


def matrix(runs):
    one = [np.repeat(np.eye(counts.size), counts, axis=0) for counts in runs.counts]
    return np.einsum("ai,bj,ck->abcijk", *one).reshape(-1, np.prod(runs.mesh_shape))


def test_repeating_and_adding_are_a_matrix_and_its_transpose():
    random, P = np.random.default_rng(0), matrix(RUNS)
    model, uniform = random.standard_normal((2, *RUNS.mesh_shape)), random.standard_normal((2, 5, 5, 8))
    np.testing.assert_array_equal(RUNS.repeat_all(model).reshape(2, -1), model.reshape(2, -1) @ P.T)
    np.testing.assert_allclose(RUNS.add_all(uniform).reshape(2, -1), uniform.reshape(2, -1) @ P, rtol=1e-14)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_one_axis_at_a_time(axis):
    random = np.random.default_rng(1)
    model = random.standard_normal((2, *RUNS.mesh_shape))
    repeated = RUNS.repeat(model, axis)
    np.testing.assert_array_equal(repeated, np.repeat(model, RUNS.counts[axis], axis=axis + 1))
    np.testing.assert_allclose(RUNS.add(repeated, axis), RUNS.add(RUNS.repeat(model, axis), axis), rtol=0)
    shape = [-1 if a == axis else 1 for a in range(3)]
    np.testing.assert_allclose(RUNS.add(repeated, axis), model * RUNS.counts[axis].reshape(shape), rtol=1e-14)


@pytest.mark.parametrize(
    "box", [np.s_[0:5, 0:5, 0:8], np.s_[1:4, 2:4, 1:7], np.s_[4:5, 0:1, 6:8], np.s_[2:2, 0:5, 0:8]]
)
def test_a_box_of_uniform_cells(box):
    random = np.random.default_rng(2)
    model, uniform = random.standard_normal((1, *RUNS.mesh_shape)), random.standard_normal((1, 5, 5, 8))
    np.testing.assert_array_equal(RUNS.repeat_all(model, box), RUNS.repeat_all(model)[:, *box])
    sums, part = np.zeros_like(model), np.zeros_like(uniform)
    part[:, *box] = uniform[:, *box]
    RUNS.add_into(sums, uniform, box)
    np.testing.assert_allclose(sums, RUNS.add_all(part), rtol=1e-13, atol=1e-15)


def test_single_cells_are_themselves():
    runs = CellRuns.single((2, 3, 4))
    model = np.random.default_rng(3).standard_normal((2, 3, 4))
    np.testing.assert_array_equal(runs.repeat_all(model), model)
    np.testing.assert_array_equal(runs.add_all(model), model)
