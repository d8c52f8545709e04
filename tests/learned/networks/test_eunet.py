"""EUnet beside the literal loop of equation 3.8 and the flow that it steps."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from networks import (
    EVERY_RANK,
    LAYERS,
    Literal,
    array,
    check_literal,
    draw,
    network,
    pictures,
    steps,
    vectors,
)
from scipy.integrate import solve_ivp

from geoinv import InputError
from geoinv.core.checks import InputWarning
from geoinv.learned import EUnet, load
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings


def eunet_by_hand(net, A, b):
    """Equation 3.8, with the parameters at the nodes and E(t) = W2 tanh(t W1 + c)."""
    by = Literal(net, A)
    h, phi, L = steps(net.steps), net.potential, net.layers

    def at(time):
        if not net.settings["embedding"]:
            return by.embedding(None)
        w = np.tanh(time * array(net.embedding.rate) + array(net.embedding.offset))
        return by.embedding(sum(factor * kernel for factor, kernel in zip(w, array(net.embedding.basis), strict=True)))

    z = steps(net.start)[0] * at(0.0).T @ by.A.T @ b
    for j in range(L):
        theta = [array(k[j]) for k in phi.kernels], [array(v[j]) for v in phi.biases], array(phi.weights[j])
        z = z - h[j] * at(j / L).T @ by.A.T @ (by.A @ at(j / L) @ z - b) - h[j] * by.slope(z, *theta, j / L)
    return at(1.0) @ z


@EVERY_RANK
@pytest.mark.parametrize("settings", [{}, {"channels": 3}, {"potential_layers": 1, "embedding": 0}], ids=str)
def test_eunet_is_the_literal_loop_of_its_equation(settings, maker):
    check_literal(EUnet, eunet_by_hand, maker, settings)


def smooth_eunet(layers=4):
    net = EUnet(vectors(), embedding=6, layers=layers, hidden=2).double()
    share = torch.arange(layers, dtype=torch.float64) / layers
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in [*net.potential.parameters(), net.steps.raw]:
            direction = torch.randn(parameter.shape[1:], generator=generator, dtype=torch.float64)
            parameter.add_(0.3 * share.reshape(-1, *[1] * direction.ndim) * direction)
    return net


def test_eunet_more_layers_after_training_approach_the_flow():
    net = smooth_eunet()
    A, data = vectors(), draw(net)
    scale, E_at = net.layers, net.embedding.at

    def slope(time, z):
        """Equation 3.9 with the step h(t) as a factor of the time."""
        with torch.no_grad():
            E = array(E_at(time))
            pull = array(net.potential.gradient(torch.from_numpy(z)[None], time))[0]
            return -scale * float(net.steps.at(time)) * (E.T @ A.T(A(E @ z) - array(data)) + pull)

    E0 = array(E_at(0.0))
    start = steps(net.start)[0] * E0.T @ A.T(array(data))
    flow = solve_ivp(slope, (0.0, 1.0), start, rtol=1e-8, atol=1e-10, max_step=0.05)
    exact = array(E_at(1.0)) @ flow.y[:, -1]
    results = {}
    for factor in (1, 2, 4, 8, 64):
        with net.taking(factor * scale):
            results[factor] = array(net(data))
    npt.assert_allclose(results[64], exact, rtol=0, atol=0.01 * np.linalg.norm(exact))
    away = {factor: np.linalg.norm(found - exact) for factor, found in results.items()}
    # Euler's method: half the step, half the error
    assert 1.8 < away[4] / away[8] < 2.2
    assert np.linalg.norm(results[8] - results[4]) < np.linalg.norm(results[2] - results[1])


def test_eunet_layers_come_back_to_what_was_trained_and_are_saved_as_trained(tmp_path):
    net = network(EUnet, pictures())
    data = draw(net, 2)
    before = net(data)
    with pytest.warns(InputWarning, match="expects the 3 layers of its weights, got 6; its models may be far off"):
        net.layers = 2 * LAYERS
    assert not torch.allclose(net(data), before)
    net.save(tmp_path / "w.safetensors")
    back = load(tmp_path / "w.safetensors", pictures()).double()
    assert back.layers == LAYERS
    assert back.parameter_count == net.parameter_count
    net.layers = LAYERS
    assert torch.equal(net(data), before)
    npt.assert_allclose(array(back(data)), array(before), rtol=0, atol=1e-5 * abs(array(before)).max())
    with pytest.raises(InputError, match="EUnet expects one layer or more, got 0"):
        net.layers = 0


def test_eunet_trained_with_drawn_layers_takes_others_in_silence_and_its_file_says_so(tmp_path):
    A = pictures()
    net = EUnet(A, embedding=2, layers=3, hidden=2)
    models = np.random.default_rng(0).random((4, *A.domain_shape))
    fit(net, A, models, models, TrainingSettings(epochs=1, batch=2, layers=[4, 2], device="cpu"))
    net.save(tmp_path / "w.safetensors")
    back = load(tmp_path / "w.safetensors", A)
    assert (back.layers, back.drawn_layers) == (3, (4, 2))
    for layers in (2, 4, 12):
        back.layers = layers
    # between those drawn, too: 6 of (4, 8, 16) was half as bad again on the duathlon
    for layers in (1, 3):
        with pytest.warns(InputWarning, match=f"expects the 2, 4 layers or more of its weights, got {layers}"):
            back.layers = layers
    # weights that are trained on with their own layers alone belong to these again
    fit(net, A, models, models, TrainingSettings(epochs=1, batch=2, device="cpu"))
    with pytest.warns(InputWarning, match="expects the 3 layers of its weights, got 12"):
        net.layers = 12
