"""The loop of a joint inversion: Gauss-Newton steps on all properties, one trade-off a data set, one coupling."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from geoinv.core.progress import report
from geoinv.inversion.beta_search import WINDOW
from geoinv.inversion.gauss_newton import GaussNewton, minima
from geoinv.inversion.joint_classes import SharedClasses
from geoinv.inversion.joint_problem import JointProblem
from geoinv.inversion.objective import State
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.preconditioners import CellBlocks, Memory, Remembering
from geoinv.inversion.solution import Step
from geoinv.inversion.trade_offs import TradeOff
from geoinv.regularizers.base import Regularizer, Reweighted
from geoinv.regularizers.cross_gradient import CrossGradient, structural_error
from geoinv.regularizers.joined import Joined

__all__ = ["STRAINED", "JointRun", "rounds"]

Array = npt.NDArray[np.float64]

STEP = GaussNewton(tolerance=1e-3, iterations=1, inner_tolerance=0.03, inner_iterations=12)
"""One step of Gauss-Newton: as many applications of the Hessian as the models move by, before the trade-offs do."""

UNCHANGED = 0.01
"""Part of the objective that a step takes off it, below which the models count as settled."""

STRONGER = 2.0
"""Factor that the coupling is changed by at most."""

RESPONDED = 0.03
"""Part of the objective that a step takes off it, above which the coupling does not grow yet."""

NEARLY = 1.15
"""chi^2/N relative to the target up to which the coupling may grow."""

STRAINED, TORN = 0.3, 0.1
"""Trade-off relative to that of the separate inversion below which the coupling grows no more, and below which it
falls while the data do not fit: the data and a common structure contradict each other."""

CLOSE = 0.9
"""Part of the wanted structural error that the coupling is led to."""


@dataclass(frozen=True, eq=False)
class JointRun:
    """A joint inversion under way; every round makes a new one.

    Attributes
    ----------
    problem : JointProblem
        What is inverted.
    coupling : CrossGradient or None
        What couples the properties.
    phis : tuple of Regularizer
        Those of the properties, with their current weights.
    strength : float
        Factor of the coupling.
    trade_offs : tuple of TradeOff
        One a data set.
    z : array
        Models (properties, cells...).
    structure : float
        Structural error of the models.
    wanted : float
        Structural error to reach.
    gain : float
        Part of the objective that the last step took off it.
    history : tuple of tuple of Step
        One entry a round and data set.
    outcome : Outcome or None
        How it ended.
    memory : Memory
        Last steps of the solver, which go on to serve while trade-offs and coupling change.
    classes : SharedClasses or None
        Classes of rock that all properties tell, and that give the regularizers.
    """

    problem: JointProblem
    coupling: CrossGradient | None
    phis: tuple[Regularizer, ...]
    strength: float
    trade_offs: tuple[TradeOff, ...]
    z: Array
    structure: float
    wanted: float
    gain: float = np.inf
    history: tuple[tuple[Step, ...], ...] = ()
    outcome: Outcome | None = None
    memory: Memory = field(default_factory=Memory)
    classes: SharedClasses | None = None

    @property
    def fits(self) -> bool:
        """Whether every data set is in its window."""
        return all(one.fits for one in self.trade_offs)

    @property
    def settled(self) -> bool:
        """Whether the last step changed little, at trade-offs that fit."""
        steady = self.classes is None or self.classes.settled
        return self.fits and self.gain <= UNCHANGED and steady

    @property
    def nearly_fits(self) -> bool:
        """Whether no data set is far from its target."""
        return all(one.misfit <= NEARLY * one.target for one in self.trade_offs)

    def stronger(self) -> float:
        """Factor to change the coupling by.

        It grows while the data are nearly fitted and the structures differ by more than asked, and falls where they
        agree better than asked, or where the data are fitted only at the cost of much rougher models.
        """
        if self.coupling is None:
            return 1.0
        rougher = min(one.relative for one in self.trade_offs)
        if any(one.relative < TORN and one.misfit > WINDOW[1] * one.target for one in self.trade_offs):
            return 1.0 / STRONGER
        asked = self.structure / (CLOSE * self.wanted)
        if self.structure <= self.wanted:
            return float(np.clip(asked, 1.0 / STRONGER, 1.0))
        # what a step leaves to do may bring the structures together by itself
        return min(asked, STRONGER) if self.nearly_fits and rougher > STRAINED and self.gain <= RESPONDED else 1.0

    def ended(self, outcome: Outcome) -> JointRun:
        """Run that has ended."""
        return replace(self, outcome=outcome)

    def round(self, began: float) -> JointRun:
        """Run after one step of Gauss-Newton, with the trade-offs that its misfits ask for."""
        betas = [one.beta for one in self.trade_offs]
        objective = self.problem.objective(betas, self.phis, self.coupling, self.strength)
        state: State = objective.evaluate(self.z)
        before = objective.total(state)
        # what follows the step would tell how far the minimum is, at the price of another application
        assert isinstance(objective.regularizer, Joined), "made so"
        inverse = Remembering(CellBlocks(objective.regularizer.curvature_blocks(state.z)), self.memory)
        state = next(minima(objective, STEP, state, preconditioner=inverse)).state
        if not state.finite:
            return self.ended(Outcome.NOT_FINITE)
        after = objective.total(state)
        misfits = self.problem.misfits(objective, state)
        seconds = time.perf_counter() - began
        gain = (before - after) / after if after > 0.0 else 0.0
        steps = tuple(
            Step(beta, misfit, state.penalty, seconds, gain) for beta, misfit in zip(betas, misfits, strict=True)
        )
        following = replace(
            self,
            trade_offs=tuple(one.told(misfit) for one, misfit in zip(self.trade_offs, misfits, strict=True)),
            z=state.z,
            structure=structural_error(self.problem.mesh, *state.z) if len(state.z) > 1 else 0.0,
            gain=gain,
            history=(*self.history, steps),
        )
        if following.classes is not None:
            classes = following.classes.update(state.z, following.nearly_fits)
            return replace(following, classes=classes, phis=classes.phis)
        phis = tuple(
            phi.update(model, beta) if isinstance(phi, Reweighted) else phi
            for phi, model, beta in zip(self.phis, state.z, self.problem.betas(betas), strict=True)
        )
        return replace(following, phis=phis)


def rounds(run: JointRun, iterations: int) -> Iterator[JointRun]:
    """Round after round, until every data set fits and the structures agree as asked.

    Parameters
    ----------
    run : JointRun
        Where to start.
    iterations : int
        Most rounds.

    Yields
    ------
    JointRun
        After each; the last one has ended.
    """
    began = time.perf_counter()
    for number in range(iterations):
        run = run.round(began)
        if run.outcome is not None:
            yield run
            return
        report(f"joint inversion, {_fits_text(run.trade_offs)}", float(number + 1), float(iterations))
        yield run
        factor = run.stronger()
        if run.settled and factor <= 1.0:
            yield run.ended(Outcome.REACHED)
            return
        run = replace(run, strength=run.strength * factor)
    yield run.ended(Outcome.OUT_OF_ITERATIONS)


def _fits_text(trade_offs: Sequence[TradeOff]) -> str:
    return "chi^2/N " + ", ".join(f"{one.misfit:.3g}" for one in trade_offs)
