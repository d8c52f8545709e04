"""Which meshes the levels engine takes."""

from __future__ import annotations

import numpy as np
import pytest
from makers import FIELD
from octree_makers import random_octree

import geoinv
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.levels.offer import offer
from geoinv.operators.prisms.offer import Offer, Refusal

PADDING = np.concatenate([[-60.0, -20.0], 10.0 * np.arange(9.0), [100.0, 160.0]])
PADDED = geoinv.Grid(PADDING, PADDING, [-60.0, -20.0, -10.0, 0.0])
FRACTIONAL = geoinv.Grid(PADDING, np.append(PADDING, 177.0), [-10.0, 0.0])


def answer(mesh):
    bounds = mesh.bounds
    stations = [np.linspace(*bounds[axis], 5) for axis in ("easting", "northing")]
    survey = geoinv.Survey(*stations, np.full(5, bounds["upward"][1] + 5.0), field=FIELD)
    return offer(magnetic_problem(mesh, survey, "susceptibility", np.dtype(float), 1e-5), 1e9, 100)


@pytest.mark.parametrize("mesh", [PADDED, random_octree()], ids=["padded", "octree"])
def test_meshes_of_uniform_parts_are_taken(mesh):
    assert isinstance(answer(mesh), Offer)


def test_others_are_refused_with_the_reason():
    fractional = answer(FRACTIONAL)
    assert isinstance(fractional, Refusal)
    assert "between whole multiples of the smallest cell along northing" in fractional.clause


def test_a_mesh_of_another_kind_is_neither():
    class Other:
        bounds = PADDED.bounds

    problem = magnetic_problem(
        PADDED, geoinv.Survey([0.0], [0.0], [5.0], field=FIELD), "susceptibility", np.dtype(float), 1e-5
    )
    object.__setattr__(problem, "mesh", Other())
    refused = offer(problem, 1e9, 100)
    assert isinstance(refused, Refusal)
    assert refused.clause == "the mesh is neither a tensor grid nor of cubes of its finest cells"
