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
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

import numba
from summary import cells_of, write_summary
from table import markdown

from geoinv import InputError
from geoinv.cli.support.outputs import check_output
from geoinv.core.version import __version__
from geoinv.formats.atomic import whole_file

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results" / "benchmarks"
INSTALL = "run: pip install -e '.[bench,learn]'"

PACKAGES = (
    *("numpy", "numba", "scipy", "ducc0", "xarray", "torch", "cupy-cuda12x", "cupy-cuda13x"),
    *("discretize", "simpeg", "choclo", "harmonica", "fmm3dpy", "mpmath", "pylops", "deepinv"),
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
    extend : callable, optional
        Adds options of its own to the parser.

    Attributes
    ----------
    name : str
        What ``geoinv bench`` calls it.
    quick : bool
        Small sizes, for a smoke test; nothing is written unless ``--json`` says where.
    path : Path or None
        Where the record will stand; pictures go beside it.
    options : argparse.Namespace
        What was given, those of `extend` included.
    command : list of str
        What the record says it was made by, without options.
    details : dict
        Whatever else the record should keep.
    """

    def __init__(
        self,
        question: str,
        arguments: Sequence[str] | None = None,
        extend: Callable[[argparse.ArgumentParser], None] | None = None,
    ) -> None:
        script = Path(sys.argv[0])
        parser = argparse.ArgumentParser(description=question)
        parser.add_argument("--quick", action="store_true", help="small sizes: does it run?")
        parser.add_argument(
            "--json",
            type=Path,
            metavar="FILE",
            help="record to write (results/benchmarks/NAME.json; with --quick: none)",
        )
        if extend is not None:
            extend(parser)
        self.options = options = parser.parse_args(arguments)
        self.question = question
        self.name = script.stem.removeprefix("bench_")
        self.command = ["geoinv", "bench", self.name]
        self.quick: bool = options.quick
        self.rows: list[Row] = []
        self.tables: list[dict[str, Any]] = []
        self.details: dict[str, Any] = {}
        self.path: Path | None = options.json or (None if options.quick else RESULTS / f"{script.stem}.json")
        if self.path is not None:
            if options.json is None:
                RESULTS.mkdir(parents=True, exist_ok=True)
            check_output(self.path, (".json",))
        self._machine = machine()
        self._began = datetime.now(UTC)
        print(f"{question}\n{machine_text(self._machine)}\n")
        self._print_cells(("what", "measured", "aim", ""))

    def has(self, package: str, what: str) -> bool:
        """Whether a peer is installed; where it is not, `what` is recorded as left out."""
        if find_spec(package) is not None:
            return True
        self.leave_out(what, f"{package} is not installed; {INSTALL}")
        return False

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str | float]]) -> None:
        """Print and keep a table, for what is easier to compare side by side."""
        self.tables.append({"title": title, "columns": list(columns), "rows": [list(row) for row in rows]})
        print("\n".join(["", title, "", *markdown(columns, rows), ""]), flush=True)

    def at_most(self, what: str, value: float, limit: float, unit: str = "", note: str = "") -> None:
        """Record a value that should not exceed `limit`."""
        self._add(Row(what, value, unit, f"<= {limit:g} {unit}".strip(), bool(value <= limit), note))

    def at_least(self, what: str, value: float, limit: float, unit: str = "", note: str = "") -> None:
        """Record a value that should not be below `limit`."""
        self._add(Row(what, value, unit, f">= {limit:g} {unit}".strip(), bool(value >= limit), note))

    def between(self, what: str, value: float, low: float, high: float, note: str = "") -> None:
        """Record a number that should lie in an interval."""
        self._add(Row(what, value, "", f"{low:g} to {high:g}", bool(low <= value <= high), note, digits=5))

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

    def finish(self) -> int:
        """Write the record and bring the table of the project's records up to date.

        Returns
        -------
        How many aims were missed.
        """
        missed = [row.what for row in self.rows if row.reached is False]
        print(f"\n{len(missed)} of {sum(row.reached is not None for row in self.rows)} aims missed")
        if self.path is None:
            return len(missed)
        record = {
            "question": self.question,
            "command": shlex.join([*self.command, *sys.argv[1:]]),
            "date": self._began.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - self._began).total_seconds(), 1),
            "quick": self.quick,
            "machine": self._machine,
            "machine_text": machine_text(self._machine),
            "versions": versions(),
            "rows": [asdict(row) for row in self.rows],
            "tables": self.tables,
            "details": self.details,
        }
        with whole_file(self.path) as partial:
            partial.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {self.path}")
        if self.path.parent == RESULTS:
            print(f"wrote {write_summary(RESULTS)}")
        return len(missed)


def in_one_sentence(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """End with a sentence where the user can do something about it, and with the trace where only we can."""
    if issubclass(kind, KeyboardInterrupt):
        print("geoinv: interrupted before the end; no record was written", file=sys.stderr)
    elif isinstance(error, InputError):
        print(f"geoinv: {error}", file=sys.stderr)
    elif isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("geoinv"):
        print(f"geoinv: this benchmark expects {error.name}, which is not installed; {INSTALL}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


# before a script imports what it is about, which may not be installed
sys.excepthook = in_one_sentence


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
        "threads": numba.get_num_threads(),
        "memory_GB": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def machine_text(of: dict[str, Any]) -> str:
    """Machine in one line."""
    return (
        f"{of['processor']}, {of['threads']} threads on {of['cores']} cores, {of['memory_GB']:g} GB, "
        f"Python {of['python']}, load average {of['load_average_before']:g} before"
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
