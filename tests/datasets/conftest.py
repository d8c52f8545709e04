"""Folders with and without pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def no_data(tmp_path, monkeypatch) -> Path:
    """A folder for data that holds none."""
    folder = tmp_path / "no data"
    folder.mkdir()
    monkeypatch.setenv("GEOINV_DATA", str(folder))
    return folder


@pytest.fixture
def album(tmp_path) -> Path:
    """Thirty small pictures of one colour each, no two alike."""
    folder = tmp_path / "album"
    folder.mkdir()
    for number in range(30):
        Image.new("RGB", (30, 20), (8 * number, 255 - 8 * number, 128)).save(folder / f"{number:02}.png")
    return folder
