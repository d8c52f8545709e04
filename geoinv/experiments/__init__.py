"""The experiments of the paper and on synthetic geology: one module an experiment, one registry, one form of table."""

from __future__ import annotations

from geoinv.experiments.registry import EXPERIMENTS, load_experiment, run_experiment
from geoinv.experiments.shared.preset import PRESETS, Preset, RunSettings
from geoinv.experiments.shared.table import Row, Table

__all__ = [
    "EXPERIMENTS",
    "PRESETS",
    "Preset",
    "Row",
    "RunSettings",
    "Table",
    "load_experiment",
    "run_experiment",
]
