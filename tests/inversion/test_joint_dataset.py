"""Several solutions in one Dataset, and out of it again."""

from __future__ import annotations

import numpy as np
import xarray as xr
from two_bodies import data_sets

import geoinv
from geoinv.formats import write_netcdf
from geoinv.inversion.joint_dataset import Part, joint_dataset, parts_of


def test_each_solution_comes_out_as_it_went_in(tmp_path):
    low, gravity = data_sets()
    high = data_sets(3, 120.0)[0]
    solutions = [geoinv.invert(one.operator, one.data, one.uncertainty).to_xarray() for one in (low, gravity, high)]
    solutions[2]["susceptibility"] = solutions[0]["susceptibility"]
    names = ["low", "ground", "high"]
    unknowns = ["susceptibility", "density", "susceptibility"]
    given = [Part(*of) for of in zip(names, unknowns, solutions, strict=True)]
    write_netcdf(tmp_path / "joint.nc", joint_dataset(given))
    with xr.open_dataset(tmp_path / "joint.nc") as stored:
        for before, after in zip(given, parts_of(stored), strict=True):
            assert (after.name, after.unknown) == (before.name, before.unknown)
            assert set(before.solution.variables) == set(after.solution.variables)
            for name in before.solution.variables:
                np.testing.assert_array_equal(before.solution[name], after.solution[name])
            assert after.solution.attrs["status"] == before.solution.attrs["status"]


def test_no_other_dataset_has_parts():
    assert parts_of(xr.Dataset()) == ()
