"""What may be asked of equivalent sources: components, and derivatives of the first of the survey's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import COMPONENTS, QUANTITIES
from geoinv.core.checks import InputError

__all__ = ["DERIVED", "attributes_of", "components_needed", "computed", "refuse_unknown"]

Array: TypeAlias = npt.NDArray[np.float64]

_AXES = "enu"

DERIVED: Mapping[str, str] = {
    "easting_derivative": "derivative of {} along easting",
    "northing_derivative": "derivative of {} along northing",
    "downward_derivative": "derivative of {} downwards (first vertical derivative)",
    "horizontal_gradient": "magnitude of the horizontal gradient of {}",
    "total_gradient": "magnitude of the gradient of {} (analytic signal)",
    "tilt": "tilt angle of {}: arc tangent of its downward derivative over its horizontal gradient",
}
"""Long names of the quantities that are derived from a component."""


def refuse_unknown(names: Sequence[str], base: str) -> None:
    """Reject what cannot be computed for a survey whose first component is `base`.

    Raises
    ------
    InputError
        If a name is unknown, given twice or of another physics, or derivatives are asked of a derivative.
    """
    kind = QUANTITIES[base].kind
    own = [name for name in COMPONENTS if QUANTITIES[name].kind == kind and QUANTITIES[name].tensor]
    wrong = [name for name in names if name not in own and name not in DERIVED]
    if wrong or not names or len(set(names)) < len(names):
        raise InputError(
            f"equivalent sources of {kind} data expect quantities among {' '.join([*own, *DERIVED])}, each once, got "
            f"{' '.join(map(str, names)) or 'none'}"
        )
    derived = [name for name in names if name in DERIVED]
    if derived and not _is_field(base):
        raise InputError(
            f"{derived[0]} expects a survey of a field, got one of {base}, which is a derivative; ask for components"
        )


def components_needed(names: Sequence[str], base: str) -> tuple[str, ...]:
    """Components that quantities are made of.

    Examples
    --------
    >>> components_needed(["tmi", "downward_derivative"], "tmi")
    ('tmi', 'beu', 'bnu', 'buu')
    """
    needed = [name for name in names if name not in DERIVED]
    for name in names:
        for axis in _axes_of(name):
            needed += [_gradient(base, along, axis) for along in _AXES]
    return tuple(dict.fromkeys(needed))


def computed(name: str, base: str, values: Mapping[str, Array], projection: Array | None) -> Array:
    """Values of a quantity from those of the components that it is made of, in their units; angles in degrees."""
    if name not in DERIVED:
        return values[name]
    direction = QUANTITIES[base].coefficients(projection)

    def along(axis: str) -> Array:
        parts = [c * values[_gradient(base, of, axis)] for c, of in zip(direction, _AXES, strict=True)]
        return np.asarray(sum(parts))

    if name == "easting_derivative":
        return along("e")
    if name == "northing_derivative":
        return along("n")
    if name == "downward_derivative":
        return -along("u")
    horizontal = np.hypot(along("e"), along("n"))
    if name == "horizontal_gradient":
        return horizontal
    if name == "total_gradient":
        return np.hypot(horizontal, along("u"))
    return np.degrees(np.arctan2(-along("u"), horizontal))


def attributes_of(name: str, base: str, pole: bool) -> dict[str, str]:
    """CF attributes of a quantity, reduced to the pole or not.

    Examples
    --------
    >>> attributes_of("tilt", "gz", False)["units"], attributes_of("total_gradient", "tmi", False)["units"]
    ('degree', 'nT m-1')
    """
    where = " reduced to the pole" if pole else ""
    if name not in DERIVED:
        known = dict(QUANTITIES[name].attributes)
        return known | {"long_name": known["long_name"] + where}
    gradient = QUANTITIES[_gradient(base, "e", "e")]
    units = "degree" if name == "tilt" else gradient.attributes["units"]
    return {"long_name": DERIVED[name].format(base) + where, "units": units}


def _axes_of(name: str) -> str:
    """Axes along which derivatives are needed."""
    whole = {"easting_derivative": "e", "northing_derivative": "n", "downward_derivative": "u"}
    return whole.get(name, "en" if name == "horizontal_gradient" else _AXES if name in DERIVED else "")


def _is_field(base: str) -> bool:
    return max(map(len, QUANTITIES[base].tensor)) == 1


def _gradient(base: str, of: str, axis: str) -> str:
    """Component that is the derivative of the field's part `of` along an axis; the tensor is symmetric."""
    first, second = sorted(of + axis, key=_AXES.index)
    return f"{'b' if QUANTITIES[base].kind == 'magnetic' else 'g'}{first}{second}"
