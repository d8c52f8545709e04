"""A trained potential in the classical inversion: the target is reached, and a convex one has its one optimum."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.optimize
import torch

import geoinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.inversion.gauss_newton import GaussNewton
from geoinv.learned import LearnedPotential, OPTEnet
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import MagneticSection

SHAPE = (4, 6)

EXACT = GaussNewton(inner_tolerance=1e-3, inner_iterations=50, tolerance=1e-11, iterations=60)


def sections(count, seed) -> np.ndarray:
    """Sections with one block of 1 in zero."""
    random = np.random.default_rng(seed)
    models = np.zeros((count, *SHAPE), np.float32)
    for model in models:
        row, column = random.integers(0, 3), random.integers(0, 4)
        model[row : row + 2, column : column + 3] = 1.0
    return models


@pytest.fixture(scope="module")
def trained() -> tuple[MagneticSection, OPTEnet, float, float]:
    """Physics, a network trained on it for a moment, and its validation errors at first and last."""
    A = MagneticSection(SHAPE)
    network = OPTEnet(A, embedding=36, layers=3, convex=True, dense=True)
    settings = TrainingSettings(epochs=6, batch=16, learning_rate=0.02, noise=0.02, loss="squared", device="cpu")
    record = fit(network, A, sections(96, 0), sections(32, 1), settings)
    return A, network, record.epochs[0].validation_error, record.best.validation_error


def noisy(A, model, seed=2) -> tuple[np.ndarray, float]:
    clean = A(model)
    uncertainty = 0.02 * float(np.abs(clean).mean())
    return clean + uncertainty * np.random.default_rng(seed).standard_normal(clean.shape), uncertainty


def test_a_trained_network_gives_a_regularizer_that_reaches_the_target(trained, tmp_path):
    A, network, first, last = trained
    assert last < first
    data, uncertainty = noisy(A, sections(1, 3)[0].astype(float))
    network.save(tmp_path / "w.safetensors")
    phi = LearnedPotential.load(tmp_path / "w.safetensors")
    solution = geoinv.invert(A, data, uncertainty, regularizer=phi)
    assert solution.status.startswith("target reached")
    misfit = np.mean(((A(solution.model) - data) / uncertainty) ** 2)
    assert 0.97 <= misfit <= 1.02
    assert solution.model.shape == SHAPE
    assert phi.bind(A).embedding.domain_shape == (36,)


def small_problem(size) -> tuple[np.ndarray, np.ndarray, OPTEnet]:
    """Matrix, data, and a network with a convex potential that is away from its first values."""
    random = np.random.default_rng(0)
    G = random.standard_normal((4, 6))
    network = OPTEnet(MatrixOperator(G), embedding=size, layers=2, convex=True, seed=3)
    with torch.no_grad():
        for parameter in network.potential.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
    return G, G @ random.standard_normal(6), network


def test_the_unit_makes_it_a_potential_of_small_models():
    G, data, network = small_problem(12)
    models = [
        geoinv.invert(
            MatrixOperator(G),
            unit * data,
            unit * 0.3,
            regularizer=LearnedPotential.from_network(network, unit),
            beta=2.0,
            solver=EXACT,
        ).model
        for unit in (1.0, 0.05)
    ]
    npt.assert_allclose(models[1], 0.05 * models[0], rtol=0, atol=1e-3 * 0.05 * abs(models[0]).max())


@pytest.mark.parametrize("size", [3, 12], ids=["fewer unknowns", "over-complete"])
def test_a_convex_potential_is_minimised_as_scipy_does(size):
    G, data, network = small_problem(size)
    uncertainty, beta = 0.3, 2.0
    phi = LearnedPotential.from_network(network)
    solution = geoinv.invert(MatrixOperator(G), data, uncertainty, regularizer=phi, beta=beta, solver=EXACT)

    E = network.embedding.kernel.detach().double().numpy()
    potential = network.potential.double()

    def objective(z):
        """1/2 |W (G E z - d)|^2 + beta phi(z), whose gradient is left to autograd."""
        unknowns = torch.from_numpy(z).requires_grad_()
        residual = (torch.from_numpy(G @ E) @ unknowns - torch.from_numpy(data)) / uncertainty
        value = 0.5 * residual.square().sum() + beta * potential.value(unknowns[None])[0]
        (slope,) = torch.autograd.grad(value, unknowns)
        return value.item(), slope.numpy()

    best = scipy.optimize.minimize(
        objective, np.zeros(size), jac=True, method="BFGS", options={"gtol": 1e-8, "maxiter": 2000}
    )
    model = E @ best.x
    npt.assert_allclose(solution.model, model, rtol=0, atol=1e-3 * abs(model).max())


def test_a_convolutional_potential_reaches_the_target_although_it_is_not_zero_at_its_minimum():
    A = MagneticSection((6, 8))
    random = np.random.default_rng(0)
    models = np.zeros((96, 6, 8), np.float32)
    for model in models:
        row, column = random.integers(0, 5), random.integers(0, 6)
        model[row : row + 2, column : column + 3] = 1.0
    network = OPTEnet(A, embedding=16, layers=3, convex=True)
    settings = TrainingSettings(epochs=6, batch=16, learning_rate=0.02, noise=0.02, loss="squared", device="cpu")
    fit(network, A, models[:80], models[80:], settings)
    data, uncertainty = noisy(A, models[0].astype(float))
    solution = geoinv.invert(A, data, uncertainty, regularizer=LearnedPotential.from_network(network))
    assert solution.status.startswith("target reached"), solution.status
