"""What samples of a posterior tell of a model: its standard deviation, mean and percentiles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoinv.view.slices import Cut, draw_level, draw_section, model_scale, scale_of
from geoinv.view.subject import HIGHEST, LOWEST, Model
from geoinv.view.window import Window
from geoinv.view.wording import spaced

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

__all__ = ["draw_ensemble"]


def draw_ensemble(sheet: Figure, grid: GridSpec, row: int, model: Model, window: Window, cut: Cut) -> None:
    """Level and section of the standard deviation, sections of mean and percentiles, in two rows of a figure."""
    deviation = replace(
        model, values=model.statistics["standard_deviation"], name=f"standard deviation of {model.name}"
    )
    scale = model_scale(deviation, window)
    level = sheet.add_subplot(grid[row : row + 2, 0])
    draw_level(level, window, deviation, cut, scale)
    level.set_title(f"standard deviation at elevation {spaced(model.grid.upward[cut.upward])} m")
    values = {name: model.statistics[name] for name in ("mean", LOWEST, HIGHEST)}
    cells = window.cells(model.grid)
    shared = scale_of(*(shown[cells] for shown in values.values()))
    at = f"at northing {spaced(model.grid.northing[cut.northing])} m"
    panels = {
        (0, 1): (deviation, scale, "standard deviation"),
        (1, 1): (replace(model, values=values["mean"]), shared, "mean"),
        (0, 2): (replace(model, values=values[LOWEST]), shared, "5 % of samples below"),
        (1, 2): (replace(model, values=values[HIGHEST]), shared, "95 % of samples below"),
    }
    for (below, column), (shown, colours, title) in panels.items():
        ax = sheet.add_subplot(grid[row + below, column])
        draw_section(ax, window, shown, cut, colours, "easting")
        ax.set_title(f"{title}, {at}")
