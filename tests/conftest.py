"""What every test shares: quiet drawing, repeatable hypothesis, a core a worker, and the data beside the checkout."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cuda_record
import hypothesis
import pytest
from checkout import ROOT
from made_once import made_once

WORKER = "PYTEST_XDIST_WORKER" in os.environ
"""Whether other tests run beside these: a core each."""

# before anything imports them
os.environ["MPLBACKEND"] = "Agg"
os.environ["PYVISTA_OFF_SCREEN"] = "true"
# processes that tests start run this checkout, and not another that is installed
os.environ["PYTHONPATH"] = os.fspath(ROOT)
if WORKER:
    os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}

# derandomized: a run repeats itself everywhere; no deadline: the first call of a kernel compiles it
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _usual_signals() -> Iterator[None]:
    """Signals as in a terminal: a run in the background, or under nohup, begins with some that are ignored."""
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    ignored = [number for number in usual if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, usual[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(scope="session", autouse=True)
def _one_thread_a_worker() -> None:
    """Compiled kernels too keep to the core of their worker; tests of threads ask for more."""
    if WORKER:
        import numba

        numba.set_num_threads(1)


def pytest_xdist_auto_num_workers() -> int:
    """A worker for each core that this process may use; more than eight are held up by the longest file."""
    return min(len(os.sched_getaffinity(0)), 8)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the whole suite."""
    parser.addoption("--error-for-skips", action="store_true", help="a skipped test fails")
    parser.addoption(
        "--changed",
        action="store_true",
        help="emulated tests only where CUDA sources differ from the record",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the record says has passed."""
    if not (config.getoption("--changed") and cuda_record.passed_before()):
        return
    emulated = [item for item in items if item.get_closest_marker("emulated")]
    config.hook.pytest_deselected(items=emulated)
    items[:] = [item for item in items if not item.get_closest_marker("emulated")]


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is left out."""
    if config.getoption("--changed") and cuda_record.passed_before():
        return "emulated tests left out: the CUDA sources are those of the last recorded pass (make test-all runs them)"
    return None


SKIPPED: list[str] = []
"""Emulated tests that this process has skipped, or heard of as skipped."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Hear of emulated tests that were not run: no record is written then."""
    if report.skipped and "emulated" in report.keywords:
        SKIPPED.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the record where the whole suite has passed."""
    config = session.config
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not (
        config.option.keyword or config.option.markexpr or config.option.collectonly or config.option.deselect
    )
    if whole and not WORKER and exitstatus == 0 and not SKIPPED and not cuda_record.passed_before():
        cuda_record.record()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Turn skips into failures where that was asked for."""
    report: Any = yield
    if item.config.getoption("--error-for-skips") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public surveys beside the checkout; a test that needs them is skipped where there are none."""
    folder = Path(os.environ.get("GEOINV_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data in {folder}; set GEOINV_DATA to the folder that holds the public surveys")
    return folder


@pytest.fixture
def small_survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Working folder with ``obs.mag mesh.msh model.sus``: 60 stations over a block of 0.05 SI in 180 cells."""
    import numpy as np

    import geoinv
    from geoinv.formats import write_mesh, write_model, write_survey

    random = np.random.default_rng(4)
    grid = geoinv.Grid.regular(shape=(5, 6, 6), spacing=(20.0, 20.0, 20.0), origin=(-100.0, 2000.0, 1000.0))
    model = np.zeros(grid.shape)
    model[2:4, 2:4, 3:5] = 0.05
    stations = (1000.0 + 120.0 * random.random(60), 2000.0 + 120.0 * random.random(60), 15.0 + random.random(60))
    survey = geoinv.Survey(*stations, field=geoinv.MainField(65.0, 25.0, 50000.0))
    clean = geoinv.operators.Magnetics(grid, survey)(model)
    write_survey(tmp_path / "obs.mag", survey.with_data(clean + random.standard_normal(clean.shape), 1.0))
    write_mesh(tmp_path / "mesh.msh", grid)
    write_model(tmp_path / "model.sus", grid, model)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def command_training(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which ``geoinv train`` has trained a small network: ``out``, and ``grid`` with ``--grid``."""
    from small_training import GRID, made_training

    from geoinv.cli import main

    def make(folder: Path) -> None:
        made_training(folder)
        configuration = folder / "run.toml"
        configuration.write_text(configuration.read_text() + GRID)
        with contextlib.chdir(folder):
            assert main(["train", "run.toml"]) == 0
            assert main(["train", "run.toml", "--grid", "--out", "grid"]) == 0

    return made_once(tmp_path_factory, "command_training", make)


@pytest.fixture(scope="session")
def whole_training(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the checkpoint of ``training_problem``, trained to its end without a stop."""

    def make(folder: Path) -> None:
        import training_problem

        training_problem.trained(folder)

    return made_once(tmp_path_factory, "whole_training", make)
