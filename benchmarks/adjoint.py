"""Whether every adjoint is the transpose: each operator, engine, precision and backend, in one table.

Columns: the worst of ``|<A x, y> - <x, A' y>| / (|A x| |y|)`` over random pairs on each kind of array; the largest
difference of the adjoint's matrix from the transposed matrix, and of a batch from one at a time, over the largest
value. Ends with 1 where a bound is exceeded.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from record import Benchmark
from small_operators import Case, small_operators
from wrapped import Wrapped

from geoinv import InputError, LinearOperator
from geoinv.core.backend import require_gpu

Array = npt.NDArray[Any]

DOT = {"float64": 1e-12, "float32": 1e-5}
BATCH = {"float64": 1e-13, "float32": 1e-6}
DRAWS = 8
"""Random pairs of each dot test; 2 in quick runs."""

Backend = Callable[[LinearOperator], LinearOperator]
"""The same operator on another kind of array."""


def on_tensors(device: str) -> Backend:
    """Through the bridge: the adjoint is a backward pass."""
    import torch

    from geoinv import as_torch

    def backend(A: LinearOperator) -> LinearOperator:
        B = as_torch(A)

        def forward(x: Array) -> Array:
            return np.asarray(B(torch.from_numpy(x).to(device)).cpu())

        def adjoint(y: Array) -> Array:
            kind = torch.from_numpy(y).dtype
            x = torch.zeros((len(y), *A.domain_shape), dtype=kind, device=device, requires_grad=True)
            return np.asarray(torch.autograd.grad(B(x), x, torch.from_numpy(y).to(device))[0].cpu())

        return Wrapped(A.domain_shape, A.range_shape, forward, adjoint, A.dtype)

    return backend


def on_gpu_arrays(A: LinearOperator) -> LinearOperator:
    """CuPy arrays in, CuPy arrays out."""
    cupy = require_gpu()

    def moved(operator: LinearOperator) -> Callable[[Array], Array]:
        return lambda x: np.asarray(cupy.asnumpy(operator(cupy.asarray(x))))

    return Wrapped(A.domain_shape, A.range_shape, moved(A), moved(A.T), A.dtype)


def backends(bench: Benchmark) -> dict[str, Backend | str]:
    """Kinds of arrays; for those that cannot be had here, why."""
    found: dict[str, Backend | str] = {"NumPy": lambda A: A}
    torch_missing = not bench.has("torch", "PyTorch's tensors")
    found["torch"] = "no torch" if torch_missing else on_tensors("cpu")
    try:
        require_gpu()
    except InputError as refusal:
        bench.leave_out("CuPy arrays, and PyTorch's on a GPU", str(refusal))
        return {**found, "CuPy": "no device", "torch on GPU": "no device"}
    found["CuPy"] = on_gpu_arrays
    found["torch on GPU"] = "no torch" if torch_missing else on_tensors("cuda")
    return found


def transpose_error(A: LinearOperator) -> float:
    """Largest difference of the adjoint's matrix from the transposed matrix, over max|A|."""
    matrix = A.to_dense()
    return float(np.abs(A.T.to_dense() - matrix.T).max() / np.abs(matrix).max())


def batch_error(A: LinearOperator) -> float:
    """Largest difference of a batch (2, 3, ...) from one at a time, forward and adjoint."""
    random = np.random.default_rng(3)
    found = []
    for operator in (A, A.T):
        inputs = random.standard_normal((2, 3, *operator.domain_shape)).astype(A.dtype)
        loop = np.array([[operator(one) for one in row] for row in inputs])
        found.append(np.abs(operator(inputs) - loop).max() / np.abs(loop).max())
    return float(np.max(found))


def measured(case: Case, kinds: dict[str, Backend | str], draws: int) -> dict[str, float | str]:
    """All numbers of one row; words where there are none."""
    A = case.make()
    dots = {name: kind if isinstance(kind, str) else kind(A).dot_test(draws) for name, kind in kinds.items()}
    return {**dots, "transposed matrix": transpose_error(A), "batch = loop": batch_error(A)}


def main() -> int:
    """Fill the table; the exit status."""
    bench = Benchmark(__doc__.splitlines()[0])
    kinds = backends(bench)
    columns = [*kinds, "transposed matrix", "batch = loop"]
    rows: list[list[str | float]] = []
    worst: dict[tuple[str, str], tuple[float, str]] = {}
    for case in small_operators(bench.quick, bench.has("pywt", "UndecimatedWavelets")):
        try:
            found = measured(case, kinds, 2 if bench.quick else DRAWS)
        except (InputError, RuntimeError) as refusal:
            bench.holds(f"{case.operator} {case.form} {case.dtype}", "fails", "works", False, str(refusal))
            continue
        limits = {name: (BATCH if name == "batch = loop" else DOT)[case.dtype] for name in columns}
        kept = not any(isinstance(of, float) and not of <= limits[name] for name, of in found.items())
        rows.append([case.operator, case.form, case.dtype, *(found[name] for name in columns)])
        rows[-1] += [f"{DOT[case.dtype]:g}", f"{BATCH[case.dtype]:g}", "yes" if kept else "NO"]
        for name, value in found.items():
            key = name, case.dtype
            # not <=, so that a NaN is the worst there is
            if isinstance(value, float) and (key not in worst or not value <= worst[key][0]):
                worst[key] = value, f"worst {case.operator} {case.form}"
    title = "Dot tests on each kind of array, and what else a transpose must do"
    bench.table(title, ("operator", "form", "dtype", *columns, "bound", "bound of batch", "kept"), rows)
    for (name, dtype), (value, note) in worst.items():
        what = f"{name}, {dtype}" if name in columns[-2:] else f"dot test, {name}, {dtype}"
        limit = (BATCH if name == "batch = loop" else DOT)[dtype]
        bench.at_most(what, value, limit, note=note if value else "")
    return 1 if bench.finish() else 0


if __name__ == "__main__":
    sys.exit(main())
