"""The diagonal of a padded mesh: every cell of the padding as one prism."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import problem
from makers import scattered_survey

import geoinv
from geoinv.operators.prisms.dense import Dense
from geoinv.operators.prisms.levels.padded import uniform_problem
from geoinv.operators.prisms.levels.rim import padded_diagonal

CORE = np.concatenate([[-50.0, -20.0], 10.0 * np.arange(-1.0, 5.0), [60.0, 90.0]])
SIDED = 10.0 * np.arange(-1.0, 5.0)


@pytest.mark.parametrize(("easting", "northing"), [(CORE, CORE), (CORE, SIDED), (SIDED, CORE[2:])])
@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_it_is_that_of_the_exact_matrix(easting, northing, unknown):
    mesh = geoinv.Grid(easting, northing, [-60.0, -30.0, -10.0, 0.0])
    mesh = mesh.with_active(np.random.default_rng(7).random(mesh.shape) > 0.2)
    p = problem(mesh, scattered_survey(("tmi", "be")), 1e-5, unknown)
    uniform = uniform_problem(p, layers=True)
    assert not isinstance(uniform, str)
    squared = np.random.default_rng(0).random(p.range_shape)
    on_cells = Dense(replace(uniform.problem, rtol=None)).gram_diagonal(squared)
    found = padded_diagonal(p, uniform.runs, on_cells, squared)
    expected = Dense(replace(p, rtol=None)).gram_diagonal(squared)
    npt.assert_allclose(found[:, mesh.active], expected[:, mesh.active], rtol=5e-3)
    # what sums over uniform cells alone would give is another number
    summed = uniform.runs.add_all(on_cells)
    assert abs(summed / np.where(mesh.active, expected, np.nan) - 1.0)[:, mesh.active].max() > 0.5
