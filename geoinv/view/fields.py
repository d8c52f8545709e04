"""Every model of a Dataset on its mesh, with the limits and the colours that it is drawn with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.conventions.cf import dimension_of
from geoinv.conventions.variables import INVESTIGATION_CUTOFF, INVESTIGATION_INDEX
from geoinv.core.checks import InputError
from geoinv.formats.netcdf_content import model_names
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.of_dataset import model_values
from geoinv.view.wording import plain_text, plain_units

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Field", "fields_of"]

Array = npt.NDArray[np.float64]

_UNITS = 12
_VECTOR = tuple(f"magnetization_{axis}" for axis in reversed(AXES))


@dataclass(frozen=True)
class Field:
    """A model on a mesh.

    Parameters
    ----------
    name, units : str
        As a reader writes them.
    values : array
        In the mesh's own order; NaN where there is no rock.
    ceiling : float, optional
        What counts is at or below it, where high values are those that do not matter; None for other models.
    """

    name: str
    units: str
    values: Array
    ceiling: float | None = None


def fields_of(data: xr.Dataset, mesh: Mesh) -> tuple[Field, ...]:
    """Every model of a Dataset that has a value in some active cell; the amplitude of a magnetization comes first.

    Examples
    --------
    >>> from geoinv import Grid
    >>> grid = Grid([0.0, 1.0], [0.0, 1.0], [0.0, 1.0, 2.0])
    >>> [(one.name, one.units) for one in fields_of(grid.to_xarray(susceptibility=[[[0.1]], [[0.2]]]), grid)]
    [('susceptibility', 'SI')]
    """
    names = model_names(data)
    found = []
    if set(_VECTOR) <= set(names):
        parts = [model_values(data, data[name]).values for name in _VECTOR]
        found.append(Field("amplitude of magnetization", "A/m", np.linalg.norm(parts, axis=0)))
    # what the inversion is about before what is told of it
    names.sort(key=lambda name: (name != "susceptibility", "_" in name and name not in _VECTOR))
    for name in names:
        try:
            values = model_values(data, data[name], dimension_of(name)).values
        except InputError:  # text, or units of something else: no model
            continue
        ceiling = INVESTIGATION_CUTOFF if name == INVESTIGATION_INDEX else None
        found.append(Field(plain_text(name.replace("_", " "), 60), _units(data, name), values, ceiling))
    shown = [Field(one.name, one.units, np.where(mesh.active, one.values, np.nan), one.ceiling) for one in found]
    return tuple(one for one in shown if np.isfinite(one.values).any())


def _units(data: xr.Dataset, name: str) -> str:
    units = plain_units(plain_text(data[name].attrs.get("units", ""), _UNITS))
    if units != "1":
        return units
    return "SI" if name.startswith("susceptibility") else ""
