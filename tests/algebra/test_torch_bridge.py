"""The bridge to PyTorch: one object an operator, its lifetime, its errors, and memory shared safely."""

from __future__ import annotations

import contextlib
import copy
import gc
import pickle
import sys
import types
import weakref
from concurrent.futures import ThreadPoolExecutor

import makers
import numpy as np
import numpy.testing as npt
import pytest
import torch
from torch.utils.checkpoint import checkpoint

import geoinv
from geoinv.algebra import torch_bridge as bridge
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import MatrixOperator
from geoinv.algebra.torch_bridge import as_torch, to_torch


class Smoothing(LinearOperator):
    """Running means of neighbours, written for arrays of any library."""

    device_arrays = True

    def __init__(self, rows: int, columns: int, dtype: str = "float64") -> None:
        self.domain_shape, self.range_shape, self.dtype = (rows, columns), (rows, columns - 1), np.dtype(dtype)

    def _forward(self, x):
        return (x[..., 1:] + x[..., :-1]) / 2

    def _adjoint(self, y):
        x = (y[..., :1] * 0).repeat(self.domain_shape[1], -1)
        x[..., 1:] += y / 2
        x[..., :-1] += y / 2
        return x


def matrix_operator() -> MatrixOperator:
    return MatrixOperator(np.random.default_rng(0).standard_normal((4, 3)))


def test_the_public_name_is_the_bridge():
    assert geoinv.as_torch is as_torch


def test_the_adjoint_of_the_adjoint_is_the_operator_itself():
    A = matrix_operator()
    B = as_torch(A)
    assert B.T.T is B
    assert B.T is B.T
    assert B.operator is A
    assert B.T.operator is A.T
    assert (B.domain_shape, B.range_shape) == ((3,), (4,)) == (B.T.range_shape, B.T.domain_shape)
    assert repr(B) == "as_torch(MatrixOperator: (3,) to (4,))"


def test_one_operator_has_one_bridge_while_it_is_in_use():
    A = matrix_operator()
    B = as_torch(A)
    assert as_torch(A) is B
    assert as_torch(A.T) is B.T
    adjoint = as_torch(makers.OPERATORS["adjoint"]().T)
    assert as_torch(adjoint.operator.T) is adjoint.T


def test_an_operator_goes_with_its_last_user():
    A = matrix_operator()
    gone = weakref.ref(A)
    as_torch(A)(torch.ones(3))
    B = as_torch(A)
    del A
    gc.collect()
    assert gone() is B.operator
    del B
    gc.collect()
    assert gone() is None
    assert not [found for found in bridge._BY_KEY.values() if found.domain_shape == (3,)]


def test_a_graph_keeps_its_operator_until_the_backward_pass():
    A = matrix_operator()
    expected, gone = A.to_dense().sum(axis=0), weakref.ref(A)
    x = torch.ones(3, dtype=torch.float64, requires_grad=True)
    loss = as_torch(A)(x).sum()
    del A
    gc.collect()
    assert gone() is not None
    loss.backward()
    npt.assert_allclose(x.grad.numpy(), expected)
    del loss
    gc.collect()
    assert gone() is None


class Network(torch.nn.Module):
    """A layer that holds operators."""

    def __init__(self, A: LinearOperator) -> None:
        super().__init__()
        self.A, self.adjoint = as_torch(A), as_torch(A).T
        self.step = torch.nn.Parameter(torch.tensor(0.5))

    def forward(self, x):
        return x - self.step * self.adjoint(self.A(x))


@pytest.mark.parametrize("name", ["matrix", "adjoint", "composition", "gridded-float64-susceptibility-tmi"])
def test_a_network_that_holds_an_operator_can_be_copied_and_stored(name):
    network = Network(makers.OPERATORS[name]())
    x = torch.ones(2, *network.A.domain_shape)
    twin = copy.deepcopy(network)
    assert twin.A is network.A
    assert copy.copy(network.A) is network.A
    assert twin.step is not network.step
    stored = pickle.loads(pickle.dumps(network))
    assert stored.A is not network.A
    assert stored.A.T is stored.adjoint
    for other in (twin, stored):
        assert torch.equal(other(x), network(x))


def test_checkpointing_of_activations_gives_the_same_gradient():
    A = makers.OPERATORS["direct-float64-susceptibility-tmi"]()
    B = as_torch(A)
    x = torch.rand(2, *B.domain_shape, dtype=torch.float64, requires_grad=True)
    checkpoint(lambda x: B(x.sin()).sum(), x, use_reentrant=False).backward()
    expected = A.T(np.ones(A.range_shape)) * np.cos(x.detach().numpy())
    npt.assert_allclose(x.grad.numpy(), expected, rtol=1e-12, atol=1e-12 * abs(expected).max())


@pytest.mark.parametrize("engine", makers.ENGINES)
def test_threads_may_apply_one_operator_at_once(engine):
    A = makers.magnetics(engine, "float64", "susceptibility", ("tmi",))()
    B = as_torch(A)
    model = torch.rand(B.domain_shape, dtype=torch.float64)

    def gradient(factor):
        x = (factor * model).requires_grad_()
        B(x).square().sum().backward()
        return x.grad

    expected = gradient(1.0)
    with ThreadPoolExecutor(4) as threads:
        for factor, result in enumerate(threads.map(gradient, range(24))):
            torch.testing.assert_close(result, factor * expected)


def test_a_wrong_shape_is_refused_in_the_operators_own_words():
    A = makers.OPERATORS["direct-float64-susceptibility-tmi"]()
    x = np.zeros(A.domain_shape).ravel()
    with pytest.raises(geoinv.InputError) as of_numpy:
        A(x)
    with pytest.raises(geoinv.InputError) as of_torch:
        as_torch(A)(to_torch(x))
    assert str(of_torch.value) == str(of_numpy.value)
    with pytest.raises(geoinv.InputError, match=r"Magnetics\.T expects .* got \(2, 2\)"):
        as_torch(A).T(torch.zeros(2, 2))
    with pytest.raises(geoinv.InputError, match="expects an array of shape"):
        torch.vmap(as_torch(A))(torch.zeros(A.domain_shape))
    with pytest.raises(geoinv.InputError, match="expects an array of shape"):
        as_torch(A)(torch.tensor(0.0))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int64, torch.bool, torch.complex64])
def test_other_types_are_refused(dtype):
    with pytest.raises(geoinv.InputError, match=rf"MatrixOperator expects float32 or float64, got {dtype}; convert"):
        as_torch(matrix_operator())(torch.zeros(3, dtype=dtype))


def test_what_is_no_tensor_or_no_operator_is_refused():
    with pytest.raises(geoinv.InputError, match="expects a tensor, got ndarray; convert it with to_torch"):
        as_torch(matrix_operator())(np.zeros(3))
    with pytest.raises(geoinv.InputError, match=r"as_torch expects a geoinv\.LinearOperator, got ndarray"):
        as_torch(np.eye(3))


def test_an_error_of_the_operator_reaches_the_user_as_it_is():
    A = makers.OPERATORS["gridded-float64-susceptibility-tmi"]()
    with pytest.raises(geoinv.InputError, match="expects finite susceptibility in active cells, got nan"):
        as_torch(A)(torch.full(A.domain_shape, torch.nan))


@pytest.fixture
def device_of_the_host(monkeypatch):
    """Makes CuPy out of NumPy; the list receives what is entered."""
    entered = []

    @contextlib.contextmanager
    def enter(*what):
        entered.append(what)
        yield
        entered.append("left")

    cuda = types.SimpleNamespace(
        Device=lambda *a: enter("device", *a),
        ExternalStream=lambda *a: enter("stream", *a),
        using_allocator=lambda *a: enter("allocator"),
        memory=types.SimpleNamespace(PythonFunctionAllocator=lambda *a: types.SimpleNamespace(malloc=None)),
        runtime=types.SimpleNamespace(getDeviceCount=lambda: 1),
    )
    monkeypatch.setitem(sys.modules, "cupy", types.SimpleNamespace(cuda=cuda, from_dlpack=lambda t: t.numpy()))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: types.SimpleNamespace(cuda_stream=17))
    return entered


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("precision", makers.DTYPES)
def test_what_a_device_runs_gives_the_numbers_of_the_host(device_of_the_host, dtype, precision):
    A = Smoothing(2, 5, precision)
    for operator in (A, A.T, -2.0 * A, A + 3.0 * A, A.T @ A):
        assert operator.device_arrays
        x = torch.randn(3, 4, *operator.domain_shape, dtype=dtype).transpose(0, 1)
        result = bridge._on_device(operator, x)
        assert result.dtype == dtype
        assert result.is_contiguous()
        npt.assert_allclose(result, operator(x.numpy()), rtol=1e-6, atol=1e-6)
        assert bridge._on_device(operator, x[:, :0]).shape == (4, 0, *operator.range_shape)
    assert device_of_the_host[:6] == [("device", None), ("stream", 17, None), ("allocator",)] + 3 * ["left"]


def test_algebra_stays_on_the_device_where_all_its_parts_do():
    A, host = Smoothing(2, 3), MatrixOperator(np.eye(3))
    assert not host.device_arrays
    assert not (2.0 * host).device_arrays
    assert not (host @ host.T).device_arrays
    assert not (host + host).T.device_arrays
    assert (A.T @ (A - A)).device_arrays


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("operator", [Smoothing(4, 9), Smoothing(4, 9, "float32"), makers.OPERATORS["matrix"]()])
def test_a_gpu_gives_the_numbers_of_the_host_on_every_stream(operator):
    if operator.device_arrays:
        pytest.importorskip("cupy")
    B = as_torch(operator)
    for stream in (torch.cuda.default_stream(), torch.cuda.Stream()):
        with torch.cuda.stream(stream):
            for factor in range(20):
                x = torch.full((8, *B.domain_shape), float(factor), device="cuda", requires_grad=True)
                result = B(x * 2.0) * 3.0
                result.square().sum().backward()
                host = x.detach().cpu().requires_grad_()
                (B(host * 2.0) * 3.0).square().sum().backward()
                assert result.device == x.device
                torch.testing.assert_close(x.grad.cpu(), host.grad)


def test_an_operator_in_torch_goes_when_its_last_user_goes_without_waiting_for_the_collector():
    gc.collect()
    gc.disable()
    try:
        A = MatrixOperator(np.eye(3))
        B, x = as_torch(A), torch.ones(3, dtype=torch.float64, requires_grad=True)
        (B(x) ** 2).sum().backward()
        adjoint, gone = B.T, [weakref.ref(A), weakref.ref(B)]
        assert adjoint.T is B
        assert as_torch(A.T) is adjoint
        del A, B
        assert gone[1]() is adjoint.T, "the adjoint in hand keeps its operator"
        del adjoint
        assert [of() for of in gone] == [None, None]
    finally:
        gc.enable()
