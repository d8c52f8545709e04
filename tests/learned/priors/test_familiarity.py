"""How a survey differs from those of a training: sizes, and numbers on what a network sees."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geoinv import Grid, MainField, Survey
from geoinv.core.checks import InputError
from geoinv.learned.priors.familiarity import Familiarity, geometry_of, pooled, unlike
from geoinv.learned.priors.network_grid import NetworkGrid


def test_sizes_are_in_cell_widths() -> None:
    mesh = Grid.regular((8, 16, 16), (10.0, 20.0, 20.0), (-80.0, 0.0, 0.0))
    easting, northing = (
        axis.ravel() for axis in np.meshgrid(np.linspace(20.0, 300.0, 15), np.linspace(20.0, 300.0, 15))
    )
    survey = Survey(easting, northing, np.full(225, 30.0), field=MainField(60.0, 0.0, 5e4))
    sizes = geometry_of(NetworkGrid.under(mesh, survey), survey)
    assert sizes["height of the stations"] == pytest.approx(1.5)
    assert sizes["distance between stations"] == pytest.approx(280.0 / 15.0 / 20.0)
    assert sizes["height of the cells"] == pytest.approx(0.5)


def test_only_sizes_outside_their_range_are_named() -> None:
    ranges = {"a": (0.0, 1.0), "b": (0.0, 1.0)}
    assert unlike({"a": 0.5, "b": 1.0}, ranges) == ""
    assert unlike({"a": 0.5, "b": 1.5}, ranges) == "b 1.5 cell widths (0 to 1 in training)"


def test_numbers_do_not_depend_on_empty_rock_around() -> None:
    torch.manual_seed(0)
    channels, finest = torch.zeros(1, 3, 4, 8, 8), torch.zeros(1, 2, 4, 8, 8)
    channels[:, :1, :, 2:6, 2:6], channels[:, 1] = torch.rand(1, 1, 4, 4, 4), 1.0
    coarsest, added = torch.rand(1, 5, 2, 4, 4), 0.5 * channels[:, :1]
    once = pooled(channels, finest, coarsest, added)
    assert once.shape == (1, 3 * 5 + 2 + 3)
    assert once[0, 17].exp() == pytest.approx(0.25)
    scaled = channels * torch.tensor([3.0, 1.0, 1.0]).reshape(1, 3, 1, 1, 1)
    assert torch.allclose(pooled(scaled, finest, coarsest, 3.0 * added), once, atol=1e-5)


def test_far_away_all_numbers_are_alike_and_finite() -> None:
    familiarity = Familiarity(2, 8).eval()
    assert torch.equal(familiarity(torch.tensor([[1e9, 0.0]])), familiarity(torch.tensor([[1e30, 0.0]])))


@pytest.mark.parametrize("arguments", [(0, 4), (4, 10**9), (4.0, 4)])
def test_sizes_that_are_none_are_rejected(arguments: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="Familiarity expects"):
        Familiarity(*arguments)
