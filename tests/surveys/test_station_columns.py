from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geoinv import InputError
from geoinv.surveys.station_columns import checked_columns, free_name


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ([1, 2], "i"),
        ([True, False], "i"),
        (np.array([1.0, np.nan], np.float32), "f"),
        (["a", "bc"], "U"),
        (np.array(["a", "bc"], object), "U"),
        (np.array(["2021-01-20", "NaT"], "datetime64[D]"), "M"),
    ],
)
def test_types_are_four_and_values_are_frozen(given: Any, kind: str) -> None:
    values = checked_columns({"a": given}, 2)["a"]
    assert values.dtype.kind == kind
    assert not values.flags.writeable


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"easting": [1, 2]}, "its own, got 'easting'"),
        ({"tmi_uncertainty": [1, 2]}, "its own"),
        ({"a/b": [1, 2]}, "without a slash, got 'a/b'"),
        ({"": [1, 2]}, "got ''"),
        ({"12": [1, 2]}, "got '12'"),
        ({7: [1, 2]}, "got 7"),
        ({"a": [1, 2, 3]}, r"of shape \(2,\) \(stations\), got \(3,\)"),
        ({"a": [[1, 2]]}, r"got \(1, 2\)"),
        ({"a": [1j, 2]}, "type complex128"),
        ({"a": np.array([None, "a"], object)}, "type object"),
    ],
)
def test_what_is_no_column_is_rejected(columns: dict[Any, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        checked_columns(columns, 2)


def test_names_of_files_become_names_that_can_be_kept() -> None:
    used: dict[str, Any] = {}
    for name in ("easting", "a/b", "", "12", "Mag", "Mag"):
        used[free_name(name, used)] = [1]
    assert list(checked_columns(used, 1)) == ["easting column", "a per b", "column", "12 column", "Mag", "Mag 2"]
