"""Which derivatives of ``integral of 1/r`` each component of the field needs, and how much of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.surveys.quantities import QUANTITIES
from geoinv.surveys.survey import Survey

__all__ = ["KernelWeights", "kernel_weights"]

MU0 = 1.25663706212e-6
"""Vacuum permeability in T m/A, CODATA 2018: the value of choclo and Harmonica, so that numbers agree."""

MU0_OVER_4PI_NT = MU0 / (4.0 * np.pi) * 1e9
"""mu0 / (4 pi) in nT per A/m."""


@dataclass(frozen=True)
class KernelWeights:
    """Weights of the corner functions for each component and unknown.

    Attributes
    ----------
    order : (components,) array of int
        2 for the field (second derivatives), 3 for its gradients.
    weights : (components, unknowns, 7) array
        As :func:`geoinv.operators.prisms._kernel_numba.field_row` and ``gradient_row`` take them.
    face_jump : (components, unknowns, 2) array
        What a cell adds at a station on its own east or west, north or south face, where the corner
        function gives the mean of both sides, to make it the limit from outside.
    """

    order: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    face_jump: npt.NDArray[np.float64]


def kernel_weights(survey: Survey, unknown: str) -> KernelWeights:
    """Weights for the components of a survey.

    Parameters
    ----------
    survey : Survey
        Components, inducing field and projection.
    unknown : str
        ``"susceptibility"`` (M = chi B0 / mu0 along the field) or ``"magnetization"`` (A/m).

    Notes
    -----
    B_i = mu0/(4 pi) sum_j U_ij M_j outside the cell, with U_ij the second derivatives of the
    integral of 1/r over the cell (Blakely 1995, eq. 5.2 with Poisson's relation), and
    b_ij = dB_i/dj needs the third ones.
    """
    if unknown == "susceptibility":
        magnetizations = [survey.main_field.direction * survey.main_field.intensity / (4.0 * np.pi)]
    else:
        magnetizations = [MU0_OVER_4PI_NT * row for row in np.eye(3)]
    shape = (len(survey.components), len(magnetizations))
    order = np.array([QUANTITIES[name].order for name in survey.components])
    weights, face_jump = np.zeros((*shape, 7)), np.zeros((*shape, 2))
    for row, name in enumerate(survey.components):
        for column, magnetization in enumerate(magnetizations):
            coefficients = QUANTITIES[name].coefficients(survey.projection)
            if order[row] == 3:
                for (i, j), part in np.ndenumerate(coefficients):
                    weights[row, column] += part * _third_derivatives(i, j, magnetization)
                continue
            tensor = np.outer(coefficients, magnetization)
            tensor = 0.5 * (tensor + tensor.T)
            weights[row, column] = _second_derivatives(tensor)
            face_jump[row, column] = 2.0 * np.pi * np.diag(tensor)[:2]
    return KernelWeights(order, weights, face_jump)


def _second_derivatives(tensor: npt.NDArray[np.float64]) -> list[float]:
    """Weights of ``sum_ij tensor_ij U_ij``, with U_zz = -U_xx - U_yy - (solid angle inside)."""
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = tensor
    return [zz - xx, zz - yy, -zz, 2.0 * yz, 2.0 * xz, 2.0 * xy, 0.0]


def _third_derivatives(i: int, j: int, magnetization: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Weights of ``sum_k M_k U_ijk`` over xyz, xxy, xyy, xxz, xzz, yyz, yzz."""
    names = ["xyz", "xxy", "xyy", "xxz", "xzz", "yyz", "yzz"]
    harmonic = {"xxx": ("xyy", "xzz"), "yyy": ("xxy", "yzz"), "zzz": ("xxz", "yyz")}
    weights = np.zeros(7)
    for k, moment in enumerate(magnetization):
        name = "".join(sorted("xyz"[axis] for axis in (i, j, k)))
        for term in harmonic.get(name, (name,)):
            weights[names.index(term)] += -moment if name in harmonic else moment
    return weights
