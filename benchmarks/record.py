"""What the benchmarks share: a table while they run, a JSON record at the end, and where the data lie."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from summary import cells_of, write_summary

from geoinv.version import __version__

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results" / "benchmarks"


PACKAGES = (
    *("numpy", "numba", "scipy", "ducc0", "xarray", "torch"),
    *("discretize", "simpeg", "choclo", "mpmath", "pylops", "deepinv"),
)

WIDTHS = (76, 14, 18, 8)
"""Columns of the printed table."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    what : str
        What was measured.
    measured : float, str or None
        None where it was left out; `note` says why.
    unit : str
        Of `measured`.
    aim : str
        What the project wants, in words; empty where the number is for information.
    reached : bool or None
        Whether it is so; None without an aim.
    note : str
        What else to know.
    digits : int
        Significant digits shown of a number.
    """

    what: str
    measured: float | str | None
    unit: str = ""
    aim: str = ""
    reached: bool | None = None
    note: str = ""
    digits: int = 3


class Benchmark:
    """One question: prints its rows as they come, and writes them with the machine at the end.

    Parameters
    ----------
    question : str
        What the benchmark shows, in one sentence.
    arguments : sequence of str, optional
        Command line; ``sys.argv`` by default.

    Attributes
    ----------
    quick : bool
        Small sizes, for a smoke test; nothing is written unless ``--out`` says where.
    details : dict
        Whatever else the record should keep.
    """

    def __init__(self, question: str, arguments: Sequence[str] | None = None) -> None:
        parser = argparse.ArgumentParser(description=question)
        parser.add_argument("--quick", action="store_true", help="small sizes: does it run?")
        parser.add_argument("--out", type=Path, help="folder of the record (results/benchmarks; with --quick: none)")
        options = parser.parse_args(arguments)
        self.question = question
        self.quick: bool = options.quick
        self.rows: list[Row] = []
        self.details: dict[str, Any] = {}
        self._folder: Path | None = options.out or (None if options.quick else RESULTS)
        self._machine = machine()
        self._began = datetime.now(UTC)
        print(f"{question}\n{machine_text(self._machine)}\n")
        self._print_cells(("what", "measured", "aim", ""))

    def at_most(self, what: str, value: float, limit: float, unit: str = "", note: str = "") -> None:
        """Record a value that should not exceed `limit`."""
        self._add(Row(what, value, unit, f"<= {limit:g} {unit}".strip(), bool(value <= limit), note))

    def at_least(self, what: str, value: float, limit: float, unit: str = "", note: str = "") -> None:
        """Record a value that should not be below `limit`."""
        self._add(Row(what, value, unit, f">= {limit:g} {unit}".strip(), bool(value >= limit), note))

    def between(self, what: str, value: float, low: float, high: float) -> None:
        """Record a number that should lie in an interval."""
        self._add(Row(what, value, "", f"{low:g} to {high:g}", bool(low <= value <= high), digits=5))

    def holds(self, what: str, measured: str, aim: str, reached: bool, note: str = "") -> None:
        """Record something that is said in words."""
        self._add(Row(what, measured, "", aim, reached, note))

    def show(self, what: str, value: float | str, unit: str = "", note: str = "") -> None:
        """Record something without an aim."""
        self._add(Row(what, value, unit, note=note))

    def leave_out(self, what: str, reason: str) -> None:
        """Record that something was not measured, and why."""
        self._add(Row(what, None, note=reason))

    def _add(self, row: Row) -> None:
        self.rows.append(row)
        self._print_cells(cells_of(asdict(row)))

    def _print_cells(self, cells: Sequence[str]) -> None:
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))
        print(line.rstrip(), flush=True)

    def finish(self) -> None:
        """Write the record ``NAME.json`` and bring the table of all records up to date."""
        missed = [row.what for row in self.rows if row.reached is False]
        print(f"\n{len(missed)} of {sum(row.reached is not None for row in self.rows)} aims missed")
        if self._folder is None:
            return
        script = Path(sys.argv[0])
        record = {
            "question": self.question,
            "command": shlex.join(["python", f"{script.parent.name}/{script.name}", *sys.argv[1:]]),
            "date": self._began.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - self._began).total_seconds(), 1),
            "quick": self.quick,
            "machine": self._machine,
            "machine_text": machine_text(self._machine),
            "versions": versions(),
            "rows": [asdict(row) for row in self.rows],
            "details": self.details,
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{script.stem}.json"
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {path} and {write_summary(self._folder)}")


def timed(function: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Seconds that a call takes, and what it returns."""
    began = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - began, result


def machine() -> dict[str, Any]:
    """Processor, cores, memory and system, and how busy the machine is as the benchmark starts."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), processor)
    return {
        "processor": processor,
        "cores": len(os.sched_getaffinity(0)),
        "memory_GB": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def machine_text(of: dict[str, Any]) -> str:
    """Machine in one line."""
    return (
        f"{of['processor']}, {of['cores']} cores, {of['memory_GB']:g} GB, Python {of['python']}, "
        f"load average {of['load_average_before']:g} before"
    )


def versions() -> dict[str, str]:
    """Versions of geoinv and of the packages that the numbers depend on, as far as they are installed."""
    found = {"geoinv": __version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def shared_data(name: str) -> Path | None:
    """Folder of a public survey beside the checkout (or in GEOINV_DATA), None where it is not there."""
    folder = Path(os.environ.get("GEOINV_DATA", ROOT.parent / "shared" / "data")) / name
    return folder if folder.is_dir() else None
