"""The figure of blobs3d."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoinv.datasets import blobs3d
from geoinv.experiments.blobs3d.figures import draw_recoveries

pytest.importorskip("matplotlib")


def test_a_row_for_each_model_that_all_methods_have(tmp_path: Path) -> None:
    from matplotlib.image import imread

    truth = blobs3d(4, 2, (4, 8, 8))
    draw_recoveries(tmp_path / "two.png", truth, {"half": truth[:2]})
    draw_recoveries(tmp_path / "four.png", truth, {"all": truth})
    two, four = (imread(tmp_path / name).shape for name in ("two.png", "four.png"))
    assert two[0] < four[0]
    assert two[1] == four[1]
