"""Mountain bypass (Theorem 3.2): a path that climbs a pass in x and only falls in the embedded space."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.integrate import solve_ivp
from scipy.linalg import null_space
from scipy.optimize import approx_fprime, root

from geoinv.core.checks import InputError
from geoinv.core.progress import report
from geoinv.experiments.double_well import DoubleWell, descend
from geoinv.experiments.shared.figures import panels
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row, Table

__all__ = ["Landscape", "MountainBypass", "TwoValleys", "route_over_pass", "run"]

Array = npt.NDArray[np.float64]
Function = Callable[[Array], Array]


class Landscape(Protocol):
    """Function with two minima, and its gradient, at points (..., n)."""

    def objective(self, x: Array, /) -> Array:
        """Height."""

    def gradient(self, x: Array, /) -> Array:
        """Gradient of the height, of the shape of x."""


class TwoValleys:
    """Two Gaussian valleys in a shallow bowl over the plane, the right one deeper, and a hill between them.

    Examples
    --------
    >>> f = TwoValleys()
    >>> bool(f.objective(np.array([1.0, 0.6])) < f.objective(np.array([-1.0, -0.5])))
    True
    """

    depths = np.array([1.0, 1.3, -0.8])
    centres = np.array([[-1.0, -0.5], [1.0, 0.6], [0.0, 0.1]])
    stiffness = 2.0

    def objective(self, x: Array) -> Array:
        """Height at points x (..., 2)."""
        return np.asarray(0.125 * np.sum(x**2, axis=-1) - self._valleys(x).sum(axis=-1))

    def gradient(self, x: Array) -> Array:
        """Gradient of the height, (..., 2)."""
        away = x[..., None, :] - self.centres
        return np.asarray(0.25 * x + 2.0 * self.stiffness * np.sum(self._valleys(x)[..., None] * away, axis=-2))

    def _valleys(self, x: Array) -> Array:
        away = x[..., None, :] - self.centres
        return np.asarray(self.depths * np.exp(-self.stiffness * np.sum(away**2, axis=-1)))


def route_over_pass(objective: Function, gradient: Function, near_pass: Array) -> Array:
    """Steepest way from one minimum over the pass to another, as the corners of a line.

    Parameters
    ----------
    objective, gradient : callable
        Height, and its gradient, at one point.
    near_pass : (n,) array
        Where Newton's search for the pass begins.

    Returns
    -------
    (points, n) array
        From the higher minimum x1 to the lower one x2; the height rises strictly up to the pass and falls
        strictly behind it.

    Raises
    ------
    InputError
        If there is no pass near `near_pass`.
    """
    ridge = _stationary(gradient, near_pass)
    curvatures, directions = np.linalg.eigh(approx_fprime(ridge, gradient, 1e-6).reshape(ridge.size, ridge.size))
    if curvatures[0] >= 0.0 or (curvatures[1:] <= 0.0).any():
        raise InputError(f"route_over_pass expects a pass near {near_pass}, got none; begin elsewhere")
    legs = []
    for sign in (-1.0, 1.0):
        begin = ridge + sign * 1e-3 * directions[:, 0]
        flow = solve_ivp(lambda _, x: -gradient(x), (0.0, 20.0), begin, rtol=1e-8, atol=1e-10)
        end = _stationary(gradient, flow.y[:, -1])
        points = np.concatenate([ridge[None], flow.y.T])
        heights = objective(points)
        # what rounding lifts at the foot of the valley would make the line climb
        lower = np.concatenate([[True], heights[1:] < np.minimum.accumulate(heights)[:-1]])
        points = points[lower & (heights > objective(end) + 1e-12)]
        legs.append(np.concatenate([points, end[None]]))
    legs.sort(key=lambda leg: -float(objective(leg[-1])))
    return np.concatenate([legs[0][::-1], legs[1][1:]])


def _stationary(gradient: Function, near: Array) -> Array:
    found = root(gradient, near, tol=1e-13)
    if np.linalg.norm(gradient(found.x)) > 1e-8:
        raise InputError(f"route_over_pass expects a stationary point near {near}, got none; begin elsewhere")
    return np.asarray(found.x)


class MountainBypass:
    """Theorem 3.2, built: ``Psi(z) = f(E z) + Omega(Y'z)`` and the path along which it never rises.

    With X = pinv(E) and Y an orthonormal basis of null(E), z = X x + Y y. The path in x is run through
    so that, with s = t(1-t),

        f(x(t)) = f1 + 4 s (f_pass - f1),   f(x(1-t)) = f(x(t)) - (f1 - f2)(1 - 2t)^2    (t <= 1/2)

    and y(t) = s y0. Then ``(f1 + f2)/2 - (f(x(t)) + f(x(1-t)))/2`` is linear in s,
    ``Omega = -4 s (f_pass - (f1 + f2)/2)``, and Psi falls from f1 over (f1 + f2)/2 to f2. Off the path
    s is the projection of y on y0 over |y0|; the line is kept below s = 1/4 and bends up above, by a
    parabola with its minimum at s = 1/2, so that Psi stays bounded below. Across y0 Omega is constant.

    Parameters
    ----------
    objective : callable
        f, of points (..., n).
    route : (points, n) array
        Line from x1 over the pass to x2, of :func:`route_over_pass`.
    E : (n, k) array
        Embedding of full rank, k > n.
    direction : (k - n,) array
        The y0 of the path.

    Attributes
    ----------
    start, ridge, end : float
        f1, f at the pass, and f2.

    Raises
    ------
    InputError
        If E has not more columns than rows or no full rank, or f(x2) > f(x1).

    Examples
    --------
    >>> well = DoubleWell()
    >>> route = route_over_pass(well.objective, well.gradient, np.array([0.0]))
    >>> bypass = MountainBypass(well.objective, route, np.array([[1.0, 0.0]]), np.array([4.0]))
    >>> psi = bypass.psi(bypass.path(np.linspace(0.0, 1.0, 101)))
    >>> bool(np.diff(psi).max() <= 0.0)
    True
    """

    def __init__(self, objective: Function, route: Array, E: Array, direction: Array) -> None:
        rows, columns = E.shape
        if columns <= rows or np.linalg.matrix_rank(E) < rows:
            raise InputError(f"MountainBypass expects E of full rank with more columns than rows, got {E.shape}")
        self.objective, self.E, self.direction = objective, E, np.asarray(direction, dtype=np.float64)
        self._heights = objective(route)
        top = int(np.argmax(self._heights))
        self._up, self._down = route[: top + 1][::-1], route[top:]
        self.start, self.ridge, self.end = (float(self._heights[place]) for place in (0, top, -1))
        if self.end > self.start:
            raise InputError(f"MountainBypass expects f(x2) <= f(x1), got {self.end} > {self.start}; turn the route")
        self.X, self.Y = np.linalg.pinv(E), null_space(E)

    def path_in_x(self, t: Array) -> Array:
        """Points x(t), (times, n), for times in [0, 1]."""
        s = t * (1.0 - t)
        levels = self.start + 4.0 * s * (self.ridge - self.start)
        up = self._at_level(self._up, levels)
        down = self._at_level(self._down, levels - (self.start - self.end) * (1.0 - 2.0 * t) ** 2)
        return np.where((t <= 0.5)[:, None], up, down)

    def path(self, t: Array) -> Array:
        """Points z(t) = X x(t) + Y y(t), (times, k)."""
        y = (t * (1.0 - t))[:, None] * self.direction
        return np.asarray(self.path_in_x(t) @ self.X.T + y @ self.Y.T)

    def omega(self, y: Array) -> Array:
        """Omega of points y (..., k - n)."""
        s, height = self._along(y), self.ridge - (self.start + self.end) / 2.0
        return np.asarray(height * (8.0 * np.maximum(s - 0.25, 0.0) ** 2 - 4.0 * s))

    def psi(self, z: Array) -> Array:
        """Psi of points z (..., k)."""
        return np.asarray(self.objective(z @ self.E.T) + self.omega(z @ self.Y))

    def psi_gradient(self, gradient: Function, z: Array) -> Array:
        """Gradient of Psi at points z (..., k), given that of f."""
        y = z @ self.Y
        height = self.ridge - (self.start + self.end) / 2.0
        slope = height * (16.0 * np.maximum(self._along(y) - 0.25, 0.0) - 4.0)
        across = slope[..., None] * self.direction / (self.direction @ self.direction)
        return np.asarray(gradient(z @ self.E.T) @ self.E + across @ self.Y.T)

    def _along(self, y: Array) -> Array:
        return np.asarray(y @ self.direction / (self.direction @ self.direction))

    def _at_level(self, leg: Array, levels: Array) -> Array:
        """Points of a falling leg where f has the given levels."""
        heights = self.objective(leg)
        after = np.clip(np.searchsorted(-heights, -levels), 1, len(leg) - 1)
        high, low = leg[after - 1], leg[after]
        for _ in range(60):
            middle = (high + low) / 2.0
            above = (self.objective(middle) > levels)[:, None]
            high, low = np.where(above, middle, high), np.where(above, low, middle)
        return np.where((levels <= heights[-1])[:, None], leg[-1], (high + low) / 2.0)


def run(settings: RunSettings) -> Table:
    """Walk both paths for the double well and for two valleys in the plane."""
    random = np.random.default_rng(settings.seed)
    times = np.linspace(0.0, 1.0, settings.choose(quick=401, cpu=4001, full=4001))
    rows, built = [], {}
    problems: tuple[tuple[str, Landscape, Array], ...] = (
        ("double well", DoubleWell(), np.array([0.0])),
        ("two valleys", TwoValleys(), np.array([0.3, -0.6])),
    )
    for done, (case, problem, near_pass) in enumerate(problems):
        report("bypass", done, len(problems))
        route = route_over_pass(problem.objective, problem.gradient, near_pass)
        dimension = route.shape[1]
        E = random.standard_normal((dimension, 2 * dimension))
        drawn = random.standard_normal(dimension)
        direction = np.asarray(4.0 * drawn / np.linalg.norm(drawn))
        bypass = MountainBypass(problem.objective, route, E, direction)
        rows += _rows(settings, case, bypass, problem.gradient, times)
        built[case] = bypass
    _draw(built, times, settings.folder / "bypass.png")
    report("bypass", len(problems), len(problems))
    return Table("bypass", rows, {"embedding": "E random, n x 2n, of full rank"})


def _rows(settings: RunSettings, case: str, bypass: MountainBypass, gradient: Function, times: Array) -> list[Row]:
    began = time.perf_counter()
    x, z = bypass.path_in_x(times), bypass.path(times)
    psi = bypass.psi(z)
    fall = bypass.start - bypass.end
    seconds = time.perf_counter() - began
    # one step from the minimum, to leave it if there is a way down
    ends = descend(lambda at: bypass.psi_gradient(gradient, at), z[:1] + 1e-3, _step(bypass), tolerance=1e-8)
    stays = (
        f"f and Omega do not share coordinates: E z falls back to x1; |x1 - x2| = {np.linalg.norm(x[0] - x[-1]):.4g}"
    )
    measured = (
        ("path in x", "largest rise of f", _largest_rise(bypass.objective(x)), bypass.ridge - bypass.start, ""),
        ("path in z", "largest rise of Psi", _largest_rise(psi), 0.0, "the theorem: Psi never rises"),
        ("path in z", "fall of Psi from start to end", float(psi[0] - psi[-1]), fall, ""),
        ("path in z", "largest |E z(t) - x(t)|", float(np.abs(z @ bypass.E.T - x).max()), 0.0, ""),
        (
            "descent of Psi from x1",
            "distance of E z to x1",
            float(np.linalg.norm(ends[0] @ bypass.E.T - x[0])),
            0.0,
            stays,
        ),
    )
    return [
        settings.row(case=case, method=method, metric=metric, value=value, limit=limit, seconds=seconds, note=note)
        for method, metric, value, limit, note in measured
    ]


def _largest_rise(values: Array) -> float:
    """Highest climb from any point of a path to a later one."""
    return float((values - np.minimum.accumulate(values)).max())


def _step(bypass: MountainBypass) -> float:
    """Step below two over the curvature of Psi, for an f of curvature up to 200."""
    across = 16.0 * bypass.ridge - 8.0 * (bypass.start + bypass.end)
    return 1.0 / (200.0 * float(np.linalg.norm(bypass.E, 2) ** 2) + across / float(bypass.direction @ bypass.direction))


def _draw(built: dict[str, MountainBypass], times: Array, path: Path) -> None:
    with panels(
        path, 2, 2, size=(4.0, 3.1), title="Mountain bypass: f along the path in x, Psi along the path in z"
    ) as axes:
        for row, (case, bypass) in zip(axes, built.items(), strict=True):
            profile, plane = row
            profile.plot(times, bypass.objective(bypass.path_in_x(times)), label="f(x(t)), over the pass")
            profile.plot(times, bypass.psi(bypass.path(times)), label="Psi(z(t)), past it")
            profile.set(title=case, xlabel="t", ylabel="height")
            profile.legend()
            if bypass.E.shape == (1, 2):
                _plane(plane, bypass.psi, bypass.path(times), "Psi over z", ("z1", "z2"))
            else:
                _plane(plane, bypass.objective, bypass.path_in_x(times), "f over x", ("x1", "x2"))


def _plane(ax: Any, function: Function, line: Array, title: str, names: tuple[str, str]) -> None:
    """Levels of a function over the plane, with a path in it."""
    low, high = line.min(axis=0), line.max(axis=0)
    margin = 0.35 * (high - low).max()
    sides = [np.linspace(low[axis] - margin, high[axis] + margin, 161) for axis in (0, 1)]
    values = function(np.stack(np.meshgrid(*sides), axis=-1))
    heights = function(line)
    top = float(heights.max()) + 1.5 * float(np.ptp(heights)) + 1e-9
    levels = ax.contourf(*sides, np.minimum(values, top), 24, cmap="viridis")
    ax.figure.colorbar(levels, ax=ax, shrink=0.85)
    ax.plot(*line.T, color="white")
    ax.plot(*line[0], "wo", *line[-1], "w*")
    ax.set(title=title, xlabel=names[0], ylabel=names[1], aspect="equal")
