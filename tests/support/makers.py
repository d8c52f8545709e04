"""Operators that every rule of the gate must hold for, each made by a function without arguments."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, product

import numpy as np
import scipy.sparse
import scipy.sparse.linalg

import geoinv
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import Identity, MatrixOperator, from_scipy
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators import Blur, Gravity, Magnetics, MagneticSection, StraightRayTomography, TotalTime
from geoinv.operators.prisms import engines

Maker = Callable[[], LinearOperator]

FIELD = geoinv.MainField(inclination=-37.0, declination=23.0, intensity=52000.0)
ENGINES = tuple(name for name, engine in engines.ENGINES.items() if not engine.approximate)
"""Those that are exact to rounding where no tolerance is given."""

DTYPES = ("float64", "float32")
UNKNOWNS = ("susceptibility", "magnetization")


def holes(shape: tuple[int, ...], share: float = 0.3) -> np.ndarray:
    """Mask that is False at `share` of the places, the same every time."""
    return np.random.default_rng(5).random(shape) >= share


def regular_grid() -> geoinv.Grid:
    """Cells of equal width, some inactive, a row and a layer of them all inactive."""
    grid = geoinv.Grid.regular(shape=(3, 4, 5), spacing=(8.0, 10.0, 12.5), origin=(-24.0, 100.0, -30.0))
    active = holes(grid.shape)
    active[:, 2] = False
    active[1] = False
    return grid.with_active(active)


def padded_grid() -> geoinv.Grid:
    """Cells that widen sideways and downward."""
    return geoinv.Grid(
        easting_edges=[-80.0, -40.0, -20.0, -10.0, 0.0, 10.0, 25.0, 60.0],
        northing_edges=[0.0, 15.0, 25.0, 35.0, 70.0],
        upward_edges=[-60.0, -25.0, -10.0, 0.0],
        active=holes((3, 4, 7), share=0.2),
    )


def level_survey(components: tuple[str, ...]) -> geoinv.Survey:
    """Stations one cell apart off the cells' centres, beyond the grid, one twice and some missing."""
    easting, northing = np.meshgrid(-47.0 + 12.5 * np.arange(7), 94.0 + 10.0 * np.arange(5))
    kept = np.flatnonzero(holes((easting.size,)))
    kept = np.append(kept, kept[3])
    return geoinv.Survey(
        easting.ravel()[kept], northing.ravel()[kept], np.full(kept.size, 3.0), components=components, field=FIELD
    )


def scattered_survey(components: tuple[str, ...]) -> geoinv.Survey:
    """Stations at random, above, beside, below, and on faces, edges, corners and inside of cells."""
    points = np.random.default_rng(7).uniform((-120.0, -40.0, 2.0), (90.0, 110.0, 60.0), size=(9, 3))
    special = [
        (-15.0, 20.0, 0.0),  # on a face
        (0.0, 30.0, -5.0),
        (5.0, 25.0, -5.0),
        (0.0, 25.0, 0.0),  # on a corner
        (10.0, 20.0, 0.0),  # on an edge
        (10.0, 25.0, -4.0),
        (-100.0, 15.0, -10.0),  # in line with an edge
        (25.0, 35.0, 12.0),
        (-30.0, 5.0, -40.0),  # inside
        (3.0, 30.0, -90.0),  # below
    ]
    return geoinv.Survey(*np.vstack([points, special]).T, components=components, field=FIELD)


def magnetics(engine: str, dtype: str, unknown: str, components: tuple[str, ...]) -> Maker:
    """Maker of an operator over regular cells and stations."""
    return lambda: Magnetics(regular_grid(), level_survey(components), engine=engine, dtype=dtype, unknown=unknown)


MAGNETICS: dict[str, Maker] = {
    f"{engine}-float64-susceptibility-tmi": magnetics(engine, "float64", "susceptibility", ("tmi",))
    for engine in ENGINES
}

# each component alone once, by all engines, precisions and unknowns in turn; below each of them gives all components
for _component, _settings in zip(COMPONENTS, cycle(product(ENGINES, DTYPES, UNKNOWNS)), strict=False):
    MAGNETICS["-".join([*_settings, _component])] = magnetics(*_settings, (_component,))

for _engine, _dtype, _unknown in product(ENGINES, DTYPES, UNKNOWNS):
    MAGNETICS[f"{_engine}-{_dtype}-{_unknown}-all"] = magnetics(_engine, _dtype, _unknown, COMPONENTS)

for _engine, _unknown in product(("direct", "dense"), UNKNOWNS):
    MAGNETICS[f"{_engine}-padded-{_unknown}"] = lambda engine=_engine, unknown=_unknown: Magnetics(
        padded_grid(), scattered_survey(COMPONENTS), engine=engine, unknown=unknown
    )

for _engine in ENGINES:
    MAGNETICS[f"{_engine}-one-cell-one-station"] = lambda engine=_engine: Magnetics(
        geoinv.Grid.regular((1, 1, 1), (5.0, 6.0, 7.0)),
        geoinv.Survey([3.0], [4.0], [9.0], field=FIELD),
        engine=engine,
    )
    MAGNETICS[f"{_engine}-single-precision-within"] = lambda engine=_engine: Magnetics(
        regular_grid(), level_survey(("tmi",)), engine=engine, rtol=1e-5
    )

for _dtype, _unknown in product(DTYPES, UNKNOWNS):
    MAGNETICS[f"lattice-{_dtype}-{_unknown}"] = lambda dtype=_dtype, unknown=_unknown: Magnetics(
        regular_grid(), scattered_survey(COMPONENTS), engine="lattice", dtype=dtype, unknown=unknown
    )
MAGNETICS["lattice-one-cell-one-station"] = lambda: Magnetics(
    geoinv.Grid.regular((1, 1, 1), (5.0, 6.0, 7.0)), geoinv.Survey([3.0], [4.0], [9.0], field=FIELD), engine="lattice"
)

for _rtol, _unknown in product((1e-6, 1e-4), UNKNOWNS):
    MAGNETICS[f"direct-within-{_rtol:g}-{_unknown}"] = lambda rtol=_rtol, unknown=_unknown: Magnetics(
        padded_grid(), scattered_survey(COMPONENTS), engine="direct", rtol=rtol, unknown=unknown
    )


def gravity(engine: str, dtype: str) -> Maker:
    """Maker of the attraction and a gradient of it over regular cells and stations."""
    at = level_survey(("tmi",))
    survey = geoinv.Survey(at.easting, at.northing, at.upward, components=("gz", "gen", "guu"))
    return lambda: Gravity(regular_grid(), survey, engine=engine, dtype=dtype)


GRAVITY: dict[str, Maker] = {
    "gravity-direct": gravity("direct", "float64"),
    "gravity-gridded-float32": gravity("gridded", "float32"),
    "gravity-lattice": gravity("lattice", "float64"),
}


def _matrix(rows: int, columns: int, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(rows * columns).standard_normal((rows, columns)).astype(dtype)


ALGEBRA: dict[str, Maker] = {
    "identity": lambda: Identity((3, 4)),
    "identity-float32": lambda: Identity((3, 4), "float32"),
    "matrix": lambda: MatrixOperator(_matrix(7, 5)),
    "matrix-float32": lambda: MatrixOperator(_matrix(7, 5, "float32")),
    "matrix-of-integers": lambda: MatrixOperator(np.arange(12).reshape(3, 4)),
    "matrix-of-zeros": lambda: MatrixOperator(np.zeros((20, 19))),
    "sparse-matrix": lambda: MatrixOperator(scipy.sparse.random_array((9, 6), density=0.4, rng=0, format="coo")),
    "from-scipy": lambda: from_scipy(scipy.sparse.linalg.aslinearoperator(_matrix(4, 8))),
    "from-scipy-float32": lambda: from_scipy(_matrix(4, 8, "float32")),
    "sum": lambda: MatrixOperator(_matrix(7, 5)) + MatrixOperator(2.0 + _matrix(7, 5)),
    "sum-of-precisions": lambda: MatrixOperator(_matrix(7, 5)) + MatrixOperator(_matrix(7, 5, "float32")),
    "difference": lambda: MatrixOperator(_matrix(7, 5)) - MatrixOperator(2.0 + _matrix(7, 5)),
    "multiple": lambda: -2.5 * MatrixOperator(_matrix(7, 5)),
    "negative": lambda: -MatrixOperator(_matrix(7, 5)),
    "composition": lambda: MatrixOperator(_matrix(7, 5)) @ MatrixOperator(_matrix(5, 6)),
    "normal": lambda: MatrixOperator(_matrix(7, 5)).T @ MatrixOperator(_matrix(7, 5)),
    "adjoint": lambda: MatrixOperator(_matrix(7, 5)).T,
    "magnetics-scaled": lambda: 1e-3 * magnetics("direct", "float64", "susceptibility", ("tmi", "buu"))(),
    "magnetics-normal": lambda: _normal(magnetics("gridded", "float64", "magnetization", ("be", "bn"))()),
    "magnetics-of-precisions": lambda: (
        magnetics("direct", "float64", "susceptibility", ("bu",))()
        + magnetics("gridded", "float32", "susceptibility", ("bu",))()
    ),
}


def _normal(operator: LinearOperator) -> LinearOperator:
    return operator.T @ operator


BOUNDARIES = ("reflective", "periodic", "zero")
BLUR_SHAPES = ((1,), (7,), (8,), (5, 4), (6, 1), (3, 4, 5))


def blur(shape: tuple[int, ...], boundary: str, method: str, dtype: str) -> Maker:
    """Maker of a blur over a few cells."""
    return lambda: Blur(shape, 1.3, boundary, method, dtype)


def magnetic_section(kernel: str, dtype: str) -> Maker:
    """Maker of a section under directions that are not along an axis."""
    return lambda: MagneticSection((3, 6), 0.7, 2.0, 55.0, -20.0, kernel, dtype)


def rays(shape: tuple[int, int], dtype: str = "float64") -> StraightRayTomography:
    """Rays at random within, into, across and beside a section, along faces and its rim, and through corners."""
    rows, columns = shape
    random = np.random.default_rng(8)
    size = np.array([10.0 * columns, 4.0 * rows])
    special = [
        [(-5.0, 4.0), (99.0, 4.0)],  # along a face
        [(10.0, 1.0), (10.0, 7.0)],
        [(0.0, 0.0), (0.0, 50.0)],  # along the rim
        [(0.0, 0.0), (20.0, 8.0)],  # through a corner
        [(20.0, 0.0), (0.0, 8.0)],
        [(3.0, 3.0), (3.0, 3.0)],  # of no length
        [(-1.0, -2.0), (-9.0, 30.0)],  # beside
    ]
    sources = np.vstack([random.uniform(-0.3, 1.3, (12, 2)) * size, np.array(special)[:, 0]])
    receivers = np.vstack([random.uniform(-0.3, 1.3, (12, 2)) * size, np.array(special)[:, 1]])
    return StraightRayTomography(shape, (10.0, 4.0), sources, receivers, dtype)


SMALL_PHYSICS: dict[str, Maker] = {}

# every pair of a boundary, a method, a precision and a shape; of the four together a quarter
for (_i, _boundary), (_j, _shape) in product(enumerate(BOUNDARIES), enumerate(BLUR_SHAPES)):
    _method, _dtype = ("fft", "direct")[(_i + _j) % 2], DTYPES[(_i + _j // 2) % 2]
    _name = f"blur-{_boundary}-{_method}-{_dtype}-{'x'.join(map(str, _shape))}"
    SMALL_PHYSICS[_name] = blur(_shape, _boundary, _method, _dtype)

for _kernel, _dtype in product(("point", "line"), DTYPES):
    SMALL_PHYSICS[f"magnetic-section-{_kernel}-{_dtype}"] = magnetic_section(_kernel, _dtype)

for _dtype in DTYPES:
    SMALL_PHYSICS[f"total-time-{_dtype}"] = lambda dtype=_dtype: TotalTime(dtype=dtype)
    SMALL_PHYSICS[f"rays-even-{_dtype}"] = lambda dtype=_dtype: rays((4, 6), dtype)
    SMALL_PHYSICS[f"rays-odd-{_dtype}"] = lambda dtype=_dtype: rays((3, 5), dtype)

SMALL_PHYSICS["rays-one-cell"] = lambda: rays((1, 1))
SMALL_PHYSICS["total-time-of-one"] = lambda: TotalTime(1)


OPERATORS: dict[str, Maker] = {**MAGNETICS, **GRAVITY, **ALGEBRA, **SMALL_PHYSICS}


def prism_matrix(
    cell: tuple[float, float, float, float, float, float],
    stations: np.ndarray,
    components: tuple[str, ...] = ("be", "bn", "bu"),
    unknown: str = "magnetization",
    engine: str = "direct",
) -> np.ndarray:
    """Field (components, stations, unknowns) of one cell for a unit of each unknown."""
    west, east, south, north, bottom, top = cell
    stations = np.atleast_2d(np.asarray(stations, dtype=float))
    survey = geoinv.Survey(*stations.T, components=components, field=FIELD)
    grid = geoinv.Grid([west, east], [south, north], [bottom, top])
    matrix = Magnetics(grid, survey, engine=engine, unknown=unknown).to_dense()
    return matrix.reshape(len(components), len(stations), -1)


def works_in_single(name: str) -> bool:
    """Whether rounding is that of float32, in the result or on the way."""
    return "float32" in name or "precision" in name
