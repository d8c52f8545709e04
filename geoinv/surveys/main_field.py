"""The Earth's main field at a survey, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError

__all__ = ["MainField", "direction_vector", "total_field_anomaly"]


def direction_vector(inclination: float, declination: float) -> npt.NDArray[np.float64]:
    """Unit vector (easting, northing, upward) of a magnetic direction.

    Parameters
    ----------
    inclination : float
        Degrees, positive down.
    declination : float
        Degrees, clockwise from north.

    Returns
    -------
    (3,) array

    Examples
    --------
    >>> direction_vector(90.0, 0.0).round(12).tolist()
    [0.0, 0.0, -1.0]
    """
    i, d = np.radians([inclination, declination])
    return np.array([np.cos(i) * np.sin(d), np.cos(i) * np.cos(d), -np.sin(i)])


@dataclass(frozen=True)
class MainField:
    """Inducing field, uniform over a survey.

    Parameters
    ----------
    inclination : float
        Degrees from -90 to 90, positive down.
    declination : float
        Degrees from -360 to 360, clockwise from north.
    intensity : float
        Strength B0 in nT.

    Raises
    ------
    InputError
        If an angle is out of range or the intensity is not in nT.

    Examples
    --------
    >>> MainField(inclination=90.0, declination=0.0, intensity=50000.0).direction.round(6).tolist()
    [0.0, 0.0, -1.0]
    """

    inclination: float
    declination: float
    intensity: float

    def __post_init__(self) -> None:
        """Check that the three numbers are degrees, degrees and nT."""
        for name, limit in (("inclination", 90.0), ("declination", 360.0)):
            value = self._number(name)
            if not np.isfinite(value) or abs(value) > limit:
                raise InputError(
                    f"MainField expects {name} between {-limit:g} and {limit:g} degrees, got {value:g}; "
                    "give angles in degrees, in the order inclination, declination, intensity"
                )
            object.__setattr__(self, name, value)
        intensity = self._number("intensity")
        if not 1e3 <= intensity <= 2e5:
            raise InputError(
                f"MainField expects intensity between 1000 and 200000 nT, got {intensity:g}; "
                "convert it to nanotesla (1 uT = 1000 nT, 1 T = 1e9 nT)"
            )
        object.__setattr__(self, "intensity", intensity)

    def _number(self, name: str) -> float:
        value = getattr(self, name)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise InputError(f"MainField expects {name} to be a number, got {value!r}") from None

    @property
    def direction(self) -> npt.NDArray[np.float64]:
        """Unit vector of the field in (easting, northing, upward)."""
        return direction_vector(self.inclination, self.declination)


def total_field_anomaly(
    be: npt.ArrayLike, bn: npt.ArrayLike, bu: npt.ArrayLike, field: MainField
) -> npt.NDArray[np.float64]:
    """Change of the field's strength, ``|B0 + B| - |B0|``, which a scalar magnetometer measures.

    The component ``tmi`` of :class:`geoinv.operators.Magnetics` is the projection of B on the
    direction of B0 instead: linear in the model, and smaller by about ``|B|^2 / (2 |B0|)``.

    Parameters
    ----------
    be, bn, bu : array_like
        Anomalous field B, in nT.
    field : MainField
        Main field B0.

    Returns
    -------
    array, in nT.

    Examples
    --------
    >>> field = MainField(90.0, 0.0, 50000.0)
    >>> total_field_anomaly(0.0, 0.0, -100.0, field).item()
    100.0
    """
    base = field.intensity * field.direction
    anomaly = np.stack(np.broadcast_arrays(be, bn, bu)).astype(np.float64)
    base = base.reshape((3,) + (1,) * (anomaly.ndim - 1))
    # |B0 + B| - |B0| loses digits where B is small: (|B0 + B|^2 - |B0|^2) / (|B0 + B| + |B0|) does not
    squared_difference = np.sum(anomaly * (2.0 * base + anomaly), axis=0)
    return np.asarray(squared_difference / (np.linalg.norm(base + anomaly, axis=0) + field.intensity))
