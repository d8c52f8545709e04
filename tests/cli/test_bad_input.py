"""Bad input: each gets one sentence, exit code 1, and leaves the folder as it was."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cli_refusal import FORWARD, INVERT, refused

import geoinv
from geoinv.cli import main
from geoinv.formats import read_mesh, read_survey, write_mesh, write_model, write_survey

FIELD = ["--field", "65", "25", "50000"]


def edit(name: str, line: int, text: str) -> None:
    """Replace a line of a file, counted from 1."""
    lines = Path(name).read_text().splitlines()
    lines[line - 1] = text
    Path(name).write_text("\n".join(lines) + "\n")


def rescale(factor: float, shift: float = 0.0) -> None:
    """Write obs.mag again with other data, and no standard deviations."""
    survey = read_survey("obs.mag")
    write_survey("obs.mag", survey.with_data(survey.data * factor + shift))


def table(header: str = "easting,northing,upward,tmi") -> None:
    """Write the survey as lines.csv."""
    survey = read_survey("obs.mag")
    rows = np.column_stack([survey.easting, survey.northing, survey.upward, survey.data[0]])
    np.savetxt("lines.csv", rows, delimiter=",", header=header, comments="")


def on_lines(*options: str) -> list[str]:
    return ["invert", "lines.csv", "--mesh", "mesh.msh", "--out", "out.nc", *options]


def cut(name: str, share: float = 0.5) -> None:
    content = Path(name).read_bytes()
    Path(name).write_bytes(content[: int(share * len(content))])


def nothing() -> None:
    """Leave the input as it is."""


def model_with_nan() -> None:
    grid = read_mesh("mesh.msh")
    write_model("model.nc", grid.with_active(np.zeros(grid.shape, bool)), np.zeros(grid.shape))


def move_mesh() -> None:
    write_mesh("mesh.msh", geoinv.Grid.regular((5, 6, 6), (20.0, 20.0, 20.0), (-100.0, 2000.0, 500_000.0)))


def raise_mesh() -> None:
    write_mesh("mesh.msh", geoinv.Grid.regular((5, 6, 6), (20.0, 20.0, 20.0), (-73.0, 2000.0, 1000.0)))


def padded_mesh() -> None:
    """Cells that widen beside the survey and below it."""
    sideways = np.concatenate([[-80.0, -30.0], np.arange(0.0, 121.0, 20.0), [150.0, 200.0]])
    write_mesh(
        "mesh.msh", geoinv.Grid(1000.0 + sideways, 2000.0 + sideways, np.array([-200.0, -80.0, -40.0, -20.0, 0.0]))
    )


def finer_mesh() -> None:
    write_mesh("mesh.msh", geoinv.Grid.regular((5, 6, 12), (20.0, 20.0, 10.0), (-100.0, 2000.0, 1000.0)))


def model_elsewhere() -> None:
    grid = geoinv.Grid.regular((5, 6, 6), (20.0, 20.0, 20.0), (-100.0, 2000.0, 1500.0))
    write_model("other.nc", grid, np.zeros(grid.shape))


def write(name: str, content: str | bytes) -> Callable[[], object]:
    return lambda: Path(name).write_bytes(content.encode() if isinstance(content, str) else content)


def cut_netcdf() -> None:
    main(["convert", "model.sus", "model.nc", "--mesh", "mesh.msh"])
    cut("model.nc", 0.3)


def cut_gzip() -> None:
    Path("obs.mag").write_bytes(gzip.compress(Path("obs.mag").read_bytes()))
    cut("obs.mag")


Case = tuple[Callable[[], object], list[str], str]

CASES: dict[str, Case] = {
    # a wrong unit
    "field in microtesla": (
        nothing,
        [*INVERT, "--field", "65", "25", "50"],
        r"between 1000 and 200000 nT, got 50; conv",
    ),
    "field in tesla": (
        lambda: edit("obs.mag", 1, "65 25 5e-5"),
        INVERT,
        r"obs\.mag line 1: .*intensity between 1000 and 200000 nT, got 5e-05; convert it to nanotesla",
    ),
    "data in tesla": (lambda: rescale(1e-9), [*INVERT, "--noise", "2%"], r"obs\.mag expects data in nT, got none bey"),
    "data in microtesla": (
        lambda: rescale(1e-3),
        [*INVERT, "--noise", "5"],
        r"obs\.mag expects data above their noise, got none beyond .* nT with .* 5 nT and more; convert .* 1 uT = 1000",
    ),
    "total field": (
        lambda: rescale(1.0, 50_000.0),
        [*INVERT, "--noise", "5"],
        r"obs\.mag expects tmi as an anomaly in nT, got a median of 50\d\d\d nT, which is a total field; subtract",
    ),
    "coordinates in degrees": (
        lambda: table("northing,upward,easting,tmi"),
        ["invert", "lines.csv", "--cell", "500", "--depth", "900", *FIELD, "--noise", "5", "--out", "out.nc"],
        r"the mesh expects cells smaller than the survey, got 500 m .* give coordinates in metres \(not in degrees\)",
    ),
    # a wrong column
    "no such column": (
        table,
        on_lines(*FIELD, "--columns", "tmi=RMF"),
        r"lines\.csv expects a column 'RMF' for tmi, got easting, northing, upward, tmi; give one of these",
    ),
    "no such quantity": (
        table,
        on_lines(*FIELD, "--columns", "mag=tmi"),
        r"--columns expects quantities among .* 'mag'",
    ),
    "columns for a UBC file": (nothing, [*INVERT, "--columns", "tmi=4"], r"--columns expects a CSV/XYZ table, got obs"),
    "no heights": (
        lambda: table("easting,northing,Fid,tmi"),
        on_lines(*FIELD),
        r"lines\.csv expects a column of upward in metres.*or give --height",
    ),
    "two columns that could be meant": (
        lambda: table("easting,northing,tmi,mag"),
        on_lines(*FIELD, "--height", "15"),
        r"lines\.csv expects one column of tmi, got tmi and mag; say which",
    ),
    # a wrong angle
    "angle out of range": (
        nothing,
        [*INVERT, "--field", "100", "25", "50000"],
        r"inclination between -90 and 90 .*got 100",
    ),
    "declination out of range": (nothing, [*INVERT, "--field", "65", "1000", "50000"], r"declination .* got 1000"),
    "angle of a file out of range": (
        lambda: edit("obs.mag", 1, "165 25 50000"),
        FORWARD,
        r"obs\.mag line 1: .*inclination between -90 and 90 degrees, got 165",
    ),
    # a wrong shape or mesh
    "model of another mesh": (finer_mesh, FORWARD, r"model\.sus expects 360 values.*got 180; give the mesh"),
    "model on cells elsewhere": (
        model_elsewhere,
        [*INVERT, "--reference", "other.nc"],
        r"other\.nc: expected a model on the mesh .* give the mesh it was made on",
    ),
    "model without a value": (
        model_with_nan,
        [*FORWARD, "--model", "model.nc"],
        r"model\.nc expects a value in some act",
    ),
    "survey in place of a mesh": (
        nothing,
        ["invert", "obs.mag", "--mesh", "obs.mag", "--out", "out.nc"],
        r"obs\.mag expects a mesh, got UBC magnetic observations; give a file of one of these: .*UBC tensor mesh",
    ),
    "mesh in place of a survey": (
        nothing,
        ["invert", "mesh.msh", "--mesh", "mesh.msh", "--out", "out.nc"],
        r"mesh\.msh expects a survey, got UBC tensor mesh; give a file of one of these: .*UBC magnetic obs",
    ),
    "unknown component": (
        nothing,
        [*FORWARD, "--components", "tmi,bx"],
        r"--components expects names among tmi be bn bu .*, got .tmi,bx.; separate",
    ),
    # NaN and infinity
    "infinite datum": (lambda: edit("obs.mag", 7, "1000 2000 15 inf 1"), INVERT, r"on line 7, got inf"),
    "infinite position": (lambda: edit("obs.mag", 9, "1000 -inf 15 3 1"), FORWARD, r"on line 9, got -inf"),
    "NaN as reference": (nothing, [*INVERT, "--reference", "nan"], r"finite number, got nan"),
    "NaN as bound": (nothing, [*INVERT, "--bounds", "nan", "1"], r"LOW below HIGH, got nan and 1; leave room"),
    # uncertainty
    "zero uncertainty in the file": (
        lambda: edit("obs.mag", 5, "1000 2000 15 12.5 0"),
        INVERT,
        r"obs\.mag expects a standard deviation above zero on line 5, got 0 \(1 of 60 rows\)",
    ),
    "negative uncertainty in the file": (lambda: edit("obs.mag", 5, "1000 2000 15 12.5 -3"), INVERT, r"line 5, got -3"),
    "zero noise": (
        nothing,
        [*INVERT, "--noise", "0"],
        r"--noise expects a standard deviation above zero, got 0 % \+ 0; give",
    ),
    "negative noise": (nothing, [*INVERT, "--noise", "-5"], r"--noise expects .* above zero, got 0 % \+ -5; give"),
    "share of a zero datum": (
        lambda: edit("obs.mag", 5, "1000 2000 15 0 1"),
        [*INVERT, "--noise", "3%"],
        r'got 3 % of a datum of 0 at \[0, 1\] .* add a floor, as in "3% \+ 1"',
    ),
    "no uncertainty anywhere": (
        lambda: rescale(1.0),
        INVERT,
        r'obs\.mag expects standard deviations .* --noise "2% \+ 5"',
    ),
    "no data": (
        lambda: write_survey("obs.mag", read_survey("obs.mag").with_data(None)),
        INVERT,
        r"obs\.mag expects data to invert, got stations only",
    ),
    "no field": (table, on_lines("--noise", "5"), r"lines\.csv expects the inducing field.*give --field"),
    # numbers of the inversion
    "crossed bounds": (nothing, [*INVERT, "--bounds", "1", "0"], r"--bounds expects LOW below HIGH, got 1 and 0; swap"),
    "target of zero": (
        nothing,
        [*INVERT, "--target", "0"],
        r"expects positive target, got 0\.0; give a chi\^2 per datum",
    ),
    "rtol of zero": (
        nothing,
        [*FORWARD, "--rtol", "0"],
        r"--rtol expects a relative error above 0 and below 1, got 0; give",
    ),
    "rtol below zero": (nothing, [*INVERT, "--rtol", "-1"], r"--rtol expects a relative error .*, got -1; give"),
    "rtol that is no number": (
        nothing,
        [*FORWARD, "--rtol", "nan"],
        r"--rtol expects a relative error .*, got nan; give",
    ),
    "rtol below rounding": (
        nothing,
        [*INVERT, "--rtol", "1e-20"],
        r"expects rtol of 1e-11 or more .*, got 1e-20; give",
    ),
    "gridded engine for draped stations": (
        nothing,
        [*INVERT, "--engine", "gridded"],
        r"regular survey.*that fit: direct, lattice, dense",
    ),
    "lattice engine for a padded mesh": (
        padded_mesh,
        [*INVERT, "--engine", "lattice"],
        r"expects cells of one size.*, but cells differ in width along upward; engines that fit: direct, dense",
    ),
    "lattice engine for an rtol beyond interpolation": (
        nothing,
        [*INVERT, "--engine", "lattice", "--rtol", "1e-11"],
        r"expects .*a moderate rtol.*, but a relative error of 1e-11 is below .*; engines that fit",
    ),
    "cells of negative size": (
        nothing,
        ["invert", "obs.mag", "--cell", "-20", "--depth", "90", "--out", "out.nc"],
        r"the mesh expects positive cell size, got -20\.0; give metres",
    ),
    # places
    "stations inside active cells": (
        raise_mesh,
        INVERT,
        r"60 of 60 stations lie inside them, the deepest station \d+ .* inside cell \(4, .* below the top .*; give",
    ),
    "stations inside active cells of a forward run": (raise_mesh, FORWARD, r"stations outside the active cells"),
    "mesh beside the survey": (
        move_mesh,
        INVERT,
        r"survey expects to lie over the mesh, but its easting runs from 10\d\d.* the mesh's from 500000 to 500120 m",
    ),
    "topography beside the mesh": (
        write("ground.xyz", "0 0 5\n10 0 6\n0 10 7\n"),
        [*INVERT, "--topo", "ground.xyz"],
        r"topography over it, got easting 0 to 10 m against 1000 to 1120 m",
    ),
    "topography below the mesh": (
        write("ground.xyz", "0 0 -900\n3000 0 -900\n0 3000 -900\n3000 3000 -900\n"),
        [*INVERT, "--topo", "ground.xyz"],
        r"expects ground above -90 m, its lowest cell centre, got elevations -900 to -900 m",
    ),
    # files
    "missing file": (
        nothing,
        ["invert", "lost.mag", "--mesh", "mesh.msh", "--out", "out.nc"],
        r"lost\.mag expects a file, got none",
    ),
    "missing mesh": (
        nothing,
        ["invert", "obs.mag", "--mesh", "lost.msh", "--out", "out.nc"],
        r"lost\.msh expects a file, got none",
    ),
    "missing reference": (nothing, [*INVERT, "--reference", "lost.nc"], r"lost\.nc expects a file, got none"),
    "folder": (lambda: Path("empty").mkdir(), ["info", "empty"], r"empty expects a file, got a folder"),
    "empty file": (write("obs.mag", " "), INVERT, r"obs\.mag expects lines of numbers, got an empty file"),
    "empty mesh": (
        write("mesh.msh", ""),
        INVERT,
        r"mesh\.msh expects lines of numbers, got an empty",
    ),
    "binary file": (
        write("obs.mag", bytes(range(256)) * 9),
        INVERT,
        r"obs\.mag expects text, got binary content",
    ),
    "truncated survey": (
        lambda: cut("obs.mag"),
        INVERT,
        r"obs\.mag expects the number of rows that follow \(\d+\) on line 3",
    ),
    "truncated mesh": (lambda: cut("mesh.msh", 0.8), INVERT, r"mesh\.msh expects "),
    "truncated model": (lambda: cut("model.sus"), FORWARD, r"model\.sus expects 180 values.*got \d+"),
    "truncated netCDF": (
        cut_netcdf,
        [*FORWARD, "--model", "model.nc"],
        r"model\.nc expects a whole netCDF file, got a broken one",
    ),
    "truncated gzip": (
        cut_gzip,
        INVERT,
        r"obs\.mag expects a whole gzip file, got a broken one",
    ),
    "count that disagrees with the rows": (
        lambda: edit("obs.mag", 3, "61"),
        INVERT,
        r"obs\.mag expects the number of rows that follow \(60\) on line 3, got '61'; correct it",
    ),
    "mesh whose widths are not as many as its cells": (
        lambda: edit("mesh.msh", 3, "5*20"),
        INVERT,
        r"mesh\.msh expects 6 cell widths along easting on line 3, got 5",
    ),
    # outputs, refused before anything is read
    "unknown suffix": (
        nothing,
        [*INVERT[:-1], "out.txt"],
        r"out\.txt expects a name that ends in \.nc or \.zarr, got 'out\.txt'",
    ),
    "picture of unknown suffix": (
        nothing,
        ["view", "obs.mag", "--out", "out.bmp"],
        r"ends in \.png or \.pdf or \.csv or \.tif or \.tiff, got 'out\.bmp'",
    ),
    "start outside the bounds": (
        nothing,
        [*INVERT, "--reference", "0.5", "--bounds", "0", "0.1"],
        r"--reference expects a model within the bounds 0 and 0\.1, since the search starts from it, got 0\.5",
    ),
    "model to start from outside the bounds": (
        nothing,
        [*INVERT, "--reference", "model.sus", "--bounds", "0.9", "1"],
        r"model\.sus expects a model within the bounds 0\.9 and 1, since",
    ),
    "missing folder": (nothing, [*INVERT[:-1], "lost/out.nc"], r"lost/out\.nc expects an existing folder, got no lost"),
    "output over an input": (
        lambda: main(["convert", "obs.mag", "obs.nc"]),
        ["invert", "obs.nc", "--mesh", "mesh.msh", "--out", "./obs.nc"],
        r"obs\.nc expects an output beside the inputs, got one of them",
    ),
    "folder as output": (
        lambda: Path("out.nc").mkdir(),
        INVERT,
        r"out\.nc expects the name of a file to write, got a fol",
    ),
    "conversion that cannot be": (
        nothing,
        ["convert", "obs.mag", "out.sus"],
        r"out\.sus expects a suffix that can hold obs",
    ),
    # memory, refused before anything is allocated
    "automatic mesh that fits nowhere": (
        nothing,
        ["invert", "obs.mag", "--cell", "0.001", "--depth", "1000", "--out", "out.nc"],
        r"the mesh expects 1\.\d+e\+16 cells of 0\.001 m in the leanest engine \(direct\) to fit in .* of memory .*, "
        r"but that needs .* GB; no engine fits: give larger cells",
    ),
    "mesh file that fits nowhere": (
        write("mesh.msh", "90000 90000 90000\n1000 2000 0\n90000*1\n90000*1\n90000*1\n"),
        INVERT,
        r"Grid expects a model of 7\.29e\+14 cells to fit in .*, but that needs 5\.83e\+06 GB; use fewer, larger cells",
    ),
}


@pytest.mark.parametrize(("prepare", "arguments", "sentence"), CASES.values(), ids=CASES.keys())
def test_bad_input_is_one_sentence_with_the_remedy(prepare, arguments, sentence, small_survey, capsys):
    prepare()
    capsys.readouterr()
    told = refused(arguments, capsys, small_survey)
    assert re.search(sentence, told), told
