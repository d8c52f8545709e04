"""Cells: bounds and reference that a model file, or an array, gives cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.constraints.said import Said, centre_text, over_mesh
from geoinv.core.checks import InputError
from geoinv.formats.reading import read_model
from geoinv.meshes.base import Mesh

__all__ = ["Cells"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """Bounds, reference and its weight, cell by cell.

    Each is a number, an array over the mesh or the file of a model on it (UBC or netCDF). Cells of a file that have no
    value (NaN, or a null value) are left as they are.

    Parameters
    ----------
    lower, upper : float, array, str or Path, optional
        Bounds.
    value : float, array, str or Path, optional
        What the cells are held at, softly.
    weight : float, array, str or Path
        How firmly: 1 as the reference holds every cell, 100 ten times as close. From a file: a model of any numbers.

    Raises
    ------
    InputError
        When they are applied: if nothing is given, a model does not fit the mesh, bounds cross, or a weight is not
        above zero.

    Examples
    --------
    >>> import geoinv
    >>> grid = geoinv.Grid.regular((1, 1, 3), (10.0, 10.0, 10.0))
    >>> said = Cells(upper=[[[0.1, np.nan, 0.3]]]).said_of(grid, np.zeros(grid.shape), "")[0]
    >>> said.cells.tolist(), said.upper.tolist(), said.lower.tolist()
    ([0, 2], [0.1, 0.3], [-inf, -inf])
    """

    lower: Any = None
    upper: Any = None
    value: Any = None
    weight: Any = 1.0

    def said_of(self, mesh: Mesh, reference: Array, quantity: str) -> Sequence[Said]:
        """What it says of the active cells; see :class:`geoinv.constraints.said.Constraint`."""
        given = {name: getattr(self, name) for name in ("lower", "upper", "value")}
        names = [str(given[name]) for name in given if isinstance(given[name], (str, Path))]
        name = ", ".join(dict.fromkeys(names)) or "cells"
        if all(part is None for part in given.values()):
            raise InputError("Cells expect lower, upper or a value, got none of them; give one")
        lower = self._over(mesh, "lower", quantity, -np.inf)
        upper = self._over(mesh, "upper", quantity, np.inf)
        values = self._over(mesh, "value", quantity, np.nan)
        weights = self._over(mesh, "weight", "", 1.0)
        active = mesh.active.ravel()
        crossed = active & (lower > upper)
        if crossed.any():
            first = int(np.argmax(crossed))
            raise InputError(
                f"{name} expects lower bounds below upper ones, got {lower[first]:g} above {upper[first]:g} in the "
                f"cell at ({centre_text(mesh, first)}) ({int(crossed.sum())} cells); correct them"
            )
        bounded = active & (np.isfinite(lower) | np.isfinite(upper))
        held = active & np.isfinite(values)
        if (held & ~((weights > 0.0) & np.isfinite(weights))).any():
            raise InputError(f"{name} expects weights above zero where a value is given, got others; correct them")
        found = []
        if bounded.any():
            cells = np.flatnonzero(bounded)
            what = f"bounds of {cells.size} cells, {lower[cells].min():g} to {upper[cells].max():g}"
            found.append(Said(name, what, cells, lower=lower[cells], upper=upper[cells]))
        if held.any():
            cells = np.flatnonzero(held)
            what = f"{cells.size} cells held at {values[cells].min():g} to {values[cells].max():g}"
            found.append(Said(name, what, cells, values=values[cells], weights=weights[cells]))
        if not found:
            raise InputError(f"{name} expects a number in some active cell, got none; check the model and the mesh")
        return found

    def _over(self, mesh: Mesh, name: str, quantity: str, missing: float) -> Array:
        """One number a cell, raveled; a stand-in where none is given."""
        given = getattr(self, name)
        if given is None:
            return np.full(mesh.size, missing)
        if isinstance(given, (str, Path)):
            given = read_model(given, mesh, quantity) if quantity else read_model(given, mesh)
        flat = over_mesh(mesh, "Cells", name, given, "expect")
        return np.where(np.isnan(flat), missing, flat)
