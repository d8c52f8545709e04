"""Scale bar and north arrow of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoinv.view.window import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_ornaments", "round_length"]


def round_length(longest: float) -> float:
    """Longest of 1, 2, 5, 10, ... that is not longer.

    Examples
    --------
    >>> round_length(2300.0), round_length(0.7)
    (2000.0, 0.5)
    """
    power = 10.0 ** np.floor(np.log10(longest))
    return float(max(power * factor for factor in (1.0, 2.0, 5.0) if power * factor <= longest * 1.0001))


def draw_ornaments(ax: Axes, window: Window) -> None:
    """Draw a bar of a round length and an arrow to the north in the lower left corner of a map."""
    length = round_length(0.3 * window.span("easting"))
    share, box = length / window.span("easting"), {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1.5}
    ax.plot([0.05, 0.05 + share], [0.05, 0.05], transform=ax.transAxes, color="black", linewidth=2.5, clip_on=False)
    ax.text(
        0.05 + 0.5 * share,
        0.075,
        window.told(length),
        transform=ax.transAxes,
        ha="center",
        va="bottom",
        fontsize=7.5,
        bbox=box,
    )
    ax.annotate(
        "N",
        xy=(0.05, 0.97),
        xytext=(0.05, 0.82),
        xycoords="axes fraction",
        ha="center",
        va="center",
        fontsize=8.5,
        fontweight="bold",
        arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.2},
        bbox=box,
    )
