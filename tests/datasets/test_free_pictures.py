"""Pictures that anybody may show."""

from __future__ import annotations

import sys

import pytest

from geoinv import InputError
from geoinv.datasets import free_pictures


def test_the_free_pictures_name_their_licences(monkeypatch):
    pytest.importorskip("skimage")
    free = free_pictures(size=48)
    assert len(free.names) == len(free.licences) == len(free.images)
    assert free.images.shape[1:] == (3, 48, 48)
    assert all("CC0" in licence or "public domain" in licence for licence in free.licences)
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(InputError, match=r"free_pictures expects scikit-image and Pillow, got no skimage; pip install"):
        free_pictures()
