"""Learned potentials (Figure 4): what phi looks like for more and more layers, its l1 limit and its convex form."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.ndimage import minimum_filter
from torch import Tensor

from geoinv.core.progress import report
from geoinv.experiments.shared.figures import panels
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row, Table
from geoinv.learned.layers.potential import Potential

__all__ = [
    "absolute_limit",
    "convexity_violation",
    "local_minima",
    "random_convex_potential",
    "random_potential",
    "run",
    "sampled",
]

Array = npt.NDArray[np.float64]

LAYERS = (1, 2, 3, 4, 6, 8)
_REACH = 4.0  # of the surfaces, in each coordinate of z
_STEEPNESSES = (1.0, 10.0, 100.0, 1000.0)
_NEWTON_STEPS = 60
_APART = 1e-2  # two minima are at least as far from one another


def random_potential(layers: int, seed: int) -> Potential:
    """Potential of a z in the plane with random weights, in float64.

    The K_i are 1.5 times random rotations or reflections and q is one. The offsets are normal, of
    standard deviation 1/2, around ``-K_i (2, 2)'`` from the second layer on: log cosh has folded the
    plane into the positive quadrant, and every layer folds it once more near its middle.

    Examples
    --------
    >>> potential = random_potential(layers=2, seed=0)
    >>> potential.value(torch.zeros(3, 2, dtype=torch.float64)).shape
    torch.Size([3])
    """
    random = torch.Generator().manual_seed(seed)
    normal = [torch.randn(2, 3, generator=random, dtype=torch.float64) for _ in range(layers)]
    potential = Potential(channels=2, layers=layers).double()
    kernels = [1.5 * torch.linalg.qr(draw[:, :2])[0] for draw in normal]
    offsets = [0.5 * draw[:, 2] for draw in normal]
    for offset, kernel in zip(offsets[1:], kernels[1:], strict=True):
        offset -= 2.0 * kernel.sum(1)
    potential.set_theta(kernels, offsets, torch.ones(2, dtype=torch.float64))
    return potential


def random_convex_potential(layers: int, seed: int) -> Potential:
    """Potential kept convex, whose free parameters are all standard normal, in float64."""
    random = torch.Generator().manual_seed(seed)
    potential = Potential(channels=2, layers=layers, convex=True).double()
    with torch.no_grad():
        for weight in potential.parameters():
            weight.copy_(torch.randn(weight.shape, generator=random, dtype=torch.float64))
    return potential


def absolute_limit(steepness: float, seed: int, points: int = 10_000) -> float:
    """Largest deviation of phi from its l1 limit, for one layer with K = gamma I, q = 1 and b = 0.

    ``phi(z) -> gamma |z|_1 - n log 2`` for |z_i| >> 1/gamma; on the axes themselves it stays above
    by log 2 each, so the points keep |z_i| >= 1/2.

    Parameters
    ----------
    steepness : float
        gamma.
    seed : int
        Of the points, 1/2 <= |z_i| <= 4.
    points : int
        How many.
    """
    potential = Potential(channels=2, layers=1).double()
    identity = steepness * torch.eye(2, dtype=torch.float64)
    potential.set_theta([identity], [torch.zeros(2, dtype=torch.float64)], torch.ones(2, dtype=torch.float64))
    random = np.random.default_rng(seed)
    distances = random.uniform(0.5, _REACH, (points, 2))
    distances[0] = 0.5  # the corner, where the deviation is largest
    z = torch.from_numpy(distances * random.choice([-1.0, 1.0], (points, 2)))
    limit = steepness * z.abs().sum(1) - 2.0 * math.log(2.0)
    with torch.no_grad():
        return float((potential.value(z) - limit).abs().max())


def convexity_violation(potential: Potential, seed: int, segments: int = 10_000) -> float:
    """Worst of ``phi(s x + (1-s) y) - s phi(x) - (1-s) phi(y)`` over random segments, relative to phi's range.

    At most zero, but for rounding, where phi is convex.
    """
    random = np.random.default_rng(seed)
    first, last = (torch.from_numpy(random.uniform(-_REACH, _REACH, (segments, 2))) for _ in range(2))
    share = torch.from_numpy(random.random(segments))
    with torch.no_grad():
        ends = potential.value(first), potential.value(last)
        inside = potential.value(share[:, None] * first + (1.0 - share[:, None]) * last)
    excess = inside - share * ends[0] - (1.0 - share) * ends[1]
    scale = torch.cat(ends).max() - torch.cat(ends).min()
    return float(excess.max() / scale)


def local_minima(potential: Potential, axis: Array, surface: Array) -> Array:
    """Local minima of phi in the sampled part of the plane.

    Newton's method with the absolute values of the curvatures, and a bound on its steps, begins
    at each sample lower than its eight neighbours: in a narrow valley askew to the axes most of these
    are no minima, and run together.

    Parameters
    ----------
    potential : Potential
        phi, in float64.
    axis : (points,) array
        Samples of each coordinate.
    surface : (points, points) array
        phi there, (z2, z1).

    Returns
    -------
    (minima, 2) array

    Examples
    --------
    >>> axis, one = np.linspace(-4.0, 4.0, 41), random_potential(layers=1, seed=1)
    >>> len(local_minima(one, axis, sampled(one, axis)))
    1
    """
    lower = surface <= minimum_filter(surface, size=3, mode="nearest")
    places = np.argwhere(lower)[:, ::-1]
    z = torch.from_numpy(axis[places])
    reach = torch.full((len(z), 1), 0.25, dtype=torch.float64)
    with torch.no_grad():
        heights = potential.value(z)
        for _ in range(_NEWTON_STEPS):
            slope, curvatures, directions = _shape(potential, z)
            along = (directions.mT @ slope[..., None])[..., 0]
            step = -(directions @ (along / curvatures.abs().clamp(min=1e-12))[..., None])[..., 0]
            step *= (reach / step.norm(dim=1, keepdim=True).clamp(min=1e-300)).clamp(max=1.0)
            tried = potential.value(z + step)
            falls = (tried < heights)[:, None]
            if not falls.any() and float(reach.max()) < 1e-6:
                break
            z, heights = torch.where(falls, z + step, z), torch.minimum(tried, heights)
            reach = torch.where(falls, (2.0 * reach).clamp(max=0.5), reach / 4.0)
        slope, curvatures, _ = _shape(potential, z)
    stationary = (slope.norm(dim=1) < 1e-3 * curvatures.abs().amax(1)) & (curvatures > 0.0).all(1)
    inside = (z.abs() <= float(axis[-1])).all(1)
    found: list[Array] = []
    for candidate in z[stationary & inside].numpy():
        if all(np.linalg.norm(candidate - other) > _APART for other in found):
            found.append(candidate)
    return np.array(found).reshape(-1, 2)


def _shape(potential: Potential, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Gradient, curvatures and their directions at points (batch, 2)."""
    shifts = 1e-5 * torch.eye(2, dtype=z.dtype)
    columns = [(potential.gradient(z + shift) - potential.gradient(z - shift)) / 2e-5 for shift in shifts]
    hessian = torch.stack(columns, dim=-1)
    curvatures, directions = torch.linalg.eigh((hessian + hessian.mT) / 2.0)
    return potential.gradient(z), curvatures, directions


def sampled(potential: Potential, axis: Array) -> Array:
    """Surface of phi over the plane of z, (z2, z1)."""
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    with torch.no_grad():
        values = potential.value(torch.from_numpy(plane))
    return values.numpy().reshape(axis.size, axis.size)


def run(settings: RunSettings) -> Table:
    """Sample the surfaces of Figure 4, count their minima, and check the two limits."""
    points = settings.choose(quick=81, cpu=201, full=201)
    seeds = settings.choose(quick=3, cpu=20, full=100)
    segments = settings.choose(quick=2_000, cpu=10_000, full=10_000)
    axis = np.linspace(-_REACH, _REACH, points)
    rows: list[Row] = []
    drawn: dict[str, tuple[Array, Array]] = {}
    for done, layers in enumerate(LAYERS):
        report("potentials", done, len(LAYERS) + 1)
        began = time.perf_counter()
        counts = []
        for shift in range(seeds):
            potential = random_potential(layers, settings.seed + shift)
            surface = sampled(potential, axis)
            minima = local_minima(potential, axis, surface)
            counts.append(len(minima))
            drawn.setdefault(_case(layers), (surface, minima))
        rows.append(
            settings.row(
                case=_case(layers),
                method="phi, random weights",
                metric=f"local minima of phi within +-{_REACH:g}, mean over {seeds} draws",
                value=float(np.mean(counts)),
                spread=float(np.std(counts, ddof=1)),
                parameters=sum(weight.numel() for weight in random_potential(layers, 0).parameters()),
                seconds=time.perf_counter() - began,
                note=f"{min(counts)} to {max(counts)}"
                + ("; one layer is convex, with at most one" if layers == 1 else ""),
            )
        )
    report("potentials", len(LAYERS), len(LAYERS) + 1)
    for layers in LAYERS:
        violations = [
            convexity_violation(random_convex_potential(layers, settings.seed + shift), shift, segments)
            for shift in range(seeds)
        ]
        rows.append(
            settings.row(
                case=_case(layers),
                method="phi, convex form",
                metric="worst violation of convexity on random segments, over phi's range",
                value=max(0.0, *violations),
                limit=0.0,
            )
        )
    for steepness in _STEEPNESSES:
        rows.append(
            settings.row(
                case=f"gamma = {steepness:g}",
                method="phi, K = gamma I",
                metric="largest |phi - (gamma |z|_1 - 2 log 2)| where |z_i| >= 1/2",
                value=absolute_limit(steepness, settings.seed),
                limit=2.0 * math.log1p(math.exp(-steepness)),
                note="limit: 2 log(1 + exp(-gamma)), the deviation at |z_i| = 1/2",
            )
        )
    _draw(drawn, axis, settings.folder / "figure4.png")
    report("potentials", len(LAYERS) + 1, len(LAYERS) + 1)
    weights = "K_i: 1.5 times random rotations, b_1: 0.5 N(0, I), b_i: -K_i (2, 2)' + 0.5 N(0, I), q = 1; float64"
    samples = f"{points} x {points} in +-{_REACH:g}; a minimum narrower than {axis[1] - axis[0]:.2g} can be missed"
    return Table("potentials", rows, {"weights": weights, "samples": samples})


def _case(layers: int) -> str:
    return f"{layers} layer{'s' if layers > 1 else ''}"


def _draw(surfaces: dict[str, tuple[Array, Array]], axis: Array, path: Path) -> None:
    with panels(path, 2, 3, size=(3.1, 2.7), title="phi over z in the plane, random weights; its minima") as axes:
        for ax, (case, (surface, minima)) in zip(axes.flat, surfaces.items(), strict=True):
            image = ax.contourf(axis, axis, surface, 20, cmap="viridis")
            ax.figure.colorbar(image, ax=ax, shrink=0.85)
            ax.plot(*minima.T, "w.", markersize=4)
            ax.set(title=f"{case}: {len(minima)} {'minimum' if len(minima) == 1 else 'minima'}", aspect="equal")
            ax.set(xlabel="z1", ylabel="z2")
