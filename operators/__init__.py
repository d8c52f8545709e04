"""Physical forward models as matrix-free linear operators with exact adjoints."""

from __future__ import annotations

if __name__ != "geoinv.operators":
    raise ImportError(
        f"geoinv.operators was imported as {__name__!r}; import it as geoinv.operators, "
        "and run Python from outside the checkout's operators/ folder"
    )

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoinv.operators.amplitude import FieldStrength
    from geoinv.operators.blur import Blur
    from geoinv.operators.demagnetization import SelfDemagnetization
    from geoinv.operators.gravity import Gravity
    from geoinv.operators.magnetic import Magnetics
    from geoinv.operators.section import MagneticSection
    from geoinv.operators.straight_ray import StraightRayTomography
    from geoinv.operators.total_time import TotalTime

__all__ = [
    "Blur",
    "FieldStrength",
    "Gravity",
    "MagneticSection",
    "Magnetics",
    "SelfDemagnetization",
    "StraightRayTomography",
    "TotalTime",
]

_LAZY = {
    "Blur": "blur",
    "FieldStrength": "amplitude",
    "Gravity": "gravity",
    "MagneticSection": "section",
    "Magnetics": "magnetic",
    "SelfDemagnetization": "demagnetization",
    "StraightRayTomography": "straight_ray",
    "TotalTime": "total_time",
}


def __getattr__(name: str) -> Any:
    """Import the module of an operator on first use: compilers and transforms take time to load."""
    if name not in _LAZY:
        raise AttributeError(f"module 'geoinv.operators' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"geoinv.operators.{_LAZY[name]}"), name)
    return value


def __dir__() -> list[str]:
    """Names that are there, lazy ones included."""
    return sorted({*globals(), *_LAZY})
