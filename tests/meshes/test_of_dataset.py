"""The mesh of a Dataset, whatever its kind."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import random_octree

from geoinv import Grid, InputError
from geoinv.meshes.of_dataset import mesh_dims, mesh_of, model_values


@pytest.mark.parametrize("mesh", [Grid.regular((2, 3, 4), (1, 2, 3)), random_octree((4, 4, 8))])
def test_the_mesh_of_a_dataset_is_of_the_kind_that_made_it(mesh):
    model = np.arange(float(mesh.size)).reshape(mesh.shape)
    data = mesh.to_xarray(susceptibility=model)
    assert mesh_dims(data) == mesh.dims
    back = mesh_of(data)
    assert type(back) is type(mesh)
    assert back.same_places(mesh)
    npt.assert_array_equal(model_values(data, data.susceptibility, "susceptibility").values, model)


def test_what_is_on_no_mesh_is_told_apart():
    data = random_octree((4, 4, 8)).to_xarray()
    assert mesh_dims(data.drop_vars("octree")) is None
    with pytest.raises(InputError, match=r"expected easting_bounds over \(cell\), got it over \(cell, bounds\)"):
        model_values(data, data.easting_bounds)
