"""Every operator on arrays of a GPU, against NumPy: on a GPU where there is one, and on an imitation everywhere.

``pytest -m gpu --error-for-skips`` runs what needs a GPU and fails where it would skip.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import makers
import numpy as np
import numpy.testing as npt
import pytest
from emulated_gpu import needs_compiler
from imitated_cupy import imitated_cupy

import geoinv
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.backend import require_gpu

LIBRARIES = [
    pytest.param("imitation", marks=[needs_compiler, pytest.mark.emulated]),
    pytest.param("cupy", marks=pytest.mark.gpu),
]


@pytest.fixture(params=LIBRARIES)
def cupy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """CuPy, or its imitation."""
    if request.param == "imitation":
        with imitated_cupy(monkeypatch) as library:
            yield library
        return
    yield gpu_or_skip()


def gpu_or_skip() -> Any:
    """CuPy; the test is skipped without a GPU."""
    try:
        return require_gpu()
    except geoinv.InputError as refusal:
        pytest.skip(str(refusal))


def tolerance(A: LinearOperator, name: str) -> float:
    """Largest difference, relative to the largest number."""
    return 1e-5 if "precision" in name or A.dtype == np.float32 else 1e-11


# one of each kind that differs on a GPU; all of them on a GPU
SOME = [
    name
    for name in makers.OPERATORS
    if name not in makers.MAGNETICS
    or name in ("lattice-float64-susceptibility", "lattice-float32-magnetization")
    or name.endswith(("-all", "one-station", "within"))
    or "padded" in name
]


@pytest.mark.parametrize("name", SOME)
def test_an_operator_answers_in_kind_with_the_numbers_of_the_host(name, cupy):
    A = makers.OPERATORS[name]()
    random = np.random.default_rng(5)
    for operator in (A, A.T):
        x = random.standard_normal((2, 3, *operator.domain_shape)).astype(operator.dtype)
        expected = operator(x)
        on_device = cupy.asarray(x)
        result = operator(on_device)
        assert isinstance(result, cupy.ndarray)
        assert result.dtype == operator.dtype
        size = abs(expected).max()
        npt.assert_allclose(cupy.asnumpy(result), expected, rtol=0, atol=tolerance(A, name) * size)
        out = cupy.empty(expected.shape, operator.dtype)
        assert operator(on_device, out=out) is out
        npt.assert_array_equal(cupy.asnumpy(out), cupy.asnumpy(result))
        assert operator(on_device[:, :0]).shape == (2, 0, *operator.range_shape)
        # forms that no kernel could read as they are
        for form in (on_device[::-1, ::-1], on_device.astype(np.float32), cupy.asarray(x.astype(int))):
            npt.assert_allclose(
                cupy.asnumpy(operator(form)), operator(cupy.asnumpy(form)), rtol=0, atol=tolerance(A, name) * size
            )


@pytest.mark.parametrize("name", SOME)
def test_inner_products_and_batches_agree_on_the_device(name, cupy):
    A = makers.OPERATORS[name]()
    random = np.random.default_rng(6)
    x = random.standard_normal((3, *A.domain_shape)).astype(A.dtype)
    y = random.standard_normal((3, *A.range_shape)).astype(A.dtype)
    images, gradients = cupy.asnumpy(A(cupy.asarray(x))), cupy.asnumpy(A.T(cupy.asarray(y)))
    scale = np.linalg.norm(images.astype(float)) * np.linalg.norm(y.astype(float))
    mismatch = abs(np.vdot(images.astype(float), y) - np.vdot(x, gradients.astype(float)))
    single = "precision" in name or A.dtype == np.float32
    assert mismatch <= (1e-5 if single else 1e-12) * max(scale, 1e-300)
    loop = np.stack([cupy.asnumpy(A(cupy.asarray(one))) for one in x])
    npt.assert_allclose(images, loop, rtol=0, atol=(1e-6 if single else 1e-13) * abs(loop).max())


def test_an_operator_that_was_on_a_device_can_be_stored(cupy):
    for name in (
        "blur-periodic-fft-float64-5x4",
        "rays-odd-float64",
        "direct-padded-susceptibility",
        "lattice-float64-susceptibility",
    ):
        A = makers.OPERATORS[name]()
        x = np.random.default_rng(0).standard_normal(A.domain_shape)
        expected = cupy.asnumpy(A(cupy.asarray(x)))
        npt.assert_array_equal(cupy.asnumpy(pickle.loads(pickle.dumps(A))(cupy.asarray(x))), expected)


def test_wrong_shapes_and_outputs_are_refused_as_on_the_host(cupy):
    A = makers.OPERATORS["rays-odd-float64"]()
    with pytest.raises(
        geoinv.InputError, match=r"expects an array of shape \(3, 5\) \(depth, distance\), got \(3, 4\)"
    ):
        A(cupy.zeros((3, 4)))
    with pytest.raises(geoinv.InputError, match="expects out to be a CuPy array, got ndarray"):
        A(cupy.zeros((3, 5)), out=np.empty(A.range_shape))
    with pytest.raises(geoinv.InputError, match="expects real numbers, got complex128"):
        A(cupy.zeros((3, 5), complex))


@pytest.mark.gpu
@pytest.mark.parametrize("name", SOME)
def test_tensors_on_a_gpu_give_the_numbers_of_the_host(name):
    gpu_or_skip()
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("PyTorch has no GPU")
    A = makers.OPERATORS[name]()
    dtype = torch.float32 if A.dtype == np.float32 else torch.float64
    x = torch.randn(2, *A.domain_shape, dtype=dtype)
    for stream in (torch.cuda.default_stream(), torch.cuda.Stream()):
        with torch.cuda.stream(stream):
            leaf = x.cuda().requires_grad_()
            image = A(leaf)
            image.square().sum().backward()
            stream.synchronize()
        assert image.device == leaf.device
        expected = A(x.numpy())
        gradient = A.T(2.0 * expected)
        limit = tolerance(A, name)
        npt.assert_allclose(image.detach().cpu().numpy(), expected, rtol=0, atol=limit * abs(expected).max())
        npt.assert_allclose(leaf.grad.cpu().numpy(), gradient, rtol=0, atol=2 * limit * abs(gradient).max())


@pytest.mark.gpu
def test_a_gpu_without_memory_refuses_in_one_sentence_and_works_again_afterwards():
    cupy = gpu_or_skip()
    A = makers.OPERATORS["blur-zero-fft-float64-6x1"]()
    pool = cupy.get_default_memory_pool()
    x = cupy.ones((200_000, 6, 1))
    pool.set_limit(size=pool.used_bytes() + 2**20)
    try:
        with pytest.raises(geoinv.InputError, match="Blur ran out of memory on the GPU and gives no result"):
            A(x)
    finally:
        pool.set_limit(size=0)
    npt.assert_allclose(cupy.asnumpy(A(x)[-1]), A(np.ones((6, 1))), rtol=1e-12)
