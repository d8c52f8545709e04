"""How time grows with the number of cells, for level stations by transforms and draped ones by the lattice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from record import Benchmark, timed
from synthetic import FIELD, draped, level
from turns import median_seconds

from geoinv import Grid, InputError, Survey
from geoinv.formats.atomic import whole_file
from geoinv.operators import Magnetics
from geoinv.operators.prisms.engines import ENGINES

WIDTHS = (64, 96, 128, 192, 256, 320)
"""Columns along each side; a quarter as many layers: 65,536 to 8,192,000 cells."""

SAMPLES = 16
"""Stations where the data are compared with the exact sum."""


def shape_of(width: int) -> tuple[int, int, int]:
    """A quarter as many layers as columns along a side."""
    return width // 4, width, width


def hilly(width: int) -> tuple[Grid, Survey]:
    """As many stations as columns, anywhere above hills of which the cells' upper layers make the relief."""
    return draped(shape_of(width), width**2, relief=40.0)


PROBLEMS: dict[str, Callable[[int], tuple[Grid, Survey]]] = {
    "gridded": lambda width: level(shape_of(width)),
    "lattice": hilly,
}

TOLERANCES = {"gridded": None, "lattice": 1e-5}
"""What each is asked for; level stations are exact but for single precision."""


def measure(bench: Benchmark, engine: str, width: int, rounds: int) -> tuple[int, dict[str, float]] | None:
    """Cells, and what one size takes: set-up, forward, adjoint, and the error at some stations."""
    grid, survey = PROBLEMS[engine](width)
    cells = int(grid.active.sum())
    random = np.random.default_rng(1)
    model = random.uniform(0.0, 0.05, grid.shape).astype(np.float32) * grid.active
    data = random.standard_normal((1, survey.stations)).astype(np.float32)
    try:
        A = Magnetics(grid, survey, engine, TOLERANCES[engine], "float32")
        setup, found = timed(A, model)
    except InputError as refusal:
        bench.leave_out(f"{engine}, {cells:,} cells", str(refusal))
        return None
    seconds = median_seconds({"forward": lambda: A(model), "adjoint": lambda: A.T(data)}, rounds)
    some = random.choice(survey.stations, min(SAMPLES, survey.stations), replace=False)
    few = Survey(survey.easting[some], survey.northing[some], survey.upward[some], field=FIELD)
    exact = Magnetics(grid, few, "direct")(model)
    error = float(np.linalg.norm(found[:, some] - exact) / np.linalg.norm(exact))
    return cells, {"setup": setup, **seconds, "error": error}


def slope(cells: list[int], seconds: list[float]) -> float:
    """Exponent of the growth: of the straight line through the logarithms."""
    return float(np.polyfit(np.log(cells), np.log(seconds), 1)[0])


def draw(bench: Benchmark, taken: dict[str, dict[int, dict[str, float]]]) -> None:
    """Log-log plot beside the record."""
    if bench.path is None or not bench.has("matplotlib", "log-log plot"):
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 4.2), layout="constrained")
    axes = figure.subplots()
    for (engine, sizes), colour in zip(taken.items(), ("tab:blue", "tab:orange"), strict=False):
        for way, style in (("forward", "o-"), ("adjoint", "s--")):
            seconds = [of[way] for of in sizes.values()]
            axes.loglog(list(sizes), seconds, style, color=colour, label=f"{engine}, {way}")
    cells = [number for of in taken.values() for number in of]
    least = min(of["forward"] for found in taken.values() for of in found.values())
    ends = np.array([min(cells), max(cells)])
    axes.loglog(ends, least * ends / ends[0], ":", color="grey", label="proportional")
    axes.set(xlabel="active cells", ylabel="seconds an application")
    axes.grid(which="both", alpha=0.3)
    axes.legend()
    picture = bench.path.with_suffix(".png")
    with whole_file(picture) as partial:
        figure.savefig(partial, dpi=150, format="png")
    print(f"wrote {picture}")


def main() -> None:
    """Every size of each geometry; then the exponents."""
    bench = Benchmark(__doc__)
    widths, rounds = ((16, 24, 32), 1) if bench.quick else (WIDTHS, 5)
    taken: dict[str, dict[int, dict[str, float]]] = {}
    for engine in PROBLEMS:
        if engine not in ENGINES:
            bench.leave_out(f"{engine}, draped stations", "this version has no such engine")
            continue
        measure(bench, engine, 16, 1)  # compiles
        found = [one for one in (measure(bench, engine, width, rounds) for width in widths) if one is not None]
        if len(found) < 2:
            continue
        sizes = taken[engine] = dict(found)
        columns = ("active cells", "forward, ms", "adjoint, ms", "error", "set-up and first forward, s")
        rows: list[list[str | float]] = [
            [f"{cells:,}", 1e3 * of["forward"], 1e3 * of["adjoint"], of["error"], of["setup"]]
            for cells, of in sizes.items()
        ]
        bench.table(f"{engine}, float32; error against the exact sum at {SAMPLES} stations", columns, rows)
        bench.at_most(f"{engine}: largest error", max(of["error"] for of in sizes.values()), 1e-5)
        for way in ("forward", "adjoint"):
            exponent = slope(list(sizes), [of[way] for of in sizes.values()])
            if bench.quick:
                bench.show(f"{engine}: slope of log time against log cells, {way}", exponent)
            else:
                bench.at_most(f"{engine}: slope of log time against log cells, {way}", exponent, 1.15)
    bench.details["sizes"] = taken
    if taken:
        draw(bench, taken)
    bench.finish()


if __name__ == "__main__":
    main()
