"""Pictures of what samples tell: the panels, their values and their scales."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from matplotlib.collections import QuadMesh
from view_subjects import ball, bars, mapped, padded_grid, solution, titles

from geoinv.view import figure
from geoinv.view.subject import subject_of


def with_samples(data, name="susceptibility"):
    """Dataset with statistics of a model that is known to a tenth of itself, and to 0.001 elsewhere."""
    deviation = 0.1 * data[name] + 0.001
    for statistic, of in (("mean", 0.0), ("percentile_5", -1.6), ("percentile_50", 0.0), ("percentile_95", 1.6)):
        data[f"{name}_{statistic}"] = data[name] + of * deviation
    data[f"{name}_standard_deviation"] = deviation
    return data


@pytest.mark.usefixtures("flat")
def test_standard_deviation_mean_and_percentiles_stand_below_the_model():
    plain, drawn = figure(solution()), figure(with_samples(solution()))
    count = len(plain.axes)
    assert titles(drawn)[:count] == titles(plain)
    heads = ["standard deviation at", "standard deviation, at", "mean, at", "5 % lie below", "95 % lie below"]
    below = [title.partition(") ")[2] for title in titles(drawn)[count:]]
    assert len(below) == len(heads)
    assert all(title.startswith(head) for title, head in zip(below, heads, strict=True))
    assert bars(drawn)[-5:] == [*["standard deviation of susceptibility (SI)"] * 2, *["susceptibility (SI)"] * 3]
    *_, section, mean, low, high = (mapped(ax, QuadMesh) for ax in drawn.axes[count:])
    npt.assert_allclose(high.get_array() - low.get_array(), 3.2 * section.get_array())
    assert mean.norm is low.norm is high.norm
    assert mean.norm.vmax == pytest.approx(float(np.nanmax(with_samples(solution()).susceptibility_percentile_95)))
    assert section.norm.vmax == pytest.approx(0.006)


@pytest.mark.usefixtures("flat")
def test_error_bars_alone_are_drawn_by_their_width_beside_the_model():
    data = with_samples(solution()).drop_vars(["susceptibility_mean", "susceptibility_standard_deviation"])
    plain, drawn = figure(solution()), figure(data)
    below = [title.partition(") ")[2] for title in titles(drawn)[len(plain.axes) :]]
    heads = [
        "width of the error bars at",
        "width of the error bars, at",
        "model, at",
        "5 % lie below",
        "95 % lie below",
    ]
    assert all(title.startswith(head) for title, head in zip(below, heads, strict=True))
    *_, section, model, low, high = (mapped(ax, QuadMesh) for ax in drawn.axes[len(plain.axes) :])
    npt.assert_allclose(high.get_array() - low.get_array(), section.get_array())
    assert model.norm is low.norm is high.norm


def test_models_without_all_statistics_are_drawn_without_any():
    data = with_samples(solution()).drop_vars("susceptibility_percentile_5")
    assert subject_of(data).model.statistics == {}


def test_a_magnetization_shows_those_of_its_amplitude():
    grid = padded_grid()
    strong = 100.0 * ball(grid)
    parts = {"easting": 0.6 * strong, "northing": 0.0 * strong, "upward": 0.8 * strong, "amplitude": strong}
    data = grid.to_xarray(**{f"magnetization_{part}": values for part, values in parts.items()})
    model = subject_of(with_samples(data, "magnetization_amplitude")).model
    npt.assert_allclose(model.statistics["mean"], model.values)
    npt.assert_allclose(model.statistics["standard_deviation"], 0.1 * model.values + 0.001)
