"""Whole inversions on meshes whose cells differ in size: real lines on a padded mesh, a synthetic on an octree."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from bench_inversion import geoinv_invert, record_cost
from bench_meshes import draped, octree
from record import Benchmark, shared_data

from geoinv.formats import write_mesh, write_survey
from geoinv.operators import Magnetics

LINES = "usgs_ne_wisconsin_2021"
"""6,785 records of helicopter lines."""

BODIES = (
    ((1200.0, 1600.0, -350.0), (300.0, 500.0, 150.0), 0.05),
    ((2300.0, 1500.0, -300.0), (250.0, 250.0, 120.0), 0.04),
)
"""Centre and half size (easting, northing, upward) in metres, and susceptibility, of each body of the synthetic."""


def lines(bench: Benchmark) -> None:
    """Invert real lines on the mesh that the command makes for them."""
    folder = shared_data(LINES)
    if folder is None or bench.quick:
        bench.leave_out("lines", "--quick" if bench.quick else f"{LINES} is not beside the checkout")
        return
    options = ["--columns", "tmi=RMF", "--cell", 400, "--depth", 4000, "--base-level", "fit", "--noise", 20]
    run = geoinv_invert(folder / "WI_Magnetics.csv", *options, "--field", 71.1, -4.8, 54600)
    what = f"6,785 real records, {run.model.size:,} cells made for them"
    record_cost(bench, what, [run], seconds=120.0, peak=2.0)
    bench.holds(f"{what}: ends", run.outcome, "reached", run.reached, run.status)


def synthetic(bench: Benchmark, folder: Path) -> None:
    """Invert two bodies on an octree under hills."""
    cells, stations = (24, 300) if bench.quick else (160, 20_000)
    survey = draped(cells, stations)
    mesh = octree(survey, cells)
    model = np.zeros(mesh.shape)
    for middle, half, value in BODIES:
        inside = [abs(c - m) < h for c, m, h in zip(mesh.centres, middle, half, strict=True)]
        model[np.logical_and.reduce(inside)] = value
    data = Magnetics(mesh, survey, rtol=1e-5)(np.where(mesh.active, model, 0.0))
    deviation = 0.02 * float(abs(data).max()) + 1e-3
    noise = deviation * np.random.default_rng(0).standard_normal(data.shape)
    write_survey(folder / "obs.nc", survey.with_data(data + noise, deviation))
    write_mesh(folder / "mesh.nc", mesh)
    run = geoinv_invert(folder / "obs.nc", "--mesh", folder / "mesh.nc")
    what = f"octree of {mesh.size:,} cells, {stations:,} draped stations"
    record_cost(bench, what, [run], seconds=180.0, peak=3.0)
    bench.holds(f"{what}: ends", run.outcome, "reached", run.reached, run.status)


def main() -> None:
    """Run the command line on both."""
    bench = Benchmark(__doc__)
    with TemporaryDirectory() as folder:
        lines(bench)
        synthetic(bench, Path(folder))
    bench.finish()


if __name__ == "__main__":
    main()
