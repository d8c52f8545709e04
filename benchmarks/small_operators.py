"""Every operator of the package, small, each made by a function without arguments: the rows of adjoint.py.

Engines come from the package's own list, so that a new one appears here by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from geoinv import Grid, LinearOperator, MainField, Survey
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.embeddings.dictionaries import OverCompleteCosines, UndecimatedWavelets
from geoinv.operators import Blur, Magnetics, MagneticSection, StraightRayTomography, TotalTime
from geoinv.operators.prisms.engines import ENGINES

__all__ = ["ENGINES", "Case", "small_operators"]

FIELD = MainField(-37.0, 23.0, 52000.0)
COMPONENT_SETS = {"tmi": ("tmi",), "field": ("be", "bn", "bu"), "gradients": ("bee", "ben", "beu", "bnn", "bnu", "buu")}
DTYPES = ("float64", "float32")
UNKNOWNS = ("susceptibility", "magnetization")

Maker = Callable[[], LinearOperator]


@dataclass(frozen=True)
class Case:
    """One row: an operator, which of its forms, its precision, and how to make it."""

    operator: str
    form: str
    dtype: str
    make: Maker


def small_operators(quick: bool, wavelets: bool) -> list[Case]:
    """List the cases: one form of each engine if `quick`, `wavelets` where PyWavelets is installed."""
    sets, unknowns = (["tmi"], UNKNOWNS[:1]) if quick else (list(COMPONENT_SETS), UNKNOWNS)
    cases = [
        Case("Magnetics", f"{engine}, {name} of {unknown}", dtype, magnetics(engine, name, dtype, unknown))
        for engine, name, unknown, dtype in product(ENGINES, sets, unknowns, DTYPES)
    ]
    cases += [Case("Magnetics", "direct to 1e-6, padded cells", dtype, tolerant(dtype)) for dtype in DTYPES]
    in_both = zip(*(others(dtype) for dtype in DTYPES), strict=True)
    cases += [
        Case(operator, form, dtype, make)
        for pair in in_both
        for dtype, ((operator, form), make) in zip(DTYPES, pair, strict=True)
        if wavelets or "avelets" not in operator + form
    ]
    return cases


def grid() -> Grid:
    """Uniform cells under hills: what is above them is inactive."""
    whole = Grid.regular((5, 10, 12), (10.0, 12.5, 12.5), (-50.0, 7_130_000.0, 460_000.0))
    columns = -8.0 + 8.0 * np.sin(np.arange(12) / 2.0) * np.cos(np.arange(10) / 3.0)[:, np.newaxis]
    return whole.with_active(whole.upward[:, np.newaxis, np.newaxis] < columns)


def padded_grid() -> Grid:
    """Cells that widen sideways and downward."""
    sideways = np.concatenate([[-300.0, -100.0], np.arange(0.0, 101.0, 10.0), [200.0, 400.0]])
    return Grid(sideways, sideways, np.array([-200.0, -80.0, -30.0, -10.0, 0.0]))


def level_survey(components: tuple[str, ...]) -> Survey:
    """Stations above the cells' centres at one height, some missing."""
    of = grid()
    northing, easting = (c.ravel() for c in np.meshgrid(of.northing, of.easting, indexing="ij"))
    kept = np.random.default_rng(1).random(easting.size) > 0.2
    return Survey(easting[kept], northing[kept], np.full(kept.sum(), 30.0), components=components, field=FIELD)


def draped_survey(components: tuple[str, ...], origin: tuple[float, float] = (460_000.0, 7_130_000.0)) -> Survey:
    """Stations anywhere, 20 to 60 m up."""
    random = np.random.default_rng(2)
    easting, northing, upward = random.uniform((0.0, 0.0, 20.0), (150.0, 125.0, 60.0), (90, 3)).T
    return Survey(easting + origin[0], northing + origin[1], upward, components=components, field=FIELD)


def magnetics(engine: str, components: str, dtype: str, unknown: str) -> Maker:
    """Maker of one engine: over a level survey for gridded, padded cells for levels, else over a draped survey."""
    if engine == "levels":
        stations = draped_survey(COMPONENT_SETS[components], (0.0, 0.0))
        return lambda: Magnetics(padded_grid(), stations, engine, dtype=dtype, unknown=unknown)
    survey = level_survey if engine == "gridded" else draped_survey
    return lambda: Magnetics(grid(), survey(COMPONENT_SETS[components]), engine, dtype=dtype, unknown=unknown)


def tolerant(dtype: str) -> Maker:
    """Maker of the direct engine with an error allowed, over padded cells."""
    return lambda: Magnetics(padded_grid(), draped_survey(("tmi",), (0.0, 0.0)), "direct", rtol=1e-6, dtype=dtype)


def others(dtype: str) -> list[tuple[tuple[str, str], Maker]]:
    """Names and makers of everything else, in one precision."""
    random = np.random.default_rng(3)
    shape, ends = (9, 12), random.uniform(-10.0, 130.0, (2, 40, 2))
    matrix = random.standard_normal((12, 15)).astype(dtype)
    found: list[tuple[tuple[str, str], Maker]] = [
        (("Blur", f"{boundary}, {method}"), partial(Blur, shape, 1.7, boundary, method, dtype))
        for boundary, method in product(("reflective", "periodic", "zero"), ("fft", "direct"))
    ]
    found += [
        (("MagneticSection", kernel), partial(MagneticSection, shape, 0.7, 2.0, 55.0, -20.0, kernel, dtype))
        for kernel in ("point", "line")
    ]
    return [
        *found,
        (("StraightRayTomography", ""), lambda: StraightRayTomography(shape, (10.0, 8.0), ends[0], ends[1], dtype)),
        (("TotalTime", ""), lambda: TotalTime(3, dtype)),
        (("UndecimatedWavelets", "db2, 2 levels"), lambda: UndecimatedWavelets(shape, "db2", 2, dtype)),
        (("OverCompleteCosines", "redundancy 2"), lambda: OverCompleteCosines(shape, 2, dtype)),
        (("MatrixOperator", ""), lambda: MatrixOperator(matrix)),
        (("sum and product", "2 A' A + I"), lambda: 2.0 * _normal(MatrixOperator(matrix)) + Identity((15,), dtype)),
        (
            ("composition", "Blur of wavelets"),
            lambda: Blur(shape, 1.7, dtype=dtype) @ UndecimatedWavelets(shape, "haar", 1, dtype),
        ),
    ]


def _normal(operator: LinearOperator) -> LinearOperator:
    return operator.T @ operator
