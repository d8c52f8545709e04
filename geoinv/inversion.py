"""The inversion loop: cool the trade-off until the data are fitted as well as they should be."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.base_level import WithoutBaseLevel
from geoinv.checks import InputError, array_of, finite, positive, shape_text
from geoinv.linop import Identity, LinearOperator
from geoinv.memory import require_memory
from geoinv.progress import report
from geoinv.regularizers import Regularizer, Smooth
from geoinv.solution import Solution, Step
from geoinv.solvers import GaussNewtonCG, Objective, State, minimise
from geoinv.station_checks import refuse_unusable_stations

__all__ = ["invert", "l_curve"]

Array = npt.NDArray[np.float64]

COOLING = 6.0
"""Factor between trade-offs on the way down."""

WINDOW = (0.98, 1.01)
"""Where chi^2/N may end, relative to the target."""

STALL = 12
"""Further coolings, at the rate of the last two, beyond which the target counts as out of reach."""

ARRAYS = 30
"""Arrays of the model's size that are alive at once, besides what the operator holds."""


def invert(
    A: LinearOperator,
    data: npt.ArrayLike,
    uncertainty: npt.ArrayLike,
    regularizer: Regularizer | None = None,
    bounds: tuple[npt.ArrayLike, npt.ArrayLike] = (-np.inf, np.inf),
    target: float = 1.0,
    beta: float | str | None = None,
    base_level: float | str = "none",
    initial: npt.ArrayLike | None = None,
    solver: GaussNewtonCG | None = None,
    iterations: int = 60,
    seed: int = 0,
) -> Solution:
    """Find the simplest model that fits the data.

    Minimises ``1/2 |W (A E z - d)|^2 + beta phi(z)`` over z, with the model ``x = E z``.

    Parameters
    ----------
    A : LinearOperator
        The physics. ``gram_diagonal`` is used where it has one, ``grid`` and ``survey`` too.
    data : array
        Observed data d of ``A.range_shape``, or (stations,) for one component.
    uncertainty : array or float
        Standard deviations, the diagonal of W inverted; same shapes, or one number.
    regularizer : Regularizer, optional
        phi; :class:`geoinv.Smooth` by default.
    bounds : (array or float, array or float)
        Lowest and highest value of the model.
    target : float
        Value of chi^2/N to stop at (discrepancy principle). Met within 0.98 to 1.01 of it: where
        cooling passes it, beta is bisected.
    beta : float or str, optional
        None cools it to the target; a number keeps it; ``"l-curve"`` takes the corner of
        :func:`l_curve`.
    base_level : float or str
        Constant in the data of each component: ``"none"``, ``"fit"`` (estimated with the model) or
        its value.
    initial : array, optional
        z to start from; the regularizer's reference by default.
    solver : GaussNewtonCG, optional
        How each trade-off's problem is solved.
    iterations : int
        Most trade-offs tried.
    seed : int
        Of the random vectors that estimate what the operator does not tell.

    Returns
    -------
    Solution
        Also where the target was not reached: ``solution.status`` says how it ended. Ctrl-C ends it
        with the last model.

    Raises
    ------
    InputError
        If shapes disagree, data or uncertainty are not usable, bounds cross, or stations lie
        inside active cells.

    Examples
    --------
    >>> from geoinv.linop import MatrixOperator
    >>> A = MatrixOperator(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    >>> solution = invert(A, [3.0, 5.0], 0.1, regularizer=Smooth(weighting=None))
    >>> solution.status
    'target reached: chi^2/N = 0.998, target 1'
    """
    positive("invert", "target", np.asarray(float(target)), "give a chi^2 per datum, such as 1")
    problem = _Problem.make(A, data, uncertainty, regularizer, bounds, base_level, initial, solver, seed)
    settings = {
        "regularizer": repr(regularizer or Smooth()),
        "bounds": [np.asarray(b).tolist() if np.ndim(b) == 0 else "array" for b in bounds],
        "target": target,
        "beta": beta,
        "base_level": base_level,
        "iterations": iterations,
        "seed": seed,
        "operator": repr(A),
    }
    run = _Run(problem, float(target))
    try:
        if beta is None:
            run.cool(iterations)
        elif beta == "l-curve":
            scan = l_curve(A, data, uncertainty, regularizer, bounds, base_level=base_level, solver=solver, seed=seed)
            run.minimise_at(float(scan.attrs["corner_beta"]))
            run.end(True, "corner of the L-curve")
        else:
            fixed = array_of("invert", "beta", beta, shape=())
            positive("invert", "beta", fixed, "give a trade-off above zero, or leave it out to cool to the target")
            run.minimise_at(float(fixed))
            run.end(True, "beta as given")
    except KeyboardInterrupt:
        run.end(False, f"interrupted after {len(run.history)} trade-offs")
    return run.solution(settings)


def l_curve(
    A: LinearOperator,
    data: npt.ArrayLike,
    uncertainty: npt.ArrayLike,
    regularizer: Regularizer | None = None,
    bounds: tuple[npt.ArrayLike, npt.ArrayLike] = (-np.inf, np.inf),
    betas: npt.ArrayLike | None = None,
    base_level: float | str = "none",
    solver: GaussNewtonCG | None = None,
    seed: int = 0,
) -> Any:
    """Misfit against penalty over a range of trade-offs.

    Parameters
    ----------
    A, data, uncertainty, regularizer, bounds, base_level, solver, seed
        As :func:`invert`.
    betas : (n,) array, optional
        Trade-offs; 12 from the first estimate down by a factor 4 each by default.

    Returns
    -------
    xarray.Dataset
        ``chi2_per_datum``, ``penalty`` and ``curvature`` (of the curve in logarithms) over ``beta``,
        descending; attribute ``corner_beta``, where the curvature is largest (Hansen 1992).
    """
    import xarray as xr

    problem = _Problem.make(A, data, uncertainty, regularizer, bounds, base_level, None, solver, seed)
    run = _Run(problem, 1.0)
    if betas is None:
        scan = problem.first_beta() / 4.0 ** np.arange(12)
    else:
        scan = np.sort(array_of("l_curve", "betas", betas).ravel())[::-1]
        positive("l_curve", "betas", scan, "give trade-offs above zero")
    for number, trade_off in enumerate(scan):
        report("L-curve", number, scan.size)
        run.minimise_at(float(trade_off))
    report("L-curve", scan.size, scan.size)
    chi2 = np.array([step.chi2_per_datum for step in run.history])
    penalty = np.array([step.penalty for step in run.history])
    curvature = _curvature(np.log(np.maximum(chi2, 1e-300)), np.log(np.maximum(penalty, 1e-300)))
    corner = float(scan[int(np.argmax(curvature))])
    return xr.Dataset(
        {"chi2_per_datum": ("beta", chi2), "penalty": ("beta", penalty), "curvature": ("beta", curvature)},
        coords={"beta": scan},
        attrs={"corner_beta": corner},
    )


def _curvature(x: Array, y: Array) -> Array:
    """Signed curvature of a curve, positive where it turns right: west, then north, as an L is walked."""
    if x.size < 3:
        return np.zeros(x.size)
    dx, dy = np.gradient(x), np.gradient(y)
    ddx, ddy = np.gradient(dx), np.gradient(dy)
    speed = np.maximum((dx**2 + dy**2) ** 1.5, 1e-300)
    curvature = (dy * ddx - dx * ddy) / speed
    curvature[[0, -1]] = -np.inf
    return np.asarray(curvature)


@dataclass(frozen=True)
class _Problem:
    """Checked input of an inversion, and the objective that it makes."""

    physics: LinearOperator
    embedding: LinearOperator
    data: Array
    uncertainty: Array
    known_level: float
    free_level: WithoutBaseLevel | None
    objective: Objective
    start: Array
    solver: GaussNewtonCG
    seed: int

    @classmethod
    def make(
        cls,
        A: LinearOperator,
        data: npt.ArrayLike,
        uncertainty: npt.ArrayLike,
        regularizer: Regularizer | None,
        bounds: tuple[npt.ArrayLike, npt.ArrayLike],
        base_level: float | str,
        initial: npt.ArrayLike | None,
        solver: GaussNewtonCG | None,
        seed: int,
    ) -> _Problem:
        observed = _on_range(A, "data", data)
        finite("invert", "data", observed, "drop those stations")
        deviation = _on_range(A, "uncertainty", uncertainty)
        positive("invert", "uncertainty", deviation, "give a standard deviation above zero for every datum")
        refuse_unusable_stations(A)
        unknowns = math.prod(A.domain_shape)
        needed = 8.0 * ARRAYS * unknowns
        require_memory("invert", f"{ARRAYS} arrays of {unknowns:.3g} unknowns", needed, "use fewer, larger cells")
        phi = (regularizer or Smooth()).bind(A)
        embedding = getattr(phi, "embedding", None) or Identity(A.domain_shape)
        limits = _checked_bounds(bounds, A, embedding)
        weights = 1.0 / deviation
        known, free = 0.0, None
        physics: LinearOperator = A
        if base_level == "fit":
            free = WithoutBaseLevel(weights)
            physics = free @ A
        elif isinstance(base_level, str) and base_level != "none":
            raise InputError(f"invert expects base_level to be 'none', 'fit' or a number, got {base_level!r}")
        elif base_level != "none":
            known = float(array_of("invert", "base_level", base_level, shape=()))
        target_data = observed - known if free is None else free(observed)
        forward = physics if isinstance(embedding, Identity) else physics @ embedding
        if isinstance(embedding, Identity) and hasattr(A, "gram_diagonal"):
            gram = A.gram_diagonal(weights)
        else:
            gram = _probed_gram(forward, weights, seed)
        if initial is None:
            start = np.broadcast_to(np.asarray(getattr(phi, "reference", 0.0), float), forward.domain_shape)
        else:
            start = array_of("invert", "initial", initial, shape=forward.domain_shape)
            finite("invert", "initial model", start, "give a number in every cell")
        objective = Objective(forward, target_data, weights, phi, 1.0, limits, gram)
        return cls(A, embedding, observed, deviation, known, free, objective, start, solver or GaussNewtonCG(), seed)

    def first_beta(self) -> float:
        """Trade-off at which the regularizer balances the best-seen direction of the data.

        Largest eigenvalue of the data's curvature against the regularizer's, by a few power
        iterations on the preconditioned data curvature; robust because both scales enter.
        """
        objective, state = self.objective, self.objective.evaluate(self.start)
        own = getattr(objective.regularizer, "curvature_diagonal", None)
        scale = np.ones(self.start.shape) if own is None else np.asarray(own(state.z))
        inverse = np.where(scale > 0.0, 1.0 / np.where(scale > 0.0, scale, 1.0), 0.0)
        v = inverse * np.random.default_rng(self.seed).standard_normal(self.start.shape)
        ratio = 1.0
        data_curvature = objective.with_beta(0.0).curvature
        for _ in range(4):
            image = data_curvature(state, v)
            resistance = float(np.vdot(v, objective.regularizer.curvature(state.z, v)))
            ratio = float(np.vdot(v, image)) / resistance if resistance > 0.0 else ratio
            v = inverse * image
            size = float(np.linalg.norm(v))
            if not np.isfinite(size) or size == 0.0:
                break
            v /= size
        return ratio if np.isfinite(ratio) and ratio > 0.0 else 1.0


@dataclass
class _Run:
    """One inversion under way."""

    problem: _Problem
    target: float
    state: State = field(init=False)
    history: list[Step] = field(default_factory=list)
    status: str = ""
    reached: bool = False
    _began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        self.state = self.problem.objective.evaluate(self.problem.start)
        self._first = max(self.chi2(self.state), 1e-300)

    def chi2(self, state: State) -> float:
        return state.misfit / self.problem.data.size

    def end(self, reached: bool, reason: str) -> None:
        self.reached = reached
        self.status = f"{reason}: chi^2/N = {self.chi2(self.state):.4g}, target {self.target:g}"

    def minimise_at(self, beta: float, start: State | None = None) -> State:
        """Minimise at one trade-off from the current state (or another) and make the result current."""

        def after_step(state: State) -> None:
            if state.finite:
                self.state = state
            self._report(state)

        state = minimise(self.problem.objective.with_beta(beta), self.problem.solver, start or self.state, after_step)
        seconds = time.perf_counter() - self._began
        self.history.append(Step(beta, self.chi2(state), state.penalty, seconds))
        return state

    def _report(self, state: State) -> None:
        whole = max(np.log(self._first / self.target), 1e-12)
        done = np.clip(np.log(self._first / max(self.chi2(state), 1e-300)), 0.0, whole)
        report(f"inversion, chi^2/N {self.chi2(state):.3g}", float(done), float(whole))

    def cool(self, iterations: int) -> None:
        """Lower the trade-off until the target is met, then bisect it into the window."""
        low, high = WINDOW[0] * self.target, WINDOW[1] * self.target
        if self.chi2(self.state) <= high:
            self.end(True, "target reached by the reference model")
            return
        beta = self.problem.first_beta()
        above: tuple[float, State] | None = None
        below: tuple[float, State] | None = None
        origin = self.state
        trail = [self.chi2(origin)]
        for _ in range(iterations):
            state = self.minimise_at(beta, _nearest(beta, above, below) or origin)
            misfit = self.chi2(state)
            if not state.finite:
                self.end(False, "not finite: the objective overflowed, kept the last finite model")
                return
            if low <= misfit <= high:
                self.end(True, "target reached")
                return
            if misfit > high:
                above = (beta, state)
                trail.append(misfit)
            else:
                below = (beta, state)
            if below is None:
                if len(trail) > 3 and STALL * 0.5 * np.log(trail[-3] / misfit) < np.log(misfit / high):
                    self.end(False, "stalled: a lower beta hardly lowers the misfit any more")
                    return
                beta /= COOLING
            elif above is None:
                beta *= COOLING
            else:
                beta = self._between(above, below)
        self.end(False, f"out of iterations after {iterations} trade-offs")

    def _between(self, above: tuple[float, State], below: tuple[float, State]) -> float:
        """Trade-off inside the bracket where chi^2, a line in logarithms, meets the target.

        Kept off the bracket's ends by a tenth of it, so that it shrinks as bisection does.
        """
        misfits = np.log([self.chi2(above[1]), self.chi2(below[1])])
        share = (misfits[0] - np.log(self.target)) / (misfits[0] - misfits[1])
        share = float(np.clip(share, 0.1, 0.9))
        return float(above[0] ** (1.0 - share) * below[0] ** share)

    def solution(self, settings: dict[str, Any]) -> Solution:
        """Solution at the current state."""
        problem = self.problem
        model = np.asarray(problem.embedding(self.state.z), dtype=np.float64)
        grid = getattr(problem.physics, "grid", None)
        if grid is not None:
            model = np.where(grid.active, model, 0.0)
        field_of_model = problem.physics(model).astype(np.float64)
        if problem.free_level is None:
            level = np.full(field_of_model.shape[:-1], problem.known_level)
        else:
            level = problem.free_level.level(problem.data - field_of_model)
        return Solution(
            operator=problem.physics,
            model=model,
            predicted=field_of_model + np.asarray(level)[..., None],
            data=problem.data,
            uncertainty=problem.uncertainty,
            base_level=np.asarray(level),
            status=self.status,
            reached=self.reached,
            target=self.target,
            history=tuple(self.history),
            settings=settings,
        )


def _nearest(beta: float, *ends: tuple[float, State] | None) -> State | None:
    """State of the trade-off closest to `beta`, to start from."""
    known = [end for end in ends if end is not None]
    return min(known, key=lambda end: abs(np.log(end[0] / beta)))[1] if known else None


def _on_range(A: LinearOperator, name: str, values: npt.ArrayLike) -> Array:
    """Array of ``A.range_shape`` from it, one row, or (for the uncertainty) one number."""
    array = array_of("invert", name, values)
    if name == "uncertainty" and array.ndim == 0:
        return np.full(A.range_shape, float(array))
    if A.range_shape[0] == 1 and array.shape == A.range_shape[1:]:
        array = array[None]
    if array.shape != A.range_shape:
        raise InputError(
            f"invert expects {name} of shape {shape_text(A.range_shape, A.range_names)}, got {shape_text(array.shape)}"
        )
    return array


def _checked_bounds(
    bounds: tuple[npt.ArrayLike, npt.ArrayLike], A: LinearOperator, embedding: LinearOperator
) -> tuple[Array, Array]:
    lower, upper = (array_of("invert", name, b) for name, b in zip(("lower bound", "upper bound"), bounds, strict=True))
    for name, bound in (("lower", lower), ("upper", upper)):
        if bound.ndim and bound.shape != A.domain_shape:
            raise InputError(
                f"invert expects the {name} bound as one number or of shape {shape_text(A.domain_shape)}, "
                f"got {shape_text(bound.shape)}"
            )
        if np.isnan(bound).any():
            raise InputError(f"invert expects a {name} bound without NaN; use -inf or inf where there is none")
    if np.any(lower > upper):
        raise InputError(
            f"invert expects lower bounds below upper ones, got {float(np.max(lower)):g} above "
            f"{float(np.min(upper)):g}; swap them"
        )
    free = not (np.isfinite(lower).any() or np.isfinite(upper).any())
    if not free and not isinstance(embedding, Identity):
        raise InputError(
            "invert expects no bounds with a regularizer that has an embedding, since bounds on the model are not "
            "bounds on z; leave bounds out or use a regularizer without embedding"
        )
    return lower, upper


def _probed_gram(forward: LinearOperator, weights: Array, seed: int, probes: int = 16) -> Array:
    """Diagonal of F' W^2 F from random signs (Bekas, Kokiopoulou and Saad 2007)."""
    random = np.random.default_rng(seed)
    total = np.zeros(forward.domain_shape)
    for _ in range(probes):
        signs = random.choice([-1.0, 1.0], forward.range_shape)
        # for random signs s, E[(F' W s)^2] is the diagonal itself: never negative, unlike the usual form
        total += np.asarray(forward.T(weights * signs), np.float64) ** 2
    return total / probes
