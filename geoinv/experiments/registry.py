"""Which experiments there are, and how one is run, described and written."""

from __future__ import annotations

import os
import platform
import time
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from geoinv.core.checks import InputError, choice
from geoinv.core.version import __version__
from geoinv.experiments.shared.preset import Preset, RunSettings
from geoinv.experiments.shared.table import Table

__all__ = ["EXPERIMENTS", "Experiment", "load_experiment", "machine", "run_experiment"]

EXPERIMENTS = {
    "duathlon": "geoinv.experiments.duathlon.experiment",
    "double-well": "geoinv.experiments.double_well",
    "potentials": "geoinv.experiments.potentials",
    "bypass": "geoinv.experiments.bypass",
    "deblurring": "geoinv.experiments.deblurring.experiment",
    "magnetics": "geoinv.experiments.magnetics.experiment",
    "blobs3d": "geoinv.experiments.blobs3d.experiment",
    "ablations": "geoinv.experiments.ablations.experiment",
    "geology": "geoinv.experiments.geology.experiment",
    "geology-prior": "geoinv.experiments.geology_prior.experiment",
    "uncertainty": "geoinv.experiments.uncertainty",
}
"""Module of each experiment; it is imported when the experiment is wanted."""

_LEARNING = ("torch", "safetensors", "pywt")


class Experiment(Protocol):
    """Module of an experiment."""

    def run(self, settings: RunSettings) -> Table:
        """Compute the table and draw the figures into ``settings.folder``."""


def load_experiment(name: str) -> Experiment:
    """Module of an experiment, ready to run.

    Raises
    ------
    InputError
        If there is no such experiment, or a library that it needs is not installed.
    """
    choice("reproduce", "an experiment", name, [*EXPERIMENTS, "all"])
    if find_spec("matplotlib") is None:
        raise InputError("reproduce expects Matplotlib, which is not installed; run: pip install 'geoinv[view]'")
    try:
        return cast(Experiment, import_module(EXPERIMENTS[name]))
    except ModuleNotFoundError as error:
        if error.name not in _LEARNING:
            raise
        raise InputError(
            f"the experiment {name} expects {error.name}, which is not installed; run: pip install 'geoinv[learn]'"
        ) from None


def run_experiment(name: str, preset: Preset, seed: int, out: Path) -> Table:
    """Run an experiment and write its table and figures into ``out/name``.

    Parameters
    ----------
    name : str
        One of :data:`EXPERIMENTS`.
    preset : {"quick", "cpu", "full"}
        Size of the run; ``full`` trains on a GPU where there is one.
    seed : int
        First seed of everything random.
    out : Path
        Folder of the results; made if need be.

    Returns
    -------
    Table
        As written, with its origin.

    Raises
    ------
    InputError
        If name or preset is unknown, a library is missing, or the folder cannot be written.
    """
    module = load_experiment(name)
    folder = _folder(out / name)
    settings = RunSettings(preset, seed, folder, _device(preset))
    began = time.perf_counter()
    table = module.run(settings)
    origin = {
        "command": f"geoinv reproduce {name} --preset {preset} --seed {seed}",
        "preset": preset,
        "seed": str(seed),
        "machine": machine(settings.device),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "seconds": f"{time.perf_counter() - began:.1f}",
        "version": f"geoinv {__version__}",
    }
    table = table.with_provenance(origin)
    table.write(folder)
    return table


def machine(device: str) -> str:
    """Processor, graphics card where it was used, and versions of Python and torch."""
    parts = [f"{_processor()}, {_cores()} cores"]
    if find_spec("torch") is not None:
        import torch

        if device.startswith("cuda"):
            parts.insert(0, str(torch.cuda.get_device_name()))
        parts.append(f"torch {torch.__version__}")
    return ", ".join([*parts, f"Python {platform.python_version()}"])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _device(preset: Preset) -> str:
    """A GPU for the preset that asks for one; the others are made for a plain processor."""
    if preset != "full" or find_spec("torch") is None:
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} expects a place for a folder, got '{error.strerror}'; choose another") from None
    if not os.access(folder, os.W_OK):
        raise InputError(f"{folder} expects a folder that can be written to; choose another with --out")
    return folder
