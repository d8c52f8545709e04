"""The benchmarks run, on small sizes; what they measure is judged when they run in full."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import ROOT

FOLDER = ROOT / "benchmarks"
SCRIPTS = ["adjoint", "campaign", *sorted(path.stem for path in FOLDER.glob("bench_*.py"))]
PEERS = {"choclo", "cupy", "deepinv", "fmm3dpy", "harmonica", "mpmath", "pylops", "simpeg"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "needed"),
    [
        ("adjoint", "pywt"),
        ("bench_growth", "numba"),
        ("bench_tomography", "numba"),
        ("bench_inversion", "numba"),
        ("campaign", "torch"),
    ],
)
def test_a_benchmark_reaches_its_aims_and_leaves_a_record(script: str, needed: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    record_path = tmp_path / "record.json"
    command = [sys.executable, str(FOLDER / f"{script}.py"), "--quick", "--json", str(record_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    record = json.loads(record_path.read_text())
    assert {"machine", "versions", "date", "command", "tables"} <= set(record)
    assert record["machine"]["threads"] >= 1
    judged = [row for row in record["rows"] if row["reached"] is not None]
    assert judged
    assert [row for row in judged if not row["reached"]] == []
    assert {path.suffix for path in tmp_path.iterdir()} <= {".json", ".png"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_benchmark_says_its_question_and_goes_on_without_peers(script: str) -> None:
    module = ast.parse((FOLDER / f"{script}.py").read_text())
    first = (ast.get_docstring(module) or "").splitlines()[0]
    assert first.endswith(".")
    assert len(first) < 120
    imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in imports if isinstance(node, ast.ImportFrom)]
    # where they are used, after asking whether they are there
    assert PEERS.isdisjoint(name.partition(".")[0] for name in names)


@pytest.fixture
def benchmarks_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # which record.py replaces


def test_a_peer_that_is_missing_is_named_with_what_to_install(
    benchmarks_importable: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import record

    monkeypatch.setitem(sys.modules, "simpeg", None)
    bench = record.Benchmark("Which?", ["--quick"])
    assert not bench.has("simpeg", "simpeg, forward")
    assert bench.has("numpy", "numpy, forward")
    assert [(row.what, row.measured) for row in bench.rows] == [("simpeg, forward", None)]
    assert "simpeg is not installed; run: pip install" in capsys.readouterr().out


def test_a_failure_that_the_user_can_mend_is_one_sentence(
    benchmarks_importable: None, capsys: pytest.CaptureFixture[str]
) -> None:
    import record

    for error, words in (
        (
            ModuleNotFoundError("No module", name="torch"),
            "geoinv: this benchmark expects torch, which is not installed",
        ),
        (record.InputError("x.json expects a folder"), "geoinv: x.json expects a folder"),
        (KeyboardInterrupt(), "geoinv: interrupted"),
    ):
        record.in_one_sentence(type(error), error, None)
        told = capsys.readouterr().err
        assert told.startswith(words)
        assert told.count("\n") == 1


def test_the_summary_shows_rows_and_tables_of_every_record(
    benchmarks_importable: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import record
    import summary

    bench = record.Benchmark("Which is faster?", ["--json", str(tmp_path / "which.json")])
    bench.at_most("error", 0.5, 0.1)
    bench.table("Both", ("who", "s"), [["one|two", 0.25]])
    assert bench.finish() == 1
    assert summary.write_summary(tmp_path).name == "README.md"
    text = (tmp_path / "README.md").read_text()
    assert "| error | 0.5      | <= 0.1 | MISSED |" in text
    assert "Both\n\n| who      | s    |\n| -------- | ---- |\n| one\\|two | 0.25 |" in text
    assert "1 of 1 aims missed" in capsys.readouterr().out


def test_the_table_shows_its_example(benchmarks_importable: None) -> None:
    import table

    assert doctest.testmod(table).failed == 0


def test_contestants_take_turns_that_the_clock_can_see(
    benchmarks_importable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import turns

    now, order = [0.0], []

    def of_clock(function: Callable[..., object], *arguments: object) -> tuple[float, object]:
        began = now[0]
        result = function(*arguments)
        return now[0] - began, result

    def lasting(name: str, seconds: float) -> Callable[[], None]:
        def call() -> None:
            now[0] += seconds
            order.append(name)

        return call

    monkeypatch.setattr(turns, "timed", of_clock)
    seconds = turns.median_seconds({"short": lasting("short", turns.TURN / 3), "long": lasting("long", 1.0)}, 2)
    assert seconds == pytest.approx({"short": turns.TURN / 3, "long": 1.0})
    assert order == ["short", "long"] * 2 + [*["short"] * 3, "long"] * 2
