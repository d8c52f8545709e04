"""How fast and how right the lattice engine is for draped stations over a million cells, beside fmm3dpy's dipoles."""

from __future__ import annotations

import resource
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from record import Benchmark, timed
from synthetic import draped
from turns import Contestant

from geoinv import Grid, Survey
from geoinv.operators import Magnetics
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine

Array = npt.NDArray[np.float64]

RTOL = 1e-5
RELIEF = 80.0
"""Metres that hills rise above and valleys fall below their mean."""

SAMPLES = 200
"""Stations where the data are compared with the exact sum."""

PEER_TOLERANCES = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
"""What the peer is asked for, until its error is as small as ours may be."""

MU0_NT = 4e-7 * np.pi * 1e9


def bodies(grid: Grid) -> Array:
    """Susceptibility of smooth bodies on a noisy ground."""
    model = 0.01 * np.random.default_rng(1).random(grid.shape)
    for at, size, value in (((0.3, 0.4, 0.5), 0.1, 0.08), ((0.7, 0.6, 0.7), 0.07, 0.05)):
        squared = sum(
            ((centre / np.ptp(grid.edges(axis)) - grid.edges(axis)[0] / np.ptp(grid.edges(axis)) - place) / size) ** 2
            for axis, centre, place in (
                ("easting", grid.easting, at[0]),
                ("northing", grid.northing[:, None], at[1]),
                ("upward", grid.upward[:, None, None], at[2]),
            )
        )
        model = model + value * np.exp(-squared)
    return np.where(grid.active, model, 0.0)


def of_lattice(grid: Grid, survey: Survey, repeats: int) -> Contestant:
    """Build the engine, which is where its near cells are evaluated."""
    seconds, engine = timed(LatticeEngine, magnetic_problem(grid, survey, "susceptibility", np.dtype(np.float32), RTOL))
    return Contestant(
        lambda model: engine.forward(model[None, None])[0, 0],
        lambda data: engine.adjoint(data[None, None])[0, 0],
        repeats,
        seconds,
    )


def dipoles(grid: Grid, survey: Survey, model: Array) -> tuple[Array, Array, Array]:
    """Places (3, cells), moments (3, cells) in A m2 and stations (3, stations) as fmm3dpy takes them."""
    places = np.broadcast_arrays(grid.easting, grid.northing[:, None], grid.upward[:, None, None])
    moments = model * grid.volumes * survey.field.intensity / MU0_NT
    sources = np.array([place[grid.active] for place in places])
    stations = np.array([survey.easting, survey.northing, survey.upward])
    return sources, survey.field.direction[:, None] * moments[grid.active], stations


def beside_fmm(bench: Benchmark, grid: Grid, survey: Survey, model: Array, ours: Contestant) -> None:
    """The peer's time for the same number of dipoles, at an error like ours against the direct sum of dipoles."""
    if not bench.has("fmm3dpy", "fmm3dpy"):
        return
    import fmm3dpy

    sources, moments, stations = dipoles(grid, survey, model)

    def anomaly(result: Any) -> Array:
        return np.asarray(-MU0_NT * (survey.field.direction @ result.gradtarg))

    some = np.random.default_rng(2).choice(survey.stations, min(SAMPLES, survey.stations), replace=False)
    targets = np.ascontiguousarray(stations[:, some])
    direct = anomaly(fmm3dpy.l3ddir(sources=sources, dipvec=moments, targets=targets, pgt=2, thresh=1e-9))
    apart = np.linalg.norm(direct - ours.data[some]) / np.linalg.norm(direct)
    bench.show("dipoles against prisms, relative", float(apart), note="what taking cells for points costs")
    for asked in PEER_TOLERANCES:
        call = {"eps": asked, "sources": sources, "dipvec": moments, "targets": stations, "pgt": 2}
        seconds, result = timed(lambda call=call: fmm3dpy.lfmm3d(**call))
        error = float(np.linalg.norm(anomaly(result)[some] - direct) / np.linalg.norm(direct))
        bench.show(f"fmm3dpy, eps {asked:g}: forward", seconds, "s", note=f"error {error:.1e}")
        bench.details[f"fmm3dpy {asked:g}"] = {"seconds": seconds, "error": error}
        if error <= RTOL:
            ratio = seconds / ours.median_forward
            if bench.quick:
                bench.show("times faster than fmm3dpy", ratio)
            else:
                bench.at_least("times faster than fmm3dpy at equal accuracy", ratio, 20.0)
            return
    bench.leave_out("times faster than fmm3dpy at equal accuracy", f"fmm3dpy does not reach {RTOL:g}")


def main() -> None:
    """Errors, times and memory of one problem, then the peer."""
    bench = Benchmark(__doc__)
    shape, stations, repeats = ((6, 24, 24), 300, 1) if bench.quick else ((25, 200, 200), 100_000, 5)
    of_lattice(*draped((4, 8, 8), 10, RELIEF), 1).take_turn(np.zeros((4, 8, 8)), np.zeros(10))  # compiles
    grid, survey = draped(shape, stations, RELIEF)
    model, data = bodies(grid), np.random.default_rng(3).standard_normal(stations)
    bench.show("cells", float(grid.size))
    bench.show("active cells", float(grid.active.sum()))
    bench.show("stations", float(stations))
    bench.show("threads", float(numba.get_num_threads()))
    expected = Magnetics(grid, survey, "lattice", rtol=RTOL, dtype="float32").estimate()
    bench.show("expected", str(expected))

    ours = of_lattice(grid, survey, repeats)
    ours.take_turn(model, data)
    bench.details["lattice"] = ours.seconds
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    some = np.random.default_rng(4).choice(stations, min(SAMPLES, stations), replace=False)
    exact = Magnetics(grid, survey.select(some), "direct")(model)[0]
    error = float(np.linalg.norm(ours.data[some] - exact) / np.linalg.norm(exact))
    product = float(ours.data @ data - np.vdot(model, ours.gradient))
    bench.at_most("error of the data, relative", error, RTOL)
    size = float(np.linalg.norm(ours.data) * np.linalg.norm(data))
    bench.at_most("adjoint: difference of the two products, relative", abs(product) / size, 1e-6)
    aims = (
        ("set-up", ours.build_seconds, 60.0, "s"),
        ("forward", ours.median_forward, 1.0, "s"),
        ("adjoint", ours.median_adjoint, 1.0, "s"),
        ("memory, at most", memory, 4.0, "GB"),
    )
    for what, measured, limit, unit in aims:
        if bench.quick:
            bench.show(what, measured, unit)
        else:
            bench.at_most(what, measured, limit, unit)
    beside_fmm(bench, grid, survey, model, ours)
    bench.finish()


if __name__ == "__main__":
    main()
