"""Harmonica's layers of prisms as meshes with densities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, positive
from geoinv.core.memory import require_memory
from geoinv.meshes.tensor import Grid

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["from_prism_layer"]

Array = npt.NDArray[np.float64]

PER_CELL = 40.0
"""Bytes that a mesh and its model take for each cell."""


def from_prism_layer(layer: xr.Dataset, height: float, property_name: str = "density") -> tuple[Grid, Array]:
    """Mesh and model of a layer of prisms as ``harmonica.prism_layer`` makes it.

    Prisms of any top and bottom become cells of one height; where a prism fills a part of a cell, the cell has that
    part of its property, so that the mass of each column is that of its prism.

    Parameters
    ----------
    layer : xarray.Dataset
        With evenly spaced `easting` and `northing`, `top` and `bottom` in metres, and the property.
    height : float
        Of the cells, in metres: half a cell of it is how far rock may be off.
    property_name : str
        Such as "density" (kg/m3) or "susceptibility" (SI).

    Returns
    -------
    Grid
        Its active cells are those that a prism reaches into.
    (upward, northing, easting) array
        Property times the part of the cell that is filled.

    Raises
    ------
    InputError
        If something is missing, not finite where there is a prism, or not evenly spaced, or the mesh does not fit in
        memory. Prisms without a top, bottom or property (NaN) are left out, as by Harmonica.
    """
    owner = "from_prism_layer"
    positive(owner, "height", array_of(owner, "height", height, shape=()), "give metres")
    missing = [name for name in ("easting", "northing", "top", "bottom", property_name) if name not in layer.variables]
    if missing:
        raise InputError(
            f"{owner} expects a layer of harmonica.prism_layer with {property_name}, got one without "
            f"{', '.join(missing)}; name another with property_name"
        )
    edges = {name: _edges(name, np.asarray(layer[name], np.float64)) for name in ("easting", "northing")}
    top, bottom, values = (
        np.asarray(layer[name].transpose("northing", "easting"), np.float64)
        for name in ("top", "bottom", property_name)
    )
    there = np.isfinite(top) & np.isfinite(bottom) & np.isfinite(values) & (top > bottom)
    if not there.any():
        raise InputError(f"{owner} expects prisms with a top above their bottom, got none; check top and bottom")
    low, high = float(bottom[there].min()), float(top[there].max())
    count = int(np.ceil((high - low) / height - 1e-9))
    cells = float(count) * top.size
    require_memory(owner, f"{cells:.3g} cells", PER_CELL * cells, "give a larger height")
    upward = low + height * np.arange(count + 1)
    upper = np.minimum(upward[1:, None, None], np.where(there, top, low))
    lower = np.maximum(upward[:-1, None, None], np.where(there, bottom, low))
    filled = np.clip((upper - lower) / height, 0.0, 1.0)
    model = filled * np.where(there, values, 0.0)
    return Grid(edges["easting"], edges["northing"], upward, filled > 0.0), model


def _edges(name: str, centres: Array) -> Array:
    """Edges of cells around evenly spaced centres."""
    steps = np.diff(centres)
    if centres.size < 2 or not np.isfinite(centres).all() or not (steps > 0.0).all() or np.ptp(steps) > 1e-6 * steps[0]:
        raise InputError(f"from_prism_layer expects {name} to be evenly spaced and rising, two values or more")
    width = (centres[-1] - centres[0]) / (centres.size - 1)
    return np.asarray(centres[0] + width * (np.arange(centres.size + 1) - 0.5))
