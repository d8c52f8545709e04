"""Double well with and without embedding (Example 3.3, Figure 3): which minima descent finds, and where they lie."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.progress import report
from geoinv.experiments.shared.figures import panels
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row, Table

__all__ = ["DoubleWell", "descend", "run"]

Array = npt.NDArray[np.float64]

REACH = 2.0
"""Starts are uniform in [-REACH, REACH], in each coordinate."""

_CLOSE = 1e-6  # farther apart than descent stops, far nearer than two minima stand
_STEP = 1e-3  # below 1/curvature everywhere within reach: no step overshoots into the other valley


@dataclass(frozen=True)
class DoubleWell:
    """Datum of a number whose prior has two wells (Eliasof et al., Example 3.3).

    The same formula holds in x (one coordinate) and in the lifted z (two): E = [1, 0] takes the
    first coordinate, and the well depends on the length only.

    Parameters
    ----------
    mu : float
        Where the wells of the prior lie.
    gamma : float
        Their width: the smaller, the higher the barrier, mu^4/gamma.
    sigma : float
        Standard deviation of the datum.
    datum : float
        The datum b, of absolute value below `mu`.

    Examples
    --------
    >>> well = DoubleWell()
    >>> round(well.critical_points()[2], 3)
    0.965
    >>> lifted = [well.datum, (well.mu**2 - well.datum**2) ** 0.5]
    >>> round(float(well.objective(np.array(lifted))), 12)
    0.0
    """

    mu: float = 1.0
    gamma: float = 0.1
    sigma: float = 0.5
    datum: float = 0.3

    def regularizer(self, z: Array) -> Array:
        """``(|z|^2 - mu^2)^2/gamma`` of z (..., coordinates): R in x, phi in z."""
        return np.asarray((np.sum(z**2, axis=-1) - self.mu**2) ** 2 / self.gamma)

    def objective(self, z: Array) -> Array:
        """``(z_1 - b)^2/(2 sigma^2)`` plus the regularizer: the negative logarithm of the posterior."""
        return np.asarray((z[..., 0] - self.datum) ** 2 / (2.0 * self.sigma**2) + self.regularizer(z))

    def gradient(self, z: Array) -> Array:
        """Gradient of :meth:`objective`, of the shape of z."""
        slope = 4.0 * (np.sum(z**2, axis=-1, keepdims=True) - self.mu**2) * z / self.gamma
        slope[..., 0] += (z[..., 0] - self.datum) / self.sigma**2
        return np.asarray(slope)

    def critical_points(self) -> tuple[float, float, float]:
        """Local minimum, pass and global minimum of the objective in x: the roots of its derivative.

        Raises
        ------
        InputError
            If the datum is so strong that only one well is left, or does not favour the right one.
        """
        cubic = [
            4.0 / self.gamma,
            0.0,
            1.0 / self.sigma**2 - 4.0 * self.mu**2 / self.gamma,
            -self.datum / self.sigma**2,
        ]
        roots = np.roots(cubic)
        if np.abs(roots.imag).max() > 0.0 or self.datum <= 0.0:
            raise InputError(
                f"DoubleWell expects 0 < datum, small enough for both wells, got datum {self.datum} and sigma "
                f"{self.sigma}; take a smaller datum or a larger sigma"
            )
        left, middle, right = sorted(float(root) for root in roots.real)
        return left, middle, right


def descend(
    gradient: Callable[[Array], Array], starts: Array, step: float, tolerance: float = 1e-10, most: int = 200_000
) -> Array:
    """Where gradient descent with a fixed step ends, from many starts at once.

    Parameters
    ----------
    gradient : callable
        Takes and gives arrays (starts, coordinates).
    starts : (starts, coordinates) array
        Not changed.
    step : float
        Length of a step over that of the gradient.
    tolerance : float
        A start has ended when the length of its gradient is below.
    most : int
        Steps after which it is given up.

    Returns
    -------
    (starts, coordinates) array

    Raises
    ------
    InputError
        If a gradient is still larger than `tolerance` after `most` steps.

    Examples
    --------
    >>> descend(lambda z: 2.0 * (z - 1.0), np.zeros((1, 1)), step=0.25).round(6).tolist()
    [[1.0]]
    """
    ends = np.array(starts, dtype=np.float64)
    moving = np.arange(len(ends))
    for _ in range(most):
        slope = gradient(ends[moving])
        going = np.linalg.norm(slope, axis=-1) > tolerance
        moving, slope = moving[going], slope[going]
        if not moving.size:
            return ends
        ends[moving] -= step * slope
    raise InputError(f"descend expects {most} steps to be enough, {moving.size} starts still move; take a larger step")


def run(settings: RunSettings) -> Table:
    """Descend from random starts in x and in z, and draw Figure 3."""
    well = DoubleWell()
    starts, seeds = 1000, settings.choose(quick=1, cpu=3, full=3)
    rows = []
    for done, (case, coordinates) in enumerate((("in x", 1), ("in z", 2))):
        report("double-well", done, 3)
        began = time.perf_counter()
        measured = [_measure(well, coordinates, starts, settings.seed + shift) for shift in range(seeds)]
        seconds = (time.perf_counter() - began) / seeds
        rows += _rows(settings, well, case, measured, seconds)
    report("double-well", 2, 3)
    _draw(well, settings.folder / "figure3.png", points=settings.choose(quick=121, cpu=241, full=241))
    report("double-well", 3, 3)
    about = f"f(x) = (x - {well.datum})^2/(2 {well.sigma}^2) + (x^2 - {well.mu:g})^2/{well.gamma}"
    return Table("double-well", rows, {"problem": f"{about}; E = [1, 0]; {starts} starts, uniform in +-{REACH:g}"})


def _measure(well: DoubleWell, coordinates: int, starts: int, seed: int) -> tuple[float, ...]:
    """Share that reaches its own minimum, and averages of distance to the MAP in x, excess in x and own value."""
    best = well.critical_points()[2]
    begin = np.random.default_rng(seed).uniform(-REACH, REACH, (starts, coordinates))
    ends = descend(well.gradient, begin, _STEP)
    if coordinates == 1:
        reached = np.abs(ends[:, 0] - best) < _CLOSE
    else:
        height = np.sqrt(well.mu**2 - well.datum**2)
        reached = np.hypot(ends[:, 0] - well.datum, np.abs(ends[:, 1]) - height) < _CLOSE
    x = ends[:, :1]
    excess = well.objective(x) - well.objective(np.array([best]))
    return (
        float(reached.mean()),
        float(np.abs(x - best).mean()),
        float(excess.mean()),
        float(well.objective(ends).min()),
    )


def _rows(
    settings: RunSettings, well: DoubleWell, case: str, measured: list[tuple[float, ...]], seconds: float
) -> list[Row]:
    """Four numbers of a problem beside what the roots of the polynomial say."""
    local, ridge, best = well.critical_points()
    least, other, at_datum = (float(well.objective(np.array([x]))) for x in (best, local, well.datum))
    if case == "in x":
        right = (REACH - ridge) / (2.0 * REACH)
        limits = (right, (1.0 - right) * (best - local), (1.0 - right) * (other - least), least)
        notes = (
            f"limit: share of the starts to the right of the pass at x = {ridge:.4f}",
            "",
            "",
            f"at x = {best:.4f}",
        )
    else:
        height = np.sqrt(well.mu**2 - well.datum**2)
        limits = (1.0, abs(best - well.datum), at_datum - least, 0.0)
        height = np.sqrt(well.mu**2 - well.datum**2)
        notes = (
            "every start with z2 != 0 reaches a global minimum of the lifted problem",
            f"the lifted minimum is at x = E z = b = {well.datum}, the MAP in x at {best:.4f}",
            "",
            f"at z = ({well.datum}, +-{height:.4f})",
        )
    metrics = (
        "share that reaches its own global minimum",
        "mean distance of x to the MAP in x",
        "mean excess of the objective in x over its minimum",
        "least objective reached",
    )
    spreads = np.std(measured, axis=0, ddof=1) if len(measured) > 1 else [None] * len(metrics)
    return [
        settings.row(
            method="gradient descent",
            case=case,
            metric=metric,
            value=value,
            spread=spread,
            limit=limit,
            seconds=seconds,
            note=note,
        )
        for metric, value, spread, limit, note in zip(
            metrics, np.mean(measured, axis=0), spreads, limits, notes, strict=True
        )
    ]


def _draw(well: DoubleWell, path: Path, points: int) -> None:
    """Figure 3: prior and posterior in x, and the lifted ones over the plane of z."""
    local, _, best = well.critical_points()
    x = np.linspace(-1.5, 1.5, points)
    plane = np.stack(np.meshgrid(x, x), axis=-1)
    with panels(path, 1, 4, size=(3.1, 2.9), title="Double well: negative logarithms of prior and posterior") as axes:
        a, b, c, d = axes[0]
        a.plot(x, well.regularizer(x[:, None]))
        a.set(title="(a) prior R(x)", xlabel="x", ylabel="negative log density")
        b.plot(x, well.objective(x[:, None]))
        b.plot([best], well.objective(np.array([[best]])), "v", label=f"MAP, x = {best:.3f}")
        b.plot([local], well.objective(np.array([[local]])), "^", label=f"local minimum, x = {local:.3f}")
        b.axvline(well.datum, color="0.6", linewidth=0.8, linestyle=":", label=f"datum b = {well.datum}")
        b.set(title="(b) posterior in x", xlabel="x")
        b.legend(loc="upper center", fontsize=7.5)
        _surface(c, x, well.regularizer(plane), "(c) lifted prior phi(z)")
        _surface(d, x, well.objective(plane), "(d) lifted posterior")
        height = np.sqrt(well.mu**2 - well.datum**2)
        d.plot([well.datum] * 2, [height, -height], "w*", markersize=7)


def _surface(ax: Any, x: Array, values: Array, title: str) -> None:
    """Levels of a surface over the plane of z, in a logarithmic scale."""
    from matplotlib.colors import LogNorm

    image = ax.pcolormesh(x, x, values, norm=LogNorm(1e-2, float(values.max()), clip=True), cmap="viridis")
    ax.figure.colorbar(image, ax=ax, shrink=0.8)
    ax.set(title=title, xlabel="z1 (x = z1)", ylabel="z2", aspect="equal")
