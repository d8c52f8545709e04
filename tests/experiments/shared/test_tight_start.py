"""First embeddings from which pictures come back."""

from __future__ import annotations

import pytest
import torch

from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.tight_start import start_tight
from geoinv.learned import EUnet
from geoinv.operators import Blur

pytest.importorskip("matplotlib")

pytest.importorskip("skimage")


def test_a_tight_start_embeds_pictures_so_that_they_come_back_at_any_time():
    network = start_tight(EUnet(Blur((24, 24), 1.0, dtype="float32"), channels=3, embedding=32, layers=4, hidden=2), 0)
    x = torch.rand(4, 3, 24, 24, generator=torch.Generator().manual_seed(1)) - 0.5
    with torch.no_grad():
        for written, read in ((0.0, 0.0), (0.0, 1.0), (1.0, 0.5)):
            z = network.embedding.adjoint(x, network.embedding.at(written))
            back = network.embedding(z, network.embedding.at(read))
            assert nmse(back, x) < 0.05
