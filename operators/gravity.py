"""Gravity: the attraction of the density contrasts of a mesh, and its gradients, at the stations of a survey."""

from __future__ import annotations

from geoinv.conventions.quantities import QUANTITIES
from geoinv.operators.prisms.operator import PrismOperator
from geoinv.operators.prisms.weights import KernelWeights
from geoinv.surveys.survey import Survey

__all__ = ["GRAVITATIONAL_CONSTANT", "Gravity", "gravity_weights"]

GRAVITATIONAL_CONSTANT = 6.6743e-11
"""m3 / (kg s2), CODATA 2018: the value of choclo and Harmonica, so that numbers agree."""

PROJECT_UNITS = {1: 1e5, 2: 1e9}
"""mGal in a m/s2 and Eotvos in a 1/s2, by the derivatives of the integral of 1/r that a component takes."""


class Gravity(PrismOperator):
    """Gravity of prisms of uniform density.

    Maps density contrast (upward, northing, easting) in kg/m3 to data (components, stations): ``gz``, the vertical
    attraction, **positive down**, and ``ge gn gu``, the attraction along the axes, ``gu`` positive up, in mGal;
    ``gee gen geu gnn gnu guu``, the derivatives gij = dg_i/dj of these, in Eotvos. UBC-GIF's files and this ``gz`` have
    a surplus of mass positive; SimPEG's ``gz`` is this ``gu``. Inactive cells are ignored, whatever stands in them, and
    receive 0 from the adjoint.

    Every point is defined. The attraction is continuous everywhere. Its gradients are, on a face, the limit from
    outside; inside a cell the derivatives themselves, with gee + gnn + guu = -4 pi G density; on an edge or corner the
    divergent logarithm is left out, which cancels between neighbours of equal density, and the rest is as
    :class:`geoinv.operators.Magnetics` has it.

    Parameters
    ----------
    mesh : Grid
        Cells; only the active ones count.
    survey : Survey
        Stations and components of gravity; no field.
    engine, rtol, dtype, memory_budget, applications
        As :class:`geoinv.operators.Magnetics` takes them.

    Raises
    ------
    InputError
        If the engine does not apply or fit in memory, the survey is magnetic, or an argument is not one of those that
        there are.

    Notes
    -----
    g_i = G rho U_i and g_ij = G rho U_ij, with U_i and U_ij the derivatives of the integral of 1/r over the cell (Nagy,
    Papp and Benedek 2000).

    Examples
    --------
    >>> import geoinv, numpy
    >>> grid = geoinv.Grid.regular(shape=(2, 2, 2), spacing=(10, 10, 10), origin=(-20, 0, 0))
    >>> survey = geoinv.Survey([10.0], [10.0], [10.0], components=("gz", "guu"))
    >>> A = Gravity(grid, survey)
    >>> A(numpy.full(grid.shape, 500.0)).round(4).tolist()
    [[0.0629], [56.5222]]
    """

    kind = "gravity"
    unknown = "density"

    def _kernel_weights(self) -> KernelWeights:
        return gravity_weights(self.survey)


def gravity_weights(survey: Survey) -> KernelWeights:
    """Kernel weights of the components of a survey, for density in kg/m3."""
    quantities = [QUANTITIES[name] for name in survey.components]
    scales = [GRAVITATIONAL_CONSTANT * PROJECT_UNITS[quantity.order] for quantity in quantities]
    return KernelWeights.of([[s * q.coefficients()] for s, q in zip(scales, quantities, strict=True)])
