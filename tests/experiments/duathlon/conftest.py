"""The duathlon's problem."""

from __future__ import annotations

import pytest

from geoinv.experiments.duathlon.problem import Duathlon


@pytest.fixture(scope="module")
def problem() -> Duathlon:
    """100,000 fresh models."""
    return Duathlon.draw(10, 100_000, seed=0)
