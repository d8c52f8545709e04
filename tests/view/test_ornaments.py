"""Scale bar and north arrow."""

from __future__ import annotations

import pytest
from view_subjects import solution

from geoinv.view import figure
from geoinv.view.ornaments import round_length


@pytest.mark.parametrize(("longest", "length"), [(999.0, 500.0), (1000.0, 1000.0), (4.9, 2.0), (0.051, 0.05)])
def test_lengths_are_round(longest, length):
    assert round_length(longest) == pytest.approx(length)


def test_the_bar_is_as_long_as_it_says():
    drawn = figure(solution(), scene=False)
    ax = drawn.axes[0]
    (bar,) = ax.lines
    low, high = ax.get_xlim()
    assert (bar.get_xdata()[1] - bar.get_xdata()[0]) * (high - low) == pytest.approx(100.0)
    assert {"100 m", "N"} <= {text.get_text() for text in ax.texts}
    assert not drawn.axes[1].texts
