"""Deblurring in PyTorch.

`geoinv.as_torch` makes a layer of any operator. Three hundred steps of Adam on a misfit and a total variation,
written in torch, take the gradient through the operator's adjoint.
"""

import numpy as np
import torch
from matplotlib import pyplot as plt

import geoinv

row, column = np.mgrid[0:64, 0:64]
truth = np.where((row - 24) ** 2 + (column - 22) ** 2 < 150, 1.0, 0.0) + 0.6 * (
    (abs(row - 44) < 9) & (abs(column - 44) < 12)
)
A = geoinv.operators.Blur(truth.shape, 3.0)
data = A(truth) + 0.01 * np.random.default_rng(0).standard_normal(truth.shape)

layer, measured = geoinv.as_torch(A), torch.as_tensor(data)
x = measured.clone().requires_grad_()
adam = torch.optim.Adam([x], lr=0.03)
for _ in range(300):
    adam.zero_grad()
    down, across = x[1:, :-1] - x[:-1, :-1], x[:-1, 1:] - x[:-1, :-1]
    variation = torch.sqrt(down**2 + across**2 + 1e-4).sum()
    misfit = 0.5 * ((layer(x[None])[0] - measured) ** 2).sum() / 0.01**2
    (misfit + 30.0 * variation).backward()
    adam.step()
found = x.detach().numpy()

figure, axes = plt.subplots(1, 3, figsize=(8.0, 2.7), layout="constrained")
for ax, values, title in zip(axes, (truth, data, found), ("truth", "blurred, with noise", "found"), strict=True):
    error = ((values - truth) ** 2).sum() / (truth**2).sum()
    ax.imshow(values, cmap="magma", vmin=0.0, vmax=1.0)
    ax.set_title(title if title == "truth" else f"{title}: NMSE {error:.3f}", fontsize=9)
    ax.set_axis_off()
