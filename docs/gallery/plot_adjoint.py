"""The adjoint of every linear operator.

<A x, y> = <x, A' y> for random x and y is what gradients, conjugate gradients and training rest on. The bars
are its error relative to |A x| |y|: that of rounding, and less than the tolerance where an engine is given one.
"""

import numpy as np
from matplotlib import pyplot as plt

import geoinv
from geoinv.embeddings.dictionaries import OverCompleteCosines, UndecimatedWavelets
from geoinv.operators import Blur, Gravity, Magnetics, MagneticSection, StraightRayTomography

grid = geoinv.Grid.regular((6, 12, 12), (25.0, 25.0, 25.0), (-150.0, 0.0, 0.0))
easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
field = geoinv.MainField(65.0, 25.0, 50000.0)
level = geoinv.Survey(easting, northing, np.full(144, 20.0), field=field)
draped = geoinv.Survey(easting, northing, 20.0 + 5.0 * np.sin(easting), field=field)
weights = geoinv.Survey(easting, northing, np.full(144, 1.0), components=("gz", "gee"))
ends = np.linspace(5.0, 195.0, 12)
rays = np.column_stack([np.zeros(12), ends]), np.column_stack([np.full(12, 200.0), ends[::-1]])
operators = {
    "magnetics, gridded": Magnetics(grid, level, engine="gridded"),
    "magnetics, direct": Magnetics(grid, draped, engine="direct"),
    "magnetics, lattice, rtol=1e-5": Magnetics(grid, draped, engine="lattice", rtol=1e-5),
    "magnetics, dense": Magnetics(grid, draped, engine="dense"),
    "magnetization": Magnetics(grid, draped, unknown="magnetization"),
    "gravity and gradient": Gravity(grid, weights),
    "blur": Blur((40, 40), 3.0),
    "magnetic section": MagneticSection((20, 28)),
    "travel times": StraightRayTomography((20, 20), 10.0, *rays),
    "wavelets": UndecimatedWavelets((32, 32), wavelet="db2", levels=2),
    "cosines": OverCompleteCosines((32, 32)),
}
random = np.random.default_rng(0)
errors = {}
for name, A in operators.items():
    x, y = random.standard_normal(A.domain_shape), random.standard_normal(A.range_shape)
    ahead = A(x)
    errors[name] = abs(np.vdot(ahead, y) - np.vdot(x, A.T(y))) / (np.linalg.norm(ahead) * np.linalg.norm(y))

figure, ax = plt.subplots(figsize=(7.5, 3.2), layout="constrained")
ax.barh(list(errors), [max(error, 1e-18) for error in errors.values()], color="#00796b")
ax.axvline(np.finfo(float).eps, color="k", linewidth=0.8)
ax.set(xscale="log", xlim=(1e-18, 1e-6), xlabel="error of the adjoint (line: rounding of one number)")
ax.invert_yaxis()
