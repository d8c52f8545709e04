"""Draw each kind of synthetic geology: python docs/draw_geology.py writes docs/geology.png.

Above, the susceptibility on a section from west to east; below, on a horizontal slice; each where there is most of it,
not at the sides of the grid. The broken lines show where the one cuts the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from geoinv.datasets.geology import KINDS, TRAINING_KINDS, Geology, RandomGeology
from geoinv.experiments.shared.figures import panels

__all__ = ["draw", "drawn_models"]

SHAPE, SPACING = (32, 64, 64), (25.0, 25.0, 25.0)


def drawn_models() -> dict[str, Geology]:
    """A model of each kind alone, faults in strata, and one of the training mixture."""
    chosen: dict[str, tuple[str, ...]] = {
        name: (name,) if kind.holds_rock else ("strata", name) for name, kind in KINDS.items()
    }
    models = {
        name: RandomGeology(SHAPE, SPACING, kinds=kinds, bodies=(len(kinds), len(kinds)), seed=4)
        for name, kinds in chosen.items()
    }
    first = {name: next(g for g in stream if set(g.kinds) == set(chosen[name])) for name, stream in models.items()}
    mixture = RandomGeology(SHAPE, SPACING, kinds=TRAINING_KINDS, bodies=(5, 5), seed=4)
    return {**first, "training mixture": mixture[1]}


def draw(path: Path, models: dict[str, Geology]) -> None:
    """Write the picture."""
    columns = -(-len(models) // 2)
    with panels(path, 4, columns, size=(2.1, 1.75)) as axes:
        for place in axes.ravel():
            place.set_axis_off()
        for number, (name, geology) in enumerate(models.items()):
            block, column = divmod(number, columns)
            _draw_model(axes[2 * block : 2 * block + 2, column], name, geology)


def _fullest(amounts: Any) -> int:
    """Index of the largest of the middle three quarters."""
    edge = len(amounts) // 8
    return edge + int(np.argmax(amounts[edge:-edge]))


def _draw_model(axes: Any, name: str, geology: Geology) -> None:
    grid, model = geology.grid, geology.susceptibility
    shown = np.where(grid.active, model, np.nan)
    layer, row = (_fullest(np.sum(model**2, axis=others)) for others in ((1, 2), (0, 2)))
    easting, northing, upward = (grid.edges(axis) / 1000.0 for axis in ("easting", "northing", "upward"))
    section, slice_ = axes
    for ax, vertical, values, cut in (
        (section, upward, shown[:, row], grid.upward[layer]),
        (slice_, northing, shown[layer], grid.northing[row]),
    ):
        ax.set_axis_on()
        ax.set_facecolor("0.85")
        ax.pcolormesh(easting, vertical, values, cmap="magma_r", vmin=0.0, vmax=model.max())
        ax.axhline(cut / 1000.0, color="0.5", linewidth=0.6, linestyle="--")
        ax.set(xticks=[], yticks=[], aspect="equal")
    section.set_title(name, fontsize=9)


if __name__ == "__main__":
    draw(Path(__file__).resolve().parent / "geology.png", drawn_models())
