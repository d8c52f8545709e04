"""Unrolled networks against literal loops of their equations with dense matrices, and against the flow they step."""

from __future__ import annotations

import copy

import numpy as np
import numpy.testing as npt
import pytest
import torch
from scipy.integrate import solve_ivp
from scipy.signal import correlate

from geoinv import InputError
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import MatrixOperator
from geoinv.embeddings.dictionaries import OverCompleteCosines
from geoinv.learned import EUnet, LearnedGradient, OPTEnet, Proximal, load
from geoinv.operators import Blur

LAYERS = 3

SMALL = {
    OPTEnet: {"embedding": 4, "layers": LAYERS},
    EUnet: {"embedding": 4, "layers": LAYERS, "hidden": 2},
    Proximal: {"width": 4, "layers": LAYERS, "depth": 2},
    LearnedGradient: {"width": 4, "layers": LAYERS, "depth": 1},
}
EVERY_NETWORK = pytest.mark.parametrize("kind", SMALL, ids=lambda kind: kind.__name__)

VARIANTS = [
    (OPTEnet, {}),
    (OPTEnet, {"convex": True, "width": 6, "potential_layers": 3}),
    (OPTEnet, {"dense": True}),
    (OPTEnet, {"embedding": 0, "kernel": 5}),
    (OPTEnet, {"embedding": "dictionary", "width": 3}),
    (OPTEnet, {"channels": 3}),
    (EUnet, {}),
    (EUnet, {"convex": True, "width": 6, "potential_layers": 1}),
    (EUnet, {"dense": True}),
    (EUnet, {"embedding": 0}),
    (EUnet, {"embedding": "dictionary", "width": 3}),
    (EUnet, {"channels": 3}),
    (Proximal, {}),
    (Proximal, {"shared": True, "depth": 3, "dense": True}),
    (Proximal, {"channels": 3}),
    (LearnedGradient, {}),
    (LearnedGradient, {"shared": True, "depth": 2}),
    (LearnedGradient, {"dense": True}),
    (LearnedGradient, {"channels": 3}),
]
EVERY_VARIANT = pytest.mark.parametrize(
    ("kind", "settings"), VARIANTS, ids=lambda value: value.__name__ if isinstance(value, type) else str(value)
)


class Volume(LinearOperator):
    """Sums over the depth of a volume, twice as large."""

    def __init__(self) -> None:
        self.domain_shape, self.range_shape, self.dtype = (2, 3, 4), (3, 4), np.dtype(float)

    def _forward(self, x):
        return 2.0 * x.sum(1)

    def _adjoint(self, y):
        return np.repeat(2.0 * y[:, None], 2, axis=1)


class Hypercube(LinearOperator):
    """A model of four axes, and its negative as data."""

    def __init__(self) -> None:
        self.domain_shape = self.range_shape = (2, 1, 2, 2)
        self.dtype = np.dtype(float)

    def _forward(self, x):
        return -x

    def _adjoint(self, y):
        return -y


def vectors() -> LinearOperator:
    return MatrixOperator(np.random.default_rng(2).standard_normal((3, 5)))


def pictures() -> LinearOperator:
    return Blur((4, 5), 1.0, boundary="zero")


OPERATORS = {"vectors": vectors, "pictures": pictures, "volumes": Volume}
EVERY_RANK = pytest.mark.parametrize("maker", OPERATORS.values(), ids=OPERATORS)


def network(kind, A, spread=0.15, seed=4, **settings):
    """Network in float64 whose parameters are all away from their first values."""
    settings = SMALL[kind] | settings
    if settings.get("embedding") == "dictionary":
        settings["embedding"] = OverCompleteCosines(A.domain_shape, 2)
    made = kind(A, **settings).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(spread * torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return made


def draw(net, *batch, seed=0) -> torch.Tensor:
    """Random data for a network."""
    channels = () if net.layout.channels == 1 else (net.layout.channels,)
    shape = (*batch, *channels, *net.layout.range_shape)
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy()


def steps(part) -> np.ndarray:
    return float(part.first) * np.log1p(np.exp(array(part.raw)))


def matrix(kernel: np.ndarray, shape) -> np.ndarray:
    """Dense matrix of a kernel's correlation over fields of a shape; of vectors the kernel itself."""
    if kernel.ndim == 2:
        return kernel
    cells = int(np.prod(shape))
    units = np.eye(cells).reshape(cells, *shape)
    blocks = [
        [np.stack([correlate(u, k, mode="same", method="direct").ravel() for u in units], axis=1) for k in row]
        for row in kernel
    ]
    return np.block(blocks)


class Literal:
    """What the equations need as dense matrices: A, and grad phi by the chain rule on matrices."""

    def __init__(self, net, A):
        self.net, self.layout = net, net.layout
        self.shape = A.domain_shape if self.layout.rank else ()
        self.cells = int(np.prod(self.shape))
        self.A = np.kron(np.eye(self.layout.channels), A.to_dense())

    def embedding(self, kernel):
        return np.eye(self.A.shape[1]) if kernel is None else matrix(kernel, self.shape)

    def slope(self, z, kernels, biases, q, time):
        """Grad phi of (4.1) to (4.4)."""
        K = [matrix(kernel, self.shape) for kernel in kernels]
        b = [np.repeat(bias, self.cells) for bias in biases]
        arguments = []
        for i in range(len(K)):
            a = np.log(np.cosh(arguments[-1])) if i else z
            arguments.append(K[i] @ a + (b[i] if i else time * b[i]))
        g = float(self.net.potential.scale) * np.repeat(q, self.cells)
        for i in reversed(range(len(K))):
            g = K[i].T @ (np.tanh(arguments[i]) * g)
        return g


def optenet_by_hand(net, A, b):
    """Equation 3.7."""
    by = Literal(net, A)
    E, h = by.embedding(array(net.embedding.kernel) if net.settings["embedding"] else None), steps(net.steps)
    phi = net.potential
    theta = [array(k[0]) for k in phi.kernels], [array(v[0]) for v in phi.biases], array(phi.weights[0])
    z = steps(net.start)[0] * E.T @ by.A.T @ b
    for j in range(net.layers):
        z = z - h[j] * E.T @ by.A.T @ (by.A @ E @ z - b) - h[j] * by.slope(z, *theta, 1.0)
    return E @ z


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


def proximal_by_hand(net, A, b):
    """Mardani's x+ = P(x + h A'(b - A x)) with P = x + K2 relu(K1 x + b1) + b2."""
    by = Literal(net, A)
    h = steps(net.steps)
    x = steps(net.start)[0] * by.A.T @ b
    for j in range(net.layers):
        P = net.maps[0 if net.settings["shared"] else j]
        K1, K2 = (matrix(array(k), by.shape) for k in P.kernels)
        b1, b2 = (np.repeat(array(v).ravel(), by.cells) for v in P.biases)
        x = x + h[j] * by.A.T @ (b - by.A @ x)
        x = x + K2 @ np.maximum(K1 @ x + b1, 0.0) + b2
    return x


def learned_gradient_by_hand(net, A, b):
    """Equation 3.8 with E = I and a U-Net in place of grad phi."""
    by = Literal(net, A)
    h = steps(net.steps)
    x = steps(net.start)[0] * by.A.T @ b
    for j in range(net.layers):
        unet = net.directions[0 if net.settings["shared"] else j]
        field = torch.from_numpy(x).reshape(1, net.layout.model_channels, *by.shape)
        x = x - h[j] * by.A.T @ (by.A @ x - b) - array(unet(field)).ravel()
    return x


BY_HAND = {
    OPTEnet: optenet_by_hand,
    EUnet: eunet_by_hand,
    Proximal: proximal_by_hand,
    LearnedGradient: learned_gradient_by_hand,
}
LITERAL = [(kind, {}) for kind in SMALL] + [(kind, {"channels": 3}) for kind in SMALL]
LITERAL += [(OPTEnet, {"potential_layers": 3, "width": 2}), (EUnet, {"potential_layers": 1, "embedding": 0})]
LITERAL += [(Proximal, {"shared": True}), (LearnedGradient, {"shared": True})]


@EVERY_RANK
@pytest.mark.parametrize(
    ("kind", "settings"), LITERAL, ids=lambda value: value.__name__ if isinstance(value, type) else str(value)
)
def test_a_network_is_the_literal_loop_of_its_equation(kind, settings, maker):
    A = maker()
    net = network(kind, A, **settings)
    data = draw(net, 2)
    expected = np.stack([BY_HAND[kind](net, A, array(sample).ravel()) for sample in data])
    found = array(net(data))
    assert found.shape == (2, *([net.layout.channels] if net.layout.channels > 1 else []), *A.domain_shape)
    npt.assert_allclose(found.reshape(2, -1), expected, rtol=0, atol=1e-10 * abs(expected).max())


@pytest.mark.parametrize("kind", [OPTEnet, EUnet])
def test_a_dictionary_takes_the_place_of_the_learned_embedding(kind):
    A = pictures()
    net = network(kind, A, embedding="dictionary", layers=1)
    D = OverCompleteCosines(A.domain_shape, 2)
    data = draw(net)
    z = steps(net.start)[0] * D.T(A.T(array(data)))
    slope = array(net.potential.gradient(torch.from_numpy(z)[None], 1.0 if kind is OPTEnet else 0.0))[0]
    expected = D(z - steps(net.steps)[0] * (D.T(A.T(A(D(z)) - array(data))) + slope))
    npt.assert_allclose(array(net(data)), expected, rtol=0, atol=1e-12 * abs(expected).max())


@EVERY_NETWORK
@EVERY_RANK
def test_batches_of_any_shape_equal_single_samples(kind, maker):
    net = network(kind, maker())
    data = draw(net, 2, 3)
    loop = torch.stack([torch.stack([net(sample) for sample in row]) for row in data])
    npt.assert_allclose(array(net(data)), array(loop), rtol=0, atol=1e-12 * abs(array(loop)).max())
    for empty in (data[:0], data[:, :0]):
        assert net(empty).shape == (*empty.shape[:2], *net.layout.domain_shape)


@EVERY_VARIANT
def test_the_trajectory_begins_with_the_back_projection_and_ends_in_the_result(kind, settings):
    net = network(kind, pictures(), **settings)
    data = draw(net, 2)
    models = net.trajectory(data)
    assert len(models) == LAYERS + 1
    assert all(model.shape == data.shape for model in models)
    assert torch.equal(models[-1], net(data))
    if kind in (Proximal, LearnedGradient):
        A = pictures()
        expected = steps(net.start)[0] * A.T(array(data))
        npt.assert_allclose(array(models[0]), expected, rtol=0, atol=1e-12 * abs(expected).max())


@EVERY_NETWORK
def test_steps_start_at_one_over_the_square_of_the_norm_and_are_positive_whatever_is_learned(kind):
    for maker in OPERATORS.values():
        A = maker()
        net = kind(A, **SMALL[kind])
        by = Literal(net, A)
        E = np.eye(by.A.shape[1])
        if kind in (OPTEnet, EUnet):
            E = by.embedding(array(net.embedding.at(0.0)).astype(float))
        curvature = np.linalg.norm(by.A @ E, 2) ** 2
        npt.assert_allclose(array(net.steps.all()), np.full(LAYERS, 1.0 / curvature), rtol=0.05)
        npt.assert_allclose(array(net.start.all()), [1.0 / curvature], rtol=0.05)
        with torch.no_grad():
            net.steps.raw.copy_(torch.tensor([-50.0, 0.0, 50.0]))
        assert (net.steps.all() > 0).all()


def smooth_eunet(layers=4):
    net = EUnet(vectors(), embedding=6, layers=layers, hidden=2).double()
    share = torch.arange(layers, dtype=torch.float64) / layers
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in [*net.potential.parameters(), net.steps.raw]:
            direction = torch.randn(parameter.shape[1:], generator=generator, dtype=torch.float64)
            parameter.add_(0.3 * share.reshape(-1, *[1] * direction.ndim) * direction)
    return net


def test_more_layers_after_training_approach_the_flow():
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
        net.layers = factor * scale
        results[factor] = array(net(data))
    npt.assert_allclose(results[64], exact, rtol=0, atol=0.01 * np.linalg.norm(exact))
    away = {factor: np.linalg.norm(found - exact) for factor, found in results.items()}
    # Euler's method: half the step, half the error
    assert 1.8 < away[4] / away[8] < 2.2
    assert np.linalg.norm(results[8] - results[4]) < np.linalg.norm(results[2] - results[1])


def test_layers_come_back_to_what_was_trained_and_are_saved_as_trained(tmp_path):
    net = network(EUnet, pictures())
    data = draw(net, 2)
    before = net(data)
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


@EVERY_NETWORK
def test_derivatives_with_respect_to_data_and_parameters_are_exact(kind):
    A = MatrixOperator(np.random.default_rng(2).standard_normal((2, 3)))
    net = network(kind, A, layers=2, **({"embedding": 3} if kind in (OPTEnet, EUnet) else {"width": 3}))
    names, parameters = zip(*net.named_parameters(), strict=True)

    def result(data, *values):
        return torch.func.functional_call(net, dict(zip(names, values, strict=True)), data)

    data = draw(net, 2).requires_grad_()
    assert torch.autograd.gradcheck(result, (data, *parameters))


@EVERY_NETWORK
def test_data_of_another_precision_give_results_of_theirs(kind):
    net = network(kind, pictures()).float()
    data = draw(net, 2)
    found = net(data)
    assert found.dtype == torch.float64
    npt.assert_allclose(array(found), array(net(data.float())), rtol=1e-6)
    assert net.trajectory(data)[1].dtype == torch.float64


@EVERY_NETWORK
def test_a_dense_network_takes_models_of_any_number_of_axes(kind):
    net = network(kind, Hypercube(), dense=True)
    assert net(draw(net, 3)).shape == (3, 2, 1, 2, 2)
    with pytest.raises(InputError, match=r"expects models of one to three axes, got \(2, 1, 2, 2\).*dense=True"):
        kind(Hypercube(), **SMALL[kind])


@EVERY_NETWORK
def test_the_seed_decides_the_first_weights_and_leaves_the_callers_random_numbers(kind):
    torch.manual_seed(1)
    first = torch.random.get_rng_state()
    nets = [kind(pictures(), **SMALL[kind], seed=seed) for seed in (0, 0, 1)]
    assert torch.equal(torch.random.get_rng_state(), first)
    weights = [torch.cat([p.detach().flatten() for p in net.parameters()]) for net in nets]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@EVERY_NETWORK
def test_data_of_the_wrong_shape_or_kind_are_refused_in_one_sentence(kind):
    net = kind(pictures(), **SMALL[kind])
    for bad in (torch.zeros(4, 6), torch.zeros(5), torch.zeros(2, 5, 4)):
        with pytest.raises(InputError, match=rf"{kind.__name__} expects data of shape \(4, 5\) after the batch"):
            net(bad)
    with pytest.raises(InputError, match=r"expects data as a tensor of floats, got ndarray; use torch\.as_tensor"):
        net(np.zeros((4, 5)))
    with pytest.raises(InputError, match=r"tensor of floats, got torch\.int64"):
        net.trajectory(torch.zeros(4, 5, dtype=torch.int64))
    colours = kind(pictures(), channels=3, **SMALL[kind])
    with pytest.raises(InputError, match=r"expects data of shape \(3, 4, 5\) after the batch"):
        colours(torch.zeros(2, 4, 5))


OUT_OF_RANGE = [(kind, name, value) for kind in SMALL for name, value in [("channels", 0), ("layers", 0)]]
OUT_OF_RANGE += [
    (kind, name, value)
    for kind in (OPTEnet, EUnet)
    for name, value in [("embedding", -1), ("kernel", 2), ("potential_layers", 0), ("width", -1)]
]
OUT_OF_RANGE += [(EUnet, "hidden", 0), (LearnedGradient, "width", 0), (LearnedGradient, "depth", 0)]
OUT_OF_RANGE += [(Proximal, "width", 0), (Proximal, "depth", 1), (Proximal, "kernel", 4)]


@pytest.mark.parametrize(("kind", "name", "value"), OUT_OF_RANGE)
def test_settings_out_of_range_are_refused(kind, name, value):
    with pytest.raises(InputError, match=rf"expects .*got .*{value}"):
        kind(pictures(), **(SMALL[kind] | {name: value}))


@EVERY_NETWORK
def test_an_operator_that_is_zero_or_not_finite_is_refused(kind):
    class Broken(MatrixOperator):
        def _forward(self, x):
            return np.full((len(x), *self.range_shape), np.nan)

    for operator in (MatrixOperator(np.zeros((2, 3))), Broken(np.ones((2, 3)))):
        with pytest.raises(InputError, match="finite"):
            kind(operator, **SMALL[kind])


@pytest.mark.parametrize("kind", [OPTEnet, EUnet])
def test_a_dictionary_that_does_not_give_the_operators_models_is_refused(kind):
    with pytest.raises(InputError, match=r"expects a dictionary of images or volumes of shape \(4, 5\)"):
        kind(pictures(), embedding=OverCompleteCosines((4, 6), 2))
    with pytest.raises(InputError, match="with one channel"):
        kind(pictures(), embedding=OverCompleteCosines((4, 5), 2), channels=3)
