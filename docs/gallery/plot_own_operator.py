"""Physics of your own.

Two methods make an operator: here the temperatures of a rod after some time, by a cosine transform, from those
at the beginning, which are sought. Bounds and regularizers come as with any other.
"""

import numpy as np
import scipy.fft
from matplotlib import pyplot as plt

import geoinv
from geoinv.regularizers.total_variation import TotalVariation


class Heat(geoinv.LinearOperator):
    """Temperatures after a time of diffusion, ends insulated; its own adjoint."""

    def __init__(self, cells: int, time: float) -> None:
        self.domain_shape = self.range_shape = (cells,)
        self.dtype = np.dtype("float64")
        self.decay = np.exp(-time * (np.pi * np.arange(cells)) ** 2)

    def _forward(self, x):
        return scipy.fft.idct(self.decay * scipy.fft.dct(x, norm="ortho"), norm="ortho")

    _adjoint = _forward


A = Heat(100, 2e-3)
at = (np.arange(100) + 0.5) / 100
truth = np.where((at > 0.3) & (at < 0.45), 1.0, 0.0) + np.where((at > 0.6) & (at < 0.8), 0.5, 0.0)
data = A(truth) + 0.01 * np.random.default_rng(0).standard_normal(100)
x, y = np.random.default_rng(1).standard_normal((2, 100))
assert abs(np.vdot(A(x), y) - np.vdot(x, A.T(y))) < 1e-12
models = {
    "smooth": geoinv.invert(A, data, 0.01, geoinv.Smooth(weighting=None)).model,
    "total variation": geoinv.invert(A, data, 0.01, TotalVariation(weighting=None), bounds=(0.0, np.inf)).model,
}

figure, axes = plt.subplots(1, 2, figsize=(8.0, 2.5), layout="constrained", sharey=True)
for ax, (name, model) in zip(axes, models.items(), strict=True):
    ax.plot(at, truth, color="k", linewidth=0.8, label="truth")
    ax.plot(at, data, ".", color="0.6", markersize=3, label="data")
    ax.plot(at, model, color="#d95f02", label=name)
    ax.legend(fontsize=8)
    ax.set_xlabel("along the rod")
