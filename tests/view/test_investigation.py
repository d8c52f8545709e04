"""The line of the depth of investigation on the sections of a picture."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

import geoinv
from geoinv.inversion.depth_of_investigation import CUTOFF, VARIABLE, DepthOfInvestigation
from geoinv.view import figure, investigation
from geoinv.view.investigation import unseen_of

GRID = geoinv.Grid.regular((6, 12, 12), (20.0, 20.0, 20.0), (-120.0, 0.0, 0.0))
TRUE = np.zeros(GRID.shape)
TRUE[2:4, 4:7, 5:8] = 0.05


def lines(ax):
    return [part for part in ax.collections if isinstance(part, LineCollection)]


def test_the_names_agree():
    assert (investigation.INVESTIGATION_INDEX, investigation.INVESTIGATION_CUTOFF) == (VARIABLE, CUTOFF)


def test_the_line_lies_where_the_index_passes_the_cutoff():
    plain = GRID.to_xarray(susceptibility=TRUE)
    assert unseen_of(plain, GRID) is None
    # 0 at the surface to 1 at the bottom: 0.2 between the second and the third layer from the top
    index = np.broadcast_to(np.linspace(1.0, 0.0, 6)[:, None, None], GRID.shape) + 1e-9
    data = DepthOfInvestigation(index, 0.01, (1.0, 1.0), 2.0).with_index(plain, GRID.dims)
    drawn = figure(data, scene=False)
    level, *sections = drawn.axes[:3]
    assert lines(level) == []
    for section in sections:
        (line,) = lines(section)
        ends = np.concatenate(line.get_segments())
        assert set(ends[:, 1]) == {-20.0}
        assert (ends[:, 0].min(), ends[:, 0].max()) == (0.0, 240.0)
        assert section.get_title(loc="left").endswith("depth of investigation dashed")


def test_a_cutoff_that_is_none_is_the_usual_one():
    data = GRID.to_xarray(susceptibility=TRUE)
    data[VARIABLE] = (GRID.dims, np.full(GRID.shape, 0.3), {"cutoff": "much"})
    assert unseen_of(data, GRID).all()
