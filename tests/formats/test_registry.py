from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from format_files import FIELD, MESH, OBSERVATIONS, written

from geoinv import Grid, InputError, Survey
from geoinv.formats import (
    describe,
    read_mesh,
    read_survey,
    read_topography,
    recognise,
    write_mesh,
    write_model,
    write_survey,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (OBSERVATIONS, "UBC magnetic observations"),
        ("65 25 50000\n65 25 1\n3\n1 2 3\n4 5 6\n7 8 9\n", "UBC magnetic observations"),
        ("! one\n60 0 50000\n60 0 1\n1\n1 2 3\n", "UBC magnetic observations"),
        (MESH, "UBC tensor mesh"),
        ("1 1 1\n0 0 0\n100\n100\n100\n", "UBC tensor mesh"),
        ("3 3 3\n0 0 0\n1 1 1\n1 1 1\n1 1 1\n", "UBC tensor mesh"),
        ("4 1 1\n0 0 0\n1 1 1 1\n5\n5\n", "UBC tensor mesh"),
        ("8 8 8\n0 0 0\n1 1 1\n2\n1 1 1 4\n5 1 1 4\n", "UBC OcTree mesh"),
        ("0.1\n0.2\n0.3\n", "UBC model"),
        ("100*0.1\n", "UBC model"),
        ("2\n1 2 3\n4 5 6\n", "points with a count (UBC topography)"),
        ("1\n1 2 3 4 0.5\n", "UBC gravity observations"),
        ("1 2 3\n4 5 6\n7 8 9\n10 11 12\n", "points (topography or stations)"),
        ("1 2 3 4\n", "CSV/XYZ table"),
        ("x,y,z\n1,2,3\n", "CSV/XYZ table"),
        ("# x y z tmi\n1 2 3 4\n", "CSV/XYZ table"),
    ],
)
def test_text_is_recognised_by_its_content(tmp_path: Path, text: str, name: str) -> None:
    assert recognise(written(tmp_path, text)).name == name
    (tmp_path / "packed").write_bytes(gzip.compress(text.encode()))
    assert recognise(tmp_path / "packed").name == name


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "got an empty file; write or copy"),
        (b"\n \n! nothing\n", "got only blank lines and comments"),
        (b"PK\x03\x04\x00\x00binary", "whole zip file, got a broken one .*copy it again"),
        (b"\x03\x04\x00\x00binary", "expects text, got binary content; give"),
        (b"Dear reader,\nthis is prose of some length.\n", "text that starts with 'Dear reader,'; give a mesh"),
        (gzip.compress(b"1 2 3\n" * 1000, mtime=0)[:20], "whole gzip file, got a broken one .*copy it again"),
        (b"\x89HDF\r\n\x1a\nnothing more", "whole netCDF file, got a broken one"),
        (b"CDF\x01\x00", "whole netCDF file, got a broken one"),
    ],
)
@pytest.mark.parametrize("read", [read_survey, read_mesh, read_topography, recognise, describe])
def test_unreadable_file_is_one_sentence(tmp_path: Path, content: bytes, sentence: str, read) -> None:
    (tmp_path / "any.thing").write_bytes(content)
    with pytest.raises(InputError, match=rf"any\.thing.*{sentence}"):
        read(tmp_path / "any.thing")


def test_total_field_in_a_ubc_file_is_refused(tmp_path: Path) -> None:
    text = OBSERVATIONS.replace("4 0.5", "57000 0.5").replace("8 0.5", "57010 0.5")
    with pytest.raises(InputError, match="median of 57005 nT, which is a total field"):
        read_survey(written(tmp_path, text))


def test_points_of_laguna_del_maule_are_all_read(shared_data: Path) -> None:
    points = read_topography(shared_data / "laguna_del_maule_gravity" / "LdM_topo.topo.gz")
    assert points.shape == (381924, 3)
    npt.assert_array_equal(points[0], [355006.8, 6015982.9, 2693])


def test_plain_points_are_topography(shared_data: Path) -> None:
    path = shared_data / "simpeg_mag_tutorial" / "magnetics_topo.txt"
    npt.assert_array_equal(read_topography(path), np.loadtxt(path))


def test_ground_is_taken_from_its_own_column(tmp_path: Path) -> None:
    path = written(tmp_path, "x,y,alt,DEM,tmi\n1,2,300,200,5\n")
    npt.assert_array_equal(read_topography(path), [[1, 2, 200]])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("3\n1 2 3\n4 5 6\n", r"number of points that follow \(2\) on line 1, got '3'; correct"),
        ("2\n1 2 3\n4 5\n", "3 columns on line 3, got 2 in '4 5'"),
        ("1 2 3 4\n5 6 7 8\n", "elevations of the ground, got a survey with tmi"),
        ("1 2 3\n4 5 inf\n", "finite numbers on line 2, got inf"),
    ],
)
def test_wrong_topography_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_topography(written(tmp_path, text))


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_survey(path, Survey([0.0], [0.0], [0.0], field=FIELD)),
        lambda path: write_mesh(path, Grid.regular((1, 1, 1), (1, 1, 1))),
        lambda path: write_model(path, Grid.regular((1, 1, 1), (1, 1, 1)), [[[0.1]]]),
    ],
)
def test_unknown_suffix_is_refused(tmp_path: Path, write) -> None:
    with pytest.raises(InputError, match=r"a\.jpg expects a suffix for a .* got '\.jpg'; rename"):
        write(tmp_path / "a.jpg")


def test_a_model_where_the_mesh_belongs_is_told_apart(tmp_path: Path) -> None:
    grid = Grid.regular((1, 1, 1), (1, 1, 1))
    with pytest.raises(InputError, match=r"expects a Grid or OctreeGrid .* got ndarray; give the mesh before"):
        write_model(tmp_path / "a.sus", np.ones((1, 1, 1)), grid)


def test_importing_the_formats_stays_light() -> None:
    code = (
        "import sys, geoinv.formats;"
        "print(*{'xarray', 'netCDF4', 'pandas', 'discretize', 'numba', 'torch'}.intersection(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
