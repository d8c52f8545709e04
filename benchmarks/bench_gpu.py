"""How near the GPU's roofs the magnetic operator runs: arithmetic for direct, memory for gridded; and the lattice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from record import Benchmark, timed
from synthetic import draped

import geoinv
from geoinv.core.backend import require_gpu
from geoinv.operators.cuda import on_gpu
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.cuda.direct import DirectCuda
from geoinv.operators.prisms.cuda.gridded import GriddedCuda
from geoinv.operators.prisms.cuda.precorrected_fft import LatticeCuda
from geoinv.operators.prisms.multipole.expansion import SLOTS
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.problem import PrismProblem

FIELD = geoinv.MainField(inclination=65.0, declination=10.0, intensity=52000.0)

FUSED = sum(2 * slot + 2 for slot in range(SLOTS)) + (SLOTS - 1) + 2
"""Fused multiply-adds of a far pair: its polynomials, their sum over powers of r, r^2, and the sum over cells."""

PAIR_FLOPS = 2 * FUSED + 6 + 1
"""Operations of a far pair: fused ones count as two, six single ones, and the reciprocal root as one."""

CORES = {7: 64, 8: 128, 9: 128, 10: 128, 12: 128}
"""FP32 units of a multiprocessor, by the first number of the compute capability; 64 for 8.0."""

ROUNDS = 20


def seconds_of(cupy: Any, call: Callable[[], Any], rounds: int) -> float:
    """Median time of a call on the GPU, between two events; the first call is not counted."""
    call()
    found = []
    for _ in range(rounds):
        began, ended = cupy.cuda.Event(), cupy.cuda.Event()
        began.record()
        call()
        ended.record()
        ended.synchronize()
        found.append(1e-3 * cupy.cuda.get_elapsed_time(began, ended))
    return float(np.median(found))


def flops_a_second(cupy: Any) -> float:
    """FP32 roof of the GPU: units times clock times two."""
    device = cupy.cuda.Device()
    capability = str(device.compute_capability)
    cores = 64 if capability == "80" else CORES.get(int(capability[:-1]), 128)
    attributes = device.attributes
    return 2.0 * cores * attributes["MultiProcessorCount"] * attributes["ClockRate"] * 1e3


def bytes_a_second(cupy: Any, quick: bool) -> float:
    """Memory traffic that a copy reaches, reading and writing."""
    source = cupy.ones((2**22 if quick else 2**28,), np.float32)
    target = cupy.empty_like(source)
    return 2.0 * source.nbytes / seconds_of(cupy, lambda: cupy.copyto(target, source), ROUNDS)


def problem_of(cells: tuple[int, int, int], stations: geoinv.Survey, rtol: float | None) -> PrismProblem:
    """Cells of 50 x 50 x 25 m in single precision."""
    grid = geoinv.Grid.regular(cells, (25.0, 50.0, 50.0), (-25.0 * cells[0], 0.0, 0.0))
    return magnetic_problem(grid, stations, "susceptibility", np.dtype(np.float32), rtol)


def direct(bench: Benchmark, cupy: Any) -> None:
    """Draped stations: pairs a second, the share of the roof, and the error against exact prisms."""
    cells, count = ((4, 16, 16), 128) if bench.quick else ((40, 256, 256), 65536)
    random = np.random.default_rng(0)
    easting, northing = random.uniform(0, 50.0 * cells[2], count), random.uniform(0, 50.0 * cells[1], count)
    survey = geoinv.Survey(easting, northing, random.uniform(30.0, 150.0, count), field=FIELD)
    problem = problem_of(cells, survey, 1e-6)
    engine, roof = DirectCuda(problem, on_gpu()), flops_a_second(cupy)
    models = cupy.asarray(random.uniform(0.0, 0.1, (1, 1, *cells)))
    data = cupy.asarray(random.standard_normal((1, 1, count)))
    pairs = float(np.prod(cells)) * count
    rounds = 3
    for name, call in (("forward", lambda: engine.forward(models)), ("adjoint", lambda: engine.adjoint(data))):
        seconds = seconds_of(cupy, call, rounds)
        bench.show(f"direct {name}, {pairs:.2g} pairs", 1e3 * seconds, "ms")
        bench.show(f"direct {name}, near and far", 1e-9 * pairs / seconds, "G pairs/s")
        share = 100.0 * pairs * PAIR_FLOPS / seconds / roof
        if bench.quick:
            bench.show(f"direct {name}, share of the FP32 roof", share, "%")
        else:
            bench.at_least(f"direct {name}, share of the FP32 roof", share, 50.0, "%", f"{PAIR_FLOPS} flop a pair")
    some = survey.select(np.arange(64))
    exact = DirectCuda(problem_of(cells, some, None), on_gpu()).forward(models)
    error = cupy.linalg.norm(engine.forward(models)[..., :64] - exact) / cupy.linalg.norm(exact)
    bench.at_most("direct, error against exact prisms, relative", float(error), 1e-6)


def gridded(bench: Benchmark, cupy: Any) -> None:
    """Convolutions: time, and the share of what reading and writing everything once would take."""
    cells = (4, 16, 16) if bench.quick else (64, 128, 128)
    northing, easting = np.meshgrid(25.0 + 50.0 * np.arange(cells[1]), 25.0 + 50.0 * np.arange(cells[2]), indexing="ij")
    survey = geoinv.Survey(easting.ravel(), northing.ravel(), np.full(easting.size, 40.0), field=FIELD)
    problem = problem_of(cells, survey, None)
    engine, speed = GriddedCuda(problem, on_gpu()), bytes_a_second(cupy, bench.quick)
    bench.show("copy", 1e-9 * speed, "GB/s")
    models, data = cupy.ones((1, 1, *cells), np.float32), cupy.ones((1, 1, easting.size), np.float32)
    spectrum = cells[0] * float(np.prod(engine.layout.spectrum_shape)) * 8.0
    # the model and its spectra once each way, and the kernel's spectra
    bound = (models.nbytes + 3.0 * spectrum) / speed
    for name, call in (("forward", lambda: engine.forward(models)), ("adjoint", lambda: engine.adjoint(data))):
        seconds = seconds_of(cupy, call, ROUNDS)
        bench.show(f"gridded {name}, {' x '.join(map(str, cells))} cells", 1e3 * seconds, "ms")
        if bench.quick:
            bench.show(f"gridded {name}, share of the memory's bound", 100.0 * bound / seconds, "%")
        else:
            bench.at_least(f"gridded {name}, share of the memory's bound", 100.0 * bound / seconds, 50.0, "%")


def lattice(bench: Benchmark, cupy: Any) -> None:
    """Draped stations over half a million cells and more: time, what is built once, and the error."""
    cells, count = ((4, 16, 16), 128) if bench.quick else ((40, 160, 160), 100_000)
    grid, survey = draped(cells, count, 200.0)
    problem = magnetic_problem(grid, survey, "susceptibility", np.dtype(np.float32), 1e-5)
    built, host = timed(lambda: LatticeEngine(problem))
    engine = LatticeCuda(host, on_gpu())
    what = f"lattice, {int(grid.active.sum()):,} cells, {count:,} stations"
    bench.show(f"{what}: built once, on the host", built, "s")
    random = np.random.default_rng(0)
    models = cupy.asarray(random.uniform(0.0, 0.1, (1, 1, *cells)) * grid.active)
    data = cupy.asarray(random.standard_normal((1, 1, count)))
    for name, call in (("forward", lambda: engine.forward(models)), ("adjoint", lambda: engine.adjoint(data))):
        bench.show(f"{what}: {name}", 1e3 * seconds_of(cupy, call, ROUNDS), "ms")
    some = magnetic_problem(grid, survey.select(np.arange(64)), "susceptibility", np.dtype(np.float32), None)
    exact = DirectCuda(some, on_gpu()).forward(models)
    error = cupy.linalg.norm(engine.forward(models)[..., :64] - exact) / cupy.linalg.norm(exact)
    bench.at_most(f"{what}: error against exact prisms, relative", float(error), 1e-5)


def main() -> None:
    """All engines in single precision."""
    bench = Benchmark(__doc__)
    try:
        cupy = require_gpu()
    except geoinv.InputError as refusal:
        bench.leave_out("everything", str(refusal))
        bench.finish()
        return
    properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)
    bench.details["device"] = properties["name"].decode()
    bench.details["runtime"] = cupy.cuda.runtime.runtimeGetVersion()
    bench.show("device", bench.details["device"])
    bench.show("FP32 roof", 1e-12 * flops_a_second(cupy), "TFLOP/s")
    direct(bench, cupy)
    gridded(bench, cupy)
    lattice(bench, cupy)
    bench.finish()


if __name__ == "__main__":
    main()
