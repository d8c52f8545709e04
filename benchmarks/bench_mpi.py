"""What splitting an inversion over processes gains and costs: fixed work over more of them, and more work over more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from record import ROOT, Benchmark

from geoinv import Grid, MainField, Smooth, Survey
from geoinv.operators import Magnetics

FIELD = MainField(65.0, 25.0, 50000.0)
CELL = 20.0
RTOL = 1e-5

PAPER_CELLS, PAPER_STATIONS = (256, 2000, 2000), 1_000_000
"""Layers, rows and columns, and stations, of the survey that is reckoned on paper."""

NETWORK, LATENCY = 10e9, 5e-6
"""Bytes a second between machines, and seconds a message, as clusters have them."""

ARRAYS = 30
"""Arrays of the model's size that an inversion holds."""


@dataclass(frozen=True)
class Case:
    """Work of one run.

    Attributes
    ----------
    layers, side : int
        Layers of the mesh, and cells along each side of a layer; a draped station over each column.
    applications : int
        Of the operator, its adjoint and the regularizer, as in as many steps of conjugate gradients.
    """

    layers: int
    side: int
    applications: int

    def grid(self) -> Grid:
        """Mesh of equal cells."""
        return Grid.regular((self.layers, self.side, self.side), (CELL,) * 3, (-CELL * self.layers, 0.0, 0.0))

    def survey(self) -> Survey:
        """Stations between 20 and 50 m above the mesh."""
        places = CELL * (np.arange(self.side) + 0.5)
        northing, easting = (c.ravel() for c in np.meshgrid(places, places, indexing="ij"))
        upward = 35.0 + 15.0 * np.sin(easting / 170.0) * np.cos(northing / 230.0)
        return Survey(easting, northing, upward, field=FIELD)


def work(case: Case) -> None:
    """Run in each process: print what the first of them has measured as JSON."""
    from geoinv.core.whole import in_slabs
    from geoinv.inversion.products import model_product
    from geoinv.parallel import split, team

    together = team()
    A = split(Magnetics, case.grid(), case.survey(), together, rtol=RTOL)
    random = np.random.default_rng(together.rank)
    model, data = random.standard_normal(A.domain_shape), np.ones(A.range_shape)
    with in_slabs(A.slabs):
        phi = Smooth(weighting=None).bind(A)
        A.T(A(model)), phi.curvature(model, model)  # builds and compiles
        for counts in (together.traffic.sent, together.traffic.calls):
            counts.clear()
        together.communicator.Barrier()
        together.traffic.seconds, began = 0.0, time.perf_counter()
        for _ in range(case.applications):
            A(model)
            curved = A.T(data) + phi.curvature(model, model)
            model_product(model, curved)
            model_product(curved, curved)
        seconds = time.perf_counter() - began
    if together.first:
        sent = {name: count / case.applications for name, count in together.traffic.sent.items()}
        found = {"seconds": seconds, "waiting": together.traffic.seconds, "sent": sent, "engine": A.part.engine}
        print(json.dumps(found))


def measured(case: Case, processes: int) -> dict[str, Any]:
    """What the first of some processes tells of a case."""
    mpirun = shutil.which("mpirun", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert mpirun is not None, "asked for before"
    command = [mpirun, "--oversubscribe", "--bind-to", "none", "-n", str(processes), sys.executable, __file__]
    sizes = [str(number) for number in (case.layers, case.side, case.applications)]
    environment = {
        **os.environ,
        **dict.fromkeys(("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"), "1"),
        **dict.fromkeys(("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
        "TORCH_PYLOPS": "0",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "benchmarks")]),
    }
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*command, "--in-each", *sizes], env=environment, cwd=folder, capture_output=True, text=True, check=True
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(bench: Benchmark, name: str, one: Case, several: Case, processes: int, rounds: int, ideal: float) -> None:
    """Runs of one process and of several in turns, with their median times.

    Parameters
    ----------
    bench : Benchmark
    name : str
    one, several : Case
        Work of one process, and of several.
    processes, rounds : int
    ideal : float
        Time of several processes, relative to that of one, if sending cost nothing.
    """
    runs: dict[int, list[dict[str, Any]]] = {1: [], processes: []}
    for _ in range(rounds):
        runs[1].append(measured(one, 1))
        runs[processes].append(measured(several, processes))
    alone, together = (median(run["seconds"] for run in runs[count]) for count in (1, processes))
    share = median(run["waiting"] / run["seconds"] for run in runs[processes])
    last = runs[processes][-1]
    each = several.layers * several.side**2 * 8.0
    rows = [
        [str(count), f"{case.layers} x {case.side} x {case.side}", f"{1e3 * seconds / case.applications:.1f}", engine]
        for count, case, seconds, engine in (
            (1, one, alone, runs[1][-1]["engine"]),
            (processes, several, together, last["engine"]),
        )
    ]
    bench.table(f"{name} scaling", ["processes", "cells", "ms a step", "engine of the lowest slab"], rows)
    bench.show(f"{name}: efficiency of {processes} processes", ideal * alone / together)
    bench.show(f"{name}: part of the time spent sending and waiting", share)
    sent = sum(last["sent"].values())
    bench.show(f"{name}: sent a step by the first process, beside the model's size", sent / each, note=f"{sent:.3g} B")
    bench.details[name] = runs


def on_paper(bench: Benchmark, applications: int) -> None:
    """Reckon the survey that no machine here holds, by what its engines estimate for a slab."""
    layers, rows, columns = PAPER_CELLS
    lines = []
    side = round(PAPER_STATIONS**0.5)
    places = np.linspace(0.0, CELL * columns, side, endpoint=False) + 7.0
    northing, easting = (c.ravel() for c in np.meshgrid(places, places, indexing="ij"))
    survey = Survey(easting, northing, 35.0 + 15.0 * np.sin(easting / 170.0), field=FIELD)
    data, plane = 8.0 * survey.stations, 8.0 * rows * columns
    for processes in (16, 64, 256):
        own = layers // processes
        slab = Grid.regular((own, rows, columns), (CELL,) * 3, (-CELL * own, 0.0, 0.0))
        A = Magnetics(slab, survey, engine="lattice", rtol=RTOL, memory_budget=1e13)
        estimate = A.estimate()
        # a sum over processes and a broadcast pass the data about twice each; a layer goes up and one comes down, twice
        network = (4.0 * data + 4.0 * plane) / NETWORK + 12.0 * np.log2(processes) * LATENCY
        step = 2.0 * estimate.apply + network
        memory = estimate.memory + ARRAYS * own * plane + layers * rows * columns
        lines.append(
            [
                str(processes),
                f"{memory / 1e9:.0f}",
                f"{(2.0 * data + 4.0 * plane) / 1e6:.0f}",
                f"{2.0 * estimate.apply:.1f}",
                f"{network:.3f}",
                f"{applications * step / 3600.0:.1f}",
            ]
        )
    columns_said = ["processes", "GB each", "MB sent a step", "s computing", "s sending", f"h for {applications} steps"]
    bench.table(f"On paper: {layers * rows * columns:.3g} cells, {survey.stations} stations", columns_said, lines)


def main(arguments: Sequence[str]) -> int:
    """Measure with one process and with two, as this machine has cores for, then reckon."""
    if arguments[:1] == ["--in-each"]:
        work(Case(*map(int, arguments[1:])))
        return 0
    bench = Benchmark(__doc__ or "", arguments)
    if bench.has("mpi4py", "scaling") and bench.has("pylops_mpi", "scaling"):
        side, layers, applications, rounds = (12, 4, 2, 1) if bench.quick else (96, 16, 10, 5)
        half, full = Case(layers, side, applications), Case(2 * layers, side, applications)
        compare(bench, "strong", full, full, 2, rounds, 0.5)
        compare(bench, "weak", half, full, 2, rounds, 1.0)
    if not bench.quick:
        on_paper(bench, 400)
    return bench.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
