"""Joint inversion: models of several properties that each fit their data, with structures in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, choice, positive, whole_number
from geoinv.core.interrupts import interrupts_held
from geoinv.core.provenance import described
from geoinv.inversion.gauss_newton import Minimum
from geoinv.inversion.joint_classes import SharedClasses, checked_shared_classes, refuse_other_preferences
from geoinv.inversion.joint_data import DataSet, Property, checked_data_sets, checked_properties
from geoinv.inversion.joint_loop import STRAINED, JointRun, rounds
from geoinv.inversion.joint_problem import JointProblem, PropertyProblem
from geoinv.inversion.joint_solution import JointSolution
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.run import Run
from geoinv.inversion.solution import Solution
from geoinv.inversion.trade_offs import TradeOff
from geoinv.regularizers.cross_gradient import CrossGradient, structural_error
from geoinv.regularizers.rock_classes import RockClass

__all__ = ["COUPLINGS", "invert_jointly"]

Array = npt.NDArray[np.float64]

COUPLINGS = ("cross-gradient", "mixture", "none")
"""What may couple properties, by name."""


def invert_jointly(
    data_sets: Sequence[DataSet],
    properties: Mapping[str, Property] | None = None,
    coupling: str = "cross-gradient",
    strength: float = 1.0,
    structure: float = 0.1,
    iterations: int = 40,
    seed: int = 0,
    classes: Mapping[str, Sequence[RockClass]] | None = None,
) -> JointSolution:
    """Find models of several properties on one mesh that fit all data, each data set as well as it should be.

    Minimises ``sum_j 1/2 |W_j (A_j z_p(j) - d_j)|^2 + sum_p beta_p phi_p(z_p) + lambda c(z)``, with one trade-off a
    data set. Each property is inverted by its own data first; from there all models move together.

    Parameters
    ----------
    data_sets : sequence of DataSet
        Two or more, with operators on one mesh: of magnetics and gravity, or several of one property.
    properties : mapping of str to Property, optional
        Regularizer (with its reference and weights) and bounds of each property, by the operators' ``unknown``.
    coupling : str
        ``"cross-gradient"`` (:class:`geoinv.regularizers.cross_gradient.CrossGradient`), ``"mixture"`` (classes of
        rock that all properties of a cell tell together, beside cross-gradients) or ``"none"``.
    strength : float
        lambda to begin with, relative to where the coupling of the separate models is as much as their regularizers.
    structure : float
        Structural error to reach (:func:`geoinv.structural_error`), relative to that of the separate models. lambda
        grows until it is met, as far as the data can be fitted at no less than about a third of the separate betas.
    iterations : int
        Most rounds, each a step of Gauss-Newton.
    seed : int
        Of random vectors.
    classes : mapping of str to sequence of RockClass, optional
        With ``"mixture"``: the same classes for each property, with their means and standard deviations
        in it; the proportions of the first count.

    Returns
    -------
    JointSolution
        Also where a target was not reached: ``solution.status`` says how it ended. Ctrl-C ends it with the last models
        once the separate inversions are done.

    Raises
    ------
    InputError
        As :func:`geoinv.invert`; or if meshes differ, an operator is not linear, or data ask for no model.

    Notes
    -----
    Where separate data stall above a target, the joint inversion aims at what they came to. The phi of reweighted
    regularizers takes new weights in each round.

    Examples
    --------
    >>> import geoinv
    >>> mesh = geoinv.Grid.regular(shape=(3, 6, 6), spacing=(10.0, 10.0, 10.0), origin=(-30.0, 0.0, 0.0))
    >>> easting, northing = (part.ravel() for part in np.meshgrid(np.arange(5.0, 60, 10), np.arange(5.0, 60, 10)))
    >>> stations = easting, northing, np.full(36, 5.0)
    >>> B = geoinv.operators.Magnetics(mesh, geoinv.Survey(*stations, field=geoinv.MainField(65, 25, 50000)))
    >>> g = geoinv.operators.Gravity(mesh, geoinv.Survey(*stations, components=("gz",)))
    >>> body = np.zeros(mesh.shape)
    >>> body[1, 2:4, 2:4] = 1.0
    >>> solution = invert_jointly([DataSet(B, B(0.05 * body), 2.0), DataSet(g, g(400.0 * body), 0.002)])
    >>> solution.reached, solution.structural_error <= 0.1 * solution.separate_structural_error
    (True, True)
    """
    choice("invert_jointly", "coupling", coupling, COUPLINGS)
    for name, value in (("strength", strength), ("structure", structure)):
        number = array_of("invert_jointly", name, value, shape=())
        positive("invert_jointly", name, number, "give a number above zero")
    iterations = whole_number("invert_jointly", "iterations", iterations, least=1)
    places = checked_data_sets(data_sets)
    asked = checked_properties(properties, tuple(places))
    if classes is not None and coupling != "mixture":
        raise InputError(f"invert_jointly expects classes with the coupling 'mixture', got {coupling!r}; leave one out")
    rocks = None
    if coupling == "mixture":
        rocks = checked_shared_classes(classes, tuple(places))
        refuse_other_preferences(asked)
    settings = {
        "data_sets": [
            {"operator": described(one.operator), "base_level": one.base_level, "target": one.target}
            for one in data_sets
        ],
        "properties": {
            name: {"regularizer": described(of.regularizer), "bounds": [described(bound) for bound in of.bounds]}
            for name, of in asked.items()
        },
        "coupling": coupling,
        "classes": None if rocks is None else {name: [asdict(rock) for rock in of] for name, of in rocks.items()},
        "strength": strength,
        "structure": structure,
        "iterations": iterations,
        "seed": seed,
    }
    alone = [PropertyProblem.make(name, numbers, data_sets, asked[name], seed) for name, numbers in places.items()]
    problem = JointProblem.of(alone, data_sets[0].mesh)
    run = _beginning(problem, data_sets, coupling, strength, structure)
    separate = run.structure
    if rocks is not None:
        shared = SharedClasses.of(alone, rocks).update(run.z, fitted=False)
        run = replace(run, classes=shared, phis=shared.phis)
    try:
        for following in rounds(run, iterations):
            run = following
    except KeyboardInterrupt:
        run = run.ended(Outcome.INTERRUPTED)
    with interrupts_held():
        return _solution(run, data_sets, separate, settings)


def _beginning(
    problem: JointProblem, data_sets: Sequence[DataSet], coupling: str, strength: float, structure: float
) -> JointRun:
    """Separate models, with the coupling scaled by them."""
    z = problem.start
    phis = tuple(one.phi for one in problem.properties)
    trade_offs: list[TradeOff] = []
    for number, one in enumerate(data_sets):
        own = next(of for of in problem.properties if number in of.places)
        reached = own.separate.reached
        # what its data alone do not reach, no coupling will
        target = one.target if reached else max(one.target, own.separate.chi2_per_datum)
        trade_offs.append(TradeOff(own.separate.beta, target, first=own.separate.beta))
    error = structural_error(problem.mesh, *z) if len(z) > 1 else 0.0
    run = JointRun(problem, None, phis, 0.0, tuple(trade_offs), z, error, np.inf)
    if coupling == "none" or len(z) < 2:
        return run
    scales = [float(np.abs(model).max()) or 1.0 for model in z]
    cross = CrossGradient(problem.mesh, scales)
    unit = cross.value(z)
    penalty = sum(
        one.separate.beta * phi.value(model) for one, phi, model in zip(problem.properties, phis, z, strict=True)
    )
    if not unit > 0.0:
        return run
    return replace(run, coupling=cross, strength=strength * penalty / unit, wanted=structure * error)


def _solution(run: JointRun, data_sets: Sequence[DataSet], separate: float, settings: dict[str, Any]) -> JointSolution:
    """Joint solution at the models that a run ended with."""
    problem = run.problem
    parts: dict[int, Solution] = {}
    assert run.outcome is not None, "a run that has ended"
    for of, model, phi in zip(problem.properties, run.z, run.phis, strict=True):
        for place, part in zip(of.places, of.parts, strict=True):
            own = replace(part, objective=replace(part.objective, regularizer=phi))
            state = replace(own.objective.evaluate(model), beta=run.trade_offs[place].beta)
            minimum = Minimum(state, run.gain, run.settled)
            history = tuple(steps[place] for steps in run.history)
            one = Run.begin(own, data_sets[place].target)
            one = replace(one, minimum=minimum, attempt=minimum, history=history)
            parts[place] = one.ended(run.outcome, " jointly").solution(settings)
    names = tuple(_name(one) for one in data_sets)
    return JointSolution(
        names=names,
        parts=tuple(parts[place] for place in sorted(parts)),
        separate={of.name: of.separate for of in problem.properties},
        structural_error=run.structure,
        separate_structural_error=separate,
        wanted=run.wanted,
        strained={
            name: one.relative for name, one in zip(names, run.trade_offs, strict=True) if one.relative <= STRAINED
        },
        strength=run.strength,
        outcome=run.outcome,
        granted=tuple(name for name, one in zip(names, run.trade_offs, strict=True) if one.granted),
        rounds=len(run.history),
        settings=settings,
    )


def _name(one: DataSet) -> str:
    """What a data set is called."""
    survey = getattr(one.operator, "survey", None)
    return one.name or " ".join(getattr(survey, "components", ())) or one.operator.name
