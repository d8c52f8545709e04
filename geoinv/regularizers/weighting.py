"""Weights against the decay of a potential field with depth. Every function here returns w, not w^2."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.gram import gram_diagonal
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, array_of, choice, finite, positive, shape_text
from geoinv.core.labels import along_labels
from geoinv.core.whole import largest as largest_of_all
from geoinv.meshes.base import AXES, Mesh

__all__ = ["WEIGHTINGS", "depth_weighting", "distance_weighting", "over_mesh", "sensitivity_weighting", "weights_of"]

Array = npt.NDArray[np.float64]

FLOOR = 1e-3
"""Smallest weight relative to the largest: cells that no datum sees stay bound to the reference."""

WEIGHTINGS = ("sensitivity", "distance", "depth")
"""Weightings by name."""


def depth_weighting(mesh: Mesh, surface: npt.ArrayLike, exponent: float = 3.0, offset: float | None = None) -> Array:
    """Weights w that fall with depth below a surface.

    Parameters
    ----------
    mesh : Mesh
        Cells.
    surface : float or (northing, easting) array
        Height of the sensors in metres: one, or on a tensor mesh above each column.
    exponent : float
        Power of the distance that the field of a cell falls with: 3 for magnetics, 4 for its gradients, 2 for gravity,
        3 for its tensor.
    offset : float, optional
        Distance z0 added to the depth, in metres; half the thinnest cell by default.

    Returns
    -------
    array of ``mesh.shape``
        ``w = ((depth + z0) / z0') ** (-exponent / 2)``, at most 1, so that ``w^2`` decays as the
        field does (Li and Oldenburg 1996, eq. 8). This is w, as UBC's depth weighting is.
    """
    z0 = 0.5 * mesh.smallest_width("upward") if offset is None else float(offset)
    heights = array_of(
        "depth_weighting",
        "the surface",
        along_labels("depth_weighting", "the surface", surface, mesh.dims[1:], mesh.labels),
    )
    if heights.ndim and heights.shape != mesh.shape[1:]:
        raise InputError(
            "depth_weighting expects the surface as one height"
            f"{f' or of shape {shape_text(mesh.shape[1:], AXES[1:])}' if len(mesh.shape) == 3 else ''}, got "
            f"{shape_text(heights.shape)}"
        )
    depth = np.maximum(heights - mesh.centres[2], 0.0) + z0
    return _normalised(np.broadcast_to(depth ** (-0.5 * exponent), mesh.shape), mesh.active)


def distance_weighting(mesh: Mesh, survey: Any, exponent: float = 3.0, offset: float | None = None) -> Array:
    """Weights w that fall with distance from the stations.

    Parameters
    ----------
    mesh : Mesh
        Cells.
    survey : Survey
        Stations.
    exponent : float
        Power of the distance that the field of a cell falls with: 3 for magnetics, 4 for its gradients, 2 for gravity,
        3 for its tensor.
    offset : float, optional
        Distance R0 added to every distance, in metres; a quarter of the smallest cell width by default.

    Returns
    -------
    array of ``mesh.shape``
        ``w = (sum over stations of (R + R0) ** (-2 exponent)) ** (1/4)``, at most 1, so that ``w^2``
        decays as the root-mean-square field does. MAG3D v6 writes this w into its file of distance weights (it agrees
        to 1.6 %); SimPEG's ``distance_weighting`` is this w^2.
    """
    # compiled, and only where these weights are asked for
    from geoinv.regularizers._distances_numba import sum_of_powers

    smallest = min(mesh.smallest_width(axis) for axis in AXES)
    r0 = 0.25 * smallest if offset is None else float(offset)
    active = mesh.active
    cells = np.column_stack([np.broadcast_to(centre, mesh.shape)[active] for centre in mesh.centres])
    stations = np.column_stack([survey.easting, survey.northing, survey.upward])
    # about the smallest width, so that high powers of metres neither overflow nor vanish
    sums, total = np.empty(len(cells)), np.zeros(mesh.shape)
    sum_of_powers(cells / smallest, stations / smallest, r0 / smallest, float(exponent), sums)
    total[active] = sums
    return _normalised(total**0.25, active)


def sensitivity_weighting(gram_diagonal: npt.ArrayLike, volumes: npt.ArrayLike, active: npt.ArrayLike) -> Array:
    """Weights w from the operator itself: its root-sum-square response to each cell.

    Parameters
    ----------
    gram_diagonal : (..., *cells) array
        Diagonal of A' A.
    volumes : array of the mesh's shape
        Cell volumes, so that the size of a cell does not count.
    active : array of bool
        Cells that hold rock.

    Returns
    -------
    array of the mesh's shape
        ``w = (diag(A' A) / volume^2) ** (1/4)``, at most 1; ``w^2`` is the response itself
        (Mehanee, Golubev and Zhdanov 1998). Of the components of a vector it is their mean response.
    """
    volumes = np.asarray(volumes, np.float64)
    response = np.asarray(gram_diagonal, np.float64) / volumes**2
    over_components = tuple(range(response.ndim - volumes.ndim))
    return _normalised(response.mean(axis=over_components) ** 0.25, active)


def weights_of(owner: str, weighting: Any, operator: LinearOperator) -> Array:
    """Weights that a name stands for, or that are given.

    Parameters
    ----------
    owner : str
        Who asks, for errors.
    weighting : str, array or None
        One of :data:`WEIGHTINGS`, weights over the mesh, or None for 1.
    operator : LinearOperator
        The physics.

    Returns
    -------
    array
        Of the shape of the operator's mesh; of its domain where it has none, or where weights are given over it.

    Raises
    ------
    InputError
        If weights do not fit the mesh, or the operator does not tell what a weighting asks for.
    """
    mesh: Mesh | None = getattr(operator, "mesh", None)
    shape = operator.domain_shape if mesh is None else mesh.shape
    active = np.ones(shape, bool) if mesh is None else mesh.active
    if weighting is None:
        return np.ones(shape)
    if not isinstance(weighting, str):
        inside = np.broadcast_to(active, operator.domain_shape)
        weights = over_mesh(owner, "weighting", weighting, operator, inside)
        positive(owner, "weighting", weights[inside], "give w above zero in every active cell")
        return weights
    choice(owner, "weighting", weighting, WEIGHTINGS)
    if weighting == "sensitivity":
        return sensitivity_weighting(gram_diagonal(operator), np.ones(shape) if mesh is None else mesh.volumes, active)
    survey = getattr(operator, "survey", None)
    if mesh is None or survey is None:
        raise InputError(
            f"{owner} expects an operator with a mesh and a survey for weighting={weighting!r}, "
            f"got {operator.name}; use weighting=None or give the weights"
        )
    exponent = _decay_exponent(owner, weighting, operator)
    if weighting == "distance":
        return distance_weighting(mesh, survey, exponent)
    return depth_weighting(mesh, float(np.median(survey.upward)), exponent)


def _decay_exponent(owner: str, weighting: str, operator: LinearOperator) -> float:
    exponent = getattr(operator, "decay_exponent", None)
    if exponent is None:
        raise InputError(
            f"{owner} expects an operator that tells its decay_exponent for weighting={weighting!r}, got "
            f"{operator.name}; set it to the power of distance that the data of a cell fall with (3 for a magnetic "
            "field, 2 for gravity), or give the weights"
        )
    positive(owner, "decay_exponent", array_of(owner, "decay_exponent", exponent, shape=()), "give 3 or 2")
    return float(exponent)


def over_mesh(owner: str, name: str, values: Any, operator: LinearOperator, active: npt.NDArray[np.bool_]) -> Array:
    """Values over the models of an operator, from an array or one number; zero in cells that are not active.

    Raises
    ------
    InputError
        If they do not fit, or one in an active cell is not finite.
    """
    array = array_of(owner, name, along_labels(owner, name, values, operator.domain_names, operator.domain_labels))
    try:
        array = np.broadcast_to(array, active.shape)
    except ValueError:
        raise InputError(
            f"{owner} expects {name} of shape {shape_text(active.shape)} or one number, got {shape_text(array.shape)}"
        ) from None
    array = np.where(active, array, 0.0)
    finite(owner, name, array, "give a number in every active cell")
    return array


def _normalised(weights: Array, active: npt.ArrayLike) -> Array:
    inside = np.broadcast_to(active, weights.shape)
    largest = largest_of_all(float(weights[inside].max(initial=0.0))) or 1.0
    return np.where(inside, np.maximum(weights / largest, FLOOR), 0.0)
