"""Models of one cell and surveys far from them."""

from __future__ import annotations

import numpy as np
from makers import FIELD

import geoinv


def level(
    shape: tuple[int, int], components: tuple[str, ...] = ("tmi",), corner: float = 5.0, height: float = 5.0
) -> geoinv.Survey:
    """Stations 10 m apart, above cell centres."""
    northing, easting = np.meshgrid(*(corner + 10.0 * np.arange(count) for count in shape), indexing="ij")
    return geoinv.Survey(
        easting.ravel(), northing.ravel(), np.full(easting.size, height), components=components, field=FIELD
    )


def beside(layers: int = 2, width: int = 24) -> geoinv.Grid:
    """Cells from below the survey's stations to far beyond them."""
    return geoinv.Grid.regular((layers, width, width), (10.0, 10.0, 10.0), (-10.0 * layers, 0.0, 0.0))
