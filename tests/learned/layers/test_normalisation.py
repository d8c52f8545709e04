"""Units in which a network counts: they come back from its file, and change neither the physics nor the answer."""

from __future__ import annotations

import copy

import numpy as np
import numpy.testing as npt
import pytest
import torch

from geoinv import InputError
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.learned import EUnet, LearnedGradient, OPTEnet, Proximal, load
from geoinv.learned.configuration.stored_operator import operator_text
from geoinv.learned.layers.normalisation import Centred, Whitened
from geoinv.learned.layers.weights import read_weights, write_weights
from geoinv.operators import Blur, MagneticSection

random = np.random.default_rng(0)


def test_a_centred_network_that_changes_nothing_but_the_mean_gives_the_mean_for_its_data():
    A = MagneticSection((2, 6))
    mean = random.random((2, 6))
    network = Proximal(A, width=4, layers=2, dense=True, normalisation=Centred(mean, 0.1))
    with torch.no_grad():
        found = network(torch.from_numpy(A(mean)).float())
    npt.assert_allclose(found, mean, atol=1e-6)


def test_centring_is_descent_about_the_mean_in_units_of_its_own():
    """Without learned maps, one step from the start is a linear map, known in closed form."""
    A, scale = MatrixOperator(random.random((5, 4))), 0.05
    mean, truth = random.random(4), random.random(4)
    network = Proximal(A, width=4, layers=1, normalisation=Centred(mean, scale))
    with torch.no_grad():
        network.maps[0].kernels[-1].zero_()
        found = network(torch.from_numpy(A(truth)).float()).numpy()
    matrix = A.to_dense()
    step = 1.0 / np.linalg.norm(matrix.T @ matrix, 2)
    x = step * matrix.T @ (matrix @ (truth - mean))
    expected = mean + x + step * matrix.T @ (matrix @ (truth - mean) - matrix @ x)
    npt.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("kind", [EUnet, OPTEnet, Proximal, LearnedGradient])
@pytest.mark.parametrize("name", ["Centred", "Whitened"])
def test_normalisation_and_operator_come_back_from_the_file(kind, name, half, tmp_path):
    A = Blur((6, 5), 1.0) if name == "Whitened" else MagneticSection((6, 5))
    made = Whitened(0.02, 0.3) if name == "Whitened" else Centred(random.random((6, 5)), 0.3)
    network = kind(A, layers=2, normalisation=made)
    network.save(tmp_path / "w.safetensors", half=half)
    data = torch.from_numpy(A(random.random((3, 6, 5)))).float()
    with torch.no_grad():
        for read in (load(tmp_path / "w.safetensors", A), load(tmp_path / "w.safetensors")):
            npt.assert_allclose(read(data), network(data), rtol=0, atol=5e-3 if half else 1e-6)
            assert operator_text(read.operator) == operator_text(A)


def test_every_step_of_a_normalised_network_is_in_the_models_unit():
    A = MatrixOperator(random.random((3, 4)))
    network = EUnet(A, embedding=8, layers=3, normalisation=Centred(np.full(4, 7.0), 0.01))
    data = torch.from_numpy(A(np.full((2, 4), 7.0))).float()
    with torch.no_grad():
        steps = network.trajectory(data)
        npt.assert_allclose(steps[-1], network(data), rtol=1e-6)
    assert len(steps) == 4
    assert all(abs(float(step.mean()) - 7.0) < 0.5 for step in steps)


def test_colours_may_share_a_mean_or_have_one_each():
    A = Identity((2, 3))
    for mean in (random.random((2, 3)), random.random((4, 2, 3))):
        network = Proximal(A, channels=4, width=2, layers=1, normalisation=Centred(mean, 1.0))
        with torch.no_grad():
            found = network(torch.from_numpy(np.broadcast_to(mean, (4, 2, 3)).copy()).float())
        npt.assert_allclose(found, np.broadcast_to(mean, (4, 2, 3)), atol=1e-6)


def test_a_copy_of_a_normalised_network_shares_its_operator_and_gives_the_same():
    A = Blur((6, 5), 1.0)
    network = Proximal(A, width=3, layers=1, normalisation=Whitened(0.02, 0.3))
    other, data = copy.deepcopy(network), torch.rand(2, 6, 5)
    assert other.operator is A
    with torch.no_grad():
        npt.assert_array_equal(other(data), network(data))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Centred([0.0, np.nan], 1.0), "Centred expects finite mean, got nan"),
        (lambda: Centred([0.0, 1.0], 0.0), "Centred expects positive scale"),
        (lambda: Whitened(-1.0, 1.0), "Whitened expects positive damping"),
        (lambda: Whitened(1.0, np.inf), "Whitened expects finite scale"),
        (
            lambda: Proximal(Identity((3, 4)), normalisation=Centred(np.ones((4, 3)), 1.0)),
            r"mean of the shape of the models of Identity, \(3, 4\), got \(4, 3\)",
        ),
        (lambda: Proximal(Identity((3,)), normalisation=Whitened(0.1, 1.0)), "operator on images, of two axes"),
        (
            lambda: Proximal(2.0 * Identity((3, 4)), normalisation=Whitened(0.1, 1.0)),
            "keeps constant images, got .* multiplies them by 2",
        ),
        (lambda: Proximal(Blur((6, 5), 2.0, "zero"), normalisation=Whitened(0.1, 1.0)), "expects"),
    ],
)
def test_a_normalisation_that_cannot_be_is_a_sentence(make, sentence):
    with pytest.raises(InputError, match=sentence):
        make()


def older(path, A, **description):
    """Rewrite a file of weights as versions before 0.2 did: no response of the operator, no normalisation."""
    known, tensors = read_weights(path)
    kept = {key: known[key] for key in ("settings", "domain_shape", "range_shape")}
    own = {name: tensor for name, tensor in tensors.items() if not name.startswith("normalisation.")}
    write_weights(path, known["kind"], {**kept, **description}, own)
    return path


def test_whitening_of_an_older_file_is_applied_as_it_was_then(tmp_path):
    A = Blur((6, 5), 1.0)
    network = Proximal(A, width=3, layers=2, normalisation=Whitened(0.02, 0.3))
    network.save(tmp_path / "w.safetensors")
    operator = {"name": "Blur", "scale": 1.0, "boundary": "reflective"}
    path = older(tmp_path / "w.safetensors", A, operator=operator, whitening={"damping": 0.02, "scale": 0.3})
    data = torch.rand(2, 6, 5)
    with torch.no_grad():
        npt.assert_allclose(load(path)(data), network(data), atol=1e-6)
    with pytest.raises(InputError, match=r"Blur \(scale 1.0, boundary reflective\), got Blur \(shape"):
        load(path, Blur((6, 5), 2.0))
    for numbers in ({"damping": 0.02}, [1.0], "wide", {"damping": "x", "scale": 1}):
        broken = older(path, A, operator=operator, whitening=numbers)
        with pytest.raises(InputError, match="expects damping and scale of its whitening"):
            load(broken)


def test_an_older_file_without_its_mean_is_refused(tmp_path):
    A = MagneticSection((6, 5))
    Proximal(A, width=3, layers=1).save(tmp_path / "w.safetensors")
    path = older(tmp_path / "w.safetensors", A, centred={"scale": 0.05, "mean": "of the training images"})
    with pytest.raises(InputError, match="expects the mean model that its network counts from, which files of older"):
        load(path, A)


def test_an_older_file_that_does_not_name_its_operator_is_doubted(tmp_path):
    A = MagneticSection((6, 5))
    Proximal(A, width=3, layers=1).save(tmp_path / "w.safetensors")
    path = older(tmp_path / "w.safetensors", A)
    with pytest.warns(UserWarning, match="older version and does not say which operator it was trained with"):
        load(path, A)
    with pytest.raises(InputError, match=r"expects its operator, another operator, which is not in the file"):
        load(path)
