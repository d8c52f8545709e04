"""Widths and formats of the fields that are written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from table_files import FIELD

from geoinv import InputError, Survey
from geoinv.formats.aseg_writing import write_aseg_gdf2


def survey(**columns: object) -> Survey:
    return Survey([5.0, 6.5], [1.0, 2.25], [0.0, 0.0], field=FIELD, columns=columns)


def test_every_record_is_as_wide_as_its_definition_says(tmp_path: Path) -> None:
    write_aseg_gdf2(tmp_path / "a.dat", survey(line=[10, 2000], remark=["a b", ""]))
    definition = (tmp_path / "a.dfn").read_text().splitlines()
    assert definition[1] == "DEFN 1 ST=RECD,RT=DATA;easting:F4.1:UNIT=m,NAME=easting"
    assert definition[-2] == "DEFN 5 ST=RECD,RT=DATA;remark:A4:NAME=remark"
    assert (tmp_path / "a.dat").read_text().splitlines() == [" 5.0 1.00 0   10 a b", " 6.5 2.25 0 2000    "]
    assert not (tmp_path / "a.prj").exists()


def test_a_name_that_would_end_its_field_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="names of columns without colons, got 'a:b'"):
        write_aseg_gdf2(tmp_path / "a.dat", survey(**{"a:b": np.zeros(2)}))
    assert list(tmp_path.iterdir()) == []
