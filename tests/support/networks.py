"""Small networks away from their first weights, and the dense matrices of their equations."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from scipy.signal import correlate

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import MatrixOperator
from geoinv.embeddings.dictionaries import OverCompleteCosines
from geoinv.learned import EUnet, LearnedGradient, OPTEnet, Proximal
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


def check_literal(kind, by_hand, maker, settings):
    """Compare a network with the literal loop of its equation."""
    A = maker()
    net = network(kind, A, **settings)
    data = draw(net, 2)
    expected = np.stack([by_hand(net, A, array(sample).ravel()) for sample in data])
    found = array(net(data))
    assert found.shape == (2, *([net.layout.channels] if net.layout.channels > 1 else []), *A.domain_shape)
    npt.assert_allclose(found.reshape(2, -1), expected, rtol=0, atol=1e-10 * abs(expected).max())
