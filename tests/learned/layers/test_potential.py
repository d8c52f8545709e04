"""Potentials (4.1) against a literal transcription in NumPy and SciPy, autograd, and the limits that are known."""

from __future__ import annotations

import mpmath
import numpy as np
import numpy.testing as npt
import pytest
import torch
from potentials import HORIZON, NODES, over_time
from scipy.signal import correlate

from geoinv import InputError
from geoinv.learned import Potential
from geoinv.learned.layers.potential import log_cosh

SPATIAL = {0: (), 1: (5,), 2: (4, 3), 3: (2, 3, 2)}
EVERY_RANK = pytest.mark.parametrize("rank", SPATIAL)
EVERY_DEPTH = pytest.mark.parametrize("layers", [1, 2, 3])
EITHER_FORM = pytest.mark.parametrize("convex", [False, True], ids=["free", "convex"])


def potential(rank=0, layers=2, convex=False, spread=0.5, seed=1, **settings) -> Potential:
    """Potential in float64 whose parameters all differ from their first values, and from node to node."""
    generator = torch.Generator().manual_seed(seed)
    settings = {"channels": 3, "width": 4, "nodes": NODES, "horizon": HORIZON, "scale": 1.7} | settings
    made = Potential(rank=rank, layers=layers, convex=convex, generator=generator, **settings).double()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(spread * torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return made


def unknowns(rank, samples=2, channels=3, seed=0) -> torch.Tensor:
    random = np.random.default_rng(seed)
    return torch.from_numpy(random.standard_normal((samples, channels, *SPATIAL[rank])))


def hessian(phi, z, time=1.0) -> np.ndarray:
    """Matrix of second derivatives at one point, by autograd."""
    matrix = torch.autograd.functional.hessian(lambda point: phi.value(point, time).sum(), z)
    return matrix.reshape(z.numel(), z.numel()).numpy()


def mapped(kernel: np.ndarray, a: np.ndarray) -> np.ndarray:
    """K a: a matrix, or correlations that see zero outside."""
    if kernel.ndim == 2:
        return kernel @ a
    rows = [[correlate(a[j], row[j], mode="same", method="direct") for j in range(len(a))] for row in kernel]
    return np.sum(rows, axis=1)


def equation_4_1(phi: Potential, z: np.ndarray, time: float) -> float:
    """a_1 = z; u_1 = K_1 z + t b_1; u_i = K_i a_i + b_i; a_{i+1} = log cosh u_i; phi = q'a_{n+1}."""
    kernels = [over_time(k, time) for k in phi.kernels]
    biases = [over_time(b, time) for b in phi.biases]
    q = over_time(phi.weights, time)
    if phi.convex:
        kernels = [k if i == 0 else np.log1p(np.exp(k)) for i, k in enumerate(kernels)]
        biases = [b if i == 0 else np.log1p(np.exp(b)) for i, b in enumerate(biases)]
        q = np.log1p(np.exp(q))
    a = z
    for i, (K, b) in enumerate(zip(kernels, biases, strict=True)):
        u = mapped(K, a) + ((time if i == 0 else 1.0) * b).reshape(-1, *[1] * (z.ndim - 1))
        a = np.log(np.cosh(u))
    return float(phi.scale) * float(np.sum(q.reshape(-1, *[1] * (z.ndim - 1)) * a))


def test_log_cosh_is_that_of_many_digits_on_both_sides_of_zero():
    u = np.concatenate([np.linspace(-60.0, 60.0, 241), [1e-12, -1e-8, 1e-4, 19.9, 20.1, -20.1, 700.0, -700.0]])
    with mpmath.workdps(40):
        exact = np.array([float(mpmath.log(mpmath.cosh(mpmath.mpf(float(value))))) for value in u])
    found = log_cosh(torch.from_numpy(u)).numpy()
    npt.assert_allclose(found, exact, rtol=4e-16, atol=4e-16)
    stable = np.abs(u) + np.logaddexp(0.0, -2.0 * np.abs(u)) - np.log(2.0)
    npt.assert_allclose(found, stable, rtol=4e-16, atol=4e-16)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_log_cosh_of_huge_numbers_is_finite_and_linear(dtype):
    u = torch.tensor([1e30, -1e30], dtype=dtype, requires_grad=True)
    value = log_cosh(u)
    npt.assert_allclose(value.detach().numpy(), 1e30, rtol=1e-6)
    (slope,) = torch.autograd.grad(value.sum(), u, create_graph=True)
    assert slope.tolist() == [1.0, -1.0]
    (bend,) = torch.autograd.grad(slope.sum(), u)
    assert bend.tolist() == [0.0, 0.0]


def test_derivatives_of_log_cosh_are_tanh_and_its_slope_also_at_zero():
    u = torch.tensor([0.0, -0.0, 1e-9, -1e-9, 1e-3, -1e-3, 0.7, -3.0, 19.0, -25.0], dtype=torch.float64)
    u.requires_grad_()
    (slope,) = torch.autograd.grad(log_cosh(u).sum(), u, create_graph=True)
    npt.assert_allclose(slope.detach().numpy(), np.tanh(u.detach().numpy()), rtol=0, atol=4e-16)
    (bend,) = torch.autograd.grad(slope.sum(), u)
    npt.assert_allclose(bend.numpy(), 1.0 - np.tanh(u.detach().numpy()) ** 2, rtol=0, atol=1e-15)


@EVERY_RANK
@EVERY_DEPTH
@EITHER_FORM
def test_phi_is_equation_4_1(rank, layers, convex):
    phi, z = potential(rank, layers, convex), unknowns(rank)
    for time in (0.0, 0.9, HORIZON):
        expected = [equation_4_1(phi, sample, time) for sample in z.numpy()]
        npt.assert_allclose(phi.value(z, time).detach().numpy(), expected, rtol=1e-12)


@EVERY_RANK
@EVERY_DEPTH
@EITHER_FORM
def test_the_closed_form_gradient_is_that_of_autograd(rank, layers, convex):
    phi, z = potential(rank, layers, convex), unknowns(rank).requires_grad_()
    for time in (0.0, 0.9, HORIZON):
        (expected,) = torch.autograd.grad(phi.value(z, time).sum(), z)
        found = phi.gradient(z, time)
        assert found.shape == z.shape
        npt.assert_allclose(found.detach().numpy(), expected.numpy(), rtol=0, atol=1e-12 * float(expected.abs().max()))


def test_time_moves_the_first_bias_only():
    phi = potential(layers=2, nodes=1)
    z = unknowns(0)
    assert not torch.equal(phi.value(z, 0.0), phi.value(z, 1.0))
    with torch.no_grad():
        phi.biases[0].zero_()
    assert torch.equal(phi.value(z, 0.0), phi.value(z, 1.0))


@EVERY_RANK
@EVERY_DEPTH
def test_the_curvature_of_a_convex_potential_is_its_hessian(rank, layers):
    phi, z = potential(rank, layers, convex=True), unknowns(rank, samples=1)
    v = unknowns(rank, samples=1, seed=5)
    expected = hessian(phi, z, 0.9) @ v.numpy().ravel()
    found = phi.at(0.9).curvature(z, v).detach().numpy().ravel()
    npt.assert_allclose(found, expected, rtol=0, atol=1e-12 * abs(expected).max())


@EVERY_RANK
@EVERY_DEPTH
def test_the_curvature_of_any_potential_is_symmetric_and_bends_upwards(rank, layers):
    phi, z = potential(rank, layers), unknowns(rank, samples=1)
    theta = phi.at(0.9)
    units = torch.eye(z.numel(), dtype=torch.float64).reshape(-1, *z.shape)
    with torch.no_grad():
        matrix = np.stack([theta.curvature(z, unit).numpy().ravel() for unit in units])
    npt.assert_allclose(matrix, matrix.T, rtol=0, atol=1e-12 * abs(matrix).max())
    values = np.linalg.eigvalsh(matrix)
    assert values[0] >= -1e-12 * values[-1]
    # what was left out bends downwards
    left_out = np.linalg.eigvalsh(hessian(phi, z, 0.9) - matrix)
    if layers == 1:
        assert left_out[-1] <= 1e-12 * values[-1]


@EVERY_RANK
def test_the_limit_of_a_steep_kernel_is_the_sum_of_magnitudes(rank):
    z = unknowns(rank)
    z += 0.1 * z.sign()
    dim = z[0].numel()
    distance = []
    for gamma in (1.0, 10.0, 100.0):
        phi = Potential(3, rank, layers=1, scale=0.3).double()
        kernel = torch.zeros(phi.kernels[0].shape[1:], dtype=torch.float64)
        for channel in range(3):
            kernel[(channel, channel, *[1] * rank)] = gamma
        phi.set_theta([kernel], [torch.zeros(3)], torch.ones(3, dtype=torch.float64))
        limit = gamma * z.abs().flatten(1).sum(1) - dim * np.log(2.0)
        away = (phi.value(z) - limit).detach()
        # softplus(-2 |u|) lies between 0 and exp(-2 |u|)
        bound = torch.exp(-2.0 * gamma * z.abs()).flatten(1).sum(1)
        assert (away >= -1e-9).all()
        assert (away <= bound + 1e-9).all()
        distance.append(float(away.abs().max()))
    assert distance[0] > distance[1] > distance[2]
    npt.assert_allclose(phi.gradient(z).detach().numpy() / gamma, np.sign(z.numpy()), rtol=0, atol=1e-8)


def midpoint_excess(phi: Potential, rank: int, time: float, segments: int = 300, reach: float = 3.0) -> np.ndarray:
    """phi on the segment minus its chord, over the size of phi; positive where phi is not convex."""
    random = np.random.default_rng(7)
    shape = (segments, phi.channels, *SPATIAL[rank])
    ends = [torch.from_numpy(random.standard_normal(shape) * reach) for _ in range(2)]
    share = torch.from_numpy(random.random(segments))
    spread = share.reshape(-1, *[1] * (len(shape) - 1))
    with torch.no_grad():
        first, second = (phi.value(end, time) for end in ends)
        between = phi.value(spread * ends[0] + (1 - spread) * ends[1], time)
    chord = share * first + (1 - share) * second
    return ((between - chord) / (first.abs() + second.abs())).numpy()


@EVERY_RANK
@EVERY_DEPTH
def test_convex_potentials_stay_below_the_chords_of_random_segments_whatever_their_raw_parameters(rank, layers):
    for seed, spread in enumerate([0.0, 0.5, 1.0, 3.0]):
        phi = potential(rank, layers, convex=True, spread=spread, seed=seed)
        for time in (0.0, 0.9, HORIZON):
            assert midpoint_excess(phi, rank, time).max() <= 1e-14


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_free_potentials_need_not_be_convex(layers):
    assert midpoint_excess(potential(0, layers), 0, 1.0).max() > 1e-3


def test_a_potential_without_a_width_is_as_wide_as_its_unknowns():
    phi = Potential(5, rank=2, layers=3, kernel=5)
    assert [tuple(k.shape) for k in phi.kernels] == [(1, 5, 5, 5, 5)] * 3


@pytest.mark.parametrize(
    "settings",
    [{"channels": 0}, {"layers": 0}, {"nodes": 0}, {"width": -1}, {"kernel": 2}, {"kernel": -1}],
    ids=lambda settings: next(iter(settings)),
)
def test_sizes_that_cannot_be_are_refused(settings):
    with pytest.raises(InputError, match="Potential expects channels, layers and nodes of one or more"):
        Potential(**({"channels": 2} | settings))


def test_a_convex_potential_does_not_take_parameters_that_may_not_be():
    with pytest.raises(InputError, match=r"set_theta expects a potential without convex=True"):
        Potential(1, layers=1, convex=True).set_theta([torch.eye(1)], [torch.zeros(1)], torch.ones(1))
