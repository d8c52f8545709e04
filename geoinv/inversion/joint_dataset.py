"""Solutions of several data sets on one mesh in one Dataset, and each of them out of it again."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Part", "joint_dataset", "parts_of"]

OWN_DIMENSIONS = ("station", "step", "datum")
"""What the names of the dimensions of one data set begin with."""

OF_ALL = ("Conventions", "title", "created", "source", "history", "settings", "inputs", "data_sets")
"""Attributes that belong to all data sets."""


@dataclass(frozen=True)
class Part:
    """One data set of a joint solution.

    Attributes
    ----------
    name : str
        What its data are called.
    unknown : str
        Property that they tell of.
    solution : xarray.Dataset
        As that of an inversion of these data by themselves.
    """

    name: str
    unknown: str
    solution: xr.Dataset


def joint_dataset(parts: Sequence[Part]) -> xr.Dataset:
    """One Dataset of solutions on one mesh: what belongs to the second data set and later ones has its number.

    Examples
    --------
    >>> import xarray as xr
    >>> one = xr.Dataset({"density": ("cell", [1.0]), "gz_observed": ("station", [2.0])}, attrs={"status": "fits"})
    >>> two = xr.Dataset({"density": ("cell", [1.0]), "gz_observed": ("station", [3.0, 4.0])}, attrs={"status": "so"})
    >>> both = joint_dataset([Part("ground", "density", one), Part("air", "density", two)])
    >>> sorted(both), both["gz_observed_2"].dims, both.attrs["status_2"]
    (['density', 'gz_observed', 'gz_observed_2'], ('station_2',), 'so')
    >>> air = parts_of(both)[1]
    >>> air.name, air.solution.equals(two), air.solution.attrs["status"]
    ('air', True, 'so')
    """
    result = parts[0].solution.copy()
    for number, part in enumerate(parts[1:], start=2):
        solution = part.solution
        own = _own_variables(solution)
        lonely = [str(name) for name in solution.dims if str(name).startswith(OWN_DIMENSIONS)]
        renamed = solution[own].rename({name: f"{name}_{number}" for name in {*own, *lonely}})
        for name in (name for name in solution.data_vars if name not in own and name not in result):
            result[name] = solution[name]
        for name in renamed.data_vars:
            result[name] = renamed[name]
        result = result.assign_coords({name: renamed.coords[name] for name in renamed.coords if name not in result})
        result.attrs.update({f"{name}_{number}": value for name, value in solution.attrs.items() if name not in OF_ALL})
    result.attrs["data_sets"] = json.dumps([{"name": part.name, "unknown": part.unknown} for part in parts])
    return result


def parts_of(data: xr.Dataset) -> tuple[Part, ...]:
    """Solution of each data set of a joint solution; none of any other Dataset."""
    text = data.attrs.get("data_sets")
    if text is None:
        return ()
    told = json.loads(str(text))
    models = {one["unknown"] for one in told}
    return tuple(
        Part(one["name"], one["unknown"], _taken(data, number, one["unknown"], models))
        for number, one in enumerate(told, start=1)
    )


def _taken(data: xr.Dataset, number: int, unknown: str, models: set[str]) -> xr.Dataset:
    """What belongs to a data set, under the names that it has by itself."""
    others = {model for model in models if model != unknown}
    ending = "" if number == 1 else f"_{number}"
    own = _own_variables(data)
    wanted = [name for name in own if _number_of(name) == number]
    shared = [
        str(name)
        for name in data.variables
        if name not in own and not any(str(name) == other or str(name).startswith(f"{other}_") for other in others)
    ]
    result = data[[*shared, *wanted]]
    plain = {name: name.removesuffix(ending) for name in (*wanted, *map(str, result.dims)) if name.endswith(ending)}
    result = result.rename({name: to for name, to in plain.items() if name != to and _number_of(name) == number})
    result.attrs = {
        str(name).removesuffix(ending): value
        for name, value in data.attrs.items()
        if name in OF_ALL or _number_of(str(name)) == number
    }
    result.attrs.pop("data_sets", None)
    return result


def _number_of(name: str) -> int:
    """Data set that a name belongs to by its ending."""
    found = re.search(r"_(\d+)$", name)
    return 1 if found is None else int(found[1])


def _own_variables(solution: xr.Dataset) -> list[str]:
    """Variables over the data of a solution, or over its history."""
    return [
        str(name)
        for name, variable in solution.variables.items()
        if any(str(dimension).startswith(OWN_DIMENSIONS) for dimension in variable.dims)
    ]
