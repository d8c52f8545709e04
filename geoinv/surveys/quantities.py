"""What the data of an operator are called in files: components of its survey, multiples of them, or just data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geoinv.conventions.quantities import attributes_of

__all__ = ["data_quantities"]


def data_quantities(operator: Any, shape: tuple[int, ...]) -> list[tuple[str, Mapping[str, str]]] | None:
    """Name and CF attributes of each row of an operator's data, or None where nothing is known of them.

    Only data that are the very components of the survey have their names and units: ``1e-9 * A`` may give tesla, or
    something else.

    Parameters
    ----------
    operator : LinearOperator
        What gave the data.
    shape : tuple of int
        Shape of the data.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> survey = SimpleNamespace(components=("gz",), stations=2)
    >>> data_quantities(SimpleNamespace(survey=survey), (1, 2))
    [('gz', {'long_name': 'gravity anomaly, positive down', 'units': 'mGal'})]
    >>> data_quantities(SimpleNamespace(survey=survey, data_multiple=2.0), (1, 2))
    [('scaled_gz', {'long_name': '2 times gravity anomaly, positive down'})]
    """
    survey = getattr(operator, "survey", None)
    components, stations = getattr(survey, "components", None), getattr(survey, "stations", None)
    if components is None or shape != (len(components), stations):
        return None
    multiple = getattr(operator, "data_multiple", 1.0)
    result: list[tuple[str, Mapping[str, str]]] = []
    for component in components:
        known = attributes_of(component) or {"long_name": component}
        if multiple == 1.0:
            result.append((component, known))
        elif multiple is None:
            result.append((f"combined_{component}", {"long_name": f"combination of {known['long_name']}"}))
        else:
            result.append((f"scaled_{component}", {"long_name": f"{multiple:g} times {known['long_name']}"}))
    return result
