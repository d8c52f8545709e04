"""Operators of a table: the same as made in Python, or a sentence."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.learned.configuration.operator_table import make_operator
from geoinv.operators import Blur, MagneticSection, TotalTime

WHERE = "run.toml [operator]"


@pytest.mark.parametrize(
    ("table", "operator"),
    [
        ({"name": "Blur", "shape": [4, 3], "scale": 1.5, "boundary": "zero"}, Blur((4, 3), 1.5, "zero")),
        ({"name": "MagneticSection", "shape": [3, 4], "dtype": "float32"}, MagneticSection((3, 4), dtype="float32")),
        ({"name": "TotalTime"}, TotalTime()),
    ],
)
def test_a_table_makes_the_operator_of_its_name(table, operator):
    made = make_operator(WHERE, table)
    assert (type(made), made.dtype) == (type(operator), operator.dtype)
    npt.assert_array_equal(made.to_dense(), operator.to_dense())


def test_a_matrix_comes_from_its_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    matrix = np.random.default_rng(0).random((2, 3))
    np.save("A.npy", matrix)
    npt.assert_array_equal(make_operator(WHERE, {"matrix": "A.npy"}).to_dense(), matrix)
    np.save("A.npy", np.full((2, 3), np.nan))
    with pytest.raises(InputError, match=r"run\.toml \[operator\] expects finite matrix, got nan"):
        make_operator(WHERE, {"matrix": "A.npy"})


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, 'expects name = "Blur" or another operator, or matrix = "A.npy"; add it'),
        (
            {"name": "SelfDemagnetization"},
            "expects name to be one of Blur, MagneticSection, .* Gravity; got",
        ),
        ({"name": 3}, "expects name"),
        ({"name": "Blur", "scale": 1.0}, "shape"),
        ({"name": "TotalTime", "colour": "red"}, "colour"),
        ({"matrix": "A.npy", "name": "Blur"}, "name"),
        ({"matrix": 3}, "expects matrix to be text, got 3"),
        ("Blur", "expects a table of an operator's arguments, got 'Blur'"),
    ],
)
def test_tables_that_make_none_are_one_sentence(table, sentence):
    with pytest.raises(InputError, match=sentence) as refusal:
        make_operator(WHERE, table)
    assert str(refusal.value).startswith(WHERE)
    assert "\n" not in str(refusal.value)
