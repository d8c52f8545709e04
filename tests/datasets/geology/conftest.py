"""Spaces in which bodies are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv import Grid
from geoinv.datasets.geology.space import Space


@pytest.fixture
def space() -> Space:
    """24 x 40 x 40 cells of 10 m, the ground level at 0."""
    return Space(Grid.regular((24, 40, 40), (10.0, 10.0, 10.0), (-240.0, 0.0, 0.0)), np.zeros((40, 40)))
