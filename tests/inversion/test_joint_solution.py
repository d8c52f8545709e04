"""What a joint solution says and stores."""

from __future__ import annotations

import json

import numpy as np
from two_bodies import data_sets

import geoinv


def test_models_of_both_ways_and_all_fits_are_in_the_result():
    solution = geoinv.invert_jointly(data_sets(), iterations=1)
    result = solution.to_xarray({"inputs": "mine"})
    assert not solution.reached
    assert solution.status.startswith("out of iterations after 1 round: tmi chi^2/N = ")
    for name, separate in solution.separate.items():
        np.testing.assert_array_equal(result[name], solution.models[name])
        np.testing.assert_array_equal(result[f"{name}_separate"], separate.model)
    assert result.attrs["structural_error_of_separate_models"] == solution.separate_structural_error
    assert result.attrs["inputs"] == "mine"
    assert [one["unknown"] for one in json.loads(result.attrs["data_sets"])] == ["susceptibility", "density"]
    assert result["gz_observed_2"].dims == ("station_2",)
    assert json.loads(result.attrs["settings"])["coupling"] == "cross-gradient"
