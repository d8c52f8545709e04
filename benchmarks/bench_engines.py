"""How fast one application is beside SimPEG: the same survey in the same process, turn and turn about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numba
import numpy as np
import numpy.typing as npt
from discretize import TensorMesh
from record import Benchmark, timed
from simpeg import maps
from simpeg.potential_fields import magnetics

from geoinv import Grid, InputError, MainField, Survey
from geoinv.operators import Magnetics

Array = npt.NDArray[np.float64]

FIELD = MainField(65.0, 25.0, 50000.0)
CELL = 25.0
HEIGHT = 40.0
PEER = "simpeg forward_only"


@dataclass
class Contestant:
    """One way to apply the operator, and what it took."""

    forward: Callable[[Array], Array]
    adjoint: Callable[[Array], Array]
    repeats: int
    build_seconds: float = 0.0
    forward_seconds: list[float] = field(default_factory=list)
    adjoint_seconds: list[float] = field(default_factory=list)
    data: Array = field(default_factory=lambda: np.empty(0))
    gradient: Array = field(default_factory=lambda: np.empty(0))

    @property
    def median_forward(self) -> float:
        """Seconds."""
        return float(np.median(self.forward_seconds))

    @property
    def median_adjoint(self) -> float:
        """Seconds."""
        return float(np.median(self.adjoint_seconds))

    def take_turn(self, model: Array, data: Array) -> None:
        """Apply both ways and keep the times and the results."""
        for _ in range(self.repeats):
            seconds, self.data = timed(self.forward, model)
            self.forward_seconds.append(seconds)
            seconds, self.gradient = timed(self.adjoint, data)
            self.adjoint_seconds.append(seconds)


def problem(layers: int, width: int) -> tuple[Grid, Survey]:
    """Cube-celled grid of width x width columns with a station above each cell's centre."""
    grid = Grid.regular((layers, width, width), (CELL, CELL, CELL), (-CELL * layers, 0.0, 0.0))
    northing, easting = (c.ravel() for c in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
    return grid, Survey(easting, northing, np.full(easting.size, HEIGHT), field=FIELD)


def simpeg_simulation(grid: Grid, survey: Survey, store: str) -> magnetics.Simulation3DIntegral:
    """Build the same problem in SimPEG; its model order is geoinv's, raveled."""
    mesh = TensorMesh(
        [grid.widths(axis) for axis in ("easting", "northing", "upward")],
        origin=[grid.easting_edges[0], grid.northing_edges[0], grid.upward_edges[0]],
    )
    receivers = magnetics.Point(np.column_stack([survey.easting, survey.northing, survey.upward]), components="tmi")
    source = magnetics.UniformBackgroundField(
        [receivers], amplitude=FIELD.intensity, inclination=FIELD.inclination, declination=FIELD.declination
    )
    return magnetics.Simulation3DIntegral(
        mesh=mesh,
        survey=magnetics.Survey(source),
        chiMap=maps.IdentityMap(nP=mesh.n_cells),
        engine="choclo",
        store_sensitivities=store,
        numba_parallel=True,
    )


def of_simpeg(grid: Grid, survey: Survey, store: str, repeats: int) -> Contestant:
    """SimPEG without a matrix in float64 (``forward_only``), or with one in float32 (``ram``)."""
    simulation = simpeg_simulation(grid, survey, store)
    seconds, _ = timed(lambda: simulation.G)

    def forward(model: Array) -> Array:
        return np.asarray(simulation.fields(model.ravel()))

    def adjoint(data: Array) -> Array:
        return np.asarray(simulation.Jtvec(np.zeros(grid.size), data)).reshape(grid.shape)

    return Contestant(forward, adjoint, repeats, seconds)


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
        of_simpeg(grid, survey, store, 1).take_turn(model, data)
    for engine in ("direct", "gridded", "dense"):
        for dtype in ("float64", "float32"):
            of_geoinv(grid, survey, engine, dtype, 1).take_turn(model, data)


def report(bench: Benchmark, contestants: dict[str, Contestant]) -> None:
    """Record what each took, how it compares with the peer, and whether the numbers agree."""
    for name, one in contestants.items():
        bench.show(f"{name}: forward", one.median_forward, "s")
        bench.show(f"{name}: adjoint", one.median_adjoint, "s")
        if name not in (PEER, "direct"):
            bench.show(f"{name}: what is built once", one.build_seconds, "s")
        bench.details[name] = {
            "build_seconds": one.build_seconds,
            "forward_seconds": one.forward_seconds,
            "adjoint_seconds": one.adjoint_seconds,
        }
    aims = {} if bench.quick else {"gridded": 1000.0, "direct": 3.0}
    peer = contestants.pop(PEER)
    for name, one in contestants.items():
        for way, ratio in (
            ("forward", peer.median_forward / one.median_forward),
            ("adjoint", peer.median_adjoint / one.median_adjoint),
        ):
            what = f"{name}: times faster than {PEER}, {way}"
            if name in aims:
                bench.at_least(what, ratio, aims[name])
            else:
                bench.show(what, ratio)
        single = "float32" in name
        for what, own, theirs in (("data", one.data, peer.data), ("adjoint", one.gradient, peer.gradient)):
            difference = float(np.abs(own - theirs).max() / np.abs(theirs).max())
            bench.at_most(f"{name}: {what} against {PEER}, over the largest", difference, 1e-5 if single else 1e-6)


def main() -> None:
    """Let all contestants take turns, so that other work on the machine meets them alike."""
    bench = Benchmark(__doc__)
    layers, width, rounds = (4, 16, 1) if bench.quick else (32, 64, 3)
    grid, survey = problem(layers, width)
    random = np.random.default_rng(0)
    model = random.uniform(0.0, 0.05, grid.shape)
    data = random.standard_normal(survey.stations)
    bench.show("cells", float(grid.size))
    bench.show("stations", float(survey.stations))
    bench.show("threads", float(numba.get_num_threads()))
    stores = {PEER: ("forward_only", 1)}
    if not bench.quick:
        stores["simpeg ram float32"] = ("ram", 3)
    warm_up([store for store, _ in stores.values()])

    contestants = {name: of_simpeg(grid, survey, *choices) for name, choices in stores.items()}
    for name, engine, dtype, repeats in (
        ("direct", "direct", "float64", 1),
        ("gridded", "gridded", "float64", 20),
        ("gridded float32", "gridded", "float32", 20),
        ("dense", "dense", "float64", 3),
        ("dense float32", "dense", "float32", 3),
    ):
        try:
            contestants[name] = of_geoinv(grid, survey, engine, dtype, repeats)
        except InputError as refusal:
            bench.leave_out(name, str(refusal))
    for _ in range(rounds):
        for contestant in contestants.values():
            contestant.take_turn(model, data)

    report(bench, contestants)
    bench.finish()


if __name__ == "__main__":
    main()
