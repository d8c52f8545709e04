"""Wiener's filter: the best linear estimator of stationary images from a blur that keeps waves apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.data_sets import DataSets, per_item
from geoinv.core.checks import InputError, array_of, choice, finite, shape_text

__all__ = ["power_spectrum", "wave_factors", "wiener"]

Array = npt.NDArray[Any]
Transform = Callable[[Array], Array]

BOUNDARIES = ("periodic", "reflective")


def wiener(
    A: LinearOperator,
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    mean: float,
    power: npt.ArrayLike,
    boundary: str,
) -> Array:
    """Best linear estimate of stationary models from blurred ones.

    Parameters
    ----------
    A : LinearOperator
        Blur, from models to data of one shape, that goes on beyond the edge as `boundary` says.
    data : (..., *shape) array
        d; leading dimensions are a batch, the colours of an image among them.
    noise : float or (...) array
        Standard deviation s, one for all or one a data set, in the data's unit.
    mean : float
        Mean value of the models.
    power : array
        Their power at each wave, from :func:`power_spectrum`.
    boundary : str
        ``"periodic"``, whose waves are those of Fourier's transform, or ``"reflective"``, the cosine transform's.

    Returns
    -------
    (..., *shape) array

    Raises
    ------
    InputError
        If A does not keep these waves apart, or data or power do not fit it.

    Notes
    -----
    Each wave is multiplied by ``conj(a) P / (|a|^2 P + s^2)``, with a the eigenvalue of A and P the power.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> wiener(Identity((2,)), [2.0, 4.0], 1.0, mean=0.0, power=[1.0, 3.0], boundary="reflective").round(6).tolist()
    [0.75, 2.25]
    """
    choice("wiener", "boundary", boundary, BOUNDARIES)
    sets = DataSets.of("wiener", A, data, noise)
    analysis, synthesis = _transforms(boundary, A.domain_shape)
    eigenvalues = wave_factors(A, boundary)
    prior = array_of("wiener", "power", power, shape=eigenvalues.shape, remedy="take it from power_spectrum")
    finite("wiener", "power", prior, "take it from power_spectrum")
    waves = analysis(sets.data - A(np.full(A.domain_shape, mean)))
    filtered = eigenvalues.conj() * prior / (np.abs(eigenvalues) ** 2 * prior + per_item(sets.variance, waves)) * waves
    return sets.restored((mean + synthesis(filtered)).astype(A.dtype))


def power_spectrum(models: npt.ArrayLike, rank: int, boundary: str) -> tuple[float, Array]:
    """Mean value and mean power at each wave of training models.

    Parameters
    ----------
    models : (..., *shape) array
        Leading dimensions count models, the colours of an image among them.
    rank : int
        Number of a model's own dimensions: 2 for images.
    boundary : str
        ``"periodic"`` or ``"reflective"``.

    Returns
    -------
    float and array
        What :func:`wiener` asks for.

    Raises
    ------
    InputError
        If there is no model or the boundary is unknown.

    Examples
    --------
    >>> mean, power = power_spectrum([[1.0, -1.0], [1.0, 1.0]], rank=1, boundary="reflective")
    >>> mean, power.round(6).tolist()
    (0.5, [0.5, 1.0])
    """
    choice("power_spectrum", "boundary", boundary, BOUNDARIES)
    values = array_of("power_spectrum", "models", models)
    split = values.ndim - rank
    if split < 0 or not values.size:
        raise InputError(f"power_spectrum expects models of {rank} dimensions, got {shape_text(values.shape)}")
    mean = float(values.mean())
    shape = values.shape[split:]
    analysis, _ = _transforms(boundary, shape)
    waves = analysis((values - mean).reshape((-1, *shape)))
    return mean, np.asarray(np.mean(np.abs(waves) ** 2, axis=0))


def _transforms(boundary: str, shape: tuple[int, ...]) -> tuple[Transform, Transform]:
    """Orthonormal analysis and synthesis of arrays (items, *shape)."""
    axes = tuple(range(1, len(shape) + 1))
    if boundary == "reflective":
        return (
            lambda x: np.asarray(scipy.fft.dctn(x, axes=axes, norm="ortho")),
            lambda z: np.asarray(scipy.fft.idctn(z, axes=axes, norm="ortho")),
        )
    return (
        lambda x: np.asarray(scipy.fft.rfftn(x, axes=axes, norm="ortho")),
        lambda z: np.asarray(scipy.fft.irfftn(z, s=shape, axes=axes, norm="ortho")),
    )


def wave_factors(A: LinearOperator, boundary: str) -> Array:
    """Eigenvalues of an operator that keeps waves apart, from its image of all waves together.

    Parameters
    ----------
    A : LinearOperator
        Blur, from models to data of one shape.
    boundary : str
        ``"periodic"`` or ``"reflective"``, whose waves are meant.

    Returns
    -------
    array
        One factor a wave.

    Raises
    ------
    InputError
        If A does not keep these waves apart, which a random model tells.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> wave_factors(2.0 * Identity((3,)), "reflective").round(6).tolist()
    [2.0, 2.0, 2.0]
    """
    analysis, synthesis = _transforms(boundary, A.domain_shape)
    probe = np.random.default_rng(0).standard_normal((1, *A.domain_shape)).astype(A.dtype)
    if A.range_shape == A.domain_shape:
        every_wave = synthesis(np.ones_like(analysis(probe)))
        eigenvalues = analysis(A(every_wave))
        expected = A(probe)
        mismatch = np.linalg.norm(synthesis(eigenvalues * analysis(probe)) - expected)
        if mismatch <= 1e3 * np.finfo(A.dtype).eps * np.linalg.norm(probe) * np.abs(eigenvalues).max():
            return np.asarray(eigenvalues[0])
    raise InputError(
        f"wiener expects an operator that is diagonal in the waves of a {boundary} boundary, {A.name} is not; give the "
        "boundary that the blur has, or take linear_minimum_mean_square_error"
    )
