"""The damping at which a misfit meets its target."""

from __future__ import annotations

import pytest

from geoinv.equivalent_sources.discrepancy import damping_at


def test_the_misfit_is_at_its_target_from_below():
    found = damping_at(lambda damping: damping / (1.0 + damping), 0.25, 1e-6, 1e6)
    assert found == pytest.approx(1.0 / 3.0, rel=1e-9)
    assert found / (1.0 + found) < 0.25


def test_where_every_damping_is_too_strong_the_lowest_is_taken():
    assert damping_at(lambda damping: 2.0, 1.0, 1e-3, 1e3) == 1e-3
