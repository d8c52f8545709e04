"""How fast the operator is over a regular survey, by transforms and by a matrix, beside SimPEG in the same process."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
from magnetic_peers import of_simpeg
from record import Benchmark, timed
from turns import Contestant

from geoinv import Grid, InputError, MainField, Survey
from geoinv.operators import Magnetics

FIELD = MainField(65.0, 25.0, 50000.0)
CELL = 25.0
HEIGHT = 40.0
PEER = "simpeg forward_only"
EXACT = "direct"
"""Which sum is the truth where SimPEG is not installed; bench_direct says how fast it is."""


def problem(layers: int, width: int) -> tuple[Grid, Survey]:
    """Cube-celled grid of width x width columns with a station above each cell's centre."""
    grid = Grid.regular((layers, width, width), (CELL, CELL, CELL), (-CELL * layers, 0.0, 0.0))
    northing, easting = (c.ravel() for c in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
    return grid, Survey(easting, northing, np.full(easting.size, HEIGHT), field=FIELD)


def of_geoinv(grid: Grid, survey: Survey, engine: str, dtype: str, repeats: int) -> Contestant:
    """Build one engine; its kernel or matrix is computed here, not in the first application."""

    def build() -> Magnetics:
        A = Magnetics(grid, survey, engine, dtype=dtype)
        A(np.zeros(grid.shape))
        return A

    seconds, A = timed(build)
    return Contestant(lambda model: A(model)[0], lambda data: A.T(data[None]), repeats, seconds)


def warm_up(stores: Sequence[str]) -> None:
    """Compile every kernel, theirs and ours, on a problem of the same kind."""
    grid, survey = problem(2, 4)
    model, data = np.ones(grid.shape), np.ones(survey.stations)
    for store in stores:
        of_simpeg(grid, survey, store).take_turn(model, data)
    for engine in ("gridded", "dense"):
        for dtype in ("float64", "float32"):
            of_geoinv(grid, survey, engine, dtype, 1).take_turn(model, data)


def report(bench: Benchmark, contestants: dict[str, Contestant]) -> None:
    """Table of what each took and of its errors, then the aims."""
    truth = PEER if PEER in contestants else EXACT
    true = contestants[truth]
    rows: list[list[str | float]] = []
    for name, one in contestants.items():
        bench.details[name] = one.seconds
        errors = [
            float(np.abs(own - theirs).max() / np.abs(theirs).max())
            for own, theirs in ((one.data, true.data), (one.gradient, true.gradient))
        ]
        milliseconds = 1e3 * one.median_forward, 1e3 * one.median_adjoint
        shown = ["-", "-"] if name == truth else errors
        rows.append([name, milliseconds[0], shown[0], milliseconds[1], shown[1], one.build_seconds])
        if name != truth:
            limit = 1e-5 if "float32" in name else 1e-6
            bench.at_most(f"{name}: data against {truth}, over the largest", errors[0], limit)
            bench.at_most(f"{name}: adjoint against {truth}, over the largest", errors[1], limit)
    bench.table(
        f"Milliseconds an application, and largest errors against {truth} over the largest value",
        ("", "forward", "error", "adjoint", "error", "built once, s"),
        rows,
    )
    if truth == PEER and not bench.quick:
        gridded = contestants["gridded"]
        for way, ratio in (
            ("forward", true.median_forward / gridded.median_forward),
            ("adjoint", true.median_adjoint / gridded.median_adjoint),
        ):
            bench.at_least(f"gridded: times faster than {PEER}, {way}", ratio, 1000.0)


def beside_simpeg(bench: Benchmark) -> None:
    """A survey that SimPEG can take: all let each other have turns, so that other work meets them alike."""
    layers, width, rounds = (4, 16, 1) if bench.quick else (32, 64, 3)
    grid, survey = problem(layers, width)
    random = np.random.default_rng(0)
    model, data = random.uniform(0.0, 0.05, grid.shape), random.standard_normal(survey.stations)
    bench.show("cells", float(grid.size))
    bench.show("stations", float(survey.stations))
    bench.show("threads", float(numba.get_num_threads()))
    stores = {}
    if bench.has("simpeg", PEER):
        stores[PEER] = ("forward_only", 1)
        if not bench.quick:
            stores["simpeg ram float32"] = ("ram", 3)
    warm_up([store for store, _ in stores.values()])

    contestants = {name: of_simpeg(grid, survey, *choices) for name, choices in stores.items()}
    if PEER not in contestants:
        contestants[EXACT] = of_geoinv(grid, survey, EXACT, "float64", 1)
    for engine, repeats in (("gridded", 20), ("dense", 3)):
        for name, dtype in ((engine, "float64"), (f"{engine} float32", "float32")):
            try:
                contestants[name] = of_geoinv(grid, survey, engine, dtype, repeats)
            except InputError as refusal:
                bench.leave_out(name, str(refusal))
    for _ in range(rounds):
        for contestant in contestants.values():
            contestant.take_turn(model, data)
    report(bench, contestants)


def million_cells(bench: Benchmark) -> None:
    """A survey too large for the peers: 1,048,576 cells under 16,384 stations, in single precision."""
    layers, width = (4, 16) if bench.quick else (64, 128)
    grid, survey = problem(layers, width)
    random = np.random.default_rng(0)
    one = of_geoinv(grid, survey, "gridded", "float32", 1 if bench.quick else 40)
    one.take_turn(random.uniform(0.0, 0.05, grid.shape), random.standard_normal(survey.stations))
    what = f"gridded float32, {grid.size:,} cells, {survey.stations:,} stations"
    bench.details[what] = one.seconds
    aims = (
        ("forward", 1e3 * one.median_forward, 15.0, "ms"),
        ("adjoint", 1e3 * one.median_adjoint, 15.0, "ms"),
        ("what is built once", one.build_seconds, 1.0, "s"),
    )
    for way, measured, limit, unit in aims:
        if bench.quick:
            bench.show(f"{what}: {way}", measured, unit)
        else:
            bench.at_most(f"{what}: {way}", measured, limit, unit)


if __name__ == "__main__":
    benchmark = Benchmark(__doc__)
    beside_simpeg(benchmark)
    million_cells(benchmark)
    benchmark.finish()
