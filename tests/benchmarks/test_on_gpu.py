"""The prepared command for a GPU machine: a dry run on the CPU, time that is kept, and work that goes on."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import numpy as np
import pytest
from checkout import ROOT

SCRIPT = ROOT / "benchmarks" / "on_gpu.py"

TRAINING = """
[operator]
matrix = "A.npy"
[data]
models = "models.npy"
validation = 0.5
[network]
name = "OPTEnet"
embedding = 2
layers = 1
[training]
epochs = 1
batch = 8
"""


@pytest.fixture
def on_gpu(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import on_gpu

    return on_gpu


def test_a_dry_run_starts_every_step_and_its_results_are_in_one_folder(tmp_path):
    pytest.importorskip("safetensors")
    np.save(tmp_path / "A.npy", np.random.default_rng(0).random((2, 3)))
    np.save(tmp_path / "models.npy", np.random.default_rng(1).random((16, 3)))
    (tmp_path / "small.toml").write_text(TRAINING)
    command = [sys.executable, str(SCRIPT), "--dry-run", "--minutes", "9", "--out", "results", "--trainings"]
    command += ["--train", "small.toml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    record = json.loads((tmp_path / "results" / "on_gpu.json").read_text())
    assert {step["name"]: step["status"] for step in record["steps"]} == {
        "tests": "done",
        "bench_gpu": "done",
        "small": "done",
    }
    assert "tests/operators/test_gpu.py" in (tmp_path / "results" / "tests.log").read_text()
    assert "rows" in json.loads((tmp_path / "results" / "bench_gpu.json").read_text())
    assert (tmp_path / "results" / "small" / "weights.safetensors").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"A.npy", "models.npy", "small.toml", "results"}
    # once more: all is done, and nothing is run
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "results").rglob("*.safetensors")}
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert again.returncode == 0
    assert "..." not in again.stdout
    assert all(path.stat().st_mtime_ns == when for path, when in written.items())


def step_of(on_gpu, code, needs=(), share=1.0):
    return on_gpu.Step("step", [sys.executable, "-c", code], needs, share)


def test_a_step_is_told_to_stop_in_time_and_may_save(on_gpu, tmp_path, monkeypatch):
    monkeypatch.setattr(on_gpu, "GRACE", 20.0)
    monkeypatch.setattr(on_gpu, "LEAST", 1.0)
    code = (
        "import pathlib, signal, sys, time\n"
        "def save(*_):\n"
        f"    pathlib.Path({str(tmp_path / 'saved')!r}).touch()\n"
        "    sys.exit(1)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        "time.sleep(600)\n"
    )
    outcome = on_gpu.run_step(step_of(on_gpu, code), tmp_path / "log", time.monotonic() + 28.0)
    assert outcome.status == "stopped"
    assert (tmp_path / "saved").is_file()


def test_a_step_that_does_not_stop_is_ended(on_gpu, tmp_path, monkeypatch):
    monkeypatch.setattr(on_gpu, "GRACE", 0.5)
    monkeypatch.setattr(on_gpu, "LEAST", 0.1)
    code = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)\n"
    outcome = on_gpu.run_step(step_of(on_gpu, code), tmp_path / "log", time.monotonic() + 6.0)
    assert outcome.status == "stopped"
    assert outcome.seconds < 300.0


def test_what_is_not_installed_is_said_and_no_failure(on_gpu, tmp_path):
    deadline = time.monotonic() + 600.0
    outcome = on_gpu.run_step(step_of(on_gpu, "", ("numpy", "no_such_package")), tmp_path / "log", deadline)
    assert (outcome.status, outcome.note) == ("left out", "not installed: no_such_package")
    outcome = on_gpu.run_step(step_of(on_gpu, "import no_such_package"), tmp_path / "log", deadline)
    assert (outcome.status, outcome.note) == ("left out", "not installed: no_such_package")
    outcome = on_gpu.run_step(step_of(on_gpu, "raise SystemExit('no luck')"), tmp_path / "log", deadline)
    assert (outcome.status, outcome.note) == ("failed", "exit code 1: no luck")
    outcome = on_gpu.run_step(step_of(on_gpu, ""), tmp_path / "log", time.monotonic() + 1.0)
    assert (outcome.status, outcome.note) == ("left out", "no time left")


def test_what_failed_is_run_again_and_what_is_done_is_not(on_gpu, tmp_path, monkeypatch, capsys):
    runs = []

    def run_step(step, log, deadline):
        runs.append(step.name)
        return on_gpu.Outcome(step.name, "failed" if step.name == "tests" else "done", 1.0)

    monkeypatch.setattr(on_gpu, "run_step", run_step)
    arguments = ["--out", str(tmp_path), "--trainings", "magnetics"]
    assert on_gpu.main(arguments) == 1
    assert on_gpu.main(arguments) == 1
    assert runs == ["tests", "bench_gpu", "magnetics", "tests"]
    on_gpu.main([*arguments, "--again"])
    assert runs[4:] == ["tests", "bench_gpu", "magnetics"]
    # what a dry run did is not done, and a record that was cut off tells nothing
    on_gpu.main([*arguments, "--dry-run"])
    (tmp_path / "on_gpu.json").write_text("{")
    on_gpu.main(arguments)
    assert runs[7:] == ["tests", "bench_gpu", "magnetics"] * 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--minutes", "0"], "--minutes expects a number above zero"),
        (["--train", "gone.toml"], "--train expects files"),
    ],
)
def test_options_that_cannot_be_are_refused(on_gpu, arguments, sentence, capsys):
    with pytest.raises(SystemExit):
        on_gpu.main(arguments)
    assert sentence in capsys.readouterr().err
