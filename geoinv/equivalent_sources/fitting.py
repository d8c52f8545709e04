"""The sources of one depth that fit a survey to its uncertainties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.equivalent_sources.krylov_space import fitted_to_target
from geoinv.equivalent_sources.layer import SourceLayer, layer_below
from geoinv.equivalent_sources.operator import SourceStrengths, layer_field
from geoinv.inversion.gauss_newton import GaussNewton
from geoinv.inversion.invert import invert
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.solution import Solution
from geoinv.regularizers.smooth import Smooth
from geoinv.surveys.survey import Survey

__all__ = ["Fit", "fit_layer"]

THOROUGH = GaussNewton(tolerance=1e-2)
"""How each minimisation ends: the misfit is searched for within a hundredth of its target as well."""

TRADE_OFFS = 40
"""Most betas."""

APPLICATIONS = 400
"""How often the physics is applied in a fit, about: what the choice of its engine weighs."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A layer with its sources.

    Attributes
    ----------
    layer : SourceLayer
        Where they are.
    strengths : (northing, easting) array
        Susceptibility (SI) or density (kg/m3) of each cube.
    solution : Solution
        How they were found.
    """

    layer: SourceLayer
    strengths: npt.NDArray[np.float64]
    solution: Solution


def fit_layer(survey: Survey, depth: float) -> Fit:
    """Smallest sources at a depth that fit the data with chi^2/N = 1, and a constant in them.

    Parameters
    ----------
    survey : Survey
        With data and uncertainty.
    depth : float
        Metres below the stations.

    Returns
    -------
    Fit
        Also where the data could not be fitted: ``solution.reached`` tells.
    """
    layer = layer_below(survey, depth)
    A = SourceStrengths(layer, layer_field(layer, survey, APPLICATIONS))
    assert survey.data is not None, "a fit needs data"
    assert survey.uncertainty is not None, "a fit needs uncertainties"
    phi = Smooth(smoothness=0.0, weighting=None)
    solution = invert(
        A,
        survey.data,
        survey.uncertainty,
        regularizer=phi,
        initial=fitted_to_target(A, survey.data, survey.uncertainty),
        base_level="fit",
        solver=THOROUGH,
        iterations=TRADE_OFFS,
    )
    if solution.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return Fit(layer, A.strengths(solution.model), solution)
