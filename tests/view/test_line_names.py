"""Names of survey lines."""

from __future__ import annotations

import numpy as np
from view_subjects import solution

from geoinv.view.line_names import line_names


def test_numbers_and_texts_are_names_and_nan_is_none():
    data = solution().isel(station=slice(3))
    assert line_names(data) is None
    for values, names in (([10.0, np.nan, 20.5], ["10", "", "20.5"]), (["L1", "L2", "T1"], ["L1", "L2", "T1"])):
        found = line_names(data.assign_coords(station_line=("station", values)))
        assert found is not None
        assert found.tolist() == names
    assert line_names(data.assign_coords(station_line=3.0)) is None
