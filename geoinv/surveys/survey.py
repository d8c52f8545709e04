"""The survey: where the field was measured, what, and how well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as field_of_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import COMPONENTS, QUANTITIES, kinds_of
from geoinv.core.checks import InputError, array_of, bounded, finite, positive, shape_text
from geoinv.core.html import html_of
from geoinv.core.wording import way
from geoinv.meshes.topography import Topography
from geoinv.surveys.main_field import MainField, direction_vector
from geoinv.surveys.station_columns import checked_columns
from geoinv.surveys.summary import survey_lines

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Survey"]

FARTHEST = 1e9
"""Metres from the origin of any coordinate system beyond which nothing on Earth lies."""

LARGEST = 1e30
"""Magnitude that no datum has in any unit, and whose squares still can be summed."""

_POSITIONS = ("easting", "northing", "upward")


@dataclass(frozen=True, eq=False)
class Survey:
    """Stations with the components measured at each, and the field that induces them where they are magnetic.

    Parameters
    ----------
    easting, northing, upward : (stations,) array_like
        Sensor positions in metres, upward positive up (height of the sensor, not of the ground).
    components : sequence of str
        Of one kind: magnetic ``tmi``, ``be bn bu`` (nT), ``bee ben beu bnn bnu buu`` (nT/m); gravity ``gz`` (mGal,
        positive down), ``ge gn gu`` (mGal, along the axes), ``gee gen geu gnn gnu guu`` (Eotvos).
    field : MainField, optional
        Inducing field of magnetic components; gravity has none.
    data, uncertainty : array_like, optional
        Shape (components, stations), or (stations,) for one component; uncertainty may be one
        number. Units of the components.
    anomaly_direction : (float, float), optional
        Inclination and declination in degrees that TMI is projected on; the field's by default. None for gravity.
    crs : str, optional
        Coordinate reference system, as an authority code or WKT.
    attributes : mapping, optional
        What else is known (origin, licence, date), kept with the data.
    columns : mapping of str to (stations,) array_like, optional
        What else is known of each station: numbers, texts or times. What files call otherwise is kept as ``line``,
        ``flight``, ``fiducial``, ``date``, ``time``, ``ground``, ``radar_height`` (m above the ground), ``longitude``,
        ``latitude``, ``igrf``; the rest under its own name.

    Raises
    ------
    InputError
        If shapes disagree, a position or datum is not finite, an uncertainty is not positive, a component is
        unknown, components are of several kinds, or magnetic ones have no field or gravity has one.

    Examples
    --------
    >>> field = MainField(65.0, 25.0, 50000.0)
    >>> Survey([0.0, 10.0], [0.0, 0.0], [5.0, 5.0], field=field).range_shape
    (1, 2)
    >>> Survey([0.0, 10.0], [0.0, 0.0], [5.0, 5.0], components=("gz",)).kind
    'gravity'
    """

    easting: npt.NDArray[np.float64]
    northing: npt.NDArray[np.float64]
    upward: npt.NDArray[np.float64]
    components: tuple[str, ...] = ("tmi",)
    field: MainField | None = None
    data: npt.NDArray[np.float64] | None = None
    uncertainty: npt.NDArray[np.float64] | None = None
    anomaly_direction: tuple[float, float] | None = None
    crs: str | None = None
    attributes: Mapping[str, Any] | None = None
    columns: Mapping[str, npt.NDArray[Any]] = field_of_dataclass(default_factory=dict)

    def __post_init__(self) -> None:
        """Check and freeze the arrays."""
        self._set("components", _checked_components(self.components))
        self._check_field()
        for name in _POSITIONS:
            values = np.array(array_of("Survey", name, getattr(self, name)), ndmin=1)
            if values.ndim != 1 or not values.size:
                raise InputError(f"Survey expects {name} of shape (stations,), got {shape_text(values.shape)}")
            bounded("Survey", f"{name} in metres", values, FARTHEST, "remove the stations without a position")
            self._set(name, values)
        for name in ("northing", "upward"):
            if getattr(self, name).size != self.easting.size:
                raise InputError(
                    f"Survey expects one {name} a station, got {getattr(self, name).size} for "
                    f"{self.easting.size} stations"
                )
        if self.data is not None:
            data = self._on_range("data", self.data)
            bounded("Survey", "data", data, LARGEST, "drop those stations with survey.select(...)")
            self._set("data", data)
        if self.uncertainty is not None:
            uncertainty = self._on_range("uncertainty", self.uncertainty)
            positive("Survey", "uncertainty", uncertainty, "give a standard deviation above zero for every datum")
            bounded("Survey", "uncertainty", uncertainty, LARGEST, "give every datum its standard deviation")
            self._set("uncertainty", uncertainty)
        object.__setattr__(self, "attributes", dict(self.attributes or {}))
        object.__setattr__(self, "columns", checked_columns(self.columns, self.stations))

    def _check_field(self) -> None:
        """Check that magnetic components, and none else, have a field and the direction they are projected on."""
        if self.kind != "magnetic":
            if self.field is not None or self.anomaly_direction is not None:
                given = "a field" if self.field is not None else "an anomaly_direction"
                raise InputError(
                    f"Survey expects no inducing field with {self.kind} components ({' '.join(self.components)}), got "
                    f"{given}; leave it out, or choose magnetic components"
                )
            return
        if not isinstance(self.field, MainField):
            raise InputError(
                "Survey expects field=MainField(inclination, declination, intensity), got "
                f"{self.field!r}; the data do not say which field induced them"
            )
        direction = (self.field.inclination, self.field.declination)
        if self.anomaly_direction is not None:
            if np.shape(self.anomaly_direction) != (2,):
                raise InputError(
                    "Survey expects anomaly_direction as two angles (inclination, declination) in degrees, "
                    f"got {self.anomaly_direction!r}"
                )
            direction = (float(self.anomaly_direction[0]), float(self.anomaly_direction[1]))
            MainField(*direction, self.field.intensity)
        object.__setattr__(self, "anomaly_direction", direction)

    def _set(self, name: str, value: Any) -> None:
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
        object.__setattr__(self, name, value)

    def _on_range(self, name: str, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Copy of values (components, stations) from any form the user may give."""
        array = np.array(array_of("Survey", name, values))
        if array.ndim == 0:
            array = np.full(self.range_shape, float(array))
        if array.ndim == 1 and len(self.components) == 1:
            array = array[None]
        if array.shape != self.range_shape:
            raise InputError(
                f"Survey expects {name} of shape {shape_text(self.range_shape, ('components', 'stations'))}, "
                f"got {shape_text(np.shape(values))}"
            )
        return array

    @property
    def stations(self) -> int:
        """Number of stations."""
        return int(self.easting.size)

    @property
    def line(self) -> npt.NDArray[Any] | None:
        """Line of each station, a number or a text; None where none is known."""
        return self.columns.get("line")

    def column(self, name: str) -> npt.NDArray[Any]:
        """Values of a column at the stations.

        Raises
        ------
        InputError
            If the survey has no such column.
        """
        if name not in self.columns:
            raise InputError(
                f"the survey expects a column {name!r}, got {', '.join(self.columns) or 'none'}; add it to its file, "
                "or give it that name there"
            )
        return self.columns[name]

    @property
    def range_shape(self) -> tuple[int, int]:
        """Shape (components, stations) of the data."""
        return (len(self.components), self.stations)

    @property
    def kind(self) -> str:
        """What the components are of: "magnetic" or "gravity"."""
        return kinds_of(self.components)[0]

    @property
    def main_field(self) -> MainField:
        """Inducing field of a magnetic survey.

        Raises
        ------
        InputError
            If the survey is of something else.
        """
        if self.field is None:
            raise InputError(
                f"expected a magnetic survey, got one of {' '.join(self.components)}, which has no inducing field; "
                "give magnetic data"
            )
        return self.field

    @property
    def projection(self) -> npt.NDArray[np.float64] | None:
        """Unit vector (easting, northing, upward) that TMI is projected on; None for gravity."""
        return None if self.anomaly_direction is None else direction_vector(*self.anomaly_direction)

    def same_places(self, other: object) -> bool:
        """Whether another survey measures the same at the same stations, whatever its data."""
        return isinstance(other, Survey) and (
            all(np.array_equal(getattr(self, name), getattr(other, name)) for name in _POSITIONS)
            and (self.components, self.field, self.anomaly_direction)
            == (other.components, other.field, other.anomaly_direction)
        )

    def select(self, stations: Any) -> Survey:
        """Return the survey with some of its stations: a slice, a boolean mask or indices."""
        kept = np.atleast_1d(np.arange(self.stations)[stations])
        if not kept.size:
            raise InputError("Survey.select expects at least one station to be left, got none; widen the selection")
        parts = {name: getattr(self, name)[kept] for name in _POSITIONS}
        for name in ("data", "uncertainty"):
            values = getattr(self, name)
            parts[name] = None if values is None else values[:, kept]
        return replace(self, **parts, columns={name: values[kept] for name, values in self.columns.items()})

    def draped(self, topography: Any, height: npt.ArrayLike) -> Survey:
        """Return the same stations at heights above the ground.

        Parameters
        ----------
        topography : (n, 3) array_like, xarray.DataArray or Topography
            As for :meth:`Grid.with_topography`.
        height : float or (stations,) array_like
            Metres above the ground, zero or more; takes the place of the survey's upward coordinate.

        Returns
        -------
        Survey

        Raises
        ------
        InputError
            If a height is negative or not finite, or the topography lies elsewhere.

        Examples
        --------
        >>> field = MainField(65.0, 25.0, 50000.0)
        >>> slope = [[0.0, 0.0, 100.0], [0.0, 10.0, 100.0], [10.0, 0.0, 120.0], [10.0, 10.0, 120.0]]
        >>> Survey([0.0, 5.0], [5.0, 5.0], [0.0, 0.0], field=field).draped(slope, 40.0).upward.tolist()
        [140.0, 150.0]
        """
        above = array_of("Survey.draped", "height", height)
        finite("Survey.draped", "height above the ground", above, "give metres")
        if np.any(above < 0.0):
            given = way("--height", "height", "height")
            remedy = way(", or a level with --elevation", ", or a level as upward coordinate")
            raise InputError(
                f"{given} expects metres above the ground, zero or more, got {above.min():g}; give a height above "
                f"it{remedy}"
            )
        if above.shape not in ((), self.easting.shape):
            raise InputError(
                f"Survey.draped expects height as one number or of shape ({self.stations},) (stations), "
                f"got {shape_text(above.shape)}"
            )
        ground = Topography.of(topography)
        for column, axis in enumerate(("easting", "northing")):
            known, values = ground.points[:, column], getattr(self, axis)
            if known.min() > values.max() or known.max() < values.min():
                raise InputError(
                    f"the survey expects topography below it, got {axis} {known.min():.10g} to {known.max():.10g} m "
                    f"against {values.min():.10g} to {values.max():.10g} m; bring both into one coordinate system"
                )
        return replace(self, upward=ground.elevation(self.easting, self.northing) + above)

    def with_data(self, data: npt.ArrayLike | None, uncertainty: npt.ArrayLike | None = None) -> Survey:
        """Return the same stations with other data and uncertainty."""
        return replace(self, data=data, uncertainty=uncertainty)  # type: ignore[arg-type]  # checked on the way in

    def with_components(self, components: Sequence[str]) -> Survey:
        """Return the same stations with other components and no data; the field goes where they are of gravity."""
        names = _checked_components(components)
        without: dict[str, Any] = {} if kinds_of(names) == ("magnetic",) else {"field": None, "anomaly_direction": None}
        return replace(self, components=names, data=None, uncertainty=None, **without)

    def to_xarray(self) -> xr.Dataset:
        """Survey as a CF Dataset over ``station``.

        Returns
        -------
        xarray.Dataset
            Variables named after the components with ``*_uncertainty``, and the columns; the field in attributes.
        """
        from geoinv.surveys.survey_dataset import dataset_of

        return dataset_of(self)

    @classmethod
    def from_xarray(cls, data: xr.Dataset, field: MainField | None = None) -> Survey:
        """Survey of a Dataset over ``station``, as :meth:`to_xarray` writes it.

        Parameters
        ----------
        data : xarray.Dataset
            Coordinates (or variables) easting, northing, upward over ``station``; what else is over it becomes columns.
        field : MainField, optional
            Taken from the attributes where not given.

        Raises
        ------
        InputError
            If a position is missing, no component is there, no field is known, or a variable is not over the stations
            or in units of something else.
        """
        from geoinv.surveys.survey_dataset import components_in, survey_arguments

        return cls(**survey_arguments(data, field, _checked_components(components_in(data))))

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return html_of("Survey", survey_lines(self))

    def __repr__(self) -> str:
        """One line: stations, components, data and field."""
        has = "with data" if self.data is not None else "without data"
        text = f"Survey of {self.stations} stations, {' '.join(self.components)} ({has})"
        field = self.field
        if field is None:
            return text
        return f"{text}, field {field.inclination:g} {field.declination:g} deg {field.intensity:g} nT"


def _checked_components(components: Sequence[str]) -> tuple[str, ...]:
    names = (components,) if isinstance(components, str) else tuple(components)
    unknown = [name for name in names if name not in COMPONENTS]
    if unknown or not names or len(set(names)) != len(names):
        raise InputError(
            f"Survey expects components among {' '.join(COMPONENTS)}, each once, "
            f"got {' '.join(map(str, names)) or 'none'}"
        )
    if len(kinds_of(names)) > 1:
        listed = " and ".join(f"{name} ({QUANTITIES[name].kind})" for name in _one_of_each_kind(names))
        raise InputError(f"Survey expects components of one kind, got {listed}; make a survey of each")
    return names


def _one_of_each_kind(names: Sequence[str]) -> list[str]:
    kinds = [QUANTITIES[name].kind for name in names]
    return [names[kinds.index(kind)] for kind in dict.fromkeys(kinds)]
