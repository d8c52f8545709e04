"""A learned potential as a regularizer: the protocol, exact derivatives, the embedding as an operator, files."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

import geoinv
from geoinv import InputError
from geoinv.algebra.matrices import Identity
from geoinv.embeddings.dictionaries import OverCompleteCosines
from geoinv.learned import EUnet, LearnedPotential, OPTEnet, Potential
from geoinv.learned.layers.embedding import DictionaryEmbedding, HyperEmbedding, IdentityEmbedding, LearnedEmbedding
from geoinv.learned.layers.normalisation import Centred, Whitened
from geoinv.learned.layers.weights import read_weights, write_weights
from geoinv.operators import Blur

SHAPES = {"vectors": (5,), "pictures": (4, 5), "volumes": (2, 3, 4)}
EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def rank_of(shape) -> int:
    return len(shape) if len(shape) > 1 else 0


def made(shape, convex=False, unit=1.0) -> LearnedPotential:
    generator = torch.Generator().manual_seed(3)
    rank, model = rank_of(shape), 1 if len(shape) > 1 else shape[0]
    embedding = LearnedEmbedding(model, 6, rank, generator=generator)
    return LearnedPotential(embedding, Potential(6, rank, 2, 4, convex=convex, generator=generator), unit)


@EVERY_SHAPE
def test_it_is_a_regularizer_with_an_embedding_of_exact_adjoint(shape):
    phi = made(shape, unit=0.05)
    assert isinstance(phi, geoinv.Regularizer)
    bound = phi.bind(Identity(shape))
    assert isinstance(bound, geoinv.Regularizer)
    assert bound.embedding.range_shape == shape
    assert bound.embedding.domain_shape == ((6, *shape) if len(shape) > 1 else (6,))
    assert bound.embedding.dot_test() <= 1e-13
    assert phi.embedding is None


@EVERY_SHAPE
@pytest.mark.parametrize("convex", [False, True])
def test_gradient_and_curvature_are_finite_differences(shape, convex):
    phi = made(shape, convex).bind(Identity(shape))
    random = np.random.default_rng(0)
    z, v = random.standard_normal((2, *phi.embedding.domain_shape))
    step = 1e-5
    slope = (phi.value(z + step * v) - phi.value(z - step * v)) / (2 * step)
    npt.assert_allclose(np.vdot(phi.gradient(z), v), slope, rtol=1e-7)
    if convex:
        bend = (phi.gradient(z + step * v) - phi.gradient(z - step * v)) / (2 * step)
        npt.assert_allclose(phi.curvature(z, v), bend, rtol=0, atol=1e-7 * abs(bend).max())
    else:
        w = random.standard_normal(z.shape)
        npt.assert_allclose(np.vdot(w, phi.curvature(z, v)), np.vdot(v, phi.curvature(z, w)), rtol=1e-12)
        assert np.vdot(v, phi.curvature(z, v)) >= 0.0


def test_the_unit_scales_the_model_and_nothing_else():
    plain, small = (made((4, 5), unit=unit).bind(Identity((4, 5))) for unit in (1.0, 0.05))
    z = np.random.default_rng(0).standard_normal(plain.embedding.domain_shape)
    npt.assert_allclose(small.embedding(z), 0.05 * plain.embedding(z), rtol=1e-14)
    assert small.value(z) == plain.value(z)


@pytest.mark.parametrize("settings", [{}, {"dense": True}, {"embedding": 0}, {"convex": True, "width": 5}])
@pytest.mark.parametrize("shape", [(5,), (4, 5), (2, 3, 4)])
def test_that_of_a_network_is_the_networks(shape, settings, tmp_path):
    settings = {"embedding": 6, "layers": 2, "seed": 1} | settings
    net = OPTEnet(Identity(shape), **settings).double()
    phi = LearnedPotential.from_network(net)
    net.save(tmp_path / "net.safetensors")
    from_file = LearnedPotential.load(tmp_path / "net.safetensors")
    phi.save(tmp_path / "phi.safetensors")
    again = LearnedPotential.load(tmp_path / "phi.safetensors")
    z = np.random.default_rng(0).standard_normal(phi.bind(Identity(shape)).embedding.domain_shape)
    batch = torch.from_numpy(z)[None]
    model = net.layout.model_result(net.embedding(batch, net.embedding.at(1.0)), ())
    for one, tolerance in ((phi, 1e-13), (again, 1e-13), (from_file, 1e-6)):
        bound = one.bind(Identity(shape))
        npt.assert_allclose(bound.value(z), net.potential.value(batch).item(), rtol=tolerance)
        npt.assert_allclose(bound.gradient(z), net.potential.gradient(batch)[0].detach(), rtol=0, atol=tolerance)
        npt.assert_allclose(bound.embedding(z), model.detach(), rtol=0, atol=10 * tolerance)


def test_later_training_does_not_move_it():
    net = OPTEnet(Identity((4, 5)), embedding=3, layers=2)
    phi = LearnedPotential.from_network(net).bind(Identity((4, 5)))
    z = np.ones(phi.embedding.domain_shape)
    value, model = phi.value(z), phi.embedding(z)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(1.0)
    assert phi.value(z) == value
    npt.assert_array_equal(phi.embedding(z), model)


def test_a_dictionary_is_its_own_operator():
    D = OverCompleteCosines((4, 5), 2)
    phi = LearnedPotential(DictionaryEmbedding(D), Potential(4, rank=2)).bind(Identity((4, 5)))
    z = np.random.default_rng(0).standard_normal(D.domain_shape)
    npt.assert_array_equal(phi.embedding(z), D(z))
    assert phi.embedding.dot_test() <= 1e-13
    with pytest.raises(InputError, match="save expects a learned embedding or none, got a dictionary"):
        phi.save("w.safetensors")
    with pytest.raises(InputError, match=r"models of shape \(5, 4\)"):
        phi.bind(Identity((5, 4)))


def test_unit_is_kept_in_the_file(tmp_path):
    made((4, 5), unit=0.05).save(tmp_path / "w.safetensors")
    assert LearnedPotential.load(tmp_path / "w.safetensors").unit == 0.05


def test_pictures_of_other_sizes_are_taken_and_other_ranks_refused():
    phi = made((4, 5))
    assert phi.bind(Identity((7, 9))).embedding.domain_shape == (6, 7, 9)
    for shape in ((20,), (4, 5, 2)):
        with pytest.raises(InputError, match=r"LearnedPotential expects models of 2 axes, as it was trained with, got"):
            phi.bind(Identity(shape))
    with pytest.raises(InputError, match=r"expects models of 5 cells.*models of shape \(6,\)"):
        made((5,)).bind(Identity((6,)))


def test_parts_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="expects a potential over the 6 unknowns of the embedding, got one over 4"):
        LearnedPotential(LearnedEmbedding(1, 6, 2), Potential(4, rank=2))
    with pytest.raises(InputError, match=r"does not change with time, got HyperEmbedding; train an OPTEnet"):
        LearnedPotential(HyperEmbedding(1, 6, 2), Potential(6, rank=2))
    with pytest.raises(InputError, match=r"models with one channel, got 3; train it with channels=1"):
        LearnedPotential.from_network(OPTEnet(Identity((4, 5)), channels=3, embedding=4, layers=1))
    for unit in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="expects a unit above zero"):
            LearnedPotential(IdentityEmbedding(1), Potential(1, rank=2), unit)


def test_files_of_other_things_are_refused(tmp_path):
    path = tmp_path / "w.safetensors"
    EUnet(Identity((4, 5)), embedding=3, layers=2).save(path)
    with pytest.raises(InputError, match="expects weights of a LearnedPotential or an OPTEnet, got those of EUnet"):
        LearnedPotential.load(path)
    OPTEnet(Identity((4, 5)), embedding=OverCompleteCosines((4, 5), 2), layers=2).save(path)
    with pytest.raises(InputError, match=r"without a dictionary; build it with load\(path, A\) and use"):
        LearnedPotential.load(path)
    made((4, 5)).save(path)
    description, tensors = read_weights(path, "LearnedPotential")
    write_weights(path, "LearnedPotential", description, tensors | {"more": torch.zeros(1)})
    with pytest.raises(InputError, match="got a file with 'more'; it is of another architecture"):
        LearnedPotential.load(path)
    del description["unit"]
    write_weights(path, "LearnedPotential", description, tensors)
    with pytest.raises(
        InputError, match=r"expects the settings of a LearnedPotential, got none of its unit; save it anew"
    ):
        LearnedPotential.load(path)


def test_the_unit_in_which_a_network_counts_is_that_of_its_potential(tmp_path):
    A = Identity((4, 5))
    network = OPTEnet(A, embedding=3, layers=1, normalisation=Centred(np.zeros((4, 5)), 0.05))
    network.save(tmp_path / "w.safetensors")
    plain = LearnedPotential(network.embedding, network.potential).bind(A)
    z = np.random.default_rng(0).standard_normal(plain.embedding.domain_shape)
    for phi, unit in (
        (LearnedPotential.from_network(network), 0.05),
        (LearnedPotential.from_network(network, unit=2.0), 0.1),
        (LearnedPotential.load(tmp_path / "w.safetensors"), 0.05),
    ):
        bound = phi.bind(A)
        npt.assert_allclose(bound.embedding(z), unit * plain.embedding(z), rtol=1e-6)
        npt.assert_allclose(bound.gradient(z), plain.gradient(z), rtol=1e-12)


@pytest.mark.parametrize(
    ("normalisation", "told"),
    [
        (Centred(np.full((4, 5), 0.2), 0.05), r"counts from a mean model; invert the data less those of the mean with"),
        (Whitened(0.01, 0.2), "whitens its data; train one without normalisation"),
    ],
    ids=["centred", "whitened"],
)
def test_a_potential_of_anything_but_models_is_refused(normalisation, told, tmp_path):
    network = OPTEnet(Blur((4, 5), 1.0), embedding=3, layers=1, normalisation=normalisation)
    network.save(tmp_path / "w.safetensors")
    with pytest.raises(InputError, match=f"from_network expects an OPTEnet .*, got one that {told}"):
        LearnedPotential.from_network(network)
    with pytest.raises(InputError, match=rf"w\.safetensors expects an OPTEnet .*, got one that {told}"):
        LearnedPotential.load(tmp_path / "w.safetensors")
