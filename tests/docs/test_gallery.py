"""The gallery: quick scripts draw their pictures, and the page lists them all."""

from __future__ import annotations

import sys

import pytest
from checkout import ROOT

GALLERY = ROOT / "docs" / "gallery"


@pytest.fixture
def gallery(monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.syspath_prepend(GALLERY)
    import draw

    yield draw
    sys.modules.pop("draw")


@pytest.mark.parametrize("name", ["base_level", "own_operator", "travel_times"])
def test_a_script_draws_its_picture(name, gallery, tmp_path):
    image = pytest.importorskip("PIL.Image")
    path = gallery.draw(name, tmp_path)
    with image.open(path) as drawn, image.open(GALLERY / f"{name}.png") as kept:
        assert drawn.size == kept.size
        assert len(drawn.getcolors(2**24)) > 20


def test_missing_data_are_said(gallery, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GEOINV_DATA", str(tmp_path))
    assert gallery.draw("raglan", tmp_path) is None
    assert "raglan: left out: raglan_1997 is in no" in capsys.readouterr().out


def test_a_script_that_is_not_there_is_told_with_those_that_are(gallery, capsys):
    with pytest.raises(SystemExit):
        gallery.main(["no_such"])
    assert "base_level" in capsys.readouterr().err


def test_the_page_lists_what_is_there(gallery):
    assert (GALLERY / "README.md").read_text(encoding="utf-8") == gallery.listed()
    assert {path.stem for path in GALLERY.glob("*.png")} == {*gallery.names()}


def test_each_script_says_what_it_shows_and_its_picture_is_small(gallery):
    for name in gallery.names():
        assert 5_000 < (GALLERY / f"{name}.png").stat().st_size < 120_000, name
    assert gallery.listed().count("\n## ") == len(gallery.names()) >= 15
