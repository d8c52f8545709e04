"""Programs that mpirun runs in several processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from checkout import SUPPORT, environment
from made_once import made_once

MPIRUN = shutil.which("mpirun", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
LACKING = [name for name in ("mpi4py", "pylops_mpi") if find_spec(name) is None] + ["mpirun"] * (MPIRUN is None)


def mpirun(ranks: int, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Result of a Python program in several processes."""
    if LACKING:
        pytest.skip(f"{' and '.join(LACKING)} is not installed")
    assert MPIRUN is not None
    one_thread = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "TORCH_PYLOPS": "0"}
    as_anyone = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    command = [MPIRUN, "--oversubscribe", "--bind-to", "none", "-n", str(ranks), sys.executable, *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(**one_thread, **as_anyone),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def slab_report(temporary: pytest.TempPathFactory, ranks: int) -> dict[str, Any]:
    """What ``slab_checks.py`` found in so many processes, run once for all tests."""

    def run(folder: Path) -> None:
        result = mpirun(ranks, str(SUPPORT / "slab_checks.py"), str(folder / "report.json"))
        assert result.returncode == 0, result.stderr

    if LACKING:
        pytest.skip(f"{' and '.join(LACKING)} is not installed")
    report: dict[str, Any] = json.loads((made_once(temporary, f"slabs-{ranks}", run) / "report.json").read_text())
    return report
