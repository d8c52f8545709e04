"""A network that is saved gives the same numbers again."""

from __future__ import annotations

import copy

import torch
from networks import EVERY_VARIANT, draw, network, pictures

from geoinv.embeddings.dictionaries import OverCompleteCosines
from geoinv.learned import load


@EVERY_VARIANT
def test_a_saved_network_gives_the_same_numbers_again(kind, settings, tmp_path):
    A = pictures()
    net = network(kind, A, **settings).float()
    data = draw(net, 2).float()
    net.save(tmp_path / "w.safetensors", remark="kept")
    dictionary = OverCompleteCosines(A.domain_shape, 2) if settings.get("embedding") == "dictionary" else None
    back = load(tmp_path / "w.safetensors", A, dictionary)
    assert type(back) is kind
    assert back.settings == net.settings
    assert back.parameter_count == net.parameter_count
    assert torch.equal(back(data), net(data))
    again = copy.deepcopy(net)
    assert torch.equal(again(data), net(data))
    with torch.no_grad():
        next(again.parameters()).add_(1.0)
    assert torch.equal(back(data), net(data))
