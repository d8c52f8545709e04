"""Options of the commands that grid: what their help says of what there is."""

from __future__ import annotations

from typing import get_args

from geoinv.cli.support.equivalent_sources import QuantitiesOption
from geoinv.equivalent_sources.quantities import DERIVED


def test_the_help_names_every_derived_quantity():
    text = get_args(QuantitiesOption)[1].help
    assert all(name in text for name in DERIVED)
