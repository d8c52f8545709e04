"""What constraints said, beside the model."""

from __future__ import annotations

import json

import numpy as np
import numpy.testing as npt
import pytest
from bodies import box, written_tables

import geoinv
from geoinv.constraints.applied import apply_constraints
from geoinv.constraints.body import Body
from geoinv.constraints.holes import DrillHoles
from geoinv.constraints.record import recorded
from geoinv.formats import collected


def meshes():
    grid = geoinv.Grid.regular((6, 12, 12), (20.0, 20.0, 20.0), (-120.0, 0.0, 0.0))
    survey = geoinv.Survey([100.0, 140], [100.0, 120], [10.0, 10.0], components=("gz",))
    active = np.arange(6)[:, None, None] < np.full((6, 12, 12), 5)
    return {"tensor": grid.with_active(active), "octree": geoinv.OctreeGrid.for_survey(survey, cell=10.0, depth=120.0)}


@pytest.mark.parametrize("name", ["tensor", "octree"])
def test_bounds_reference_weights_and_holes_stand_beside_the_model(tmp_path, name):
    mesh = meshes()[name]
    body = Body(box((60.0, 60.0, -100.0), (180.0, 180.0, -40.0)), bounds=(-0.01, 0.1))
    with collected():
        known = apply_constraints(mesh, [body, DrillHoles(*written_tables(tmp_path))], reference=0.001)
    data = recorded(mesh.to_xarray(susceptibility=np.zeros(mesh.shape)), known, "susceptibility")
    dims = data["susceptibility"].dims
    assert all(data[part].dims == dims for part in ("constraint", "constraint_weight", "susceptibility_reference"))
    npt.assert_array_equal(data["constraint"].values == 2.0, np.isfinite(known.uncertainty))
    npt.assert_array_equal(data["susceptibility_upper_bound"].notnull(), np.isfinite(known.upper) & mesh.active)
    assert data["susceptibility_upper_bound"].attrs["units"] == "1"
    held = np.isfinite(known.uncertainty)
    npt.assert_array_equal(data["susceptibility_reference"].values[held], known.values[held])
    outside = mesh.active & (known.speaker < 0)
    npt.assert_array_equal(data["susceptibility_reference"].values[outside], 0.001)
    npt.assert_allclose(
        np.stack([data[f"hole_{a}"] for a in ("easting", "northing", "upward")], 1), known.paths[0].points
    )
    assert [entry["number"] for entry in json.loads(data.attrs["constraints"])] == [1, 2]
    data.to_netcdf(tmp_path / "a.nc")


def test_what_nobody_spoke_of_is_left_out():
    mesh = meshes()["tensor"]
    known = apply_constraints(mesh, [], reference=0.0)
    data = recorded(mesh.to_xarray(density=np.zeros(mesh.shape)), known, "density")
    assert "density_lower_bound" not in data
    assert "hole_easting" not in data
