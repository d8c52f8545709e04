"""Figures of the duathlon."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.duathlon.samplers import SHOWN_DATUM
from geoinv.experiments.shared.figures import panels
from geoinv.learned.training.training_record import TrainingRecord

__all__ = ["draw_convergence", "draw_posterior"]

SHOWN = ("exact posterior", "DPS, learned prior", "Langevin in z", "OPTEnet")
REACH = 9.0


def draw_posterior(path: Path, problem: Duathlon, clouds: Mapping[str, npt.NDArray[np.float64]]) -> None:
    """Figure 2: the prior with the models that fit one datum, then what each method makes of that datum."""
    ends = np.array([-REACH, REACH])
    axis = np.linspace(-REACH, REACH, 181)
    x, y = np.meshgrid(axis, axis)
    density = problem.prior.density(np.stack([x, y], axis=-1))
    with panels(path, 1, 1 + len(SHOWN), size=(2.5, 2.7), title=f"x1 + x2 = {SHOWN_DATUM} with 1 % noise") as axes:
        for panel, name in zip(axes[0], ("prior", *SHOWN), strict=True):
            panel.contour(x, y, density, levels=8, colors="0.6", linewidths=0.6)
            panel.plot(ends, SHOWN_DATUM - ends, color="tab:red", linewidth=0.8)
            if name in clouds:
                panel.scatter(*clouds[name].T, s=4, color="tab:blue", linewidths=0)
            panel.set(title=name, xlim=ends, ylim=ends, xlabel="first leg x1", aspect="equal")
        axes[0][0].set_ylabel("second leg x2")


def draw_convergence(path: Path, records: Mapping[str, TrainingRecord]) -> None:
    """Training and validation error of the networks, epoch by epoch."""
    with panels(path, 1, 2, size=(3.6, 2.8), title="duathlon, squared loss") as axes:
        for panel, which in zip(axes[0], ("train", "validation"), strict=True):
            for name, record in records.items():
                errors = [getattr(epoch, f"{which}_error") for epoch in record.epochs]
                panel.semilogy([epoch.epoch for epoch in record.epochs], errors, label=name)
            panel.set(title=f"{which} models", xlabel="epoch", ylabel="NMSE")
        axes[0][1].legend(fontsize=7)
