"""What of a magnetization is remanent, where the susceptibility is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, finite, shape_text
from geoinv.surveys.main_field import MainField

__all__ = ["koenigsberger_ratio", "remanent_magnetization", "remanent_part"]

Array = npt.NDArray[np.float64]

VACUUM = 4e-7 * np.pi
"""Permeability of the vacuum, T m/A."""


def koenigsberger_ratio(magnetization: npt.ArrayLike, susceptibility: npt.ArrayLike, field: MainField) -> Array:
    """Ratio Q of remanent to induced magnetization.

    Parameters
    ----------
    magnetization : (3, ...) array_like
        All of it, in A/m: components easting, northing, upward.
    susceptibility : float or (...) array_like
        SI; one for all, or over the magnetization's cells.
    field : MainField
        Inducing field.

    Returns
    -------
    (...) array
        ``|M - M_ind| / |M_ind|`` with ``M_ind = chi B0 / mu0``; infinite where the susceptibility is zero and rock is
        magnetized, NaN where it is zero and rock is not.

    Raises
    ------
    InputError
        If shapes disagree or values are not finite.

    Examples
    --------
    >>> field = MainField(90.0, 0.0, 50000.0)
    >>> koenigsberger_ratio([0.0, 0.0, 4.0], 0.05, field).round(2).item()
    3.01
    """
    return remanent_part(magnetization, susceptibility, field)[1]


def remanent_part(magnetization: npt.ArrayLike, susceptibility: npt.ArrayLike, field: MainField) -> tuple[Array, Array]:
    """Remanent magnetization (3, ...) in A/m and Koenigsberger ratio (...).

    Parameters, errors and the ratio are those of :func:`koenigsberger_ratio`.
    """
    remanent = remanent_magnetization(magnetization, susceptibility, field)
    induced = np.asarray(susceptibility, np.float64) * _induced_by(field)
    with np.errstate(divide="ignore", invalid="ignore"):
        return remanent, np.asarray(np.linalg.norm(remanent, axis=0) / np.abs(induced))


def remanent_magnetization(magnetization: npt.ArrayLike, susceptibility: npt.ArrayLike, field: MainField) -> Array:
    """Magnetization (3, ...) in A/m less the induced one, ``chi B0 / mu0``.

    Parameters
    ----------
    magnetization, susceptibility, field
        As :func:`koenigsberger_ratio` takes them.

    Raises
    ------
    InputError
        If shapes disagree or values are not finite.

    Examples
    --------
    >>> field = MainField(90.0, 0.0, 50000.0)
    >>> remanent_magnetization([1.0, 2.0, -2.0], 0.05, field).round(2).tolist()
    [1.0, 2.0, -0.01]
    """
    owner = "the remanence"
    vectors = array_of(owner, "the magnetization", magnetization)
    chi = array_of(owner, "the susceptibility", susceptibility)
    if vectors.ndim == 0 or vectors.shape[0] != 3 or chi.shape not in ((), vectors.shape[1:]):
        raise InputError(
            f"{owner} expects a magnetization of shape (3, ...) and a susceptibility over its cells, or one number, "
            f"got {shape_text(vectors.shape)} and {shape_text(chi.shape)}"
        )
    finite(owner, "the magnetization", vectors, "give A/m in every cell")
    finite(owner, "the susceptibility", chi, "give SI in every cell")
    along = np.asarray(field.direction, np.float64).reshape(3, *[1] * (vectors.ndim - 1))
    return np.asarray(vectors - chi * _induced_by(field) * along)


def _induced_by(field: MainField) -> float:
    """Magnetization in A/m that a field induces in a rock of susceptibility 1."""
    return float(1e-9 * field.intensity / VACUUM)
