"""Maps of surveys: one scale, units, and nothing between stations that are far apart."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from matplotlib.collections import EllipseCollection, TriMesh
from view_subjects import FIELD, bars, mapped, solution, stations, titles

from geoinv import Survey
from geoinv.view import figure


def test_observed_and_predicted_share_one_scale_and_residuals_are_centred_on_zero():
    drawn = figure(solution(), scene=False)
    observed, predicted = (mapped(ax, TriMesh) for ax in drawn.axes[:2])
    assert observed.get_clim() == predicted.get_clim()
    assert observed.get_clim()[1] >= 190.0
    residual = mapped(drawn.axes[2], EllipseCollection)
    low, high = residual.get_clim()
    assert low == -high
    npt.assert_allclose(np.sort(residual.get_array())[[0, -1]], [-2.0, 2.0])


def test_residuals_without_a_standard_deviation_are_in_the_units_of_the_data():
    drawn = figure(solution(uncertainty=False), scene=False)
    assert bars(drawn)[2] == "residual (nT)"
    npt.assert_allclose(np.abs(mapped(drawn.axes[2], EllipseCollection).get_array()), 4.0)


def test_maps_have_equal_scales_units_and_readable_offsets():
    drawn = figure(solution(), scene=False)
    drawn.draw_without_rendering()
    for ax in drawn.axes[:4]:
        assert ax.get_aspect() == 1.0
        assert ax.get_xlabel().replace("\u2009", "") == "easting \N{MINUS SIGN} 460000 (m)"
        assert ax.get_ylabel().replace("\u2009", "") == "northing \N{MINUS SIGN} 7132000 (m)"
        assert all(len(tick.get_text()) <= 4 for tick in ax.get_xticklabels())


def test_wide_surveys_are_in_kilometres():
    easting, northing, upward = stations()
    data = Survey(100.0 * easting, 100.0 * northing, upward, field=FIELD, data=np.arange(144.0)).to_xarray()
    (ax,) = figure(data).axes
    assert ax.get_xlabel() == "easting (km)"
    low = ax.get_xlim()[0]
    assert ax.xaxis.get_major_formatter()(low) == f"{low / 1000:g}"


def test_every_component_has_a_row():
    drawn = figure(solution(("tmi", "bu", "beu")), scene=False)
    assert len(drawn.axes) == 3 * 3 + 4
    assert bars(drawn)[0:9:3] == [f"{name}, equal areas" for name in ("TMI (nT)", "bu (nT)", "beu (nT/m)")]


def test_a_survey_alone_is_a_map_for_each_component():
    easting, northing, upward = stations()
    values = np.stack([easting, northing])
    survey = Survey(easting, northing, upward, components=("be", "bn"), field=FIELD, data=values)
    drawn = figure(survey.to_xarray())
    assert titles(drawn) == ["(a) be", "(b) bn"]
    assert drawn.get_suptitle() == "Survey of 144 stations: be, bn."


@pytest.mark.parametrize("count", [1, 2, 50])
def test_stations_on_a_line_are_dots(count):
    line = np.linspace(0.0, 490.0, count)
    survey = Survey(460_000.0 + line, 7_132_000.0 + line, line, field=FIELD, data=line)
    (ax,) = figure(survey.to_xarray()).axes
    assert len(mapped(ax, EllipseCollection).get_array()) == count


def test_a_gap_between_two_blocks_of_stations_is_not_filled():
    easting, northing, upward = stations()
    survey = Survey(
        np.r_[easting, easting + 3000.0],
        np.r_[northing, northing],
        np.r_[upward, upward],
        field=FIELD,
        data=np.ones(288),
    )
    (ax,) = figure(survey.to_xarray()).axes
    triangles = mapped(ax, TriMesh)._triangulation
    x = triangles.x[triangles.get_masked_triangles()]
    assert np.ptp(x, axis=1).max() < 100.0
