"""The CUDA kernels of the blur and of the ray tracer, run on the CPU, against the operators of the host."""

from __future__ import annotations

from unittest import mock

import makers
import numpy as np
import numpy.testing as npt
import pytest
from emulated_gpu import ORDERS, EmulatedGpu, needs_compiler

from geoinv.operators import Blur, blur
from geoinv.operators.straight_ray import back_project_on_gpu, integrate_on_gpu

pytestmark = [needs_compiler, pytest.mark.emulated]

TOLERANCE = {"float64": 1e-13, "float32": 1e-6}


@pytest.mark.parametrize("dtype", makers.DTYPES)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shape", [(7,), (5, 4), (3, 4, 5), (2, 90)], ids=str)
def test_a_blur_sums_over_offsets_as_on_the_host(shape, order, dtype):
    pictures = np.random.default_rng(0).standard_normal((3, *shape)).astype(dtype)
    A = Blur(shape, 1.3, "reflective", "direct", dtype)
    got = []
    with (
        mock.patch.object(blur, "sum_over_offsets", lambda *arrays: got.append(arrays)),
    ):
        A(pictures)
    spread, padded, blurred = got[0]
    blur.sum_on_gpu(EmulatedGpu(order), spread, padded, blurred)
    npt.assert_allclose(blurred.reshape(pictures.shape), A(pictures), rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", makers.DTYPES)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (20, 35)], ids=str)
def test_rays_meet_the_cells_that_they_meet_on_the_host(shape, order, dtype):
    A = makers.rays(shape, dtype)
    random, runner = np.random.default_rng(0), EmulatedGpu(order)
    rays, lengths = (resident.array for resident in A._on_gpu)
    slowness = random.standard_normal((2, *shape)).astype(dtype)
    times = np.empty((2, *A.range_shape), dtype)
    integrate_on_gpu(runner, rays, lengths, slowness, times)
    npt.assert_allclose(times, A(slowness), rtol=0, atol=TOLERANCE[dtype] * abs(times).max())
    sections = np.empty_like(slowness)
    back_project_on_gpu(runner, rays, lengths, times, sections)
    npt.assert_allclose(sections, A.T(times), rtol=0, atol=TOLERANCE[dtype] * abs(sections).max())


def test_more_rays_than_threads_of_a_block_go_to_several():
    depths = np.linspace(0.0, 8.0, 17)
    ends = np.array([(-1.0, source, 7.0, receiver) for source in depths for receiver in depths])
    A = makers.StraightRayTomography((8, 6), 1.0, ends[:, :2], ends[:, 2:])
    y = np.random.default_rng(0).standard_normal((2, *A.range_shape))
    sections = np.empty((2, *A.domain_shape))
    back_project_on_gpu(EmulatedGpu(2), *(resident.array for resident in A._on_gpu), y, sections)
    npt.assert_allclose(sections, A.T(y), rtol=0, atol=1e-13 * abs(sections).max())
