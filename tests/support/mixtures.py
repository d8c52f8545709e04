"""Priors of a few groups."""

from __future__ import annotations

import pytest

from geoinv.learned.priors.noising import SCHEDULES
from geoinv.probability.mixture import GaussianMixture

EVERY_SCHEDULE = pytest.mark.parametrize("schedule", SCHEDULES)


def prior() -> GaussianMixture:
    """Two groups of different shape and weight in the plane."""
    return GaussianMixture([[2.0, -1.0], [-2.0, 2.0]], [[[1.0, 0.3], [0.3, 0.5]], [[0.4, 0.0], [0.0, 1.0]]], [3.0, 1.0])
