"""What is sought, by the data and by what the user names."""

from __future__ import annotations

import numpy as np
import pytest
from inversions import FIELD

import geoinv
from geoinv import InputError
from geoinv.cli.support.unknown import MAGNETIZATION, of_model, said, sought
from geoinv.formats import write_mesh, write_model

GRID = geoinv.Grid.regular((1, 2, 2), (10.0, 10.0, 10.0), (-10.0, 0.0, 0.0))
MAGNETIC = geoinv.Survey([5.0], [5.0], [2.0], field=FIELD)
GRAVITY = geoinv.Survey([5.0], [5.0], [2.0], components=("gz",))


def test_data_tell_of_what_they_usually_tell_of():
    assert sought("a", MAGNETIC).name == "susceptibility"
    assert sought("a", GRAVITY).name == "density"
    assert sought("a", GRAVITY, "density").unit == "kg/m3"
    assert sought("a", MAGNETIC, "magnetization") is MAGNETIZATION
    assert MAGNETIZATION.lowest == -np.inf  # components of a vector may be negative
    assert said(MAGNETIZATION) == "magnetization"


def test_an_unknown_of_another_physics_is_rejected():
    with pytest.raises(InputError, match=r"--unknown expects density for the gravity data of a\.grv \(gz\), got m"):
        sought("a.grv", GRAVITY, "magnetization")
    with pytest.raises(InputError, match=r"susceptibility or magnetization for the magnetic data of a\.mag \(tmi\)"):
        sought("a.mag", MAGNETIC, "density")
    with pytest.raises(InputError, match=r"--unknown.*susceptibility.*'porosity'"):
        sought("a.mag", MAGNETIC, "porosity")


def test_a_model_is_of_what_its_file_says_where_the_data_tell_of_it(tmp_path):
    write_mesh(tmp_path / "a.msh", GRID)
    for name, quantity, survey, found in (
        ("a.nc", "density", GRAVITY, "density"),
        ("b.nc", "density", MAGNETIC, "susceptibility"),
        ("c.mod", "susceptibility", GRAVITY, "density"),
    ):
        write_model(tmp_path / name, GRID, np.zeros(GRID.shape), quantity)
        assert of_model(tmp_path / name, survey).name == found
    write_model(tmp_path / "d.nc", GRID, np.zeros((3, *GRID.shape)), "magnetization")
    assert of_model(tmp_path / "d.nc", MAGNETIC) is MAGNETIZATION
