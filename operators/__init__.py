"""Physical forward models as matrix-free linear operators with exact adjoints."""

from __future__ import annotations

if __name__ != "geoinv.operators":
    raise ImportError(
        f"geoinv.operators was imported as {__name__!r}; import it as geoinv.operators, "
        "and run Python from outside the checkout's operators/ folder"
    )

from geoinv.operators.blur import Blur
from geoinv.operators.magnetic import Magnetics
from geoinv.operators.magnetic_section import MagneticSection
from geoinv.operators.straight_ray import StraightRayTomography
from geoinv.operators.total_time import TotalTime

__all__ = ["Blur", "MagneticSection", "Magnetics", "StraightRayTomography", "TotalTime"]
