"""Padded tensor meshes and octrees: times beside uniform cells and beside SimPEG, and the errors."""

from __future__ import annotations

import resource

import numpy as np
import numpy.typing as npt
from magnetic_peers import of_simpeg
from record import Benchmark, timed
from turns import Contestant

from geoinv import Grid, MainField, OctreeGrid, Survey
from geoinv.operators import Magnetics
from geoinv.operators.prisms.levels.octree import OctreeLevels

Array = npt.NDArray[np.float64]

RTOL = 1e-5
CELL = 20.0
FIELD = MainField(65.0, 12.0, 52000.0)
PADDING = np.array([1, 2, 2, 3, 4, 5, 6, 8])
"""Widths of eight padding cells that grow by about 1.3, in core cells."""

ROUNDS = 5
SAMPLES = 100
"""Stations where data are compared with exact sums, and cells whose own data are."""

PEER_STATIONS = 1000
"""Stations of the peer, whose time grows with their number."""


def ground(easting: Array, northing: Array) -> Array:
    """Hills of some cells' height, below 0."""
    return np.asarray(3.0 * CELL * (np.sin(easting / (25.0 * CELL)) * np.cos(northing / (30.0 * CELL)) - 1.0))


def draped(cells: int, stations: int) -> Survey:
    """Stations anywhere over a square of cells, one and a half above the ground."""
    random = np.random.default_rng(0)
    easting, northing = random.uniform(0.0, cells * CELL, (2, stations))
    upward = ground(easting, northing) + CELL * random.uniform(1.3, 1.7, stations)
    return Survey(easting, northing, upward, field=FIELD)


def padded(cells: int, layers: int) -> Grid:
    """Core under the ground with padding at its sides and below it."""
    wide = np.cumsum(PADDING)
    side = CELL * np.concatenate([-wide[::-1], np.arange(cells + 1), cells + wide])
    grid = Grid(side, side, CELL * np.concatenate([-layers - wide[::-1], np.arange(-layers, 1)]))
    return grid.with_active(grid.upward[:, None, None] < ground(grid.easting, grid.northing[:, None]))


def octree(survey: Survey, cells: int) -> OctreeGrid:
    """Octree for a survey under the ground."""
    line = CELL * np.arange(-20, cells + 21)
    easting, northing = (axis.ravel() for axis in np.meshgrid(line, line))
    points = np.column_stack([easting, northing, ground(easting, northing)])
    return OctreeGrid.for_survey(survey, CELL, 30.0 * CELL, points)


def contestant(A: Magnetics, build_seconds: float) -> Contestant:
    """Operator that is built."""
    return Contestant(A, A.T, 1, build_seconds)


def built(mesh: Grid | OctreeGrid, survey: Survey) -> tuple[Magnetics, float, float]:
    """Operator, and the seconds for its plan and for the rest of its set-up."""
    planned, A = timed(lambda: Magnetics(mesh, survey, rtol=RTOL))
    # what is compiled at the first call is not set-up
    seconds, _ = timed(A._built)
    return A, planned, seconds


def single_cells(A: Magnetics, cells: npt.NDArray[np.intp], edges: list[tuple[Array, Array]]) -> float:
    """Largest relative error of the data of one cell alone, beside the exact prism."""
    worst = 0.0
    for cell in cells:
        model = np.zeros(A.mesh.size)
        model[cell] = 1.0
        prism = Grid(*([low[cell], high[cell]] for low, high in edges))
        exact = Magnetics(prism, A.survey, "direct")(np.ones((1, 1, 1)))
        error = A(model.reshape(A.mesh.shape)) - exact
        worst = max(worst, float(np.linalg.norm(error) / np.linalg.norm(exact)))
    return worst


def beside_uniform(bench: Benchmark) -> None:
    """A padded mesh beside uniform cells of the core's size over the same extent."""
    cells, layers, stations = (24, 8, 400) if bench.quick else (100, 30, 20_000)
    mesh, survey = padded(cells, layers), draped(cells, stations)
    side, down = mesh.easting_edges, mesh.upward_edges
    line = np.arange(side[0], side[-1] + 0.5 * CELL, CELL)
    uniform = Grid(line, line, np.arange(down[0], 0.5 * CELL, CELL))
    uniform = uniform.with_active(uniform.upward[:, None, None] < ground(uniform.easting, uniform.northing[:, None]))
    ours, *ours_seconds = built(mesh, survey)
    theirs, *their_seconds = built(uniform, survey)
    contestants = contestant(ours, sum(ours_seconds)), contestant(theirs, sum(their_seconds))
    random = np.random.default_rng(1)
    data = random.standard_normal(survey.range_shape)
    models = [random.uniform(0.0, 0.03, grid.shape) for grid in (mesh, uniform)]
    for _ in range(2 if bench.quick else ROUNDS + 1):
        for one, model in zip(contestants, models, strict=True):
            one.take_turn(model, data)
    title = f"padded mesh of {mesh.size} cells beside {uniform.size} uniform ones"
    bench.details["padded"], bench.details["uniform"] = (one.seconds for one in contestants)
    for way in ("forward", "adjoint"):
        ratio = getattr(contestants[0], f"median_{way}") / getattr(contestants[1], f"median_{way}")
        if bench.quick:
            bench.show(f"{title}: {way}, ratio of times", ratio, "x", note=ours.engine)
        else:
            bench.at_most(f"{title}: {way}, ratio of times", ratio, 1.0, "x", note=ours.engine)
    some = random.choice(stations, min(SAMPLES, stations), replace=False)
    exact = Magnetics(mesh, survey.select(some), "direct")(models[0])
    error = np.linalg.norm(ours(models[0])[:, some] - exact) / np.linalg.norm(exact)
    bench.at_most("error of a random model", float(error), RTOL)
    active = np.flatnonzero(mesh.active)
    low, high = (
        np.meshgrid(down[:-1], side[:-1], side[:-1], indexing="ij"),
        np.meshgrid(down[1:], side[1:], side[1:], indexing="ij"),
    )
    edges = [(low[axis].ravel(), high[axis].ravel()) for axis in (2, 1, 0)]
    cells_of = random.choice(active, 5 if bench.quick else SAMPLES, replace=False)
    bench.at_most("largest error of one cell alone", single_cells(ours, cells_of, edges), RTOL)


def large_octree(bench: Benchmark) -> None:
    """An octree of a million cells."""
    cells, stations = (40, 1000) if bench.quick else (290, 100_000)
    survey = draped(cells, stations)
    mesh = octree(survey, cells)
    A, planned, seconds = built(mesh, survey)
    ours, random = contestant(A, planned + seconds), np.random.default_rng(2)
    model, data = random.uniform(0.0, 0.03, mesh.shape) * mesh.active, random.standard_normal(survey.range_shape)
    for _ in range(2 if bench.quick else ROUNDS + 1):
        ours.take_turn(model, data)
    title = f"octree of {mesh.size} cells, {int(mesh.active.sum())} of them rock, {stations} stations"
    bench.details["octree"] = ours.seconds | {"parts": str(A.choice.settings)}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    bench.show(f"{title}: plan", planned, "s")
    aims = (
        ("set-up", ours.build_seconds, 60.0, "s"),
        ("forward", ours.median_forward, 1.5, "s"),
        ("adjoint", ours.median_adjoint, 1.5, "s"),
        ("memory, at most", memory, 4.0, "GB"),
    )
    for what, measured, limit, unit in aims:
        if bench.quick:
            bench.show(f"{title}: {what}", measured, unit)
        else:
            bench.at_most(f"{title}: {what}", measured, limit, unit)
    some = random.choice(stations, SAMPLES, replace=False)
    exact = exact_octree(mesh, survey.select(some), model)
    error = np.linalg.norm(ours.data[:, some] - exact) / np.linalg.norm(exact)
    bench.at_most("error of a random model", float(error), RTOL)
    cells_of = random.choice(np.flatnonzero(mesh.active), 5 if bench.quick else 30, replace=False)
    edges = [mesh.cell_edges(axis) for axis in ("easting", "northing", "upward")]
    bench.at_most("largest error of one cell alone", single_cells(A, cells_of, edges), RTOL)


def exact_octree(mesh: OctreeGrid, survey: Survey, model: Array) -> Array:
    """Exact sums level by level."""
    levels, total = OctreeLevels(mesh), np.zeros(survey.range_shape)
    for level in levels.numbers:
        host = levels.host((level,), level)
        uniform = host.embedding.expand(model[None, None], np.float64)[0, 0]
        total += Magnetics(host.cells, survey, "direct")(uniform)
    return total


def octree_beside_simpeg(bench: Benchmark) -> None:
    """A smaller octree beside the peer over the same TreeMesh."""
    if not (bench.has("simpeg", "SimPEG over the same octree") and bench.has("discretize", "SimPEG's TreeMesh")):
        return
    cells, stations, few = (24, 300, 50) if bench.quick else (90, 10_000, PEER_STATIONS)
    survey = draped(cells, stations)
    mesh = octree(survey, cells)
    A, planned, seconds = built(mesh, survey)
    some = np.sort(np.random.default_rng(3).choice(stations, few, replace=False))
    ours, theirs = contestant(A, planned + seconds), of_simpeg(mesh, survey.select(some), "forward_only")
    random = np.random.default_rng(4)
    model, data = random.uniform(0.0, 0.03, mesh.shape) * mesh.active, random.standard_normal(survey.range_shape)
    for turn in range(2 if bench.quick else 3):
        for _ in range(1 if bench.quick else ROUNDS):
            ours.take_turn(model, data)
        if turn < 2:
            theirs.take_turn(model, data[0, some])
    title = f"octree of {mesh.size} cells, {stations} stations, beside SimPEG's ({few} stations, scaled)"
    bench.details["small octree"], bench.details["simpeg"] = ours.seconds, theirs.seconds
    for way in ("forward", "adjoint"):
        # its first call compiles
        peer = getattr(theirs, f"{way}_seconds")[-1] * stations / few
        speed = peer / getattr(ours, f"median_{way}")
        if bench.quick:
            bench.show(f"{title}: {way}", speed, "x")
        else:
            bench.at_least(f"{title}: {way}", speed, 500.0, "x", note=f"{peer:.3g} s")
    strict = Magnetics(mesh, survey.select(some), rtol=1e-7)(model)[0]
    difference = float(np.linalg.norm(strict - theirs.data) / np.linalg.norm(theirs.data))
    bench.at_most("difference from SimPEG's numbers, at rtol 1e-7", difference, 1e-6)
    bench.at_most(
        "and at rtol 1e-5", float(np.linalg.norm(ours.data[0, some] - theirs.data) / np.linalg.norm(theirs.data)), RTOL
    )


def main() -> None:
    """Compare, and write the record."""
    bench = Benchmark("How fast and how right padded tensor meshes and octrees are")
    beside_uniform(bench)
    large_octree(bench)
    octree_beside_simpeg(bench)
    bench.finish()


if __name__ == "__main__":
    main()
