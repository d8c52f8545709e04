"""Equivalent sources of a survey: fitted once, predicted from anywhere above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES
from geoinv.core.checks import InputError, array_of, finite, positive
from geoinv.core.wording import way
from geoinv.equivalent_sources.fitting import Fit, fit_layer
from geoinv.equivalent_sources.operator import layer_field, on_grid
from geoinv.equivalent_sources.quantities import components_needed, computed, refuse_unknown
from geoinv.equivalent_sources.spacing import Spacing, spacing_of
from geoinv.equivalent_sources.validation import Validation, validated
from geoinv.inversion.solution import Solution
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

__all__ = ["LOW_AMPLIFICATION", "EquivalentSources", "pole_amplification"]

Array = npt.NDArray[np.float64]

LOW_AMPLIFICATION = 10.0
"""Factor on noise beyond which the reduction to the pole is worth a warning: inclinations below 18 degrees."""


@dataclass
class EquivalentSources:
    """A layer of cubes below the stations that makes the field of a survey.

    Magnetic data are fitted by cubes magnetized along the inducing field, gravity by cubes of a density, one to a
    column of ``depth / 1.5`` metres, at a depth below the stations that follows the lowest of them around. They are
    damped least squares with chi^2/N = 1 of the survey's uncertainties, of source strengths whose amplitudes fall
    with the wavenumber (:class:`geoinv.equivalent_sources.operator.SourceStrengths`), with a constant beside them
    that is fitted as well.

    Parameters
    ----------
    depth : float, optional
        Metres of the sources below the stations; by default the one of several that predicts best what it was not
        fitted to: whole lines left out, or blocks of a survey without lines.

    Attributes
    ----------
    survey : Survey
        What was fitted.
    spacing : Spacing
        How far its stations are apart.
    validation : Validation or None
        What cross-validation tried; None where depth and uncertainties are given.
    fitted : Fit
        The layer, its sources and how they were found.

    Notes
    -----
    Dampney (1969), Geophysics 34, 39-53; Emilia (1973), Geophysics 38, 339-348, for magnetics and the pole.

    Examples
    --------
    >>> import geoinv
    >>> x, y = (c.ravel() for c in np.meshgrid(np.arange(0.0, 800.0, 80.0), np.arange(0.0, 800.0, 80.0)))
    >>> body = geoinv.Grid.regular((1, 2, 2), (100.0, 100.0, 100.0), (-350.0, 300.0, 300.0))
    >>> survey = geoinv.Survey(x, y, np.full(x.size, 20.0), components=("gz",))
    >>> data = geoinv.operators.Gravity(body, survey)(np.full(body.shape, 500.0))
    >>> sources = EquivalentSources(depth=160.0).fit(survey.with_data(data, 0.001))
    >>> higher = geoinv.operators.Gravity(body, geoinv.Survey([400.0], [400.0], [80.0], components=("gz",)))
    >>> true = higher(np.full(body.shape, 500.0))[0, 0]
    >>> bool(abs(sources.predict([400.0], [400.0], [80.0])[0, 0] / true - 1.0) < 0.02)
    True
    """

    depth: float | None = None
    survey: Survey = field(init=False, repr=False)
    spacing: Spacing = field(init=False, repr=False)
    validation: Validation | None = field(init=False, repr=False, default=None)
    fitted: Fit = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the depth."""
        if self.depth is not None:
            depth = array_of("EquivalentSources", "depth", self.depth, shape=())
            positive("EquivalentSources", "depth", depth, "give metres below the stations, or leave it out")
            self.depth = float(depth)

    def fit(self, survey: Survey) -> Self:
        """Find the sources of a survey.

        Parameters
        ----------
        survey : Survey
            With data; without uncertainties, the noise is chosen by cross-validation too.

        Raises
        ------
        InputError
            If the survey has no data, its stations cover no area, a component is not linear in the sources or, without
            uncertainties, is the same everywhere, or the layer does not fit in memory.
        """
        if survey.data is None:
            raise InputError("EquivalentSources.fit expects a survey with data, got stations only; add the data")
        not_linear = [name for name in survey.components if not QUANTITIES[name].tensor]
        if not_linear:
            raise InputError(
                f"equivalent sources expect components that are linear in the sources, got {' '.join(not_linear)}; "
                "give tmi, a component of the field or a gradient"
            )
        if survey.uncertainty is None and not survey.data.std(axis=1).all():
            raise InputError(
                "equivalent sources expect data that vary, of which they find the noise, got a component that is the "
                f"same everywhere; {way('give --noise', 'give the survey uncertainties')}"
            )
        spacing = spacing_of(survey)
        validation = None
        depth = self.depth
        if depth is None or survey.uncertainty is None:
            validation = validated(survey, spacing, depth)
            depth = validation.best.depth
            if validation.best.noise is not None:
                share = validation.best.noise / float(survey.data[0].std())
                noise = np.broadcast_to(share * survey.data.std(axis=1)[:, None], survey.data.shape)
                survey = survey.with_data(survey.data, noise)
        self.fitted = fit_layer(survey, depth)
        self.survey, self.spacing, self.validation = survey, spacing, validation
        return self

    @property
    def solution(self) -> Solution:
        """How the sources were found: misfit, base level, status."""
        return self._fit().solution

    def _fit(self) -> Fit:
        if not hasattr(self, "fitted"):
            raise InputError("EquivalentSources expects to be fitted first; call fit(survey)")
        return self.fitted

    def predict(
        self,
        easting: npt.ArrayLike,
        northing: npt.ArrayLike,
        upward: npt.ArrayLike,
        quantities: Sequence[str] | None = None,
        *,
        pole: bool = False,
    ) -> Array:
        """Compute the field of the sources at places above them.

        Parameters
        ----------
        easting, northing, upward : array_like
            Places in metres, of one shape or broadcast to one.
        quantities : sequence of str, optional
            Components (``tmi be bn bu bee ...``, or ``gz ge ... guu``), and of the survey's first component, where it
            is a field: ``easting_derivative northing_derivative downward_derivative horizontal_gradient
            total_gradient tilt``. The survey's components by default.
        pole : bool
            Whether sources and measurement are turned to the vertical: the reduction to the pole. The constant
            that was fitted beside the sources stays as it is, as a constant has no direction.

        Returns
        -------
        (quantities, ...) array
            In nT, nT/m, mGal, Eotvos; the tilt in degrees.

        Raises
        ------
        InputError
            If nothing was fitted, a place is not above the sources or not finite, a quantity is unknown, or gravity is
            to be reduced to the pole.
        """
        fit = self._fit()
        base = self.survey.components[0]
        names = list(self.survey.components if quantities is None else quantities)
        refuse_unknown(names, base)
        places = [
            array_of("predict", name, values)
            for name, values in (("easting", easting), ("northing", northing), ("upward", upward))
        ]
        shape = np.broadcast_shapes(*(part.shape for part in places))
        x, y, z = (np.broadcast_to(part, shape).ravel() for part in places)
        for name, part in (("easting", x), ("northing", y), ("upward", z)):
            finite("predict", name, part, "leave out places without a position")
        self.refuse_below_sources(x, y, z)
        survey = self._measured_at(x, y, z, components_needed(names, base), pole)
        values = layer_field(fit.layer, survey, 1)(on_grid(fit.layer, fit.strengths))
        found = dict(zip(survey.components, values, strict=True))
        rows = [computed(name, base, found, survey.projection) for name in names]
        constants = dict(zip(self.survey.components, fit.solution.base_level, strict=True))
        rows = [row + constants.get(name, 0.0) for name, row in zip(names, rows, strict=True)]
        return np.stack(rows).reshape(len(names), *shape)

    def refuse_below_sources(self, easting: Array, northing: Array, upward: Array) -> None:
        """Reject places that are not above the sources, where their field is none that anything measured.

        Raises
        ------
        InputError
            Naming the first.
        """
        layer = self._fit().layer
        low = upward <= layer.top(easting, northing)
        if low.any():
            first = int(np.argmax(low))
            top = float(layer.top(easting[first], northing[first]))
            raise InputError(
                f"equivalent sources expect places above them, got a height of {upward[first]:.6g} m at easting "
                f"{easting[first]:.10g}, northing {northing[first]:.10g}, where the sources reach up to {top:.6g} m "
                f"({int(low.sum())} of {low.size} places); choose a greater height"
            )

    def _measured_at(self, x: Array, y: Array, z: Array, components: tuple[str, ...], pole: bool) -> Survey:
        """Survey of places, at the pole or as the one that was fitted."""
        survey = self.survey
        if pole and survey.field is None:
            raise InputError(
                f"the reduction to the pole expects magnetic data, got {' '.join(survey.components)}, which has no "
                "direction to be reduced; leave the pole out"
            )
        made = Survey(x, y, z, components, survey.field, anomaly_direction=survey.anomaly_direction, crs=survey.crs)
        if not pole:
            return made
        return replace(made, field=MainField(90.0, 0.0, survey.main_field.intensity), anomaly_direction=(90.0, 0.0))


def pole_amplification(survey: Survey) -> float:
    """How many times the reduction to the pole raises what varies across the declination, and its noise.

    ``1 / |sin I sin I'|`` with I the inclination of the field and I' that of the direction measured along (Blakely
    1995, section 12.3.1); infinite at the magnetic equator.

    Examples
    --------
    >>> import geoinv
    >>> survey = geoinv.Survey([0.0], [0.0], [0.0], field=geoinv.MainField(30.0, 0.0, 50000.0))
    >>> round(pole_amplification(survey), 6)
    4.0
    """
    assert survey.anomaly_direction is not None, "the pole is for magnetic data"
    sines = np.sin(np.radians([survey.main_field.inclination, survey.anomaly_direction[0]]))
    product = float(abs(sines.prod()))
    return 1.0 / product if product > 0.0 else np.inf
