"""How long a whole inversion takes, start-up and files included, in how much memory, and what it finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import xarray as xr
from record import Benchmark, shared_data
from synthetic import FIELD, cells, level

from geoinv import Grid, Survey
from geoinv.formats import read_mesh, read_model, write_mesh, write_survey
from geoinv.operators import Magnetics

Array = npt.NDArray[np.float64]

# a process of its own: the peak that the system reports for a child includes that of whoever started it
LAUNCHER = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, done.stdout, seconds, 1024 * used.ru_maxrss]))
"""


@dataclass(frozen=True)
class Inversion:
    """One run of ``geoinv invert``: what it wrote, how long the process took, and its peak memory."""

    result: xr.Dataset
    seconds: float
    peak_bytes: float

    @property
    def chi2(self) -> float:
        """chi^2 per datum."""
        return float(self.result.attrs["chi2_per_datum"])

    @property
    def status(self) -> str:
        """Sentence that says how it ended."""
        return str(self.result.attrs["status"])

    @property
    def outcome(self) -> str:
        """Name of the way it ended, such as reached or stalled."""
        return str(self.result.attrs["outcome"])

    @property
    def reached(self) -> bool:
        """Whether it says so."""
        return bool(self.result.attrs["reached"])

    @property
    def model(self) -> Array:
        """Susceptibility (upward, northing, easting), 0 where there is no rock."""
        return np.nan_to_num(np.asarray(self.result["susceptibility"]))


def geoinv_invert(*arguments: object, cache: Path | None = None) -> Inversion:
    """Run the command line in a process of its own.

    Parameters
    ----------
    *arguments
        Survey and options, without ``--out``.
    cache : Path, optional
        Folder of compiled kernels in place of the usual one.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    environment = {**os.environ, **({} if cache is None else {"NUMBA_CACHE_DIR": str(cache)})}
    with TemporaryDirectory() as folder:
        out = Path(folder) / "model.nc"
        command = [sys.executable, "-m", "geoinv", "invert", *map(str, arguments), "--out", str(out)]
        launched = subprocess.run(
            [sys.executable, "-c", LAUNCHER, *command], env=environment, capture_output=True, text=True, check=True
        )
        code, text, seconds, peak = json.loads(launched.stdout)
        if code:
            raise RuntimeError(f"{' '.join(command)} ended with {code}: {text}")
        return Inversion(xr.load_dataset(out), seconds, peak)


def record_cost(
    bench: Benchmark, what: str, runs: Sequence[Inversion], seconds: float | None = None, peak: float | None = None
) -> None:
    """Record the median time and the highest memory of some runs, against limits in s and GB where there are any."""
    time = float(np.median([run.seconds for run in runs]))
    memory = max(run.peak_bytes for run in runs) / 1e9
    bench.details[what] = {"seconds": [run.seconds for run in runs], "peak_bytes": [run.peak_bytes for run in runs]}
    for name, value, limit, unit in (("whole process", time, seconds, "s"), ("peak memory", memory, peak, "GB")):
        if limit is None:
            bench.show(f"{what}: {name}", value, unit)
        else:
            bench.at_most(f"{what}: {name}", value, limit, unit)


def depth_summed_correlation(model: Array, truth: Array) -> float:
    """Correlation of two maps, each the sum over depth of a model on the same cells of equal height."""
    return float(np.corrcoef(model.sum(axis=0).ravel(), truth.sum(axis=0).ravel())[0, 1])


def two_boxes(shape: tuple[int, int, int]) -> Array:
    """Susceptibility of the truth."""
    model = np.zeros(shape)
    for susceptibility, (up, north, east) in (
        (0.05, ((0.65, 0.95), (0.3, 0.5), (0.25, 0.5))),
        (0.03, ((0.5, 0.85), (0.55, 0.8), (0.6, 0.75))),
    ):
        box = [slice(int(a * n), int(b * n)) for (a, b), n in zip((up, north, east), shape, strict=True)]
        model[tuple(box)] = susceptibility
    return model


def write_problem(grid: Grid, survey: Survey, model: Array, folder: Path) -> tuple[Path, Path]:
    """Write mesh, and survey with the model's data and noise."""
    clean = Magnetics(grid, survey)(np.where(grid.active, model, 0.0))
    deviation = 2.0 + 0.01 * np.abs(clean)
    noise = np.random.default_rng(0).standard_normal(clean.shape)
    observations, mesh = folder / "synthetic.mag", folder / "synthetic.msh"
    write_survey(observations, survey.with_data(clean + deviation * noise, deviation))
    write_mesh(mesh, grid)
    return observations, mesh


def synthetic(shape: tuple[int, int, int], folder: Path) -> tuple[Path, Path, Array]:
    """Write survey and mesh of two boxes under a gridded survey with noise, and return their truth."""
    grid, survey = level(shape)
    model = two_boxes(shape)
    return *write_problem(grid, survey, model, folder), model


def start_up(bench: Benchmark, folder: Path) -> None:
    """Invert next to nothing: what every run pays, and what the first one after installation does."""
    shape = (8, 16, 16)
    survey, mesh, truth = synthetic(shape, folder)
    if not bench.quick:
        first = geoinv_invert(survey, "--mesh", mesh, cache=folder / "cache")
        record_cost(bench, "2,048 cells, the first run ever, which compiles", [first])
        geoinv_invert(survey, "--mesh", mesh)  # compiles into the usual place where that has not happened yet
    run = geoinv_invert(survey, "--mesh", mesh)
    record_cost(bench, "2,048 cells", [run])
    bench.between("2,048 cells: chi^2/N", run.chi2, 0.98, 1.01)
    bench.show("2,048 cells: correlation with the truth, summed over depth", depth_summed_correlation(run.model, truth))


def raglan(bench: Benchmark) -> None:
    """Invert a real survey to the misfit of the published model, and to what its uncertainties ask for."""
    folder = shared_data("raglan_1997")
    if folder is None or bench.quick:
        bench.leave_out("Raglan", "--quick" if bench.quick else "raglan_1997 is not beside the checkout")
        return
    survey, mesh = folder / "obs.mag", folder / "mesh.msh"
    published = read_model(folder / "maginv3d.sus", read_mesh(mesh))
    runs = [geoinv_invert(survey, "--mesh", mesh, "--target", 27) for _ in range(3)]
    record_cost(bench, "Raglan to 27", runs, seconds=30.0, peak=1.5)
    run = runs[0]
    bench.between("Raglan to 27: chi^2/N", run.chi2, 0.98 * 27, 1.01 * 27)
    bench.at_least("Raglan to 27: lowest susceptibility", float(run.model.min()), 0.0, "SI")
    bench.at_least(
        "Raglan to 27: correlation with the published model, summed over depth",
        depth_summed_correlation(run.model, published),
        0.8,
    )
    run = geoinv_invert(survey, "--mesh", mesh)
    record_cost(bench, "Raglan to 1", [run])
    ended = run.outcome in ("reached", "stalled")
    bench.holds("Raglan to 1: ends in a sentence", run.outcome, "reached, stalled", ended, run.status)


def sphere(bench: Benchmark) -> None:
    """Invert SimPEG's tutorial: topography, draped stations, padded cells, a sphere whose place is known."""
    folder = shared_data("simpeg_mag_tutorial")
    if folder is None or bench.quick:
        bench.leave_out(
            "SimPEG's tutorial", "--quick" if bench.quick else "simpeg_mag_tutorial is not beside the checkout"
        )
        return
    mesh = folder / "mesh_ubc.msh"
    options = ["--mesh", mesh, "--topo", folder / "magnetics_topo.txt", "--field", 90, 0, 50000]
    run = geoinv_invert(folder / "magnetics_data.obs", *options, "--noise", 0.442, "--base-level", "fit")
    record_cost(bench, "SimPEG's tutorial", [run])
    bench.between("SimPEG's tutorial: chi^2/N", run.chi2, 0.9, 1.1)
    centre = centroid_of_body(run.model, read_mesh(mesh))
    distance = float(np.linalg.norm(centre - np.array([0.0, 0.0, -45.0])))
    bench.at_most(
        "SimPEG's tutorial: centroid from the sphere's", distance, 10.0, "m", f"at {np.round(centre, 1).tolist()}"
    )


def centroid_of_body(model: Array, grid: Grid) -> Array:
    """Easting, northing and upward of the cells above half the maximum, weighted by susceptibility times volume."""
    weights = np.where(model > 0.5 * model.max(), model * grid.volumes, 0.0)
    upward, northing, easting = np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij")
    return np.array([np.average(axis, weights=weights) for axis in (easting, northing, upward)])


def million_cells(bench: Benchmark, folder: Path) -> None:
    """Invert a million cells under 16,384 stations."""
    if bench.quick:
        bench.leave_out("1,048,576 cells", "--quick")
        return
    survey, mesh, truth = synthetic((64, 128, 128), folder)
    run = geoinv_invert(survey, "--mesh", mesh)
    record_cost(bench, "1,048,576 cells", [run], seconds=60.0, peak=3.0)
    bench.holds("1,048,576 cells: ends", run.outcome, "reached", run.reached, run.status)
    correlation = depth_summed_correlation(run.model, truth)
    bench.show("1,048,576 cells: correlation with the truth, summed over depth", correlation)


def draped(bench: Benchmark, folder: Path) -> None:
    """Invert half a million cells under hills, from 20,000 stations anywhere 30 to 150 m above them."""
    if bench.quick:
        bench.leave_out("draped", "--quick")
        return
    shape, random = (30, 142, 142), np.random.default_rng(6)
    grid = cells(shape)

    def ground(easting: Array, northing: Array) -> Array:
        return np.asarray(-125.0 + 100.0 * np.sin(easting / 900.0) * np.cos(northing / 1100.0))

    nodes = np.meshgrid(grid.easting_edges, grid.northing_edges)
    topography = np.column_stack([c.ravel() for c in (*nodes, ground(*nodes))])
    np.savetxt(folder / "topography.txt", topography, fmt="%.3f")
    easting, northing = random.uniform(0.0, grid.easting_edges[-1], (2, 20_000))
    upward = ground(easting, northing) + random.uniform(30.0, 150.0, easting.size)
    survey = Survey(easting, northing, upward, field=FIELD)
    under = grid.with_topography(topography)
    model = np.where(under.active, two_boxes(shape), 0.0)
    observations, mesh = write_problem(under, survey, model, folder)
    what = f"{int(under.active.sum()):,} cells under topography, 20,000 draped stations"
    run = geoinv_invert(observations, "--mesh", mesh, "--topo", folder / "topography.txt")
    record_cost(bench, what, [run], seconds=300.0, peak=4.0)
    bench.holds(f"{what}: ends", run.outcome, "reached", run.reached, run.status)
    correlation = depth_summed_correlation(run.model, model)
    bench.show(f"{what}: correlation with the truth, summed over depth", correlation)


def main() -> None:
    """Run the command line on each problem in turn."""
    bench = Benchmark(__doc__)
    with TemporaryDirectory() as folder:
        start_up(bench, Path(folder))
        raglan(bench)
        sphere(bench)
        million_cells(bench, Path(folder))
        draped(bench, Path(folder))
    bench.finish()


if __name__ == "__main__":
    main()
