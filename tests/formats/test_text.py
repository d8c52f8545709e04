"""Text of any separator, mark and line end."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy.testing as npt
import pytest
from small_tables import FIELD, written

from geoinv.formats import read_survey, read_table


@pytest.mark.parametrize("separator", [",", ", ", ";", "\t", "  "])
@pytest.mark.parametrize(
    "header", ["X{0}Y{0}Elev (m){0}Anomaly_nT{0}sd\n", "# X Y Elev (m) Anomaly_nT sd\n# a survey\n"]
)
def test_separators_and_headers_do_not_matter(tmp_path: Path, separator: str, header: str) -> None:
    if separator == "  ":
        header = header.replace(" (m)", "[m]")
    rows = [["1", "2", "3", "4e1", "5"], ["6", "7", "8", "-9.25", ".5"]]
    text = header.format(separator) + "\n".join(separator.join(row) for row in rows) + "\n"
    survey = read_survey(written(tmp_path, text), field=FIELD)
    npt.assert_array_equal(survey.upward, [3, 8])
    npt.assert_array_equal(survey.data, [[40, -9.25]])
    npt.assert_array_equal(survey.uncertainty, [[5, 0.5]])


def test_quotes_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('\ufeff"x","y","z","remark"\r\n1,2,"3","a, b"\r\n\x1a'.encode())
    npt.assert_array_equal(read_table(path).columns["upward"], [3])


def test_gzipped_tables_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_bytes(gzip.compress(b"1 2 3\n4 5 6\n"))
    npt.assert_array_equal(read_table(path).columns["northing"], [2, 5])
