"""Classes of rock: tables, and what cannot be told apart."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.core.checks import InputError
from geoinv.regularizers.rock_classes import RockClass, checked_classes, mixture_of, overlap, read_classes


def test_overlap_is_the_integral_of_the_geometric_mean_of_the_densities():
    one, other = RockClass("a", 0.0, 1.0), RockClass("b", 2.0, 0.5)
    x = np.linspace(-10.0, 10.0, 20001)
    densities = [np.exp(-0.5 * ((x - c.mean) / c.standard_deviation) ** 2) / c.standard_deviation for c in (one, other)]
    expected = np.sum(np.sqrt(densities[0] * densities[1])) * (x[1] - x[0]) / np.sqrt(2.0 * np.pi)
    assert overlap(one, other) == pytest.approx(expected, rel=1e-9)


def test_classes_that_overlap_entirely_are_named():
    rocks = [RockClass("host", 0.0, 0.01), RockClass("basalt", 0.05, 0.01), RockClass("gabbro", 0.051, 0.011)]
    with pytest.raises(InputError, match="'basalt' and 'gabbro', which overlap to 100 %"):
        checked_classes("Mixture", rocks)


@pytest.mark.parametrize(
    ("rocks", "sentence"),
    [
        ([RockClass("host", 0.0, 1.0)], "two classes of rock or more, got 1"),
        ([RockClass("host", 0.0, 1.0), RockClass("ore", 9.0, 0.0)], "class 'ore', got 9, 0 and 1"),
        ([RockClass("host", 0.0, 1.0), RockClass("ore", np.nan, 1.0)], "class 'ore'"),
        ([RockClass("host", 0.0, 1.0, 0.0), RockClass("ore", 9.0, 1.0)], "class 'host'"),
        ([RockClass("host", 0.0, 1.0), RockClass("host", 9.0, 1.0)], "a name of its own"),
    ],
)
def test_what_is_no_set_of_classes_is_refused(rocks, sentence):
    with pytest.raises(InputError, match=sentence):
        checked_classes("Mixture", rocks)


def test_a_table_is_read_with_and_without_proportions(tmp_path):
    path = tmp_path / "rocks.csv"
    path.write_text("# lab, 2021\nname, mean, standard_deviation, proportion\nhost,0,0.002,0.9\nore,0.05,0.01,0.1\n")
    assert read_classes(path) == (RockClass("host", 0.0, 0.002, 0.9), RockClass("ore", 0.05, 0.01, 0.1))
    path.write_text("name,mean,standard_deviation\nhost,0,0.002\n")
    assert read_classes(path) == (RockClass("host", 0.0, 0.002, 1.0),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "got no name and no mean"),
        ("name,mean\nhost,0\n", "got no standard_deviation"),
        ("name,mean,standard_deviation\nhost,low,1\n", "a number as mean of class 1, got 'low'"),
        ("name,mean,standard_deviation,proportion\nhost,0,1\n", "a number as proportion of class 1"),
    ],
)
def test_a_spoilt_table_is_refused(tmp_path, text, sentence):
    path = tmp_path / "rocks.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_classes(path)


def test_no_file_and_no_text_are_refused(tmp_path):
    with pytest.raises(InputError, match="a table of rock classes"):
        read_classes(tmp_path / "none.csv")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no text"):
        read_classes(tmp_path / "binary")


def test_the_mixture_has_the_classes_widened():
    mixture = mixture_of([RockClass("a", 1.0, 3.0, 2.0), RockClass("b", 5.0, 0.0001, 6.0)], wider=4.0)
    assert mixture.covariances[0, 0, 0] == 25.0
    assert mixture.weights.tolist() == [0.25, 0.75]
