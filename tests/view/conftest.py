"""A machine without graphics."""

from __future__ import annotations

import pytest

from geoinv.view import picture as picture_module
from geoinv.view import scene as scene_module


def no_scene(*_):
    raise scene_module.NoSceneError("without its 3D view: a test")


@pytest.fixture
def flat(monkeypatch):
    """A machine on which PyVista cannot draw."""
    monkeypatch.setattr(picture_module, "render", no_scene)
