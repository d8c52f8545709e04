"""Figures of the magnetic sections: the data, the recoveries, and how the trainings went."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.experiments.magnetics.problem import Magnetics
from geoinv.experiments.shared.figures import drawing, panels
from geoinv.experiments.shared.tuned_training import TrainedNetwork

__all__ = ["draw_convergence", "draw_recoveries", "draw_sections"]

Array = npt.NDArray[Any]

_SHOWN = 4


def draw_sections(path: Path, problem: Magnetics) -> None:
    """Some test sections, each under its data (Figure 6)."""
    with panels(path, 2, _SHOWN, size=(2.3, 1.9), title="Magnetic sections and their data") as axes:
        for (curve, section), model, data in zip(axes.T, problem.test, problem.test_data, strict=False):
            curve.plot(problem.A(model[None])[0], color="0.6", label="without noise")
            curve.plot(data, ".", markersize=3, label="data")
            curve.set_xlim(-0.5, len(data) - 0.5)
            section.imshow(model, cmap="viridis", vmin=0.0, vmax=1.0)
            section.set_xlabel("distance, cells")
        axes[0, 0].set_ylabel("field")
        axes[1, 0].set_ylabel("depth, cells")
        axes[0, 0].legend(fontsize=7)


def draw_recoveries(path: Path, problem: Magnetics, found: Mapping[str, Array]) -> None:
    """The same sections as recovered by each method, a row a section (Figure 7)."""
    columns = {"truth": problem.test, **found}
    with panels(path, _SHOWN, len(columns), size=(1.7, 1.7), title="Recovered sections") as axes:
        for column, (name, models) in zip(axes.T, columns.items(), strict=True):
            column[0].set_title(name)
            for ax, model, truth in zip(column, models, problem.test, strict=False):
                ax.imshow(model, cmap="viridis", vmin=0.0, vmax=1.0)
                ax.set(xticks=[], yticks=[])
                if name != "truth":
                    error = float(np.sum((model - truth) ** 2) / np.sum(truth**2))
                    ax.set_xlabel(f"NMSE {error:.2f}", fontsize=7)


def draw_convergence(path: Path, trained: Mapping[str, TrainedNetwork], references: Mapping[str, float]) -> None:
    """Error against epoch, of the training models and of test models (Figure 12)."""
    title = "Training (solid), test (dashed)"
    with drawing(path, 6.6, 4.2, title) as sheet:
        ax = sheet.subplots()
        for name, colour in (("Proximal", "C1"), ("OPTEnet", "C2"), ("EUnet", "C0")):
            record = trained[name].record
            epochs = [epoch.epoch for epoch in record.epochs]
            ax.plot(epochs, [epoch.train_error for epoch in record.epochs], color=colour, label=name)
            tests = trained[name].test_errors
            ax.plot(list(tests), list(tests.values()), "--", color=colour)
        for (name, error), shade in zip(references.items(), ("0.65", "0.35"), strict=False):
            ax.axhline(error, color=shade, linewidth=0.8, linestyle=":", label=f"{name}, test")
        ax.set(xlabel="epoch", ylabel="NMSE")
        ax.legend()
