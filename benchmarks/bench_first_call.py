"""How long the first call after installation takes, which compiles, every later process, and the import alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from record import Benchmark

APPLIED = """
import sys
import numpy as np
from geoinv import Grid, MainField, Survey
from geoinv.operators import Magnetics

grid = Grid.regular((4, 8, 8), (25.0, 50.0, 50.0), (-100.0, 0.0, 0.0))
northing, easting = (c.ravel() for c in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
survey = Survey(easting, northing, np.full(easting.size, 40.0), field=MainField(65.0, 25.0, 50000.0))
for way in sys.argv[1:]:
    engine, _, rtol = way.partition(" ")
    A = Magnetics(grid, survey, engine, rtol=float(rtol) if rtol else None)
    A.T(A(np.ones(grid.shape)))
    A.gram_diagonal()
"""

WAYS = ("gridded", "dense", "direct", "direct 1e-5", "direct 1e-6", "lattice", "lattice 1e-5")
"""Engine and tolerance."""

PROCESSES = 5
"""Of which the median is taken where nothing is compiled."""


def seconds_of(program: str, *arguments: str, cache: Path) -> tuple[float, float]:
    """Wall and processor time of a Python process whose compiled kernels are kept in a folder."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    # an installation writes Python's own compiled files
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, began = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *arguments], env=environment, check=True)
    wall, after = time.perf_counter() - began, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, used


def main() -> None:
    """Compile each way alone, then all in one process; then again with everything compiled."""
    bench = Benchmark(__doc__)
    ways = WAYS[:1] if bench.quick else WAYS
    with TemporaryDirectory() as folder:
        for way in () if bench.quick else ways:
            wall, _ = seconds_of(APPLIED, way, cache=Path(folder) / way)
            bench.at_most(f"first call ever, {way}: forward, adjoint, diagonal", wall, 20.0, "s")
        together = Path(folder) / "together"
        wall, _ = seconds_of(APPLIED, *ways, cache=together)
        name = f"first call ever of {'all of them' if len(ways) > 1 else ways[0]}, one process"
        bench.at_most(name, wall, 20.0, "s")
        for way in ways:
            runs = [seconds_of(APPLIED, way, cache=together)[0] for _ in range(PROCESSES)]
            bench.at_most(f"later process, {way}", median(runs), 1.0, "s")
        runs = [seconds_of("import geoinv", cache=together)[1] for _ in range(PROCESSES)]
        bare = [seconds_of("pass", cache=together)[1] for _ in range(PROCESSES)]
        bench.at_most("import geoinv, processor time beyond Python's own", median(runs) - median(bare), 0.5, "s")
    bench.finish()


if __name__ == "__main__":
    main()
