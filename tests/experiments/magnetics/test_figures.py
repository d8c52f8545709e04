"""Figures of the magnetic sections are drawn of what they are given."""

from __future__ import annotations

from matplotlib.image import imread

from geoinv.experiments.magnetics.figures import draw_recoveries, draw_sections


def test_sections_and_recoveries_are_drawn(drawn, tmp_path):
    draw_sections(tmp_path / "sections.png", drawn)
    draw_recoveries(tmp_path / "one.png", drawn, {"best linear": drawn.test})
    draw_recoveries(tmp_path / "two.png", drawn, {"best linear": drawn.test, "other": 0.0 * drawn.test})
    sizes = {path.name: imread(path).shape for path in tmp_path.glob("*.png")}
    assert sizes["one.png"][1] * 3 == sizes["two.png"][1] * 2  # a column a method beside the truth
    image = imread(tmp_path / "sections.png")
    assert image[..., :3].std() > 0.05
