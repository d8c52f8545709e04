"""What samples of a posterior, or error bars, tell of a model: its standard deviation, mean and percentiles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoinv.view.slices import Cut, draw_level, draw_section, model_scale, scale_of
from geoinv.view.subject import HIGHEST, LOWEST, Model
from geoinv.view.window import Window

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

__all__ = ["draw_ensemble"]


def draw_ensemble(sheet: Figure, grid: GridSpec, row: int, model: Model, window: Window, cut: Cut) -> None:
    """Level and section of the standard deviation, sections of mean and percentiles, in two rows of a figure.

    Error bars have neither mean nor deviation: the distance between the percentiles, and the model, take their places.
    """
    known, what = model.statistics, "standard deviation"
    if what.replace(" ", "_") in known:
        middle, spread = ("mean", known["mean"]), known["standard_deviation"]
    else:
        middle, spread, what = ("model", model.values), known[HIGHEST] - known[LOWEST], "width of the error bars"
    deviation = replace(model, values=spread, name=f"{what} of {model.name}")
    scale = model_scale(deviation, window)
    level = sheet.add_subplot(grid[row : row + 2, 0])
    draw_level(level, window, deviation, cut, scale)
    level.set_title(f"{what} at elevation {window.told(model.grid.upward[cut.upward])}")
    cells = window.cells(model.grid)
    shared = scale_of(*(shown[cells] for shown in (middle[1], known[LOWEST], known[HIGHEST])))
    at = f"at northing {window.told(model.grid.northing[cut.northing])}"
    panels = {
        (0, 1): (deviation, scale, what),
        (1, 1): (replace(model, values=middle[1]), shared, middle[0]),
        (0, 2): (replace(model, values=known[LOWEST]), shared, "5 % lie below"),
        (1, 2): (replace(model, values=known[HIGHEST]), shared, "95 % lie below"),
    }
    for (below, column), (shown, colours, title) in panels.items():
        ax = sheet.add_subplot(grid[row + below, column])
        draw_section(ax, window, shown, cut, colours, "easting")
        ax.set_title(f"{title}, {at}")
