"""geoinv: geophysical inversion with exact matrix-free operators."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geoinv.checks import InputError
from geoinv.field import MainField, total_field_anomaly
from geoinv.grid import Grid
from geoinv.survey import Survey
from geoinv.version import __version__

if TYPE_CHECKING:
    from geoinv import datasets as datasets
    from geoinv import formats as formats
    from geoinv import learned as learned
    from geoinv import operators as operators
    from geoinv.inversion import invert
    from geoinv.learned.bridge import as_torch
    from geoinv.linop import LinearOperator
    from geoinv.regularizers import Regularizer, Smooth
    from geoinv.solution import Solution
    from geoinv.solvers import GaussNewton
    from geoinv.trade_off import l_curve


__all__ = [
    "GaussNewton",
    "Grid",
    "InputError",
    "LinearOperator",
    "MainField",
    "Regularizer",
    "Smooth",
    "Solution",
    "Survey",
    "__version__",
    "as_torch",
    "datasets",
    "formats",
    "invert",
    "l_curve",
    "learned",
    "operators",
    "total_field_anomaly",
]

_LAZY = {
    "datasets": ("geoinv.datasets", None),
    "formats": ("geoinv.formats", None),
    "learned": ("geoinv.learned", None),
    "operators": ("geoinv.operators", None),
    "GaussNewton": ("geoinv.solvers", "GaussNewton"),
    "LinearOperator": ("geoinv.linop", "LinearOperator"),
    "Regularizer": ("geoinv.regularizers", "Regularizer"),
    "Smooth": ("geoinv.regularizers", "Smooth"),
    "as_torch": ("geoinv.learned.bridge", "as_torch"),
    "Solution": ("geoinv.solution", "Solution"),
    "invert": ("geoinv.inversion", "invert"),
    "l_curve": ("geoinv.trade_off", "l_curve"),
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
