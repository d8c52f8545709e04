"""The L-curve, for noise that nobody knows.

Misfit and penalty over twelve trade-offs, with the corner where their curve bends most. Here the noise is
known, so that the discrepancy principle's trade-off, where chi^2/N = 1, stands beside it.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv

grid = geoinv.Grid.regular((8, 16, 16), (25.0, 25.0, 25.0), (-200.0, 0.0, 0.0))
easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
survey = geoinv.Survey(easting, northing, np.full(256, 20.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
A = geoinv.operators.Magnetics(grid, survey)
truth = np.zeros(grid.shape)
truth[3:6, 6:11, 6:11] = 0.05
data = A(truth) + 10.0 * np.random.default_rng(0).standard_normal(A.range_shape)

curve = geoinv.l_curve(A, data, 10.0, geoinv.Smooth())
solution = geoinv.invert(A, data, 10.0, geoinv.Smooth())
corner = curve.sel(beta=curve.attrs["corner_beta"], method="nearest")

figure, (left, right) = plt.subplots(1, 2, figsize=(8.0, 2.9), layout="constrained")
left.loglog(curve["chi2_per_datum"], curve["penalty"], "o-", color="0.4", markersize=4)
left.plot(corner["chi2_per_datum"], corner["penalty"], "o", color="#d95f02", label="corner")
left.axvline(solution.chi2_per_datum, color="#00796b", label="discrepancy principle")
left.set(xlabel="chi^2/N", ylabel="penalty phi")
errors = []
for beta in curve["beta"].values:
    model = geoinv.invert(A, data, 10.0, geoinv.Smooth(), beta=float(beta)).model
    errors.append(((model - truth) ** 2).sum() / (truth**2).sum())
right.semilogx(curve["beta"], errors, "o-", color="0.4", markersize=4)
right.axvline(float(corner["beta"]), color="#d95f02")
right.axvline(solution.beta, color="#00796b")
right.set(xlabel="beta", ylabel="NMSE against the truth", ylim=(0.0, 1.5))
left.legend(fontsize=8)
