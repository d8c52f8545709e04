"""Figures of a run and of its residuals, against the numbers of the solution."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from view_subjects import solution, titles

from geoinv import InputError
from geoinv.view.fit_figures import residual_figure, run_figure, view_fit
from geoinv.view.subject import subject_of


def recorded():
    data = solution()
    data["history_beta"] = ("step", [4.0, 2.0, 1.0])
    data["history_chi2_per_datum"] = ("step", [90.0, 9.0, 4.0])
    data["history_penalty"] = ("step", [0.0, 3.0, 5.0])
    data.attrs["target"] = 4.0
    return data


def test_the_run_shows_misfit_beta_and_the_curve():
    data = recorded()
    course, curve, beside = run_figure(data, subject_of(data)).axes
    npt.assert_array_equal(course.lines[0].get_ydata(), [90.0, 9.0, 4.0])
    npt.assert_array_equal(course.lines[1].get_ydata(), [4.0, 4.0])
    npt.assert_array_equal(beside.lines[0].get_ydata(), [4.0, 2.0, 1.0])
    npt.assert_array_equal(curve.lines[0].get_xdata(), [3.0, 5.0])  # a model of zeros has no place on logarithms
    assert [text.get_text() for text in curve.texts] == ["3", "2"]


def test_residuals_are_counted_mapped_and_told_by_line():
    data = recorded()
    data = data.assign_coords(station_line=("station", np.arange(data.sizes["station"]) % 2))
    data["tmi_observed"] = data["tmi_observed"] + 100.0 * (np.arange(data.sizes["station"]) == 0)
    drawn = residual_figure(data, subject_of(data))
    histogram, _, lines = drawn.axes
    assert titles(drawn)[0].endswith("1 of 144 beyond 5 standard deviations")
    heights, edges = histogram.patches[0].get_data().values, histogram.patches[0].get_data().edges
    assert np.sum(heights * np.diff(edges)) == pytest.approx(1.0)
    assert [label.get_text() for label in lines.get_xticklabels()] == ["0", "1"]
    assert [bar.get_height() for bar in lines.patches][1] == pytest.approx(2.0)


def test_without_lines_there_are_two_panels():
    data = solution(("tmi", "bu"))
    assert len(residual_figure(data, subject_of(data)).axes) == 4


def test_what_is_not_recorded_is_said(tmp_path):
    for data, what, words in (
        (solution(), "run", "records its iterations, got no history_beta"),
        (solution(uncertainty=False), "residuals", "standard deviations of tmi, got none"),
        (solution().drop_vars("tmi_predicted"), "residuals", "observed and predicted data, got none"),
    ):
        with pytest.raises(InputError, match=f"view expects .*{words}"):
            view_fit(data, tmp_path / "a.png", what)
    assert not list(tmp_path.iterdir())
