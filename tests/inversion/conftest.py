"""A small survey to invert."""

from __future__ import annotations

import numpy as np
import pytest
from inversions import FIELD

import geoinv
from geoinv.operators import Magnetics


@pytest.fixture(scope="module")
def survey():
    """Small survey under which a block lies, with air above part of the cells; its matrix and curvature."""
    random = np.random.default_rng(0)
    grid = geoinv.Grid.regular((4, 9, 9), (20.0, 25.0, 25.0), (-80.0, 0.0, 0.0))
    active = np.ones(grid.shape, bool)
    active[-1, :, :3] = False
    grid = grid.with_active(active)
    easting, northing = np.meshgrid(np.linspace(15.0, 210.0, 8), np.linspace(15.0, 210.0, 8))
    stations = geoinv.Survey(easting.ravel(), northing.ravel(), random.uniform(10.0, 20.0, easting.size), field=FIELD)
    A = Magnetics(grid, stations, engine="dense")
    model = np.zeros(grid.shape)
    model[1:3, 3:5, 4:6] = 0.05
    phi = geoinv.Smooth().bind(A)
    units = np.eye(grid.size).reshape((-1, *grid.shape))
    curvature = np.array([phi.curvature(unit, unit).ravel() for unit in units])
    inside = active.ravel()
    return A, model, A.to_dense()[:, inside], curvature[np.ix_(inside, inside)], inside
