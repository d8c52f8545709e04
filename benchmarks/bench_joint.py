"""Joint inversion of magnetics and gravity beside the two alone: fits, structure, models and processor time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import process_time
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from record import Benchmark
from synthetic import FIELD

import geoinv
from geoinv.operators import Gravity, Magnetics
from geoinv.operators.prisms.operator import PrismOperator

Array = npt.NDArray[np.float64]
T = TypeVar("T")

CELL = 50.0
NOISE = 0.02
"""Standard deviation of the noise, relative to the largest datum."""

OFF = {
    "20 % off": (0.8, 1.2, 1.2, 0.8),
    "20 % off the other way": (1.2, 0.8, 0.8, 1.2),
    "exact": (1.0, 1.0, 1.0, 1.0),
}
"""Means of classes, relative to the truth."""

REPEATS = 3
"""Pairs of runs whose processor times are compared by their medians."""

POSITIVE = {name: geoinv.Property(bounds=(0.0, np.inf)) for name in ("susceptibility", "density")}


def problem(columns: int, layers: int) -> tuple[geoinv.Grid, Magnetics, Gravity]:
    """Cubes of 50 m, and over each column a magnetic station 40 to 80 m and a gravity one 1 to 41 m above them."""
    grid = geoinv.Grid.regular((layers, columns, columns), (CELL,) * 3, (-CELL * layers, 0.0, 0.0))
    northing, easting = (part.ravel() for part in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
    side = CELL * columns
    relief = 20.0 + 20.0 * np.sin(9.0 * easting / side) * np.cos(7.0 * northing / side)
    magnetic = geoinv.Survey(easting, northing, relief + 40.0, field=FIELD)
    gravity = geoinv.Survey(easting, northing, relief + 1.0, components=("gz",))
    return grid, Magnetics(grid, magnetic, rtol=1e-5), Gravity(grid, gravity, rtol=1e-5)


def bodies(grid: geoinv.Grid, dense_only: bool) -> tuple[Array, Array]:
    """Susceptibility and density of two bodies that are both magnetic and dense, and of one that is dense alone."""
    easting, northing, upward = grid.centres
    side = grid.bounds["easting"][1]

    def box(west: float, east: float, south: float, north: float, bottom: float, top: float) -> Array:
        inside = (easting > west * side) & (easting < east * side) & (northing > south * side)
        return np.asarray(inside & (northing < north * side) & (upward > bottom) & (upward < top), np.float64)

    first, second = box(0.2, 0.42, 0.25, 0.6, -300, -100), box(0.6, 0.8, 0.45, 0.75, -350, -150)
    third = box(0.55, 0.75, 0.12, 0.3, -250, -100) if dense_only else 0.0
    return 0.05 * first + 0.03 * second, 300.0 * first + 500.0 * second + 400.0 * third


def classes(off: Sequence[float]) -> dict[str, list[geoinv.RockClass]]:
    """Host and two bodies, with means that are off by factors: two susceptibilities, then two densities."""
    chi, rho = (0.05 * off[0], 0.03 * off[1]), (300.0 * off[2], 500.0 * off[3])
    return {
        unknown: [
            geoinv.RockClass("host", 0.0, host, 0.9),
            *(geoinv.RockClass(name, mean, wide, 0.05) for name, mean in zip(("first", "second"), means, strict=True)),
        ]
        for unknown, means, host, wide in (("susceptibility", chi, 0.002, 0.005), ("density", rho, 20.0, 40.0))
    }


def nmse(model: Array, truth: Array) -> float:
    """Squared error relative to the truth's square."""
    return float(np.sum((model - truth) ** 2) / np.sum(truth**2))


def counted(run: Callable[[], T]) -> tuple[T, int]:
    """Result of a run, and how many products with A and A' it made."""
    count = 0
    applied = {name: getattr(PrismOperator, name) for name in ("_forward", "_adjoint")}

    def counting(apply: Callable[..., Any]) -> Callable[..., Any]:
        def product(*of: Any) -> Any:
            nonlocal count
            count += 1
            return apply(*of)

        return product

    try:
        for name, apply in applied.items():
            setattr(PrismOperator, name, counting(apply))
        result = run()
        return result, count
    finally:
        for name, apply in applied.items():
            setattr(PrismOperator, name, apply)


def seconds(run: Callable[[], object]) -> float:
    """Processor time of a run."""
    began = process_time()
    run()
    return process_time() - began


def compare(bench: Benchmark, case: str, columns: int, layers: int, dense_only: bool) -> None:
    """Invert separately, then jointly, and record both."""
    grid, *operators = problem(columns, layers)
    truths = bodies(grid, dense_only)
    random = np.random.default_rng(0)
    data_sets = []
    for A, truth in zip(operators, truths, strict=True):
        clean = A(truth)
        A.gram_diagonal()  # what both ways need once
        deviation = NOISE * float(np.abs(clean).max())
        data_sets.append(geoinv.DataSet(A, clean + deviation * random.standard_normal(clean.shape), deviation))
    # loads what both ways load once
    geoinv.invert_jointly(data_sets, POSITIVE, iterations=1)

    def separately() -> list[geoinv.Solution]:
        return [geoinv.invert(one.operator, one.data, one.uncertainty, bounds=(0.0, np.inf)) for one in data_sets]

    def jointly() -> geoinv.JointSolution:
        return geoinv.invert_jointly(data_sets, POSITIVE)

    alone, products_apart = counted(separately)
    solution, products_together = counted(jointly)
    # one beside the other, as the machine's load changes
    times = [(seconds(separately), seconds(jointly)) for _ in range(1 if bench.quick else REPEATS)]
    apart, together = (float(np.median(of)) for of in zip(*times, strict=True))
    bench.show(f"{case}: rounds", float(solution.rounds), "", solution.status)
    bench.show(f"{case}: products with A and A' of the two alone", float(products_apart))
    bench.show(f"{case}: products, joint over the two alone", products_together / products_apart)
    for name, part in zip(solution.names, solution.parts, strict=True):
        bench.between(f"{case}: chi^2/N of {name}", part.chi2_per_datum, 0.98, 1.01)
    before, after = geoinv.structural_error(grid, *(one.model for one in alone)), solution.structural_error
    bench.show(f"{case}: structural error of separate models", before)
    if dense_only:
        bench.show(f"{case}: structural error, joint over separate", after / before)
    else:
        bench.at_most(f"{case}: structural error, joint over separate", after / before, 0.1)
    for name, single, truth in zip(solution.models, alone, truths, strict=True):
        bench.show(f"{case}: NMSE of the {name}, separate", nmse(single.model, truth))
        worst = nmse(single.model, truth)
        bench.at_most(f"{case}: NMSE of the {name}, joint", nmse(solution.models[name], truth), worst)
    bench.show(f"{case}: processor time of the two alone", apart, "s")
    if not dense_only:
        for name, off in OFF.items():
            known = geoinv.invert_jointly(data_sets, POSITIVE, coupling="mixture", classes=classes(off))
            bench.show(f"{case}, classes {name}: rounds", float(known.rounds), "", known.status)
            for data, part in zip(known.names, known.parts, strict=True):
                bench.between(f"{case}, classes {name}: chi^2/N of {data}", part.chi2_per_datum, 0.98, 1.01)
            bench.show(f"{case}, classes {name}: structural error", known.structural_error / before)
            for unknown, single, truth in zip(known.models, alone, truths, strict=True):
                label = f"{case}, classes {name}: NMSE of the {unknown}"
                bench.at_most(label, nmse(known.models[unknown], truth), nmse(single.model, truth))
    ratio = together / apart
    if dense_only:
        bench.show(f"{case}: processor time, joint over the two alone", ratio)
    else:
        bench.at_most(f"{case}: processor time, joint over the two alone", ratio, 3.0)


def main() -> None:
    """Two bodies, then a third one that is dense alone."""
    bench = Benchmark(__doc__)
    columns, layers = (10, 8) if bench.quick else (36, 16)
    bench.details["cells"] = columns**2 * layers
    compare(bench, "two bodies", columns, layers, dense_only=False)
    compare(bench, "and one dense alone", columns, layers, dense_only=True)
    bench.finish()


if __name__ == "__main__":
    main()
