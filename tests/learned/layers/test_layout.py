"""How models and data lie in tensors."""

from __future__ import annotations

import pytest
import torch

from geoinv.core.checks import InputError
from geoinv.learned.layers.layout import Layout


@pytest.mark.parametrize(
    ("shape", "channels", "dense", "rank", "model_channels"),
    [
        ((5,), 1, False, 0, 5),
        ((5,), 3, False, 0, 15),
        ((4, 5), 3, False, 2, 3),
        ((2, 3, 4), 1, False, 3, 1),
        ((4, 5), 1, True, 0, 20),
        ((2, 2, 2, 2), 2, True, 0, 32),
    ],
)
def test_vectors_and_dense_models_have_no_axes_but_channels(shape, channels, dense, rank, model_channels):
    layout = Layout(shape, (7,), channels, dense)
    assert (layout.rank, layout.model_channels) == (rank, model_channels)
    x = torch.randn(6, channels, *shape)
    inside = layout.from_domain(x)
    assert inside.shape == ((6, model_channels) if rank == 0 else (6, channels, *shape))
    assert torch.equal(layout.to_domain(inside), x)


def test_the_batch_comes_back_as_it_was():
    layout = Layout((4, 5), (3,), 2, False)
    d = torch.arange(2.0 * 4 * 2 * 3).reshape(2, 4, 2, 3)
    flat, batch = layout.data_batch("Net", d)
    assert (flat.shape, batch) == ((8, 2, 3), (2, 4))
    assert torch.equal(flat[5], d[1, 1])
    assert layout.model_result(torch.zeros(8, 2, 4, 5), batch).shape == (2, 4, 2, 4, 5)


def test_one_channel_has_no_axis_of_its_own():
    layout = Layout((4, 5), (3,), 1, False)
    flat, batch = layout.data_batch("Net", torch.zeros(3))
    assert (flat.shape, batch) == ((1, 1, 3), ())
    assert layout.model_result(torch.zeros(1, 1, 4, 5), batch).shape == (4, 5)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (torch.zeros(3, 2), r"Net expects data of shape \(2, 3\) after the batch, got \(3, 2\)"),
        (torch.zeros(3), r"after the batch, got \(3,\)"),
        (torch.zeros(2, 3, dtype=torch.int32), r"tensor of floats, got torch\.int32"),
        ([1.0], "tensor of floats, got list"),
    ],
)
def test_data_of_other_shapes_are_one_sentence(data, sentence):
    with pytest.raises(InputError, match=sentence):
        Layout((4, 5), (3,), 2, False).data_batch("Net", data)
