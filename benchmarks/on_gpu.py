"""What a borrowed GPU is for, in order of worth and in the time there is: its tests, its benchmark, trainings.

``python benchmarks/on_gpu.py --minutes 10`` runs in the checkout, whatever is installed: a step that lacks a package
says which, and the next one begins. Results, the log of each step and ``on_gpu.json`` stand in one folder; the same
command goes on from there, with what is done left alone, as long as the code is the same, and trainings resumed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

TRAININGS = ("magnetics", "deblurring", "duathlon")
"""Experiments that are trained where no others are asked for, most wanted first."""

GRACE = 25.0
"""Seconds that a step has to save what it has after it was told to stop."""

LEAST = 20.0
"""Seconds below which a step is not begun."""

TESTS_SHARE, BENCH_SHARE = 0.4, 0.4
"""Share of what time is left that the tests, and then the benchmark, may take."""

MISSING = re.compile(r"No module named '([\w.]+)'|expects (\w+), which is not installed")


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes
    ----------
    name : str
        Of its log.
    command : list of str
        What is run, in the checkout.
    needs : tuple of str
        Packages without which it does not begin.
    share : float
        Of the time left, the most that it may take.
    """

    name: str
    command: list[str]
    needs: tuple[str, ...]
    share: float = 1.0


@dataclass
class Outcome:
    """What became of a step: ``done``, ``failed``, ``left out``, ``stopped``, and in how many seconds."""

    name: str
    status: str
    seconds: float = 0.0
    note: str = ""


def steps_of(options: argparse.Namespace) -> list[Step]:
    """All steps, in the order in which they are worth the time."""
    out, python, dry = options.out, sys.executable, options.dry_run
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    marked = [str(path) for path in paths if "mark.gpu" in path.read_text("utf-8")]
    # without a GPU its tests would all be errors: that they can be collected is what a dry run shows
    how = ["--collect-only"] if dry else ["--error-for-skips"]
    tests = [python, "-m", "pytest", "-m", "gpu", "-q", "-p", "no:cacheprovider", *how, *marked]
    bench = [python, str(ROOT / "benchmarks" / "bench_gpu.py"), "--json", str(out / "bench_gpu.json")]
    steps = [
        Step("tests", tests, ("pytest", "hypothesis", "numba", "torch", "cupy")[: 4 if dry else 5], TESTS_SHARE),
        Step("bench_gpu", [*bench, *(["--quick"] if dry else [])], ("numba", "scipy", "typer"), BENCH_SHARE),
    ]
    needs = ("torch", "safetensors", "typer")
    for config in options.train:
        command = ["train", str(config.resolve()), "--resume", "--out", str(out / config.stem)]
        steps.append(Step(config.stem, [python, "-m", "geoinv", *command], needs))
    for name in options.trainings:
        command = ["reproduce", name, "--preset", options.preset, "--out", str(out)]
        steps.append(Step(name, [python, "-m", "geoinv", *command], (*needs, "matplotlib")))
    return steps


def run_step(step: Step, log: Path, deadline: float) -> Outcome:
    """Run one step until it ends or its time does.

    Parameters
    ----------
    step : Step
    log : Path
        Gets what it prints, after what it printed before.
    deadline : float
        Of :func:`time.monotonic`, for all steps together.
    """
    missing = [name for name in step.needs if find_spec(name) is None]
    if missing:
        return Outcome(step.name, "left out", note=f"not installed: {', '.join(missing)}")
    limit = step.share * (deadline - time.monotonic()) - GRACE
    if limit < LEAST:
        return Outcome(step.name, "left out", note="no time left")
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    began = time.monotonic()
    with open(log, "ab") as output:
        place = output.tell()
        process = subprocess.Popen(
            step.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            code = process.wait(limit)
            stopped = False
        except subprocess.TimeoutExpired:
            code, stopped = _stop(process), True
        except KeyboardInterrupt:
            _stop(process)
            raise
    seconds = round(time.monotonic() - began, 1)
    if stopped:
        return Outcome(step.name, "stopped", seconds, "its time was over; the same command goes on")
    if code == 0:
        return Outcome(step.name, "done", seconds)
    said = log.read_bytes()[place:].decode("utf-8", "replace")
    absent = MISSING.search(said)
    if absent:
        return Outcome(step.name, "left out", seconds, f"not installed: {absent.group(1) or absent.group(2)}")
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "")
    return Outcome(step.name, "failed", seconds, f"exit code {code}: {last[:200]}")


def _stop(process: subprocess.Popen[bytes]) -> int:
    """Ask a step to save and end; end it where it does not."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="time for all steps together (10)")
    parser.add_argument("--out", type=Path, default=Path("on_gpu"), metavar="FOLDER", help="of the results (on_gpu)")
    parser.add_argument(
        "--train", type=Path, nargs="*", default=[], metavar="CONFIG", help="configurations of geoinv train, first"
    )
    parser.add_argument(
        "--trainings", nargs="*", default=list(TRAININGS), metavar="NAME", help=f"experiments ({' '.join(TRAININGS)})"
    )
    parser.add_argument("--preset", default="full", help="of the experiments (full)")
    parser.add_argument("--again", action="store_true", help="run what is done once more")
    parser.add_argument("--dry-run", action="store_true", help="small, and without a GPU: does every step start?")
    options = parser.parse_args(arguments)
    if not 0.0 < options.minutes < 1e5:
        parser.error(f"--minutes expects a number above zero, got {options.minutes:g}")
    gone = [str(path) for path in options.train if not path.is_file()]
    if gone:
        parser.error(f"--train expects files, got none at {', '.join(gone)}")
    options.out = options.out.resolve()
    return options


def source_of(dry: bool) -> str:
    """What tells one state of the code, and a dry run, from others."""
    found = hashlib.sha256(str(dry).encode())
    for folder in ("geoinv", "operators", "tests", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".cu", ".cuh"):
                found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _before(record: Path, source: str) -> dict[str, Outcome]:
    """Outcomes of an earlier run of the same code in the same folder."""
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        return {entry["name"]: Outcome(**entry) for entry in content["steps"]} if content["source"] == source else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps that are left.

    Returns
    -------
    int
        How many failed.
    """
    options = options_of(arguments)
    deadline = time.monotonic() + 60.0 * options.minutes
    options.out.mkdir(parents=True, exist_ok=True)
    record = options.out / "on_gpu.json"
    source = source_of(options.dry_run)
    before = {} if options.again else _before(record, source)
    outcomes: list[Outcome] = []
    for step in steps_of(options):
        known = before.get(step.name)
        if known is not None and known.status == "done":
            outcome = known
        else:
            print(f"{step.name} ...", flush=True)
            outcome = run_step(step, options.out / f"{step.name}.log", deadline)
        outcomes.append(outcome)
        print(f"{step.name}: {outcome.status}, {outcome.seconds:g} s {outcome.note}".rstrip(), flush=True)
        # after each step, so that what is cut off keeps what was done
        about = {"minutes": options.minutes, "dry_run": options.dry_run, "source": source}
        content = {**about, "steps": [asdict(one) for one in outcomes]}
        partial = record.with_suffix(".partial")
        partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        partial.replace(record)
    print(f"results and logs are in {options.out}")
    return sum(outcome.status == "failed" for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(min(main(), 100))
