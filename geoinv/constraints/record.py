"""What constraints said, beside the model that they led to: variables and attributes of a result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinv.constraints.applied import Constrained

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["recorded"]


def recorded(data: xr.Dataset, known: Constrained, unknown: str) -> xr.Dataset:
    """Dataset of a solution with the constraints that it keeps to.

    Parameters
    ----------
    data : xarray.Dataset
        As :meth:`geoinv.Solution.to_xarray` makes it.
    known : Constrained
        What was given to the inversion.
    unknown : str
        Name of the model among the variables.

    Returns
    -------
    xarray.Dataset
        With ``*_lower_bound``, ``*_upper_bound`` (NaN: none), ``*_reference`` (what each cell is held at),
        ``constraint_weight`` (0 where as any other cell) and ``constraint`` (number from 1 of the last one that spoke
        of a cell) over the mesh, ``hole_easting``, ``_northing``, ``_upward``, ``_number`` along the drill holes, and
        the attribute ``constraints``.
    """
    active, model = known.mesh.active, data[unknown]
    units = {name: model.attrs[name] for name in ("units",) if name in model.attrs}
    text = str(model.attrs.get("long_name", unknown))
    held = np.where(known.weights > 0.0, known.values, known.reference)
    variables: dict[str, tuple[Any, dict[str, str]]] = {
        f"{unknown}_lower_bound": (known.lower, {"long_name": f"lower bound of {text}", **units}),
        f"{unknown}_upper_bound": (known.upper, {"long_name": f"upper bound of {text}", **units}),
        f"{unknown}_reference": (held, {"long_name": f"reference of {text}", **units}),
        "constraint_weight": (known.weights, {"long_name": "weight that a cell is held at its reference with"}),
        "constraint": (known.speaker + 1.0, {"long_name": "number of the last constraint that spoke of a cell"}),
    }
    result = data.copy()
    for name, (values, attributes) in variables.items():
        shown = np.where(active & np.isfinite(values), values, np.nan)
        if np.isfinite(shown).any():
            result[name] = (model.dims, shown, attributes)
    paths = known.paths
    if paths:
        points = np.concatenate([path.points for path in paths])
        for axis, values in zip(("easting", "northing", "upward"), points.T, strict=True):
            result[f"hole_{axis}"] = ("hole_point", values, {"units": "m", "long_name": f"{axis} of a drill hole"})
        number = np.repeat(np.arange(len(paths)), [len(path.points) for path in paths]) + 1
        names = ", ".join(f"{place} {path.name}" for place, path in enumerate(paths, 1))
        result["hole_number"] = ("hole_point", number.astype(np.int32), {"long_name": f"drill holes: {names}"[:2000]})
    entries = [
        {"number": place, "name": said.name, "what": said.what, "cells": int(said.cells.size)}
        for place, said in enumerate(known.said, 1)
    ]
    result.attrs["constraints"] = json.dumps(entries)
    return result
