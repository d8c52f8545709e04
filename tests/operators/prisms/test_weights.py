"""Kernel weights: of any tensor of derivatives, mirrored with the axes, and sizes that bound the far field."""

from __future__ import annotations

from math import factorial

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.problem import PrismProblem
from geoinv.operators.prisms.weights import KernelWeights

CELL = ((-3.0, 4.0), (-2.0, 1.0), (-6.0, -5.0))
"""Easting, northing, upward."""

STATIONS = np.array([[9.0, -4.0, 2.0], [-1.0, 6.0, 3.0], [0.5, 0.25, 8.0], [-7.0, -9.0, -5.5]])


def data(kernels: KernelWeights, cell: tuple = CELL, stations: np.ndarray = STATIONS) -> np.ndarray:
    """Data (components, stations, unknowns) of a cell of units."""
    problem = PrismProblem(Grid(*cell), stations, kernels, np.dtype(float))
    return cell_fields(problem, problem.local_stations)[..., 0, 0, 0]


def tensors(rank: int, unknowns: int) -> list[np.ndarray]:
    random = np.random.default_rng(rank)
    return [random.standard_normal((3,) * rank) for _ in range(unknowns)]


@pytest.mark.parametrize("unknowns", [1, 3])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_tensor_is_the_sum_of_its_derivatives_each_the_slope_of_a_lower_one(rank, unknowns):
    rows = tensors(rank, unknowns)
    found = data(KernelWeights.of([rows]))[0]
    single = [KernelWeights.of([[_unit(axes)]]) for axes in np.ndindex((3,) * rank)]
    parts = np.array([data(kernels)[0, :, 0] for kernels in single])
    for unknown, tensor in enumerate(rows):
        npt.assert_allclose(found[:, unknown], tensor.ravel() @ parts, rtol=0, atol=1e-12 * abs(parts).max())
    if rank == 1:
        return
    step = 1e-3
    for place, axes in enumerate(np.ndindex((3,) * rank)):
        lower = KernelWeights.of([[_unit(axes[1:])]])
        ends = [data(lower, stations=STATIONS + sign * step * np.eye(3)[axes[0]])[0, :, 0] for sign in (-1.0, 1.0)]
        slope = (ends[1] - ends[0]) / (2.0 * step)
        npt.assert_allclose(parts[place], slope, rtol=0, atol=1e-5 * abs(parts).max())


def _unit(axes: tuple[int, ...]) -> np.ndarray:
    tensor = np.zeros((3,) * len(axes))
    tensor[axes] = 1.0
    return tensor


@pytest.mark.parametrize("unknowns", [1, 3])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_mirrored_weights_give_the_same_data_in_the_mirrored_geometry(rank, unknowns):
    kernels = KernelWeights.of([tensors(rank, unknowns), [2.0 * one for one in tensors(rank, unknowns)]])
    here = data(kernels)
    there = data(kernels.mirrored(), (CELL[1], CELL[0], CELL[2]), STATIONS[:, [1, 0, 2]])
    if unknowns == 3:
        there = there[..., [1, 0, 2]]
    npt.assert_allclose(there, here, rtol=0, atol=1e-12 * abs(here).max())
    again = kernels.mirrored().mirrored()
    for name in ("weights", "face_jump", "sizes"):
        npt.assert_array_equal(getattr(again, name), getattr(kernels, name))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_sizes_bound_the_field_of_a_point_source_in_every_direction_and_are_met_by_one_axis(rank):
    turns = np.random.default_rng(5).standard_normal((200, 3))
    stations = 1000.0 * turns / np.linalg.norm(turns, axis=1, keepdims=True)
    cell, volume = ((-0.5, 0.5),) * 3, 1.0
    for tensor in (*tensors(rank, 3), _unit((2,) * rank)):
        kernels = KernelWeights.of([[tensor]])
        bound = kernels.sizes[0, 0] * volume * factorial(rank) / 1000.0 ** (rank + 1)
        # rounding of prisms so far away
        assert abs(data(kernels, cell, stations)).max() <= bound * (1.0 + 1e-2)
    along = data(kernels, cell, np.array([[0.0, 0.0, 50.0]]))[0, 0, 0]
    npt.assert_allclose(abs(along), factorial(rank) / 50.0 ** (rank + 1), rtol=1e-3)


def test_a_magnetic_size_is_the_moment_and_that_of_a_gradient_on_a_diagonal_is_twice_it():
    moment = 3.0 * np.array([0.6, 0.0, 0.8])
    kernels = KernelWeights.of(
        [
            [np.multiply.outer(np.array([0.0, 1.0, 0.0]), moment)],
            [np.multiply.outer(np.diag([1.0, -1.0, 0.0]), moment)],
        ]
    )
    npt.assert_allclose(kernels.sizes[:, 0], [3.0, 6.0], rtol=1e-12)
    assert kernels.order.tolist() == [2, 3]
