"""geoinv: geophysical inversion with exact matrix-free operators."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geoinv.checks import InputError
from geoinv.field import MainField, total_field_anomaly
from geoinv.grid import Grid
from geoinv.survey import Survey

if TYPE_CHECKING:
    from geoinv import operators as operators

__version__ = "0.1.0"

__all__ = [
    "Grid",
    "InputError",
    "MainField",
    "Survey",
    "total_field_anomaly",
]

_LAZY = {
    "operators": ("geoinv.operators", None),
}


def __getattr__(name: str) -> Any:
    """Resolve what is heavy (numba, xarray) on first use."""
    if name not in _LAZY:
        raise AttributeError(f"module 'geoinv' has no attribute {name!r}")
    module, attribute = _LAZY[name]
    value = import_module(module)
    if attribute is not None:
        value = getattr(value, attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Names that are there, lazy ones included."""
    return sorted({*globals(), *_LAZY})
