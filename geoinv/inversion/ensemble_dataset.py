"""What samples of a model tell, as variables of a Dataset beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["PERCENTILES", "with_statistics"]

Array = npt.NDArray[np.float64]

PERCENTILES = (5, 50, 95)
"""Per cent of the samples that lie below what is kept."""

_PARTS = ("easting", "northing", "upward")


def with_statistics(data: xr.Dataset, operator: Any, samples: Array) -> xr.Dataset:
    """Dataset of a solution with the mean, the standard deviation and percentiles of samples of its model.

    Percentiles that are there already, which a regularizer told, stay.

    Parameters
    ----------
    data : xarray.Dataset
        As :meth:`Solution.to_xarray` makes it.
    operator : LinearOperator or NonlinearOperator
        The physics, whose mesh tells inactive cells and whose `unknown` the name.
    samples : (number, ...) array
        Models.
    """
    data = data.copy()
    mesh = getattr(operator, "mesh", None)
    for name, values in _parts(operator, samples).items():
        variable = data[name]
        about = str(variable.attrs.get("long_name", name.replace("_", " ")))
        units = {key: variable.attrs[key] for key in ("units",) if key in variable.attrs}
        statistics = {
            "mean": ("mean of", values.mean(axis=0)),
            "standard_deviation": ("standard deviation of", values.std(axis=0, ddof=1)),
        }
        for percent, value in zip(PERCENTILES, np.percentile(values, PERCENTILES, axis=0), strict=True):
            statistics[f"percentile_{percent}"] = (f"value that {percent} per cent lie below of", value)
        for statistic, (what, value) in statistics.items():
            shown = value if mesh is None else np.where(mesh.active, value, np.nan)
            text = {**units, "long_name": f"{about}: {what} {len(values)} samples of the posterior"}
            # error bars that the regularizer tells are wider than what samples of it make
            if f"{name}_{statistic}" not in data:
                data[f"{name}_{statistic}"] = (variable.dims, shown, text)
    return data


def _parts(operator: Any, samples: Array) -> dict[str, Array]:
    """Samples by the variable of the solution that they are of: of a vector its components and its amplitude."""
    mesh, unknown = getattr(operator, "mesh", None), getattr(operator, "unknown", "model")
    if mesh is None or samples.shape[1:] != (3, *mesh.shape):
        return {unknown: samples}
    parts = {f"{unknown}_{part}": samples[:, place] for place, part in enumerate(_PARTS)}
    return {**parts, f"{unknown}_amplitude": np.linalg.norm(samples, axis=1)}
