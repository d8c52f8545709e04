"""The joint problem: every property's inverse problem, and one objective of all data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.blocks import BlockDiagonal, Stack
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import Identity
from geoinv.core.checks import InputError
from geoinv.inversion.invert import invert
from geoinv.inversion.joint_data import DataSet, Property
from geoinv.inversion.objective import Objective, State
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.problem import InverseProblem
from geoinv.inversion.solution import Solution
from geoinv.meshes.base import Mesh
from geoinv.regularizers.base import Regularizer
from geoinv.regularizers.joined import Coupling, Joined
from geoinv.regularizers.smooth import Smooth

__all__ = ["JointProblem", "PropertyProblem"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PropertyProblem:
    """One property with its data sets, and the model that they have alone.

    Attributes
    ----------
    name : str
        Property.
    places : tuple of int
        Numbers of its data sets.
    parts : tuple of InverseProblem
        Checked problem of each.
    separate : Solution
        Of all of them, without the other properties.
    """

    name: str
    places: tuple[int, ...]
    parts: tuple[InverseProblem, ...]
    separate: Solution

    @classmethod
    def make(
        cls, name: str, places: Sequence[int], data_sets: Sequence[DataSet], asked: Property, seed: int
    ) -> PropertyProblem:
        """Invert the data sets of a property alone.

        Raises
        ------
        InputError
            As :func:`geoinv.invert`, or where there is nothing to couple: the regularizer alone fits the data, or has
            an embedding.
        KeyboardInterrupt
            If it was interrupted.
        """
        own = [data_sets[place] for place in places]
        if len(own) == 1:
            (one,) = own
            separate = invert(
                one.operator, one.data, one.uncertainty, asked.regularizer, asked.bounds, one.target,
                base_level=one.base_level, seed=seed,
            )  # fmt: skip
            parts = [_problem_of(separate)]
        else:
            parts = [
                InverseProblem.make(
                    one.operator, one.data, one.uncertainty, Smooth(weighting=None), asked.bounds, one.base_level,
                    None, None, seed,
                )
                for one in own
            ]  # fmt: skip
            objectives = [part.objective for part in parts]
            separate = invert(
                Stack([_linear(objective.operator) for objective in objectives]),
                np.concatenate([objective.data.ravel() for objective in objectives]),
                np.concatenate([1.0 / objective.weights.ravel() for objective in objectives]),
                asked.regularizer,
                asked.bounds,
                float(np.average([one.target for one in own], weights=[part.data.size for part in parts])),
                seed=seed,
            )
        if separate.outcome is Outcome.INTERRUPTED:
            raise KeyboardInterrupt
        if separate.outcome in (Outcome.REFERENCE_FITS, Outcome.PREFERRED_FITS):
            raise InputError(
                f"a joint inversion expects data that ask for a model, got data of the {name} that the reference alone "
                f"fits (chi^2/N = {separate.chi2_per_datum:.3g}); check their standard deviations, or leave them out"
            )
        if separate.outcome is Outcome.NOT_FINITE:
            raise InputError(f"a joint inversion expects a {name} that its data alone lead to: {separate.status}")
        if not isinstance(_problem_of(separate).embedding, Identity):
            raise InputError(f"a joint inversion expects regularizers without an embedding, got one for the {name}")
        return cls(name, tuple(places), tuple(parts), separate)

    @property
    def problem(self) -> InverseProblem:
        """Problem of all its data sets."""
        return _problem_of(self.separate)

    @property
    def model(self) -> Array:
        """Unknowns that the data sets alone led to."""
        assert self.separate.z is not None, "of an inversion that has ended"
        return self.separate.z

    @property
    def phi(self) -> Regularizer:
        """Regularizer, with the weights that the separate inversion ended with."""
        return self.problem.objective.regularizer


@dataclass(frozen=True, eq=False)
class JointProblem:
    """Properties side by side, each with its data sets.

    ``J(z) = sum_j w_j/2 |W_j (A_j z_p(j) - d_j)|^2 + sum_p beta_p phi_p(z_p) + strength c(z)``. The trade-off of a data
    set is ``beta_p / w_j``; beta_p is the geometric mean of those of a property, so that w = 1 where there is one.

    Attributes
    ----------
    properties : tuple of PropertyProblem
        In the order of the models.
    mesh : Mesh
        Cells of all.
    operator : BlockDiagonal
        From models (properties, cells...) to all data in one vector.
    """

    properties: tuple[PropertyProblem, ...]
    mesh: Mesh
    operator: BlockDiagonal

    @classmethod
    def of(cls, properties: Sequence[PropertyProblem], mesh: Mesh) -> JointProblem:
        """Join the problems of properties on one mesh."""
        return cls(
            tuple(properties), mesh, BlockDiagonal([_linear(one.problem.objective.operator) for one in properties])
        )

    @property
    def slices(self) -> dict[int, slice]:
        """Place of each data set's data in the vector of all, by its number."""
        found, start = {}, 0
        for one in self.properties:
            for place, part in zip(one.places, one.parts, strict=True):
                found[place] = slice(start, start + part.data.size)
                start += part.data.size
        return found

    @property
    def start(self) -> Array:
        """Models that the data sets alone led to."""
        return np.stack([one.model for one in self.properties])

    def betas(self, trade_offs: Sequence[float]) -> list[float]:
        """Trade-off of each property, from those of the data sets."""
        return [float(np.exp(np.mean(np.log([trade_offs[k] for k in one.places])))) for one in self.properties]

    def objective(
        self, trade_offs: Sequence[float], phis: Sequence[Regularizer], coupling: Coupling | None, strength: float
    ) -> Objective:
        """J at the trade-offs of the data sets."""
        betas, places = self.betas(trade_offs), self.slices
        factors = np.ones(self.operator.range_shape)
        for one, beta in zip(self.properties, betas, strict=True):
            for place in one.places:
                factors[places[place]] = np.sqrt(beta / trade_offs[place])
        objectives = [one.problem.objective for one in self.properties]
        joined = Joined(tuple(zip(betas, phis, strict=True)), coupling, strength)
        low, high = (
            np.stack([np.broadcast_to(of.bounds[side], self.mesh.shape) for of in objectives]) for side in (0, 1)
        )
        return Objective(
            self.operator,
            np.concatenate([of.data.ravel() for of in objectives]),
            factors * np.concatenate([of.weights.ravel() for of in objectives]),
            joined,
            1.0,
            (low, high),
            beginning=joined.value(joined.reference),
        )

    def misfits(self, objective: Objective, state: State) -> list[float]:
        """chi^2/N of each data set, in their order."""
        weights = np.concatenate([one.problem.objective.weights.ravel() for one in self.properties])
        squares = (state.residual * weights / objective.weights) ** 2
        return [float(np.mean(squares[place])) for _, place in sorted(self.slices.items())]


def _linear(operator: Any) -> LinearOperator:
    assert isinstance(operator, LinearOperator), "checked before"
    return operator


def _problem_of(solution: Solution) -> InverseProblem:
    assert solution.problem is not None, "of an inversion that has ended"
    return solution.problem
