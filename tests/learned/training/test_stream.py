"""Streams of models: what they draw follows from the seeds, and nothing that a network could not learn is drawn."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

from geoinv import InputError
from geoinv.algebra.matrices import MatrixOperator
from geoinv.learned.training.stream import ModelStream, Stream, check_stream, checked_draw

A = MatrixOperator(np.random.default_rng(1).standard_normal((40, 3)))


def stream(noise=0.1):
    return ModelStream(A, lambda count, random: random.standard_normal((count, 3)), 64, "normal", noise)


def test_draws_follow_from_their_seeds_alone():
    one, other = stream(), stream()
    other.draw(5, 9)
    for first, second in zip(one.draw(7, 1, 2), other.draw(7, 1, 2), strict=True):
        assert torch.equal(first, second)
    assert not torch.equal(one.draw(7, 1, 2)[0], one.draw(7, 2, 1)[0])


def test_data_are_those_of_the_operator_with_noise_of_its_share():
    models, data = (part.numpy() for part in stream().draw(500, 3))
    clean = models @ A.matrix.T
    noise = (data - clean) / np.abs(clean).mean(axis=1, keepdims=True)
    npt.assert_allclose(noise.std(), 0.1, rtol=0.02)
    npt.assert_allclose(np.corrcoef(noise.ravel(), clean.ravel())[0, 1], 0.0, atol=0.03)


def test_the_checksum_tells_noise_and_operator_apart():
    assert isinstance(stream(), Stream)
    assert stream(0.1).checksum == stream(0.1).checksum != stream(0.2).checksum


class Drawing:
    """Stream of what a test wants."""

    samples, checksum = 4, "of a test"

    def __init__(self, drawn):
        self.drawn = drawn

    def draw(self, count, *seeds):
        return self.drawn


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        (torch.ones(3, 2), r"draw \(models, data\), got Tensor; return both"),
        ((torch.ones(2, 2), torch.ones(3, 2)), r"draw 3 models, a tensor .*, got torch.float32 of \(2, 2\)"),
        ((torch.ones(3, 2), torch.ones(3, 2, dtype=torch.int64)), r"draw 3 data, .* got torch.int64 of \(3, 2\)"),
        ((np.ones((3, 2)), torch.ones(3, 2)), r"draw 3 models, .* got <class 'numpy.ndarray'>"),
        ((torch.ones(3, 2), torch.full((3, 2), torch.nan)), r"draw finite data, got others with the seeds \(5, 6\)"),
    ],
)
def test_what_no_network_could_learn_from_is_refused(drawn, sentence):
    with pytest.raises(InputError, match=sentence):
        checked_draw(Drawing(drawn), 3, 5, 6)


@pytest.mark.parametrize(
    ("attribute", "value", "sentence"),
    [("samples", 0, "whole number from 1 .* got 0"), ("checksum", "", "text that tells it from others, got ''")],
)
def test_a_stream_that_does_not_say_what_it_is_is_refused(attribute, value, sentence):
    made = Drawing(None)
    setattr(made, attribute, value)
    with pytest.raises(InputError, match=sentence):
        check_stream(made, "stream")
