"""How fast rays are traced and summed, matrix-free, beside SciPy's and PyLops' sparse matrix of the same rays."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import scipy.sparse
from record import Benchmark, timed
from turns import median_seconds
from wrapped import Wrapped

from geoinv.operators import StraightRayTomography

Array = npt.NDArray[Any]
Call = Callable[[Array], Array]

SPACING = (10.0, 8.0)


def ends(rays: int, shape: tuple[int, int]) -> tuple[Array, Array]:
    """Sources on the left rim, receivers on the right one and at the surface: (distance, depth) of each ray."""
    random = np.random.default_rng(0)
    width, depth = SPACING[0] * shape[1], SPACING[1] * shape[0]
    sources = np.column_stack([np.zeros(rays), random.uniform(0.0, depth, rays)])
    receivers = np.column_stack([np.full(rays, width), random.uniform(0.0, depth, rays)])
    surface = np.arange(rays) % 3 == 0
    receivers[surface] = np.column_stack([random.uniform(0.0, width, surface.sum()), np.zeros(surface.sum())])
    return sources, receivers


def ray_matrix(shape: tuple[int, int], sources: Array, receivers: Array) -> scipy.sparse.csr_array:
    """Lengths (rays, cells): each ray is cut wherever it crosses a line of the grid, in plain NumPy."""
    rows, columns, lengths = [], [], []
    size = np.array(SPACING)
    for ray, (start, end) in enumerate(zip(sources / size, receivers / size, strict=True)):
        along = end - start
        cuts = [np.array([0.0, 1.0])]
        for axis in range(2):
            if along[axis]:
                cuts.append((np.arange(shape[1 - axis] + 1) - start[axis]) / along[axis])
        parts = np.unique(np.clip(np.concatenate(cuts), 0.0, 1.0))
        middle = start + (0.5 * (parts[1:] + parts[:-1]))[:, np.newaxis] * along
        column, row = np.floor(middle).astype(int).T
        columns.append(row * shape[1] + column)
        lengths.append(np.diff(parts) * np.linalg.norm(along * size))
        rows.append(np.full(column.size, ray))
    entries = np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns))
    return scipy.sparse.csr_array(entries, shape=(len(sources), shape[0] * shape[1]))


def relative(found: Array, expected: Array) -> float:
    """L2 norm of the difference over that of what is expected."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def one_by_one(function: Call, batch: Array) -> Array:
    """Images of a batch by a function that takes no batches."""
    return np.stack([function(one) for one in batch])


def compare(bench: Benchmark, shape: tuple[int, int], rays: int, rounds: int) -> None:
    """One section: all in turn on the same slowness and times."""
    random = np.random.default_rng(1)
    slowness, times = random.uniform(1e-4, 5e-4, shape), random.standard_normal(rays)
    sources, receivers = ends(rays, shape)
    ours_built, A = timed(StraightRayTomography, shape, SPACING, sources, receivers)
    matrix_built, matrix = timed(ray_matrix, shape, sources, receivers)
    transposed = matrix.T
    ways: dict[str, tuple[Call, Call, float, float]] = {
        "geoinv": (A, A.T, ours_built, (A.sources.nbytes + A.receivers.nbytes) / 1e6),
        "scipy.sparse CSR": (
            lambda x: np.asarray(matrix @ x.ravel()),
            lambda y: np.asarray(transposed @ y).reshape(shape),
            matrix_built,
            (matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes) / 1e6,
        ),
    }
    where = f"{shape[0]} x {shape[1]} cells, {rays:,} rays"
    if bench.has("pylops", f"{where}: PyLops"):
        import pylops

        theirs = pylops.MatrixMult(scipy.sparse.csr_matrix(matrix))
        ways["PyLops MatrixMult"] = (
            lambda x: np.asarray(theirs.matvec(x.ravel())),
            lambda y: np.asarray(theirs.rmatvec(y)).reshape(shape),
            matrix_built,
            ways["scipy.sparse CSR"][3],
        )
    calls: dict[str, Callable[[], Any]] = {}
    for name, (forward, adjoint, _, _) in ways.items():
        calls[f"{name}, forward"] = partial(forward, slowness)
        calls[f"{name}, adjoint"] = partial(adjoint, times)
    seconds = median_seconds(calls, rounds)
    exact, exact_adjoint = matrix @ slowness.ravel(), (transposed @ times).reshape(shape)
    rows: list[list[str | float]] = []
    for name, (forward, adjoint, built, megabytes) in ways.items():
        errors = relative(forward(slowness), exact), relative(adjoint(times), exact_adjoint)
        dot = Wrapped(shape, (rays,), partial(one_by_one, forward), partial(one_by_one, adjoint)).dot_test(2)
        milliseconds = [1e3 * seconds[f"{name}, {way}"] for way in ("forward", "adjoint")]
        shown: list[str | float] = ["-", "-"] if name.startswith("scipy") else [*errors]
        rows.append([name, milliseconds[0], shown[0], milliseconds[1], shown[1], dot, built, megabytes])
        if name == "geoinv":
            bench.at_most(f"{where}: times against the matrix, relative", errors[0], 1e-12)
            bench.at_most(f"{where}: adjoint against the matrix, relative", errors[1], 1e-12)
    bench.details[where] = seconds
    bench.table(
        f"Milliseconds an application, errors against the matrix and dot test; {where}, float64",
        ("", "forward", "error", "adjoint", "error", "dot test", "built once, s", "MB kept"),
        rows,
    )


def main() -> None:
    """A section of boreholes, and a large one."""
    bench = Benchmark(__doc__)
    bench.show("threads", float(numba.get_num_threads()), note="SciPy's products take one")
    for shape, rays in [((20, 16), 200)] if bench.quick else [((96, 96), 5000), ((400, 600), 50_000)]:
        compare(bench, shape, rays, 1 if bench.quick else 9)
    bench.finish()


if __name__ == "__main__":
    main()
