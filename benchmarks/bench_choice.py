"""Whether what A.estimate() says comes true, and whether auto takes the engine that is in fact the fastest."""

from __future__ import annotations

import tracemalloc

import numpy as np
import numpy.typing as npt
from record import Benchmark, shared_data, timed
from synthetic import FIELD, draped, level, padded_cells
from turns import median_seconds

from geoinv import Grid, InputError, Survey
from geoinv.formats import read_mesh, read_survey
from geoinv.operators import Magnetics
from geoinv.operators.prisms.engines import ENGINES
from geoinv.operators.prisms.offer import APPLICATIONS

Array = npt.NDArray[np.float64]

RTOL = 1e-6
WITHIN = 2.0
"""Factor that predictions and measurements may differ by."""

MOST_SECONDS = 30.0
"""Of building, and of an application, beyond which an engine is left out."""

SHORT = 2e-3
"""Seconds below which an application is mostly what Python does round it."""

LITTLE = 1e7
"""Bytes that nobody needs to foresee."""


def problems(quick: bool) -> dict[str, tuple[Grid, Survey]]:
    """Level and draped surveys of several sizes, and a real one where it is at hand."""
    if quick:
        return {"level": level((2, 8, 8)), "draped": draped((2, 8, 8), 20, 20.0)}
    found = {
        "level, 16 x 32 x 32 cells": level((16, 32, 32)),
        "level, 40 x 96 x 96 cells": level((40, 96, 96)),
        "draped, 12 x 40 x 40 cells, 1,300 stations": draped((12, 40, 40), 1300, 60.0),
        "draped, 24 x 100 x 100 cells, 10,000 stations": draped((24, 100, 100), 10_000, 80.0),
        "padded, 24 x 80 x 80 cells, 1,300 stations": padded(16, 64, 8, 1300),
    }
    folder = shared_data("raglan_1997")
    if folder is not None:
        found["Raglan"] = read_mesh(folder / "mesh.msh"), read_survey(folder / "obs.mag")
    return found


def padded(layers: int, width: int, padding: int, stations: int) -> tuple[Grid, Survey]:
    """Stations anywhere over the core of a grid with padding."""
    places = np.random.default_rng(0).uniform((0.0, 0.0, 30.0), (50.0 * width, 50.0 * width, 80.0), (stations, 3))
    return padded_cells((layers, width, width), padding), Survey(*places.T, field=FIELD)


def bytes_of(grid: Grid, survey: Survey, engine: str) -> float:
    """Most memory that an operator and its first applications hold."""
    tracemalloc.start()
    A = Magnetics(grid, survey, engine, rtol=RTOL)
    A.T(A(np.zeros(grid.shape)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return float(peak)


def measured(grid: Grid, survey: Survey, engine: str, rounds: int) -> tuple[float, float]:
    """Seconds that building takes, and an application, the mean of both ways."""
    model = np.random.default_rng(0).uniform(0.0, 0.05, grid.shape)
    A = Magnetics(grid, survey, engine, rtol=RTOL)
    first, data = timed(A, model)
    seconds = median_seconds({"forward": lambda: A(model), "adjoint": lambda: A.T(data)}, rounds)
    return max(first - seconds["forward"], 0.0), 0.5 * (seconds["forward"] + seconds["adjoint"])


def judge(bench: Benchmark, what: str, predicted: float, found: float, unit: str) -> None:
    """Record how many times as much as predicted was measured."""
    note = f"predicted {predicted:.2g}, measured {found:.2g} {unit}"
    if bench.quick:
        bench.show(what, found / predicted, note=note)
    else:
        bench.between(what, found / predicted, 1.0 / WITHIN, WITHIN, note=note)


def compare(bench: Benchmark, name: str, grid: Grid, survey: Survey) -> None:
    """Predictions beside measurements of every engine that applies, and the choice."""
    auto = Magnetics(grid, survey)
    totals: dict[str, float] = {}
    rows: list[list[str | float]] = []
    for engine in ENGINES:
        try:
            expected = Magnetics(grid, survey, engine, rtol=RTOL).estimate()
        except InputError:
            continue
        if max(expected.build, expected.apply) > MOST_SECONDS:
            continue
        build, apply = measured(grid, survey, engine, 1 if bench.quick or expected.apply > 1.0 else 5)
        memory = bytes_of(grid, survey, engine)
        totals[engine] = build + APPLICATIONS * apply
        rows.append(
            [engine, expected.build, build, 1e3 * expected.apply, 1e3 * apply, 1e-6 * expected.memory, 1e-6 * memory]
        )
        what = f"{name}: {engine}"
        if max(expected.apply, apply) > SHORT:
            judge(bench, f"{what}: application, measured over predicted", expected.apply, apply, "s")
        judge(bench, f"{what}: building and {APPLICATIONS} applications", expected.total, totals[engine], "s")
        if max(expected.memory, memory) > LITTLE:
            judge(bench, f"{what}: memory", 1e-6 * expected.memory, 1e-6 * memory, "MB")
    columns = ("", "build, s", "measured", "apply, ms", "measured", "MB", "measured")
    bench.table(f"{name}: predicted and measured, rtol {RTOL:g}", columns, rows)
    best = min(totals, key=lambda engine: totals[engine])
    ratio = totals.get(auto.engine, np.inf) / totals[best]
    bench.show(f"{name}: auto takes {auto.engine}; times the fastest's time", ratio, note=f"which is {best}")


def main() -> None:
    """Every engine on each problem, compiled before."""
    bench = Benchmark(__doc__)
    for grid, survey in (level((2, 4, 4)), draped((2, 4, 4), 5, 10.0)):
        for engine in ENGINES:
            try:
                A = Magnetics(grid, survey, engine, rtol=RTOL)
            except InputError:
                continue
            A.T(A(np.zeros(grid.shape)))
    for name, (grid, survey) in problems(bench.quick).items():
        compare(bench, name, grid, survey)
    bench.finish()


if __name__ == "__main__":
    main()
