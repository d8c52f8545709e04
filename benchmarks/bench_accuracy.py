"""How right the numbers are: against a published model, choclo and mpmath, and the engines among themselves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
from record import ROOT, Benchmark, shared_data

from geoinv import Grid, MainField, Survey
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.formats import read_mesh, read_model, read_survey
from geoinv.operators import Magnetics

Array = npt.NDArray[np.float64]
Cell = tuple[float, float, float, float, float, float]
Formula = Callable[[Cell, Array, Sequence[str]], Array]

FIELD = MainField(63.0, -21.0, 52000.0)
SUSCEPTIBILITY = 0.05
WIDTH = 10.0
"""Longest edge of the random prisms, in metres."""

TOLERANCE = {"float64": 1e-10, "float32": 1e-5}


def components(bench: Benchmark) -> tuple[str, ...]:
    """Tell which components to look at: one of each kind where it should be quick."""
    return ("tmi", "bnu") if bench.quick else COMPONENTS


def by_geoinv(cell: Cell, stations: Array, names: Sequence[str]) -> Array:
    """Field (components, stations) of one prism, by the direct engine."""
    grid = Grid(cell[:2], cell[2:4], cell[4:])
    survey = Survey(*stations.T, components=names, field=FIELD)
    return Magnetics(grid, survey, engine="direct")(np.full((1, 1, 1), SUSCEPTIBILITY))


def by_choclo(cell: Cell, stations: Array, names: Sequence[str]) -> Array:
    """Field of one prism by choclo, in nT and nT/m."""
    import choclo.prism as peer
    from choclo.constants import VACUUM_MAGNETIC_PERMEABILITY

    magnetization = SUSCEPTIBILITY * FIELD.intensity * 1e-9 / VACUUM_MAGNETIC_PERMEABILITY * FIELD.direction

    def values(name: str) -> Array:
        if name == "tmi":
            return FIELD.direction @ np.array([values("be"), values("bn"), values("bu")])
        function = getattr(peer, f"magnetic_{name[1:]}")
        return 1e9 * np.array([function(*station, *cell, *magnetization) for station in stations])

    return np.array([values(name) for name in names])


def by_mpmath(
    cell: Cell, stations: Array, names: Sequence[str], towards: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> Array:
    """Field of one prism in 200 digits; with `towards`, the limit from that side of each station."""
    # which the tests use too
    if (tests := str(ROOT / "tests" / "support")) not in sys.path:
        sys.path.append(tests)
    from reference import second_derivatives, third_derivatives

    scaled = SUSCEPTIBILITY * FIELD.intensity / (4.0 * np.pi) * FIELD.direction
    columns = []
    for station in stations:
        field = second_derivatives(cell, station, towards) @ scaled
        gradients = np.einsum("ijk,j->ik", third_derivatives(cell, station, towards), scaled)
        values = [FIELD.direction @ field, *field, *gradients[np.triu_indices(3)]]
        columns.append([values[COMPONENTS.index(name)] for name in names])
    return np.array(columns).T


def random_prisms(count: int, stations: int, nearest: float, farthest: float) -> Iterator[tuple[Cell, Array]]:
    """Prisms with stations around them, at distances from their centres in widths of the prism."""
    random = np.random.default_rng(0)
    for _ in range(count):
        size = random.uniform(0.3, 1.0, 3)
        size *= WIDTH / size.max()
        centre = random.uniform(-WIDTH, WIDTH, 3)
        low, high = centre - size / 2, centre + size / 2
        towards = random.standard_normal((stations, 3))
        towards /= np.linalg.norm(towards, axis=1)[:, None]
        distance = WIDTH * random.uniform(nearest, farthest, stations)
        cell = (low[0], high[0], low[1], high[1], low[2], high[2])
        yield tuple(map(float, cell)), centre + towards * distance[:, None]


def errors(formula: Formula, truth: Formula, prisms: list[tuple[Cell, Array]], names: Sequence[str]) -> Array:
    """Relative L2 difference of two formulas, for each component."""
    true = np.concatenate([truth(*prism, names) for prism in prisms], axis=1)
    found = np.concatenate([formula(*prism, names) for prism in prisms], axis=1)
    return np.asarray(np.linalg.norm(found - true, axis=1) / np.linalg.norm(true, axis=1))


def published_model(bench: Benchmark) -> None:
    """Forward of Raglan's published model against its data."""
    what = "Raglan: chi^2/N of the published model"
    folder = shared_data("raglan_1997")
    if folder is None:
        bench.leave_out(what, "raglan_1997 is not beside the checkout")
        return
    grid, survey = read_mesh(folder / "mesh.msh"), read_survey(folder / "obs.mag")
    predicted = Magnetics(grid, survey)(read_model(folder / "maginv3d.sus", grid))
    chi2 = float(np.mean(((predicted - survey.data) / survey.uncertainty) ** 2))
    bench.between(what, chi2, 26.915, 26.919)


def against_choclo(bench: Benchmark) -> None:
    """Random prisms within 20 widths, in shells: near stations would hide what happens far off."""
    if not bench.has("choclo", "direct against choclo"):
        return
    count, stations = (20, 5) if bench.quick else (100, 50)
    names = components(bench)
    shells = ((1.0, 2.0), (2.0, 5.0), (5.0, 10.0), (10.0, 20.0))
    table = [errors(by_geoinv, by_choclo, list(random_prisms(count, stations, *shell)), names) for shell in shells]
    for row, name in enumerate(names):
        found = {f"at {shell[0]:g} to {shell[1]:g}": float(e[row]) for shell, e in zip(shells, table, strict=True)}
        record_worst(bench, f"direct against choclo within 20 widths, {name}", found, 1e-10)


def against_mpmath(bench: Benchmark) -> None:
    """Far away, where choclo's own rounding shows, and in line with the prism."""
    if not bench.has("mpmath", "direct against mpmath"):
        return
    names, beside_choclo = components(bench), bench.has("choclo", "choclo against mpmath")
    for widths in (50, 200, 1000):
        prisms = list(random_prisms(2 if bench.quick else 8, 3, widths, widths))
        own = errors(by_geoinv, by_mpmath, prisms, names)
        peers = errors(by_choclo, by_mpmath, prisms, names) if beside_choclo else None
        what = f"direct against mpmath at {widths} widths"
        bench.details[what] = {"components": names, "geoinv": own.tolist()}
        if peers is not None:
            bench.details[what]["choclo"] = peers.tolist()
        gradients = np.array([len(name) == 3 and name != "tmi" for name in names])
        for kind, rows in (("field", ~gradients), ("gradients", gradients)):
            note = "" if peers is None else f"choclo {peers[rows].max():.1e}"
            bench.show(f"{what}, {kind}", float(own[rows].max()), note=note)
    cell = (0.0, 10.0, 0.0, 8.0, -6.0, 0.0)
    anywhere, outward = (0.3, -0.7, 0.5), (0.0, 0.0, 1.0)
    cases = {
        "above a corner": ([10.0, 8.0, 5.0], anywhere),
        "above an edge": ([10.0, 3.0, 5.0], anywhere),
        "in line with a horizontal edge": ([10.0, 20.0, 0.0], anywhere),
        "in line with a vertical edge": ([0.0, 8.0, 30.0], anywhere),
        "in the plane of the top": ([30.0, -7.0, 0.0], anywhere),
        "on the top": ([3.0, 5.0, 0.0], outward),
        "on the east face": ([10.0, 5.0, -2.0], (1.0, 0.0, 0.0)),
        "on the south face": ([4.0, 0.0, -5.0], (0.0, -1.0, 0.0)),
    }
    worst = {}
    for where, (station, towards) in cases.items():
        limit = by_mpmath(cell, np.array([station]), COMPONENTS, towards)
        difference = np.abs(by_geoinv(cell, np.array([station]), COMPONENTS) - limit)
        # a component that symmetry makes zero is judged by its tensor's size
        size = np.concatenate([np.full(4, np.abs(limit[:4]).max()), np.full(6, np.abs(limit[4:]).max())])
        worst[where] = float((difference[:, 0] / size).max())
    record_worst(bench, "aligned stations against the limit in mpmath", worst, 1e-10)


def operators(
    names: Sequence[str], shape: tuple[int, int, int], dtype: str, engine: str
) -> Iterator[tuple[str, Magnetics]]:
    """Each component and unknown over one regular geometry, with air and missing stations."""
    random = np.random.default_rng(1)
    grid = Grid.regular(shape, (20.0, 25.0, 25.0), (-20.0 * shape[0], 7_130_000.0, 460_000.0))
    grid = grid.with_active(random.uniform(size=shape) > 0.1)
    northing, easting = (c.ravel() for c in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
    kept = random.uniform(size=easting.size) > 0.1
    everywhere = Survey(easting[kept] + 4.0, northing[kept], np.full(kept.sum(), 30.0), field=FIELD)
    for component, unknown in product(names, ("susceptibility", "magnetization")):
        survey = everywhere.with_components([component])
        yield f"{component} of {unknown}", Magnetics(grid, survey, engine, dtype=dtype, unknown=unknown)


def record_worst(bench: Benchmark, what: str, found: dict[str, float], limit: float) -> None:
    """Record the worst of all cases, and keep the rest as details."""
    bench.details[what] = found
    case = list(found)[int(np.argmax(list(found.values())))]  # argmax stops at a NaN, max would pass over it
    bench.at_most(what, found[case], limit, note=f"worst {case}" if found[case] else "")


def between_engines(bench: Benchmark) -> None:
    """Gridded and dense against direct, data and adjoint, over the largest value."""
    shape = (4, 10, 12) if bench.quick else (12, 24, 28)
    names, direct = components(bench), []
    for case, A in operators(names, shape, "float64", "direct"):
        random = np.random.default_rng(2)
        model, data = random.uniform(size=A.domain_shape), random.standard_normal(A.range_shape)
        direct.append((case, model, data, A(model), A.T(data)))
    for dtype, engine in product(("float64", "float32"), ("gridded", "dense")):
        forward, adjoint = {}, {}
        tested = operators(names, shape, dtype, engine)
        for (case, A), (_, model, data, field, gradient) in zip(tested, direct, strict=True):
            forward[case] = float(np.abs(A(model) - field).max() / np.abs(field).max())
            adjoint[case] = float(np.abs(A.T(data) - gradient).max() / np.abs(gradient).max())
        record_worst(bench, f"{engine} against direct, {dtype}, over max|d|", forward, TOLERANCE[dtype])
        record_worst(bench, f"{engine} against direct, {dtype}, adjoint", adjoint, TOLERANCE[dtype])


if __name__ == "__main__":
    benchmark = Benchmark(__doc__)
    for part in (published_model, against_choclo, against_mpmath, between_engines):
        part(benchmark)
    benchmark.finish()
