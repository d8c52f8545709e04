"""What a joint inversion returns: every property's model, how each data set is fitted, and what the coupling did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.inversion.joint_dataset import Part, joint_dataset
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.solution import Solution

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["JointSolution"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class JointSolution:
    """Result of :func:`geoinv.invert_jointly`.

    Attributes
    ----------
    names : tuple of str
        Names of the data sets.
    parts : tuple of Solution
        Joint model and predicted data of each data set; those of one property have the same model.
    separate : mapping
        Solution of each property by its own data alone.
    structural_error, separate_structural_error : float
        :func:`geoinv.structural_error` of the joint and of the separate models.
    wanted : float
        Structural error that was asked for; infinite where none was.
    strained : mapping of str to float
        Data sets that are fitted at a much lower trade-off than by themselves, and how much lower as a factor: where
        the structures agree less than asked, these data contradict a structure more in common.
    strength : float
        Factor of the coupling, relative to where it balances the regularizers of the separate models.
    outcome : Outcome
        How the inversion ended.
    granted : tuple of str
        Data sets that fit better than asked, whatever their trade-off: the other data of their property tell them.
    rounds : int
        Steps of Gauss-Newton after the separate inversions.
    settings : mapping
        Arguments that made it.
    """

    names: tuple[str, ...]
    parts: tuple[Solution, ...]
    separate: Mapping[str, Solution]
    structural_error: float
    separate_structural_error: float
    wanted: float
    strained: Mapping[str, float]
    strength: float
    outcome: Outcome
    granted: tuple[str, ...]
    rounds: int
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def models(self) -> dict[str, Array]:
        """Joint model of each property."""
        return {str(getattr(part.operator, "unknown", "")): part.model for part in self.parts}

    @property
    def reached(self) -> bool:
        """Whether every data set ended in its window, with models that had settled."""
        return self.outcome is Outcome.REACHED

    @property
    def status(self) -> str:
        """How the inversion ended."""
        fits = ", ".join(
            f"{name} chi^2/N = {part.chi2_per_datum:.4g} (target {part.target:.4g}{granted})"
            for name, part, granted in zip(
                self.names,
                self.parts,
                (", met by the other data" if name in self.granted else "" for name in self.names),
                strict=True,
            )
        )
        ending = "targets reached" if self.reached else self.outcome.value
        return f"{ending} after {self.rounds} round{'s' * (self.rounds != 1)}: {fits}{self._structures()}"

    def _structures(self) -> str:
        if len(self.separate) < 2:
            return ""
        told = (
            f"; structural error {self.structural_error:.3g}, {self.separate_structural_error:.3g} of separate models"
        )
        if self.structural_error <= self.wanted:
            return told
        if not self.strained:
            return f"{told}, where {self.wanted:.3g} was asked: the rounds did not suffice"
        named = " and ".join(
            f"{name} (fitted at {factor:.2g} of its separate trade-off)" for name, factor in self.strained.items()
        )
        return f"{told}, where {self.wanted:.3g} was asked: more in common is contradicted by the data of {named}"

    def to_xarray(self, provenance: Mapping[str, Any] | None = None) -> xr.Dataset:
        """Models, data of all data sets and provenance as one CF Dataset.

        The first data set stands as :meth:`geoinv.Solution.to_xarray` writes it; what belongs to the others has their
        number at its end: ``station_2``, ``gz_observed_2``, and the attribute ``status_2``. ``*_separate`` is the model
        of a property by its own data alone.
        """
        unknowns = [str(getattr(part.operator, "unknown", "")) for part in self.parts]
        result = joint_dataset(
            [
                Part(name, unknown, part.to_xarray())
                for name, unknown, part in zip(self.names, unknowns, self.parts, strict=True)
            ]
        )
        self._add_classes(result, dict(zip(unknowns, self.parts, strict=True)))
        mesh: Any = getattr(self.parts[0].operator, "mesh", None)
        for name, solution in self.separate.items():
            about = f"{result[name].attrs.get('long_name', name)}, inverted separately"
            shown = np.where(mesh.active, solution.model, np.nan)
            result[f"{name}_separate"] = (result[name].dims, shown, {**result[name].attrs, "long_name": about})
        result.attrs.update(
            title="geoinv joint solution",
            joint_status=self.status,
            structural_error=self.structural_error,
            structural_error_of_separate_models=self.separate_structural_error,
            coupling_strength=self.strength,
            settings=json.dumps(dict(self.settings), default=str),
        )
        result.attrs.update(provenance or {})
        return result

    def _add_classes(self, result: xr.Dataset, parts: Mapping[str, Solution]) -> None:
        """Classes of rock that a property tells otherwise than the first one; what all tell has all their means."""
        for unknown, part in list(parts.items())[1:]:
            variables = part.class_variables()
            if not variables:
                continue
            if "rock_class_probability" in result and np.array_equal(
                result["rock_class_probability"], variables["rock_class_probability"], equal_nan=True
            ):
                told = result["rock_class"].attrs
                told["comment"] = f"{told['comment']}; {unknown} of {variables['rock_class'].attrs['comment']}"
                continue
            for name, variable in variables.items():
                dims = [f"{unknown}_rock" if axis == "rock" else axis for axis in variable.dims]
                result[f"{unknown}_{name}"] = (dims, variable.values, variable.attrs)
