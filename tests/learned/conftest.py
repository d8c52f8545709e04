"""A small network in a file."""

from __future__ import annotations

import pytest
from saved_network import A

from geoinv.learned import OPTEnet


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "w.safetensors"
    OPTEnet(A, embedding=3, layers=2).save(path)
    return path
