"""Definitions of the fields of ASEG-GDF2."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoinv import InputError
from geoinv.formats.aseg_definition import definition_beside, fields_of, sibling

DEFINITION = """\
DEFN   ST=RECORD,RT=COMM;RT:A4;COMMENTS:A80
DEFN 1 ST=RECORD,RT=DATA;RT:A4;FLTLINE:F10.1:NAME=Line number
DEFN 2 ST=RECD,RT=;EAST:f11.2:UNIT=METRES,NULL=-99999.00,NAME=Easting;NORTH:f11.2:UNIT=km:NULL=-9
DEFN 3 ST=RECD,RT=;EM:3E12.4:UNIT=furlong
DEFN 4 ST=RECD,RT=;MAGX:F9.2:UNIT=nT,NAME=residual magnetic anomaly
DEFN 5 ST=RECD,RT=;END DEFN
"""


def test_names_formats_units_and_nulls_are_those_of_the_data_records(tmp_path: Path) -> None:
    path = tmp_path / "a.dfn"
    path.write_text(DEFINITION)
    fields = fields_of(path)
    assert [(field.name.text, field.kind, field.width) for field in fields] == [
        ("RT", "A", 4),
        ("FLTLINE", "F", 10),
        ("EAST", "F", 11),
        ("NORTH", "F", 11),
        *((f"EM {k}", "E", 12) for k in (1, 2, 3)),
        ("MAGX", "F", 9),
    ]
    east, north, magnetic = fields[2], fields[3], fields[-1]
    assert (east.name.quantity, east.name.unit.factor) == ("easting", 1.0)
    assert (north.name.quantity, north.name.unit.factor) == ("northing", 1000.0)
    assert (magnetic.name.quantity, magnetic.name.unit.text) == ("tmi", "nT")
    assert [east.value(text) for text in ("-99999.00", "-99999", "-99998", "5")] == ["", "", "-99998", "5"]
    assert [east.fits(text) for text in ("5.0", "", "*", "5 6", "L10")] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("DEFN 1 ST=RECD,RT=;EAST:Q10\n", r"a name and a format such as F10\.2 .* on line 1, got 'EAST:Q10'"),
        ("DEFN 1 ST=RECD,RT=;EAST:F0\n", "such as F10"),
        ("DEFN 1 ST=RECD,RT=COMM;RT:A4\n", "expects definitions of the fields of data records, got none"),
        ("DEFN 1 ST=RECD,RT=;E:F5\nEAST 5\n", r"expects a definition \(DEFN \.\.\.\) on line 2"),
        ("DEFN 1 ST=RECD,RT=;E:9999F5;N:9999F5\n", "at most 10000 fields"),
    ],
)
def test_what_is_no_definition_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.dfn"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        fields_of(path)


def test_files_beside_are_found_in_capitals_too(tmp_path: Path) -> None:
    (tmp_path / "a.DFN").write_text(DEFINITION)
    (tmp_path / "b.dfn").write_text("something else\n")
    assert sibling(tmp_path / "a.dat", ".dfn") == tmp_path / "a.DFN"
    assert sibling(tmp_path / "a.dat.gz", ".dfn") == tmp_path / "a.DFN"
    assert definition_beside(tmp_path / "a.dat") == tmp_path / "a.DFN"
    assert definition_beside(tmp_path / "b.dat") is None
    assert definition_beside(tmp_path / "c.dat") is None
