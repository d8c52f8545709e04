"""How figures are written: of the size asked for, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.image import imread

from geoinv import InputError
from geoinv.experiments.shared.figures import drawing, panels


def test_an_image_has_the_size_of_its_panels(tmp_path: Path) -> None:
    with panels(tmp_path / "a.png", 2, 3, size=(1.5, 1.0), title="any") as axes:
        assert axes.shape == (2, 3)
        axes[1, 2].plot([0, 1])
    assert imread(tmp_path / "a.png").shape[:2] == (220, 495)  # 110 dots an inch
    with panels(tmp_path / "one.png", 1, 1) as axes:
        assert axes.shape == (1, 1)


def test_the_style_is_that_of_the_block_alone(tmp_path: Path) -> None:
    before = mpl.rcParams["lines.linewidth"]
    with drawing(tmp_path / "a.png", 1.0, 1.0):
        assert mpl.rcParams["lines.linewidth"] == 1.3
    assert mpl.rcParams["lines.linewidth"] == before


def test_a_block_that_fails_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), drawing(tmp_path / "a.png", 1.0, 1.0):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="lost"), drawing(tmp_path / "lost" / "a.png", 1.0, 1.0):
        pass
