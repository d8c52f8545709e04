"""Meshes of wide padding, and stations scattered over them."""

from __future__ import annotations

import numpy as np
from makers import FIELD

import geoinv


def padded(core: int, padding: int, factor: float) -> geoinv.Grid:
    """Cells of 10 x 10 x 5 m with so many beside them, each so many times as wide as the one before."""
    widening = 10.0 * factor ** np.arange(1, padding + 1)
    widths = np.concatenate([widening[::-1], np.full(core, 10.0), widening])
    edges = np.concatenate([[0.0], np.cumsum(widths)]) - widening.sum()
    return geoinv.Grid(edges, edges[: edges.size - 3], np.arange(-10.0, 1.0, 5.0))


def scattered(count: int, width: float, components: tuple[str, ...] = ("tmi",)) -> geoinv.Survey:
    """Stations anywhere above a square."""
    places = np.random.default_rng(0).uniform((0.0, 0.0, 5.0), (width, width, 30.0), (count, 3))
    return geoinv.Survey(*places.T, components=components, field=FIELD)
