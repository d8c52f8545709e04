"""Labelled arrays (xarray) where plain ones are expected: taken along their labels, or rejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.backend import library_of
from geoinv.core.checks import InputError

__all__ = ["along_labels"]

ROUNDING = 1e-3
"""Difference of two coordinates, by the distance of neighbours, that is taken for rounding."""

Labels = Mapping[str, npt.ArrayLike]


def along_labels(owner: str, name: str, values: Any, axes: Sequence[str], labels: Labels | None = None) -> Any:
    """Plain array of a labelled one, its axes and what stands along them in the order that is expected.

    Parameters
    ----------
    owner, name : str
        Who asks, and for which argument; both stand in errors.
    values : Any
        An xarray.DataArray; anything else comes back untouched.
    axes : sequence of str
        Names of the axes in the expected order, or none where the axes have no names; others lead, as a batch.
    labels : mapping, optional
        Coordinates expected along the axes, by their names: numbers or texts.

    Raises
    ------
    InputError
        If an axis has another name, or its coordinates are neither those expected nor a rearrangement of them.

    Examples
    --------
    >>> import xarray as xr
    >>> top_down = xr.DataArray([[1.0, 2.0]], dims=("easting", "upward"), coords={"upward": [-5.0, -15.0]})
    >>> along_labels("A", "the model", top_down, ("upward", "easting"), {"upward": [-15.0, -5.0]}).tolist()
    [[2.0], [1.0]]
    """
    if library_of(values) != "xarray" or not hasattr(values, "transpose") or not axes:
        return values
    unlabelled = not len(values.coords) and all(str(dim).startswith("dim_") for dim in values.dims)
    if unlabelled:
        return values.values
    present = [axis for axis in axes if axis in values.dims]
    # a single row of data may leave the first axis out, but not have another in its place
    if not present or (present != list(axes) and (present != list(axes[1:]) or len(values.dims) > len(present))):
        raise InputError(
            f"{owner} expects {name} over the dimensions {', '.join(axes)}, got {', '.join(map(str, values.dims))}; "
            f"rename them, or give a plain array in this order with .values"
        )
    array = values.transpose(..., *present)
    for axis in present:
        if axis in array.coords:
            order = _order(owner, name, axis, np.asarray(array[axis].values), (labels or {}).get(axis))
            array = array.isel({axis: order})
    return array.values


def _order(
    owner: str, name: str, axis: str, given: npt.NDArray[Any], expected: npt.ArrayLike | None
) -> npt.NDArray[np.intp]:
    """Places along an axis in the expected order."""
    wanted = np.sort(given) if expected is None else np.asarray(expected)
    if given.shape != wanted.shape:
        raise InputError(
            f"{owner} expects {name} at {wanted.size} places along {axis}, got {given.size}; select those of the mesh"
        )
    if wanted.dtype.kind not in "fiu" or given.dtype.kind not in "fiu":
        order = np.array([np.flatnonzero(given == label)[:1] for label in wanted], object)
        if any(len(place) == 0 for place in order):
            raise InputError(
                f"{owner} expects {name} with {axis} {', '.join(map(str, wanted))}, got "
                f"{', '.join(map(str, given))}; rename or select them"
            )
        return np.concatenate(list(order)).astype(np.intp)
    order = np.argsort(given, kind="stable")
    back = np.argsort(np.argsort(wanted, kind="stable"), kind="stable")
    order = order[back]
    apart = float(np.abs(np.diff(np.sort(wanted))).min()) if wanted.size > 1 else 1.0
    difference = np.abs(given[order] - wanted)
    if not (difference <= ROUNDING * apart).all():
        worst = int(np.argmax(np.where(np.isfinite(difference), difference, np.inf)))
        raise InputError(
            f"{owner} expects {name} at the {axis} of its own cells, got {given[order][worst]:.10g} where the mesh has "
            f"{wanted[worst]:.10g}; interpolate it onto the mesh, or give a plain array with .values"
        )
    return order
