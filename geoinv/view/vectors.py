"""Magnetization as arrows over its amplitude, on slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoinv.meshes.base import AXES
from geoinv.view.scene import STRONG
from geoinv.view.subject import Model
from geoinv.view.window import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_vectors"]

_MOST = 18  # arrows along the longer side of a panel


def draw_vectors(ax: Axes, window: Window, model: Model, across: str, index: int) -> None:
    """Draw the part of a magnetization that lies in a slice, at its strong cells; nothing of another model."""
    if model.vectors is None:
        return
    vertical, horizontal = (axis for axis in AXES if axis != across)
    place = AXES.index(across)
    sizes = np.take(np.nan_to_num(model.values), index, axis=place)
    vectors = np.take(model.vectors, index, axis=place + 1)
    x, y = np.meshgrid(getattr(model.grid, horizontal), getattr(model.grid, vertical))
    strong = sizes >= max(STRONG * float(np.nanmax(model.values[window.cells(model.grid)])), np.finfo(float).tiny)
    # one in each square of a raster, so that small cells do not turn black with arrows
    square = max(window.span(horizontal), window.span(vertical)) / _MOST
    _, first = np.unique(
        np.stack([np.floor(x[strong] / square), np.floor(y[strong] / square)]), axis=1, return_index=True
    )
    if not first.size:
        return
    components = [vectors[2 - AXES.index(axis)][strong][first] for axis in (horizontal, vertical)]
    scale = float(np.nanmax(model.values)) / (1.5 * square)
    ax.quiver(
        x[strong][first],
        y[strong][first],
        *components,
        angles="xy",
        scale_units="xy",
        scale=scale,
        pivot="mid",
        color="white",
        edgecolor="0.1",
        linewidth=0.4,
        width=0.009,
    )
