"""The quick problem of deblurring."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoinv.experiments.deblurring.problem import Deblurring, read_pictures
from geoinv.experiments.shared.preset import RunSettings


@pytest.fixture
def problem(tmp_path: Path) -> Deblurring:
    settings = RunSettings("quick", 0, tmp_path)
    return Deblurring.of(read_pictures(settings), 3.0, settings.seed)
