"""The magnetic sections on images drawn at random in place of MNIST."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geoinv.experiments.magnetics import problem as sections
from geoinv.experiments.magnetics.problem import Magnetics
from geoinv.experiments.shared.preset import RunSettings


@pytest.fixture
def settings(tmp_path: Path) -> RunSettings:
    return RunSettings("quick", 0, tmp_path, device="cpu")


@pytest.fixture
def drawn(settings: RunSettings, monkeypatch: pytest.MonkeyPatch) -> Magnetics:
    random = np.random.default_rng(0)
    images = {part: random.random((count, 28, 28)).astype(np.float32) for part, count in (("train", 500), ("test", 90))}
    monkeypatch.setattr(sections, "mnist", lambda part: (images[part], np.zeros(len(images[part]))))
    return Magnetics.of(settings)
