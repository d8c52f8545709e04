"""Projection records of ASEG-GDF2 as codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoinv.formats.aseg_projection import projection_beside, projection_record
from geoinv.formats.notes import collected

RECORD = (
    "PROJGDA94 / Map Grid of Australia zone 55     GDA94      6378137 0.0818191910428158 0Transverse Mercator"
    "      0 147 0.9996 500000 10000000\n"
)


def code_of(folder: Path, record: str, suffix: str = ".met") -> tuple[str | None, list[str]]:
    (folder / f"a{suffix}").write_text(record)
    with collected() as notes:
        return projection_beside(folder / "a.dat"), notes.doubts


def test_a_zone_is_taken_where_its_parameters_are_those_of_its_name(tmp_path: Path) -> None:
    assert code_of(tmp_path, RECORD) == ("EPSG:28355", [])
    code, doubts = code_of(tmp_path, RECORD.replace("0 147", "0 141"))
    assert code is None
    assert "has other parameters than its zone" in doubts[0]
    code, doubts = code_of(tmp_path, "PROJsome local grid\n")
    assert code is None
    assert "is not understood" in doubts[0]
    assert projection_beside(tmp_path / "b.dat") is None


@pytest.mark.parametrize("code", ["EPSG:28355", "EPSG:7850", "EPSG:32616", "EPSG:32733", "EPSG:26910", "EPSG:3071"])
def test_codes_come_back_and_their_parameters_are_those_of_proj(code: str, tmp_path: Path) -> None:
    record = projection_record(code)
    assert code_of(tmp_path, record, ".prj") == (code, [])
    pyproj = pytest.importorskip("pyproj")
    told = {item.name: item.value for item in pyproj.CRS(code).coordinate_operation.params}
    if "zone" in record:
        numbers = record.split("Mercator")[1].split()
        names = ("Latitude of natural origin", "Longitude of natural origin", "Scale factor at natural origin")
        wanted = [told[name] for name in (*names, "False easting", "False northing")]
        assert [float(number) for number in numbers] == wanted
