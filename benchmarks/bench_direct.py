"""How fast prisms are summed at arbitrary stations, exact and to 1e-6, beside SimPEG, choclo and harmonica."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
from magnetic_peers import of_choclo, of_harmonica, of_simpeg
from record import Benchmark, timed
from synthetic import FIELD, cells, padded_cells
from turns import Contestant

from geoinv import Grid, Survey
from geoinv.operators import Magnetics

Array = npt.NDArray[np.float64]

EXACT, TOLERANT, LOOSE = "geoinv direct, exact", "geoinv direct, rtol 1e-6", "geoinv direct, rtol 1e-5"
PEER = "SimPEG forward_only"
THINNED = 16
"""Of how many stations those are given one that take a microsecond a pair."""


def problem(layers: int, width: int, padding: int) -> tuple[Grid, Survey]:
    """Cells of 50 x 50 x 25 m and as many stations as columns, anywhere 30 to 80 m above them; and padding round."""
    shape = (layers, width, width)
    grid = padded_cells(shape, padding) if padding else cells(shape)
    random = np.random.default_rng(0)
    easting, northing = random.uniform(0.0, 50.0 * width, (2, width**2))
    return grid, Survey(easting, northing, random.uniform(30.0, 80.0, width**2), field=FIELD)


def thinned(survey: Survey) -> Survey:
    """Every so many of its stations."""
    return Survey(survey.easting[::THINNED], survey.northing[::THINNED], survey.upward[::THINNED], field=FIELD)


def of_geoinv(grid: Grid, survey: Survey, rtol: float | None) -> Contestant:
    """Direct engine; what it prepares once is prepared here."""

    def build() -> Magnetics:
        A = Magnetics(grid, survey, "direct", rtol=rtol)
        A(np.zeros(grid.shape))
        return A

    seconds, A = timed(build)
    return Contestant(lambda model: A(model)[0], lambda data: A.T(data[None]), 1, seconds)


def contestants(bench: Benchmark, grid: Grid, survey: Survey, large: bool) -> dict[str, Contestant]:
    """Whoever is installed; a large problem has none that takes a microsecond a pair."""
    found = {name: of_geoinv(grid, survey, rtol) for name, rtol in ((EXACT, None), (TOLERANT, 1e-6), (LOOSE, 1e-5))}
    if bench.has("simpeg", PEER):
        found[PEER] = of_simpeg(grid, survey, "forward_only")
    if large:
        return found
    if bench.has("choclo", "choclo, a loop over pairs"):
        found["choclo, a loop over pairs"] = of_choclo(grid, thinned(survey))
    if bench.has("harmonica", "harmonica"):
        found["harmonica"] = of_harmonica(grid, thinned(survey))
    return found


def relative(found: Array, expected: Array) -> float:
    """L2 norm of the difference over that of what is expected."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def report(bench: Benchmark, grid: Grid, survey: Survey, taken: dict[str, Contestant], large: bool) -> None:
    """Pairs a second with the errors beside them, then the aims; that of speed where most pairs are far apart."""
    padded = "" if np.ptp(np.diff(grid.easting_edges)) < 1.0 else " with padding"
    size = f"{grid.size:,} cells{padded}, {survey.stations:,} stations"
    # an exact sum of another package is the truth where there is one
    truth = PEER if PEER in taken else EXACT
    true = taken[truth]
    rows: list[list[str | float]] = []
    rates: dict[str, tuple[float, float]] = {}
    for name, one in taken.items():
        pairs = 1e-6 * grid.size * one.data.size
        expected = true.data if one.data.size == true.data.size else true.data[::THINNED]
        data_error, gradient_error = relative(one.data, expected), float("nan")
        rates[name] = pairs / one.median_forward, float("nan")
        if one.adjoint is not None:
            rates[name] = rates[name][0], pairs / one.median_adjoint
            gradient_error = relative(one.gradient, true.gradient)
        errors = ["-" if name == truth or np.isnan(error) else error for error in (data_error, gradient_error)]
        adjoint = "-" if one.adjoint is None else rates[name][1]
        rows.append([name, rates[name][0], errors[0], adjoint, errors[1], one.build_seconds])
        bench.details[f"{size}: {name}"] = one.seconds
        if name.startswith("geoinv"):
            # the bound is of the worst model: with rtol 1e-5 this one is right to 1e-6 as well
            limit = 1e-10 if name == EXACT else 1e-6
            bench.at_most(f"{size}: {name}: data against {truth}, relative", data_error, limit)
            bench.at_most(f"{size}: {name}: adjoint against {truth}, relative", gradient_error, limit)
    bench.table(
        f"{size}: million station-cell pairs a second, and relative errors against {truth}",
        ("", "forward", "error", "adjoint", "error", "built once, s"),
        rows,
    )
    if bench.quick:
        return
    for way, rate in zip(("forward", "adjoint"), rates[LOOSE], strict=True):
        what = f"{size}: {LOOSE}: {way}"
        if large:
            bench.at_least(what, rate, 300.0, "million pairs/s")
        else:
            bench.show(what, rate, "million pairs/s")
    if PEER in taken:
        for way, own, theirs in zip(("forward", "adjoint"), rates[EXACT], rates[PEER], strict=True):
            bench.at_least(f"{size}: {EXACT}: times faster than {PEER}, {way}", own / theirs, 3.0)


def measure(bench: Benchmark, layers: int, width: int, rounds: int, large: bool, padding: int = 0) -> None:
    """Call each once, which compiles, then let all take turns; on a large problem the peer has one."""
    grid, survey = problem(layers, width, padding)
    random = np.random.default_rng(1)
    model, data = random.uniform(0.0, 0.05, grid.shape), random.standard_normal(survey.stations)
    taken = contestants(bench, grid, survey, large)
    for name, one in taken.items():
        if not (large and name == PEER):
            one.forward(model)
            if one.adjoint is not None:
                one.adjoint(data)
    for turn in range(rounds):
        for name, one in taken.items():
            if not (large and name == PEER and turn > 0):
                one.take_turn(model, data)
    report(bench, grid, survey, taken, large)


def main() -> None:
    """Measure a small problem with all peers, one of half a billion pairs, and one with padding round its cells."""
    bench = Benchmark(__doc__)
    bench.show("threads", float(numba.get_num_threads()))
    if bench.quick:
        measure(bench, 4, 8, 1, large=False)
    else:
        measure(bench, 16, 32, 5, large=False)
        measure(bench, 32, 64, 3, large=True)
        measure(bench, 16, 48, 3, large=True, padding=8)
    bench.finish()


if __name__ == "__main__":
    main()
