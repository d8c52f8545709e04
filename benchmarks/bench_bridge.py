"""What an operator costs inside PyTorch, and whether its derivatives are right, beside PyLops' bridge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from record import Benchmark
from torch import Tensor
from turns import median_seconds

from geoinv import LinearOperator, as_torch
from geoinv.algebra.matrices import MatrixOperator
from geoinv.operators import Blur, MagneticSection, TotalTime

Array = npt.NDArray[Any]
Map = Callable[[Tensor], Tensor]

RIDGE = 0.01
"""Weight of the ridge, over the square of the matrix's largest singular value."""


class Witness(LinearOperator):
    """Identity that notes where the arrays lie that it reads and gives."""

    def __init__(self, size: int) -> None:
        self.domain_shape = self.range_shape = (size,)
        self.dtype = np.dtype(np.float64)
        self.read = self.given = 0

    def _forward(self, x: Array) -> Array:
        result = x.copy()
        self.read, self.given = x.ctypes.data, result.ctypes.data
        return result

    def _adjoint(self, y: Array) -> Array:
        return y.copy()


def relative(found: Array, expected: Array) -> float:
    """Norm of the difference over the norm of what is expected."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def pulled_back(apply: Map, x: Tensor, direction: Tensor) -> Tensor:
    """Gradient of <direction, apply(x)>: one forward and one backward pass."""
    leaf = x.detach().requires_grad_()
    return torch.autograd.grad(apply(leaf), leaf, direction)[0]


def overhead(bench: Benchmark, name: str, A: LinearOperator, batch: tuple[int, ...], rounds: int) -> None:
    """One operator with arrays and with tensors: the same work, so what differs is the bridge."""
    random = np.random.default_rng(0)
    x = random.standard_normal((*batch, *A.domain_shape)).astype(A.dtype)
    y = random.standard_normal((*batch, *A.range_shape)).astype(A.dtype)
    B, x_tensor, y_tensor = as_torch(A), torch.from_numpy(x), torch.from_numpy(y)
    seconds = median_seconds(
        {
            "NumPy, forward": lambda: A(x),
            "as_torch, forward": lambda: B(x_tensor),
            "NumPy, forward and adjoint": lambda: (A(x), A.T(y)),
            "as_torch, forward and backward": lambda: pulled_back(B, x_tensor, y_tensor),
        },
        rounds,
    )
    for what, value in seconds.items():
        bench.show(f"{name}: {what}", 1e6 * value, "us")
    once, both = (seconds[f"as_torch, forward{rest}"] for rest in ("", " and backward"))
    bench.show(f"{name}: as_torch over NumPy, forward", once / seconds["NumPy, forward"])
    bench.show(f"{name}: as_torch over NumPy, both ways", both / seconds["NumPy, forward and adjoint"])
    difference = max(relative(B(x_tensor).numpy(), A(x)), relative(pulled_back(B, x_tensor, y_tensor).numpy(), A.T(y)))
    bench.at_most(f"{name}: result and gradient against NumPy, relative", difference, 0.0)
    bench.details[name] = seconds


def zero_copy(bench: Benchmark) -> None:
    """Where the operator reads and writes, beside where the tensors lie."""
    witness = Witness(1000)
    x = torch.ones(1000, dtype=torch.float64)
    result = as_torch(witness)(x)
    for what, address, tensor in (("reads", witness.read, x), ("gives", witness.given, result)):
        same = address == tensor.data_ptr()
        bench.holds(f"memory that the operator {what}", "the tensor's" if same else "a copy", "the tensor's", same)


def bridges(bench: Benchmark, matrix: Array) -> dict[str, tuple[Map, Map]]:
    """Ways to have one matrix in PyTorch: each for a batch of vectors, and for a single one."""
    dense = torch.from_numpy(matrix)
    ours = as_torch(MatrixOperator(matrix))
    found: dict[str, tuple[Map, Map]] = {
        "torch matmul": (lambda x: x @ dense.T, lambda x: dense @ x),
        "as_torch": (ours, ours),
    }
    if not bench.has("pylops", "PyLops TorchOperator"):
        return found
    import pylops

    # PyLops chooses between one vector and many when the bridge is made
    theirs = pylops.MatrixMult(matrix)
    found["PyLops TorchOperator"] = (pylops.TorchOperator(theirs, batch=True), pylops.TorchOperator(theirs))
    return found


def matrix_gradients(bench: Benchmark, matrix: Array, found: dict[str, tuple[Map, Map]], rounds: int) -> None:
    """Forward and backward pass of a batch through the same dense matrix."""
    random = np.random.default_rng(1)
    x = torch.from_numpy(random.standard_normal((256, matrix.shape[1])))
    y = torch.from_numpy(random.standard_normal((256, matrix.shape[0])))
    calls = {name: lambda apply=many: pulled_back(apply, x, y) for name, (many, _) in found.items()}
    rows, columns = matrix.shape
    where = f"matrix of {rows} x {columns}, batch 256"
    for name, value in median_seconds(calls, rounds).items():
        bench.show(f"{where}: {name}, forward and backward", 1e6 * value, "us")
        error = relative(calls[name]().numpy(), y.numpy() @ matrix)
        judge(bench, f"{where}: {name}, error of the gradient", error, name)


def hessian_products(bench: Benchmark, matrix: Array, found: dict[str, tuple[Map, Map]]) -> None:
    """Second derivative of misfit and ridge along the gradient at zero, against the dense matrix."""
    random = np.random.default_rng(2)
    data = random.standard_normal(matrix.shape[0])
    weight = RIDGE * float(np.linalg.norm(matrix, 2)) ** 2
    direction = matrix.T @ data
    expected = matrix.T @ (matrix @ direction) + weight * direction
    target, x, v = (
        torch.from_numpy(data),
        torch.zeros(matrix.shape[1], dtype=torch.float64),
        torch.from_numpy(direction),
    )
    for name, (_, apply) in found.items():

        def loss(model: Tensor, apply: Map = apply) -> Tensor:
            return ((apply(model) - target) ** 2).sum() / 2 + weight * (model**2).sum() / 2

        for way, product in (
            ("autograd.functional.hvp", lambda loss=loss: torch.autograd.functional.hvp(loss, x, v)[1]),
            ("func.jvp of func.grad", lambda loss=loss: torch.func.jvp(torch.func.grad(loss), (x,), (v,))[1]),
        ):
            what = f"misfit + ridge Hessian-vector product, {way}: {name}, relative error"
            try:
                judge(bench, what, relative(product().detach().numpy(), expected), name)
            except RuntimeError as refusal:
                bench.leave_out(what, f"refused: {str(refusal).splitlines()[0].split('. ')[0]}")


def judge(bench: Benchmark, what: str, error: float, name: str) -> None:
    """An aim for the project's own, a number for the others."""
    if name == "as_torch":
        bench.at_most(what, error, 1e-13)
    else:
        bench.show(what, error)


def main() -> None:
    """Overhead, memory, then first and second derivatives beside the other bridges."""
    bench = Benchmark(__doc__)
    rounds, batch, pixels = (3, 4, 24) if bench.quick else (31, 32, 96)
    bench.show("PyTorch's threads", float(torch.get_num_threads()))
    section = MagneticSection((28, 28))
    overhead(bench, "TotalTime, one pair", TotalTime(), (), rounds)
    overhead(bench, "MagneticSection 28 x 28, batch 256", section, (256,), rounds)
    blur = Blur((pixels, pixels), 3.0, dtype="float32")
    overhead(bench, f"Blur {pixels} x {pixels} x 3 float32, batch {batch}", blur, (batch, 3), rounds)
    zero_copy(bench)
    columns = section(np.eye(section.domain_shape[0] * section.domain_shape[1]).reshape(-1, *section.domain_shape))
    matrix = np.ascontiguousarray(columns.reshape(len(columns), -1).T)
    found = bridges(bench, matrix)
    matrix_gradients(bench, matrix, found, rounds)
    hessian_products(bench, matrix, found)
    bench.finish()


if __name__ == "__main__":
    main()
