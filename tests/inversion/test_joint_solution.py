"""What a joint solution says and stores."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from two_bodies import data_sets

import geoinv
from geoinv.inversion.joint_dataset import parts_of


def test_models_of_both_ways_and_all_fits_are_in_the_result():
    solution = geoinv.invert_jointly(data_sets(), iterations=1)
    result = solution.to_xarray({"inputs": "mine"})
    assert not solution.reached
    assert solution.status.startswith("out of iterations after 1 round: tmi chi^2/N = ")
    for name, separate in solution.separate.items():
        np.testing.assert_array_equal(result[name], solution.models[name])
        np.testing.assert_array_equal(result[f"{name}_separate"], separate.model)
    assert result.attrs["structural_error_of_separate_models"] == solution.separate_structural_error
    assert "was asked: the rounds did not suffice" in solution.status
    assert result.attrs["inputs"] == "mine"
    assert [one["unknown"] for one in json.loads(result.attrs["data_sets"])] == ["susceptibility", "density"]
    assert result["gz_observed_2"].dims == ("station_2",)
    assert json.loads(result.attrs["settings"])["coupling"] == "cross-gradient"


def test_data_that_contradict_a_common_structure_are_named():
    solution = geoinv.invert_jointly(data_sets(), structure=0.001, iterations=15)
    told = replace(solution, strained={"gz": 0.123}, structural_error=0.2, wanted=0.02).status
    assert "where 0.02 was asked: more in common is contradicted by the data of gz (fitted at 0.12 of its" in told
    assert "asked" not in replace(solution, structural_error=0.2, wanted=0.2).status
    betas = {
        name: part.beta / solution.separate[str(part.operator.unknown)].beta
        for name, part in zip(solution.names, solution.parts, strict=True)
    }
    assert set(solution.strained) == {name for name, factor in betas.items() if factor <= 0.3}


def test_classes_that_each_property_tells_by_itself_are_all_in_the_result():
    rocks = [geoinv.RockClass("host", 0.0, 0.002, 0.9), geoinv.RockClass("ore", 0.04, 0.01, 0.1)]
    light = geoinv.RockClass("salt", -300.0, 50.0, 0.1)
    heavy = [geoinv.RockClass("bulk", 0.0, 15.0, 0.9), geoinv.RockClass("gabbro", 400.0, 50.0, 0.1), light]
    properties = {
        "susceptibility": geoinv.Property(geoinv.Mixture(classes=rocks)),
        "density": geoinv.Property(geoinv.Mixture(classes=heavy)),
    }
    result = geoinv.invert_jointly(data_sets(), properties, iterations=2).to_xarray()
    assert result["rock_class"].attrs["flag_meanings"] == "host ore"
    assert result["density_rock_class"].attrs["flag_meanings"] == "bulk gabbro salt"
    assert result["density_rock_class_probability"].sizes["density_rock"] == 3
    density = parts_of(result)[1]
    assert "density_rock_class" in density.solution
