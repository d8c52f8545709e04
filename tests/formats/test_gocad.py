"""GOCAD TSurf."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from bodies import box, gocad_text

import geoinv
from geoinv.formats import collected
from geoinv.formats.triangles import read_triangles

BOX = box((0.0, 1.0, -5.0), (3.0, 4.0, -2.0))
SYSTEM = """GOCAD_ORIGINAL_COORDINATE_SYSTEM
NAME Default
AXIS_NAME "X" "Y" "Z"
AXIS_UNIT "{0}" "{0}" "{0}"
ZPOSITIVE {1}
END_ORIGINAL_COORDINATE_SYSTEM"""


def read(folder, text):
    path = folder / "a.ts"
    path.write_text(text)
    with collected() as notes:
        return read_triangles(path), notes


def test_depths_and_feet_become_elevations_in_metres(tmp_path):
    same, _ = read(tmp_path, gocad_text(BOX, SYSTEM.format("m", "Elevation")))
    npt.assert_array_equal(same.vertices, BOX.vertices)
    turned, notes = read(tmp_path, gocad_text(BOX, SYSTEM.format("ft", "Depth")))
    assert turned.vertices[:, 2].max() == pytest.approx(0.3048 * 5.0)
    assert turned.vertices[:, 0].max() == pytest.approx(0.3048 * 3.0)
    assert [text.partition(": ")[2] for _, text in notes.taken] == [
        "axes in ft, ft, ft, converted to m",
        "depths, positive down, taken as elevations below 0",
    ]


def test_properties_atoms_and_borders_and_several_surfaces(tmp_path):
    text = gocad_text(BOX).replace("VRTX", "PVRTX").replace("TFACE", "PROPERTIES grade\nTFACE")
    lines = [f"{line} 0.5" if line.startswith("PVRTX") else line for line in text.splitlines()]
    last = lines.index("END")
    lines[last:last] = ["ATOM 9 1", "TRGL 9 2 3", "BSTONE 1", "BORDER 10 1 2"]
    surface, _ = read(tmp_path, "\n".join(lines) + "\n" + gocad_text(box((10, 10, 10), (11, 11, 11))))
    assert len(surface.vertices) == 16
    assert len(surface.corners) == 25


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("TSurf", "Voxet", "expects a GOCAD TSurf on line 1, got 'GOCAD Voxet 1'"),
        ("VRTX 1 0.0", "VRTX 1 zero", "expects a vertex as its number and three coordinates on line 6"),
        ("VRTX 8", "VRTX 9", "expects a triangle of three vertices above it"),
        ("TRGL 1 ", "TRGL ", "expects a triangle of three vertices above it"),
        ("TRGL 1 ", "ATOM 9 77\nTRGL 1 ", "expects an atom of a vertex above it"),
        ("END\n", "", "expects END after line"),
    ],
)
def test_what_is_wrong_is_rejected_with_its_line(tmp_path, old, new, sentence):
    text = gocad_text(BOX)
    assert old in text
    with pytest.raises(geoinv.InputError, match=sentence):
        read(tmp_path, text.replace(old, new, 1))
    with pytest.raises(geoinv.InputError, match=r"expects three units of length on line"):
        read(tmp_path, gocad_text(BOX, SYSTEM.format("furlong", "Elevation")))


def test_every_cut_is_rejected(tmp_path):
    text = gocad_text(BOX)
    for end in np.linspace(10, len(text) - 5, 40).astype(int):
        with pytest.raises(geoinv.InputError, match=r"a.ts expects"):
            read(tmp_path, text[:end])
