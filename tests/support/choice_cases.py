"""Grids and surveys to choose an engine for."""

from __future__ import annotations

import numpy as np
from makers import FIELD

import geoinv

GRID = geoinv.Grid.regular((3, 6, 8), (10.0, 20.0, 25.0), (-30.0, 0.0, 0.0))
WIDE = geoinv.Grid.regular((16, 64, 64), (10.0, 10.0, 10.0), (-160.0, 0.0, 0.0))


def level(
    corner: tuple[float, float], spacing: tuple[float, float], shape: tuple[int, int], height: float = 5.0
) -> geoinv.Survey:
    """Survey of rows and columns of stations from the (south, west) corner."""
    easting, northing = np.meshgrid(
        corner[1] + spacing[1] * np.arange(shape[1]), corner[0] + spacing[0] * np.arange(shape[0])
    )
    return geoinv.Survey(
        easting.ravel(), northing.ravel(), np.full(easting.size, height), components=("tmi", "be", "buu"), field=FIELD
    )


def scattered(stations: int = 300) -> geoinv.Survey:
    random = np.random.default_rng(0)
    return geoinv.Survey(*random.uniform(0.0, 640.0, (2, stations)), np.full(stations, 3.0), field=FIELD)


def padded() -> geoinv.Grid:
    """WIDE, its northernmost row of cells wider than the others, by no whole multiple."""
    return geoinv.Grid(WIDE.easting_edges, np.append(WIDE.northing_edges[:-1], 655.0), WIDE.upward_edges)


def irregular(**changes: object) -> geoinv.Survey:
    survey = level((3.0, 4.0), (20.0, 25.0), (3, 4))
    positions = {name: np.array(getattr(survey, name)) for name in ("easting", "northing", "upward")}
    for name, value in changes.items():
        positions[name][1] += value
    return geoinv.Survey(**positions, field=FIELD)
