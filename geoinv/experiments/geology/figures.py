"""Figures: some models as each regularizer recovers them, and the errors of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.datasets.geology.surveys import SyntheticSurvey
from geoinv.experiments.shared.figures import drawing, panels

__all__ = ["Shown", "draw_errors", "draw_models"]

Array = npt.NDArray[Any]

Shown = tuple[str, SyntheticSurvey, Mapping[str, Array]]
"""Title, survey, and recovered models by regularizer."""


def draw_models(path: Path, shown: Sequence[Shown]) -> None:
    """Sections from west to east through the true models, each beside what was recovered; a row a survey."""
    names = ["true model", *shown[0][2]]
    with panels(path, len(shown), len(names), size=(2.7, 1.3)) as axes:
        for row, (title, survey, recovered) in zip(axes, shown, strict=True):
            grid, truth = survey.geology.grid, survey.true_model
            place = int(np.argmax(np.sum(truth**2, axis=(0, 2))))
            largest, either_sign = np.abs(truth).max(), truth.min() < 0.0
            colours = {"cmap": "RdBu_r" if either_sign else "magma_r", "vmin": -largest if either_sign else 0.0}
            for ax, model in zip(row, [truth, *recovered.values()], strict=True):
                section = np.where(grid.active[:, place], model[:, place], np.nan)
                ax.pcolormesh(grid.easting_edges, grid.upward_edges, section, vmax=largest, **colours)
                ax.set(xticks=[], yticks=[], facecolor="0.85", aspect="equal")
            row[0].set_ylabel(fill(title, 18), fontsize=7)
        for ax, name in zip(axes[0], names, strict=True):
            ax.set_title(name)


def draw_errors(path: Path, errors: Mapping[str, Mapping[str, Sequence[float]]], reference: str) -> None:
    """NMSE of each regularizer over that of the reference, a point a model; by group and regularizer."""
    with drawing(path, 6.4, 3.6, f"NMSE over that of {reference}") as sheet:
        ax = sheet.subplots()
        labels: list[str] = []
        for group, of_methods in errors.items():
            for method, values in of_methods.items():
                if method != reference:
                    ratios = np.divide(values, of_methods[reference])
                    ax.plot(ratios, np.full(len(ratios), len(labels)), "o", markersize=4, alpha=0.6)
                    labels.append(f"{method}, {group}")
        ax.set_yticks(range(len(labels)), labels)
        ax.axvline(1.0, color="0.6", linewidth=0.8)
        ax.set_xscale("log")
        ax.margins(y=0.2)
        ax.invert_yaxis()
