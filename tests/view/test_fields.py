"""Models of a Dataset, each with its name and units."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
from view_subjects import ball, padded_grid

from geoinv.view.fields import fields_of


def test_each_model_has_its_name_and_units_and_none_where_there_is_air():
    grid = padded_grid()
    data = grid.to_xarray(density=ball(grid))
    data["susceptibility_mean"] = data["density"].copy(data=ball(grid)).assign_attrs(units="1")
    data["depth_of_investigation_index"] = data["susceptibility_mean"]
    data["rock"] = data["density"].astype(str)
    found = fields_of(data, grid)
    assert [(one.name, one.units, one.ceiling) for one in found] == [
        ("density", "kg/m³", None),
        ("susceptibility mean", "SI", None),
        ("depth of investigation index", "", 0.2),
    ]
    for one in found:
        npt.assert_array_equal(np.isnan(one.values), ~grid.active)


def test_a_magnetization_has_its_amplitude_first():
    grid = padded_grid()
    parts = {
        f"magnetization_{axis}": size * ball(grid) for axis, size in (("easting", 2), ("northing", 3), ("upward", 6))
    }
    first, *others = fields_of(grid.to_xarray(**parts), grid)
    assert (first.name, first.units) == ("amplitude of magnetization", "A/m")
    npt.assert_allclose(first.values[grid.active], 7.0 * ball(grid)[grid.active])
    assert [one.name for one in others] == ["magnetization easting", "magnetization northing", "magnetization upward"]
