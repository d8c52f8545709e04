"""Embeddings of the networks: exact adjoints, and the maps that the formulas say."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

from geoinv import InputError
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.embeddings.dictionaries import OverCompleteCosines, UndecimatedWavelets
from geoinv.learned.layers.convolution import adjoint_convolve, convolve
from geoinv.learned.layers.embedding import DictionaryEmbedding, HyperEmbedding, IdentityEmbedding, LearnedEmbedding

SPATIAL = {0: (), 1: (7,), 2: (5, 6), 3: (3, 4, 5)}
MODEL = 2
"""Channels of the model."""


def seeded(seed=3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def embedding(kind, rank, kernel=3):
    if kind == "identity":
        return IdentityEmbedding(MODEL)
    if kind == "learned":
        return LearnedEmbedding(MODEL, 5, rank, kernel, seeded()).double()
    if kind == "hyper":
        return HyperEmbedding(MODEL, 5, rank, kernel, hidden=3, generator=seeded()).double()
    shape = SPATIAL[rank]
    return DictionaryEmbedding(UndecimatedWavelets(shape) if kind == "wavelets" else OverCompleteCosines(shape, 2))


CASES = [(kind, rank) for kind in ("identity", "learned", "hyper") for rank in SPATIAL]
CASES += [(kind, rank) for kind in ("wavelets", "cosines") for rank in (2, 3)]


@pytest.mark.parametrize(("kind", "rank"), CASES)
@pytest.mark.parametrize("size", [1, 3, 5])
def test_inner_products_agree_with_the_adjoint(kind, rank, size):
    E = embedding(kind, rank, size)
    generator = seeded(1)
    for time in (0.0, 0.3, 1.0):
        kernel = E.at(time)
        z = torch.randn(4, E.embedded, *SPATIAL[rank], generator=generator, dtype=torch.float64)
        x = torch.randn(4, E.channels, *SPATIAL[rank], generator=generator, dtype=torch.float64)
        forward, back = E(z, kernel).detach(), E.adjoint(x, kernel).detach()
        assert (forward.shape, back.shape) == (x.shape, z.shape)
        mismatch = (forward * x).sum() - (z * back).sum()
        assert float(mismatch.abs()) <= 1e-12 * float(forward.norm() * x.norm())


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_kernel_with_one_entry_shifts_and_zeros_come_in(rank):
    x = np.random.default_rng(0).standard_normal(SPATIAL[rank])
    kernel = torch.zeros(1, 1, *[3] * rank, dtype=torch.float64)
    kernel[(0, 0, *[1] * (rank - 1), 2)] = 1.0
    shifted = convolve(torch.from_numpy(x)[None, None], kernel)[0, 0].numpy()
    npt.assert_array_equal(shifted[..., :-1], x[..., 1:])
    assert not shifted[..., -1].any()
    back = adjoint_convolve(torch.from_numpy(x)[None, None], kernel)[0, 0].numpy()
    npt.assert_array_equal(back[..., 1:], x[..., :-1])
    assert not back[..., 0].any()


def test_vectors_are_embedded_by_a_matrix():
    E = embedding("learned", 0)
    z = torch.randn(3, 5, dtype=torch.float64)
    npt.assert_allclose(E(z, E.at(0.7)).detach().numpy(), z.numpy() @ E.kernel.detach().numpy().T, rtol=0, atol=1e-14)


@pytest.mark.parametrize("rank", SPATIAL)
def test_the_hypernetwork_is_w2_tanh_of_t_w1_plus_c(rank):
    E = embedding("hyper", rank)
    w1, c = E.rate.detach().numpy(), E.offset.detach().numpy()
    w2 = E.basis.detach().numpy().reshape(3, -1).T
    for time in (0.0, 0.25, 1.0):
        expected = (w2 @ np.tanh(time * w1 + c)).reshape(MODEL, 5, *[3] * rank)
        npt.assert_allclose(E.at(time).detach().numpy(), expected, rtol=0, atol=1e-14)
    assert not torch.equal(E.at(0.0), E.at(1.0))


def test_a_dictionary_embeds_as_its_operator_does():
    D = OverCompleteCosines((5, 6), 2)
    E = DictionaryEmbedding(D)
    random = np.random.default_rng(0)
    z, x = random.standard_normal((3, *D.domain_shape)), random.standard_normal((3, 1, 5, 6))
    npt.assert_array_equal(E(torch.from_numpy(z))[:, 0].numpy(), D(z))
    npt.assert_array_equal(E.adjoint(torch.from_numpy(x)).numpy(), D.T(x[:, 0]))
    assert not list(E.parameters())


@pytest.mark.parametrize("rank", [0, 2])
@pytest.mark.parametrize("kind", [LearnedEmbedding, HyperEmbedding])
def test_the_first_embedding_keeps_the_size_of_what_it_makes(kind, rank):
    E = kind(2, 3000, rank, generator=seeded())
    kernel = E.at(0.0).detach().flatten(1)
    # E E' of vectors; its diagonal, what a cell receives, for convolutions
    npt.assert_allclose((kernel @ kernel.T).numpy(), np.eye(2), atol=0.15)


@pytest.mark.parametrize("kind", [LearnedEmbedding, HyperEmbedding])
@pytest.mark.parametrize(("channels", "embedded", "kernel"), [(0, 4, 3), (1, 0, 3), (1, -2, 3), (1, 4, 2), (1, 4, -1)])
def test_sizes_that_cannot_be_are_refused(kind, channels, embedded, kernel):
    with pytest.raises(InputError, match=f"{kind.__name__} expects channels and unknowns of one or more and an odd"):
        kind(channels, embedded, 2, kernel)


@pytest.mark.parametrize("operator", [MatrixOperator(np.ones((2, 3))), Identity((3, 4))], ids=["matrix", "identity"])
def test_an_operator_of_other_shapes_is_no_dictionary(operator):
    with pytest.raises(InputError, match=r"DictionaryEmbedding expects a dictionary from \(embedded, \*shape\)"):
        DictionaryEmbedding(operator)
