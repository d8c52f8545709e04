"""What an inversion returns: the model, how well it fits, and how it was made."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.forward_model import NonlinearOperator
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.conventions.directions import amplitude_and_angles
from geoinv.core.html import html_of
from geoinv.core.provenance import checksum
from geoinv.inversion.class_variables import class_variables
from geoinv.inversion.outcome import Outcome
from geoinv.meshes.summary import range_line
from geoinv.surveys.quantities import data_quantities
from geoinv.surveys.survey_dataset import station_variables

if TYPE_CHECKING:
    import xarray as xr

    from geoinv.inversion.problem import InverseProblem

__all__ = ["Solution", "Step"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One entry of the history: the objective after a minimisation at one beta.

    ``excess`` is how far the objective may lie above its minimum there, as a part of it.
    """

    beta: float
    chi2_per_datum: float
    penalty: float
    seconds: float
    excess: float = np.nan


@dataclass(frozen=True, eq=False)
class Solution:
    """Result of :func:`geoinv.invert`.

    Attributes
    ----------
    operator : LinearOperator or NonlinearOperator
        The physics A.
    model : array of ``A.domain_shape``
        Recovered model; 0 in inactive cells.
    predicted, data, uncertainty : arrays of ``A.range_shape``
        Predicted data with the base level, observed data and their standard deviations.
    base_level : (components,) array
        Constant in the data, in their unit.
    outcome : Outcome
        How the inversion ended.
    ending : str
        Sentence that says it.
    doubts : tuple of str
        What is wrong with a fit that was to meet a target, and what usually causes it.
    reached : bool
        Whether it ended at the target (with a fixed beta or at the corner of the L-curve: converged).
    target : float
        Target of chi^2/N.
    beta : float
        beta of the model: infinite for a reference model that fits.
    excess : float
        How far the objective may lie above its minimum at that beta, as a part of it: a bound where the
        regularizer tells how fast it grows, as Smooth does, an estimate elsewhere.
    history : tuple of Step
        One entry a beta.
    settings : mapping
        Arguments that made it.
    problem : InverseProblem, optional
        What was minimised; its regularizer has the weights that the model was found with.
    z : array, optional
        Unknowns that the model was made of.
    """

    operator: LinearOperator | NonlinearOperator
    model: Array
    predicted: Array
    data: Array
    uncertainty: Array
    base_level: Array
    outcome: Outcome
    ending: str
    doubts: tuple[str, ...]
    reached: bool
    target: float
    beta: float
    excess: float
    history: tuple[Step, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    problem: InverseProblem | None = field(default=None, repr=False)
    z: Array | None = field(default=None, repr=False)

    @property
    def status(self) -> str:
        """How the inversion ended, with what is to be doubted."""
        return "; ".join([self.ending, *self.doubts])

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        fit = f"chi^2/N {self.chi2_per_datum:.4g}, target {self.target:g}, beta {self.beta:.4g}"
        betas = f"betas tried: {len(self.history)}"
        return html_of("Solution", [self.ending, fit, betas, range_line("model", self.model), *self.doubts])

    @property
    def residual(self) -> Array:
        """Observed minus predicted data."""
        return self.data - self.predicted

    @property
    def chi2_per_datum(self) -> float:
        """``sum(((d - p) / sd)^2) / N``."""
        return float(np.mean((self.residual / self.uncertainty) ** 2))

    def percentiles(self) -> dict[int, Array]:
        """Models that so many per cent of the truths lie below, where the regularizer knows; else nothing."""
        tells = None if self.problem is None else getattr(self.problem.objective.regularizer, "percentiles", None)
        return {} if tells is None or self.z is None else dict(tells(self.z, self.beta))

    def class_variables(self) -> dict[str, xr.Variable]:
        """Likeliest class of each cell and probabilities of all, where the regularizer knows classes; else nothing."""
        tells = None if self.problem is None else getattr(self.problem.objective.regularizer, "memberships", None)
        mesh = getattr(self.operator, "mesh", None)
        if tells is None or self.z is None or mesh is None:
            return {}
        return class_variables(mesh, *tells(self.z))

    def to_xarray(self, provenance: Mapping[str, Any] | None = None) -> xr.Dataset:
        """Model, data and provenance as one CF Dataset.

        Parameters
        ----------
        provenance : mapping, optional
            Further attributes, such as the command line and checksums of its files.

        Returns
        -------
        xarray.Dataset
            ``susceptibility(upward, northing, easting)`` (NaN in inactive cells), or what else is sought, of a vector
            ``magnetization_easting, _northing, _upward, _amplitude, _inclination, _declination``; and for each
            component ``*_observed``, ``*_predicted``, ``*_uncertainty`` over ``station``; the history
            over ``step``.
        """
        import xarray as xr

        from geoinv.conventions import cf
        from geoinv.core.version import __version__

        mesh, survey = getattr(self.operator, "mesh", None), getattr(self.operator, "survey", None)
        unknown = getattr(self.operator, "unknown", "model")
        if mesh is None:
            result = xr.Dataset({unknown: ([f"axis_{k}" for k in range(self.model.ndim)], self.model)})
        elif self.model.shape == mesh.shape:
            result = mesh.to_xarray(**{unknown: self.model})
        elif self.model.shape != (3, *mesh.shape):
            result = mesh.to_xarray()
            result[unknown] = ([f"axis_{k}" for k in range(self.model.ndim)], self.model)
        else:
            parts = ("easting", "northing", "upward", "amplitude", "inclination", "declination")
            vectors = (*self.model, *amplitude_and_angles(self.model))
            result = mesh.to_xarray(**{f"{unknown}_{part}": of for part, of in zip(parts, vectors, strict=True)})
        for percent, values in self.percentiles().items():
            about = f"{result[unknown].attrs.get('long_name', unknown)}: value that {percent} per cent lie below"
            text = {**result[unknown].attrs, "long_name": f"{about}, as the regularizer expects it"}
            shown = values if mesh is None else np.where(mesh.active, values, np.nan)
            result[f"{unknown}_percentile_{percent}"] = (result[unknown].dims, shown, text)
        for name, variable in self.class_variables().items():
            result[name] = variable
        quantities = data_quantities(self.operator, self.data.shape)
        if survey is None or quantities is None:
            dimensions = [f"datum_{k}" for k in range(self.data.ndim)]
            for suffix, values in self._data_columns():
                result[f"data_{suffix}"] = (dimensions, values)
        else:
            positions = {
                f"station_{axis}": ("station", getattr(survey, axis), {"units": "m"})
                for axis in ("easting", "northing", "upward")
            }
            result = result.assign_coords(positions).assign(station_variables(survey, "station_"))
            for row, (component, attributes) in enumerate(quantities):
                for suffix, values in self._data_columns():
                    text = {**attributes, "long_name": f"{attributes['long_name']}, {suffix}"}
                    result[f"{component}_{suffix}"] = ("station", values[row], text)
            if hasattr(survey, "field"):
                result.attrs.update(cf.field_attributes(survey))
        for name in ("beta", "chi2_per_datum", "penalty", "seconds", "excess"):
            result[f"history_{name}"] = ("step", [getattr(step, name) for step in self.history])
        result.attrs.update(
            Conventions=cf.CONVENTIONS,
            title="geoinv solution",
            status=self.status,
            outcome=self.outcome.name.lower(),
            reached=int(self.reached),
            chi2_per_datum=self.chi2_per_datum,
            target=self.target,
            beta=self.beta,
            excess=self.excess,
            base_level=[float(value) for value in np.atleast_1d(self.base_level)],
            settings=json.dumps(dict(self.settings), default=str),
            data_sha256=checksum(self.data, self.uncertainty),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            source=f"geoinv {__version__}, numpy {np.__version__}, Python {platform.python_version()}",
            history=" ".join(sys.argv),
        )
        result.attrs.update(provenance or {})
        return result

    def _data_columns(self) -> list[tuple[str, Array]]:
        return [("observed", self.data), ("predicted", self.predicted), ("uncertainty", self.uncertainty)]
