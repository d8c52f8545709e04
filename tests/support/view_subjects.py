"""Models, surveys and solutions to draw, and what stands in a drawn figure."""

from __future__ import annotations

from importlib import util

import numpy as np
from matplotlib.figure import Figure

from geoinv import Grid, MainField

FIELD = MainField(65.0, 25.0, 50000.0)
CORNER = (-200.0, 7_132_000.0, 460_000.0)


def padded_grid() -> Grid:
    """Cells of 50 m with two wide ones on each side; the highest level is half air."""
    widths = np.r_[400.0, 150.0, np.full(12, 50.0), 150.0, 400.0]
    edges = np.r_[0.0, np.cumsum(widths)]
    upward = CORNER[0] + 40.0 * np.arange(9)
    grid = Grid(CORNER[2] + edges, CORNER[1] + edges, upward)
    active = np.ones(grid.shape, bool)
    active[-1, :, :8] = False
    return grid.with_active(active)


def ball(grid: Grid) -> np.ndarray:
    """Susceptible ball a little north-west of the middle."""
    middle = (CORNER[0] + 180.0, CORNER[1] + 950.0, CORNER[2] + 800.0)
    upward, northing, easting = np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij")
    distance = np.sqrt((upward - middle[0]) ** 2 + (northing - middle[1]) ** 2 + (easting - middle[2]) ** 2)
    return np.where(distance < 130.0, 0.05, 0.0)


def stations(count: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    line = np.linspace(560.0, 1140.0, count)
    easting, northing = (values.ravel() for values in np.meshgrid(CORNER[2] + line, CORNER[1] + line))
    return easting, northing, np.full(easting.size, 180.0)


def solution(components=("tmi",), uncertainty=True):
    """Dataset as `Solution.to_xarray` writes it, with a smooth anomaly and a known residual."""
    grid = padded_grid()
    data = grid.to_xarray(susceptibility=ball(grid))
    positions = dict(zip(("easting", "northing", "upward"), stations(), strict=True))
    data = data.assign_coords({f"station_{name}": ("station", values) for name, values in positions.items()})
    squared = (positions["easting"] - CORNER[2] - 800.0) ** 2 + (positions["northing"] - CORNER[1] - 950.0) ** 2
    anomaly = 200.0 * np.exp(-squared / 2e4)
    for component in components:
        units = {"units": "nT m-1" if len(component) == 3 and component != "tmi" else "nT"}
        data[f"{component}_observed"] = ("station", anomaly + np.where(np.arange(anomaly.size) % 2, 4.0, -4.0), units)
        data[f"{component}_predicted"] = ("station", anomaly, units)
        if uncertainty:
            data[f"{component}_uncertainty"] = ("station", np.full(anomaly.size, 2.0), units)
    data.attrs.update(status="target reached: chi^2/N = 4, target 4", chi2_per_datum=4.0)
    return data


def titles(drawn: Figure) -> list[str]:
    return [ax.get_title(loc="left") for ax in drawn.axes]


def bars(drawn: Figure) -> list[str]:
    """Labels of the colour bars."""
    return [child.get_ylabel() for ax in drawn.axes for child in ax.child_axes]


def mapped(ax, kind):
    """The only mesh or collection of a kind in a panel."""
    (found,) = (child for child in ax.collections if isinstance(child, kind))
    return found


def without(name):
    """`find_spec` of an installation that lacks a package."""
    return lambda wanted: None if wanted == name else util.find_spec(wanted)
