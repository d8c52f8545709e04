"""Linear operators inside PyTorch: derivatives of any order and kind, batches, compilation."""

from __future__ import annotations

import math
import uuid
import weakref
from typing import Any

import numpy as np
import torch
from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator, _Adjoint
from geoinv.algebra.torch_arrays import to_numpy, to_torch
from geoinv.core.backend import require_gpu
from geoinv.core.checks import InputError

__all__ = ["TorchOperator", "apply", "as_torch", "to_numpy", "to_torch", "widened"]

PRECISIONS = (torch.float32, torch.float64)


class TorchOperator:
    """Linear operator that takes and gives PyTorch tensors; made by :func:`as_torch`.

    Attributes
    ----------
    operator : LinearOperator
        The operator behind it, with NumPy arrays.
    """

    operator: LinearOperator

    def __init__(self, operator: LinearOperator) -> None:
        # a name of its own, not the address: neither a compiled graph that outlives its operator nor a stored one
        # may find another operator in its place
        key = f"{operator.name}-{uuid.uuid4().hex}"
        self.operator, self._key, self._transposed = operator, key, False
        self._side: TorchOperator | weakref.ref[TorchOperator] | None = None

    @property
    def T(self) -> TorchOperator:
        """The adjoint; ``B.T.T is B``."""
        if isinstance(self._side, TorchOperator):
            return self._side
        # the adjoint holds the operator's, which does not hold it: both go when the last user goes
        adjoint = None if self._side is None else self._side()
        if adjoint is None:
            adjoint = object.__new__(TorchOperator)
            adjoint.operator, adjoint._key, adjoint._transposed = self.operator.T, self._key, True
            adjoint._side = self
            self._side = weakref.ref(adjoint)
        return adjoint

    @property
    def domain_shape(self) -> tuple[int, ...]:
        """Shape of what it takes, without batch dimensions."""
        return self.operator.domain_shape

    @property
    def range_shape(self) -> tuple[int, ...]:
        """Shape of what it gives, without batch dimensions."""
        return self.operator.range_shape

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the operator.

        Parameters
        ----------
        x : (..., *domain_shape) tensor, float32 or float64
            Leading dimensions are a batch.

        Returns
        -------
        (..., *range_shape) tensor of the type and on the device of `x`, computed in the operator's own precision.

        Raises
        ------
        InputError
            If the shape does not fit or the type is another.
        """
        result: Tensor = _apply(x, self._key, self._transposed)
        return result

    def __repr__(self) -> str:
        """Name and shapes."""
        return f"as_torch({self.operator.name}: {self.domain_shape} to {self.range_shape})"

    def __deepcopy__(self, memo: dict[int, Any]) -> TorchOperator:
        """Itself: an operator does not change, and the copies of a network share it."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """The operator is stored, and bridged anew."""
        return as_torch, (self.operator,)


# both hold what is alive elsewhere only: an operator goes when the last user of it goes
_BY_IDENTITY: weakref.WeakValueDictionary[int, TorchOperator] = weakref.WeakValueDictionary()
_BY_KEY: weakref.WeakValueDictionary[str, TorchOperator] = weakref.WeakValueDictionary()


def as_torch(operator: LinearOperator) -> TorchOperator:
    """Operator as a function of PyTorch tensors, with its exact derivatives.

    Backward and forward derivatives of any order, :mod:`torch.func` transforms, ``torch.compile`` and
    ``torch.export`` go through it. On a GPU, operators with ``device_arrays`` work in the tensor's memory on PyTorch's
    current stream; the others are applied on the host, which copies there and back and waits for the GPU.

    Parameters
    ----------
    operator : LinearOperator
        Any; it lives as long as the result, or a graph that a backward pass may still go through. What
        ``torch.export`` stores has its name only.

    Returns
    -------
    TorchOperator; the same one for the same operator while it is in use.

    Raises
    ------
    InputError
        If it is not a linear operator.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> B = as_torch(MatrixOperator([[1.0, 2.0], [0.0, 1.0]]))
    >>> x = torch.ones(2, requires_grad=True)
    >>> (B(x) ** 2).sum().backward()
    >>> x.grad.tolist()
    [6.0, 14.0]
    """
    if not isinstance(operator, LinearOperator):
        raise InputError(
            f"as_torch expects a geoinv.LinearOperator, got {type(operator).__name__}; "
            "geoinv.algebra.matrices.MatrixOperator makes one of a matrix, "
            "geoinv.algebra.matrices.from_scipy of a scipy operator"
        )
    if isinstance(operator, _Adjoint):
        return as_torch(operator.T).T
    found = _BY_IDENTITY.get(id(operator))
    if found is None:
        found = TorchOperator(operator)
        _BY_KEY[found._key] = found
        _BY_IDENTITY[id(operator)] = found
    return found


def apply(operator: LinearOperator, tensor: Tensor) -> Tensor:
    """Image of a tensor, with its derivatives: what an operator does with a tensor that it is called with."""
    return as_torch(operator)(tensor)


def widened(x: Tensor) -> Tensor:
    """Tensor in a precision that operators take: half precisions become float32.

    Examples
    --------
    >>> widened(torch.ones(1, dtype=torch.bfloat16)).dtype, widened(torch.ones(1, dtype=torch.float64)).dtype
    (torch.float32, torch.float64)
    """
    return x if x.dtype in PRECISIONS else x.float()


def _find(key: str) -> TorchOperator:
    try:
        return _BY_KEY[key]
    except KeyError:
        raise InputError(
            f"a compiled or exported function expects the operator {key}, which no longer exists; "
            "keep what as_torch returned for as long as the function, or make the function anew"
        ) from None


def _side(key: str, adjoint: bool) -> LinearOperator:
    found = _find(key)
    return found.operator.T if adjoint else found.operator


def _batch(operator: LinearOperator, x: Tensor) -> tuple[int, ...]:
    return tuple(x.shape[: x.ndim - len(operator.domain_shape)])


# opaque to the compiler; strings are constants to it, where it would make a number symbolic
@torch.library.custom_op("geoinv::apply", mutates_args=())
def _image(x: Tensor, key: str, adjoint: bool) -> Tensor:
    operator = _side(key, adjoint)
    if x.is_cuda and operator.device_arrays:
        return _on_device(operator, x)
    return to_torch(np.ascontiguousarray(operator(to_numpy(x)))).to(dtype=x.dtype, device=x.device)


def _on_device(operator: LinearOperator, x: Tensor) -> Tensor:
    """Image of a tensor in a GPU's memory, without leaving it.

    All work is queued on PyTorch's current stream, where x was made and the result will be used, and all memory is
    PyTorch's, CuPy's temporaries too: none is given to anyone before the work that reads it is through, nobody waits,
    and what one library keeps in reserve is not missing to the other.
    """
    cupy = require_gpu()
    batch = _batch(operator, x)
    stacked = x.detach().resolve_neg().reshape(math.prod(batch), *operator.domain_shape).contiguous()
    result = torch.empty((len(stacked), *operator.range_shape), dtype=x.dtype, device=x.device)
    if len(stacked):
        stream = torch.cuda.current_stream(x.device)
        with (
            cupy.cuda.Device(x.device.index),
            cupy.cuda.ExternalStream(stream.cuda_stream, x.device.index),
            cupy.cuda.using_allocator(_allocator(cupy).malloc),
        ):
            cupy.from_dlpack(result)[...] = operator._stacked(cupy.from_dlpack(stacked))
    return result.reshape(*batch, *operator.range_shape)


def _allocator(cupy: Any) -> Any:
    """What gives CuPy memory of PyTorch's, on the stream that is current in both."""

    def allocate(size: int, device: int) -> int:
        return int(torch.cuda.caching_allocator_alloc(size, device, cupy.cuda.get_current_stream().ptr))

    def free(address: int, device: int) -> None:
        torch.cuda.caching_allocator_delete(address)  # type: ignore[no-untyped-call,unused-ignore]

    return cupy.cuda.memory.PythonFunctionAllocator(allocate, free)


@_image.register_fake
def _(x: Tensor, key: str, adjoint: bool) -> Tensor:
    operator = _side(key, adjoint)
    torch._check(  # type: ignore[no-untyped-call,unused-ignore]
        _fits(operator, x), lambda: f"{operator.name} expects {operator.domain_shape}, got {tuple(x.shape)}"
    )
    return x.new_empty((*_batch(operator, x), *operator.range_shape))


@_image.register_vmap
def _(info: Any, in_dims: tuple[int | None, ...], x: Tensor, key: str, adjoint: bool) -> tuple[Tensor, int]:
    # never called without a batch dimension, which only x can have
    result: Tensor = _image(x.movedim(in_dims[0] or 0, 0), key, adjoint)
    return result, 0


class _Map(torch.autograd.Function):
    """The map is its own tangent, and its adjoint's the gradient: each derivative is this function again."""

    @staticmethod
    def forward(x: Tensor, found: TorchOperator, adjoint: bool) -> Tensor:
        result: Tensor = _image(x, found._key, adjoint)
        return result

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        # the operator itself, not its key: the graph keeps it alive until the backward pass
        _, ctx.found, ctx.adjoint = inputs

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return _mapped(gradient, ctx.found, not ctx.adjoint), None, None

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor, *_: None) -> Tensor:
        return _mapped(tangent, ctx.found, ctx.adjoint)

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[int | None, ...], x: Tensor, found: TorchOperator, adjoint: bool
    ) -> tuple[Tensor, int]:
        return _mapped(x.movedim(in_dims[0] or 0, 0), found, adjoint), 0


def _mapped(x: Tensor, found: TorchOperator, adjoint: bool) -> Tensor:
    result: Tensor = _Map.apply(x, found, adjoint)  # type: ignore[no-untyped-call,unused-ignore]
    return result


# Dynamo rejects functions with a jvp, and the bare custom operator has zero tangents under torch.func.jvp, without
# a word: kept as one call in Dynamo's graph, the function is traced by AOTAutograd, which knows both
@torch.compiler.allow_in_graph  # type: ignore[untyped-decorator,unused-ignore]
def _apply(x: Tensor, key: str, adjoint: bool) -> Tensor:
    found = _find(key)
    _check(found.operator.T if adjoint else found.operator, x)
    return _mapped(x, found, adjoint)


def _check(operator: LinearOperator, x: Tensor) -> None:
    if not isinstance(x, Tensor):
        raise InputError(f"{operator.name} expects a tensor, got {type(x).__name__}; convert it with to_torch")
    if x.dtype not in PRECISIONS:
        raise InputError(f"{operator.name} expects float32 or float64, got {x.dtype}; convert it with x.float()")
    if not _fits(operator, x):
        # the operator rejects it in its own words
        operator(np.broadcast_to(0.0, tuple(int(n) for n in x.shape)))


def _fits(operator: LinearOperator, x: Tensor) -> bool:
    rank = len(operator.domain_shape)
    return x.ndim >= rank and tuple(x.shape[x.ndim - rank :]) == operator.domain_shape
