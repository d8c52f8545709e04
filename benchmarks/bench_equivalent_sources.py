"""How long 100,000 draped stations take to be gridded and reduced to the pole, and how right that is."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from record import Benchmark

from geoinv import EquivalentSources, Grid, MainField, Survey
from geoinv.equivalent_sources.grid import grid_of
from geoinv.equivalent_sources.nodes import nodes_over
from geoinv.operators import Gravity, Magnetics

Array = npt.NDArray[np.float64]

FIELD = MainField(60.0, 10.0, 50000.0)
POLE = MainField(90.0, 0.0, 50000.0)
APART = 50.0
"""Metres between neighbouring stations, about."""

RELIEF = 100.0
"""Metres that hills rise above and valleys fall below their mean."""

CLEARANCE = 60.0
"""Metres from the ground to the stations, about."""

EDGE = 500.0
"""Metres from the survey's edge where errors begin to count."""

NOISE = {"tmi": 1.0, "gz": 0.01}
"""Standard deviations in nT and mGal."""

BODY = 700.0
"""Side in metres of the square that a body has to itself, about."""


def hills(easting: Array, northing: Array) -> Array:
    """Height of the ground in metres."""
    return np.asarray(RELIEF * np.sin(easting / 900.0) * np.cos(northing / 700.0))


def bodies(side: float) -> tuple[Grid, Array]:
    """Cells of 50 m below a square, and the share of a full contrast that each has: boxes from 150 to 700 m deep."""
    random = np.random.default_rng(1)
    columns = int(np.ceil(side / 50.0))
    grid = Grid.regular((12, columns, columns), (50.0, 50.0, 50.0), (-800.0, 0.0, 0.0))
    model = np.zeros(grid.shape)
    for _ in range(max(4, int((side / BODY) ** 2))):
        east, north = random.uniform(0.12 * side, 0.88 * side, 2)
        wide, long = random.uniform(75.0, 300.0, 2)
        top = random.uniform(-400.0, -250.0)
        inside = (np.abs(grid.easting - east) < wide) & (np.abs(grid.northing[:, None] - north) < long)
        inside = inside & ((grid.upward < top) & (grid.upward > top - 300.0))[:, None, None]
        model[inside] = random.uniform(0.3, 1.0)
    return grid.with_active(model > 0.0), model


def truth(survey: Survey, side: float) -> Array:
    """Data of the bodies, of 0.05 SI or 500 kg/m3 at most."""
    grid, model = bodies(side)
    if survey.kind == "gravity":
        return np.asarray(Gravity(grid, survey, rtol=1e-6, applications=1)(500.0 * model))
    return np.asarray(Magnetics(grid, survey, rtol=1e-6, applications=1)(0.05 * model))


def measured(component: str, count: int) -> tuple[Survey, float]:
    """Draped, jittered survey with noise, and the side of its square in metres."""
    random = np.random.default_rng(0)
    number = round(np.sqrt(count))
    axis = APART * (np.arange(number) + 0.5)
    easting, northing = (part.ravel() + random.uniform(-15.0, 15.0, number**2) for part in np.meshgrid(axis, axis))
    upward = hills(easting, northing) + CLEARANCE + random.uniform(-5.0, 5.0, number**2)
    survey = Survey(easting, northing, upward, (component,), FIELD if component == "tmi" else None)
    data = truth(survey, APART * number)
    noise = NOISE[component]
    return survey.with_data(data + noise * random.standard_normal(data.shape), noise), APART * number


def errors(found: Array, true: Array) -> dict[str, float]:
    """Root mean square of the difference over the peak, and over the root mean square, of what is true.

    The first also of the difference less its mean: no survey tells the level of the field at the pole.
    """
    rms, peak = float(np.sqrt(np.mean((found - true) ** 2))), float(np.abs(true).max())
    level = float(np.std(found - true)) / peak
    return {"peak": rms / peak, "rms": rms / float(np.sqrt(np.mean(true**2))), "less its mean, peak": level}


def gridded(bench: Benchmark, count: int) -> None:
    """Fit, grid and reduce to the pole; errors against the true bodies."""
    EquivalentSources(depth=200.0).fit(measured("tmi", 100)[0])  # compiles
    survey, side = measured("tmi", count)
    bench.show("stations", float(survey.stations))
    bench.show("threads", float(numba.get_num_threads()))
    began, busy = time.perf_counter(), time.process_time()
    sources = EquivalentSources().fit(survey)
    fitted, fitted_busy = time.perf_counter(), time.process_time()
    nodes = nodes_over(survey, APART, sources.spacing.gap)
    plain, pole = grid_of(sources, nodes), grid_of(sources, nodes, pole=True)
    ended, ended_busy = time.perf_counter(), time.process_time()
    assert sources.validation is not None, "the depth was left open"
    bench.show("depth of the sources", sources.fitted.layer.depth, "m")
    bench.show("cubes of the layer", float(sources.fitted.layer.level.size))
    bench.show("nodes of the grid", float(nodes.kept.sum()))
    bench.between("chi^2/N", sources.solution.chi2_per_datum, 0.97, 1.03)
    bench.show("processor time, fit", fitted_busy - busy, "s")
    bench.show("processor time, two grids", ended_busy - fitted_busy, "s")
    bench.show("fit with cross-validation", fitted - began, "s")
    if bench.quick:
        bench.show("all of it", ended - began, "s")
    else:
        bench.at_most("all of it", ended - began, 180.0, "s")
    easting, northing, upward = nodes.places()
    inside = np.minimum(np.minimum(easting, northing), side - np.maximum(easting, northing)) > EDGE
    at = Survey(easting[inside], northing[inside], upward[inside], field=FIELD)
    for name, grid, field in (("tmi", plain, FIELD), ("tmi_pole", pole, POLE)):
        true = truth(replace(at, field=field, anomaly_direction=None), side)[0]
        error = errors(grid[name].values[nodes.kept][inside], true)
        what = f"{name}: rms error over {EDGE:g} m from the edge, over the "
        if bench.quick:
            bench.show(f"{what}peak", error["peak"])
        else:
            bench.at_most(f"{what}peak", error["peak"], 0.02)
        bench.show(f"{what}rms", error["rms"])
        bench.show(f"{what}peak, less its mean", error["less its mean, peak"])
        bench.details[name] = error


def beside_harmonica(bench: Benchmark, count: int) -> None:
    """Gravity at 100 m above the stations: both at the depth that cross-validation finds for ours, and theirs tuned."""
    if not bench.has("harmonica", "harmonica"):
        return
    import harmonica

    survey, side = measured("gz", count)
    assert survey.data is not None, "it was measured"
    began = time.perf_counter()
    ours = EquivalentSources().fit(survey)
    nodes = nodes_over(survey, APART, ours.spacing.gap, up=100.0)
    places = nodes.places()
    predicted = ours.predict(*places)[0]
    seconds = time.perf_counter() - began
    inside = np.minimum(np.minimum(*places[:2]), side - np.maximum(*places[:2])) > min(EDGE, 0.2 * side)
    true = truth(Survey(*(part[inside] for part in places), ("gz",)), side)[0]
    stations = (survey.easting, survey.northing, survey.upward)
    bench.show("gravity: stations", float(survey.stations))
    error = errors(predicted[inside], true)["peak"]
    bench.show("gravity, ours with cross-validation", seconds, "s", note=f"error {error:.2e} of the peak")
    best: dict[str, Any] = {"error": np.inf}
    for damping in (1e-3, 1e-2, 1e-1, 1.0, 10.0):
        began = time.perf_counter()
        peer = harmonica.EquivalentSources(depth=ours.fitted.layer.depth, damping=damping)
        peer.fit(stations, survey.data[0])
        theirs = np.asarray(peer.predict(places))
        took = time.perf_counter() - began
        found = errors(theirs[inside], true)["peak"]
        bench.details[f"harmonica, damping {damping:g}"] = {"seconds": took, "error": found}
        if found < best["error"]:
            best = {"error": found, "seconds": took, "damping": damping}
    note = f"error {best['error']:.2e} of the peak, the damping ({best['damping']:g}) chosen by it"
    bench.show("gravity, harmonica without search", best["seconds"], "s", note=note)
    bench.show("gravity: error of ours over harmonica's", error / best["error"])


def extended(parser: argparse.ArgumentParser) -> None:
    """Add the number of stations."""
    parser.add_argument("--stations", type=int, default=100_000, help="of the magnetic survey")


def main() -> None:
    """Magnetics at the pole, then gravity beside the peer."""
    bench = Benchmark(__doc__, extend=extended)
    gridded(bench, 900 if bench.quick else bench.options.stations)
    beside_harmonica(bench, 400 if bench.quick else 2500)
    bench.finish()


if __name__ == "__main__":
    main()
