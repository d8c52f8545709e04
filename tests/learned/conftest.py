"""A small network in a file."""

from __future__ import annotations

import pytest
import torch
from saved_network import A

from geoinv.learned import OPTEnet


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "w.safetensors"
    OPTEnet(A, embedding=3, layers=2).save(path)
    return path


@pytest.fixture
def one_thread():
    """Small networks are trained faster so where other processes want the machine too."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
