"""Grids of equal spacing over (northing, easting), as files of images hold them: as ground, as a survey, as a grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import nulls_in
from geoinv.conventions.quantities import COMPONENTS, kinds_of
from geoinv.conventions.units import PROJECT_UNITS, Unit, required_unit
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.chosen import chosen_components, wanted_components
from geoinv.formats.column_names import DEVIATIONS, DIMENSIONS, understood
from geoinv.formats.degrees import project_them, refuse_degrees
from geoinv.formats.notes import note
from geoinv.formats.text import naming
from geoinv.meshes.summary import extent_lines, range_line
from geoinv.surveys.survey import Survey

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "Band",
    "GriddedField",
    "grid_format",
    "grid_lines",
    "ground_of_grid",
    "spacing_of_axis",
    "survey_of_grid",
    "without_nulls",
]

Array = npt.NDArray[np.float64]

_EQUAL = 1e-4  # share of a spacing by which nodes of equal spacing may miss their place
_HEIGHTS = ("upward", "ground")


@dataclass(frozen=True)
class Band:
    """One value a node.

    Parameters
    ----------
    name : str
        As the file has it; empty where it has none.
    values : (northing, easting) array
        From south to north and from west to east, NaN where there is none.
    unit : str
        As the file has it; empty where it has none.
    """

    name: str
    values: Array
    unit: str = ""

    @property
    def quantity(self) -> str:
        """What its name says that it holds; empty where that is nothing known."""
        return understood(f"{self.name} ({self.unit})" if self.unit else self.name).quantity


@dataclass(frozen=True)
class GriddedField:
    """Bands over the nodes of a grid.

    Parameters
    ----------
    easting : (columns,) array
        Ascending, as the file has it.
    northing : (rows,) array
        Ascending.
    bands : sequence of Band
        At least one.
    crs : str, optional
        Coordinate system of the nodes.
    degrees : bool
        Whether that is one of longitudes and latitudes.
    """

    easting: Array
    northing: Array
    bands: Sequence[Band]
    crs: str | None = None
    degrees: bool = False

    def to_xarray(self) -> xr.Dataset:
        """Dataset over (northing, easting), each band under its name."""
        import xarray as xr

        from geoinv.conventions import cf

        axes = {"northing": self.northing, "easting": self.easting}
        data = xr.Dataset(coords={name: (name, at, dict(cf.AXIS_ATTRIBUTES[name])) for name, at in axes.items()})
        for band in self.bands:
            name = band.name.replace("/", " per ").strip() or "values"
            while name in data.variables:
                name += " 2"
            data[name] = (("northing", "easting"), band.values, {"units": band.unit} if band.unit else {})
        return cf.with_crs(data, self.crs)


def spacing_of_axis(path: str | Path, name: str, nodes: Array) -> float:
    """Spacing of the nodes along an axis.

    Raises
    ------
    InputError
        If there is one only, or they are not equally spaced.
    """
    if nodes.size > 1:
        spacing = float(nodes[-1] - nodes[0]) / (nodes.size - 1)
        expected = nodes[0] + spacing * np.arange(nodes.size)
        if spacing > 0.0 and np.abs(nodes - expected).max() < _EQUAL * spacing:
            return spacing
    raise InputError(f"{path} expects at least two nodes of equal spacing along {name}, got others; choose netCDF")


def survey_of_grid(path: str | Path, grid: GriddedField, options: SurveyOptions) -> Survey:
    """Survey with a station on each node that has a value.

    Parameters
    ----------
    path : str or Path
        The file, for errors.
    grid : GriddedField
        Its content.
    options : SurveyOptions
        `columns` names bands or numbers them from 1: of components, ``uncertainty`` and ``upward``.

    Raises
    ------
    InputError
        If it is not known what the values are, how high the nodes are, or which field induces magnetic ones.
    """
    taken = _taken(path, grid, options)
    components = chosen_components(path, [name for name in COMPONENTS if name in taken], options, table=True)
    data = bool(components) and set(components) <= set(taken)
    if not components:
        example = way("--columns tmi=1 (or gz=1)", "columns={'tmi': 1}")
        raise InputError(
            f"{path} expects to know what its values are, got {_listed(grid)}; name it with {example}, or give it as "
            f"{way('--topo', 'topography')} where they are heights of the ground"
        )
    if options.height is None and "upward" not in taken:
        raise InputError(
            f"{path} expects the heights of its nodes beside it, got {_listed(grid)}; "
            f"{way('give --height or --elevation', 'give height=...')}"
        )
    magnetic = kinds_of(components) == ("magnetic",)
    field = (options.field or options.stand_in) if magnetic else None
    if magnetic and field is None:
        remedy = way(
            "give --field with inclination, declination (degrees) and intensity (nT)", "give field=MainField()"
        )
        raise InputError(f"{path} expects the inducing field beside it, got a grid, which has none; {remedy}")
    names = [*components, *(f"{name}_uncertainty" for name in components)] if data else []
    used = {name: taken[name] for name in names if name in taken}
    if options.height is None:
        used["upward"] = taken["upward"]
    there = np.all([np.isfinite(values) for values in used.values()] or [np.ones(grid.bands[0].values.shape, bool)], 0)
    if not there.any():
        raise InputError(f"{path} expects nodes with a value, got none; check the file")
    if not there.all():
        note("", f"{there.size - int(there.sum())} of {there.size} nodes without a value are left out")
    rows, columns = np.nonzero(there)
    east, north = _positions(path, grid, options, rows, columns)
    deviations = [used[f"{name}_uncertainty"][there] for name in components if f"{name}_uncertainty" in used]
    with naming(path):
        return Survey(
            east,
            north,
            used["upward"][there] if options.height is None else np.full(east.shape, float(options.height)),
            components=components,
            field=field,
            data=np.stack([used[name][there] for name in components]) if data else None,
            uncertainty=np.stack(deviations) if len(deviations) == len(components) and data else None,
            crs=grid.crs if options.projection is None else None,
        )


def _positions(
    path: str | Path, grid: GriddedField, options: SurveyOptions, rows: npt.NDArray[Any], columns: npt.NDArray[Any]
) -> tuple[Array, Array]:
    """Eastings and northings of some nodes in metres."""
    east, north = grid.easting[columns], grid.northing[rows]
    if options.projection is not None:
        unit = options.projection.unit
        factor = 1.0 if unit is None else unit.factor
        return options.projection.convert(east * factor, north * factor)
    _refuse_degrees(path, grid)
    return east, north


def _refuse_degrees(path: str | Path, grid: GriddedField) -> None:
    if grid.degrees:
        raise InputError(
            f"{path} expects nodes in metres, got a grid in {str(grid.crs)[:60]}, which has longitudes and latitudes; "
            f"{project_them()}"
        )
    refuse_degrees(path, *(axis.ravel() for axis in np.meshgrid(grid.easting[:50], grid.northing[:50])))


def _taken(path: str | Path, grid: GriddedField, options: SurveyOptions) -> dict[str, Array]:
    """Bands by quantity in the units of the project: those that the user names, else those that their names tell."""
    chosen = {}
    given = options.columns or {}
    wanted = wanted_components(options)
    for key, place in given.items():
        datum = next((name for name in given if name in COMPONENTS), "tmi")
        quantity = f"{datum}_uncertainty" if key in DEVIATIONS else key
        if quantity not in DIMENSIONS or quantity in ("easting", "northing", "longitude", "latitude", "ground"):
            allowed = ", ".join((*wanted, "uncertainty", "upward"))
            owner = way("--columns", "columns")
            raise InputError(f"{owner} expects quantities of a grid among {allowed}, got {key!r}; correct the name")
        chosen[quantity] = grid.bands[_place(path, grid, place)]
    for band in grid.bands:
        if band.quantity in (*wanted, *(f"{name}_uncertainty" for name in wanted), "upward") and not given:
            chosen.setdefault(band.quantity, band)
    found, said = {}, []
    for quantity, band in chosen.items():
        unit = _unit(path, band, DIMENSIONS[quantity])
        found[quantity] = band.values if unit is None else band.values * unit.factor
        own = PROJECT_UNITS[DIMENSIONS[quantity]]
        told = f"{own}, as none is stated" if unit is None else unit.text
        converted = f", converted to {own}" if unit is not None and unit.factor != 1.0 else ""
        said.append(f"{quantity} = {band.name or 'its values'} ({told}{converted})")
    if said:
        note("columns", ", ".join(said))
    return found


def _unit(path: str | Path, band: Band, dimension: str) -> Unit | None:
    with naming(f"{path} band {band.name!r}"):
        return required_unit(band.unit, dimension) if band.unit else None


def _place(path: str | Path, grid: GriddedField, band: str | int) -> int:
    text = str(band).strip()
    names = [one.name for one in grid.bands]
    if names.count(text) == 1 and text:
        return names.index(text)
    if len(text) < 9 and text.isdecimal() and 1 <= int(text) <= len(names):
        return int(text) - 1
    raise InputError(f"{path} expects the name or the number of one of its bands, got {text!r} of {_listed(grid)}")


def _listed(grid: GriddedField) -> str:
    names = [band.name for band in grid.bands]
    if any(names):
        return f"bands {', '.join(name or '(without a name)' for name in names[:10])}"
    return "a grid that does not say" if len(names) == 1 else f"{len(names)} bands without names"


def ground_of_grid(path: str | Path, grid: GriddedField) -> Array:
    """Points (easting, northing, elevation) of the nodes that have one.

    Raises
    ------
    InputError
        If it is not one band of heights.
    """
    heights = [band for band in grid.bands if band.quantity in _HEIGHTS]
    bands = heights or [band for band in grid.bands if not band.quantity]
    if len(bands) != 1:
        raise InputError(f"{path} expects one band of elevations of the ground, got {_listed(grid)}; keep one")
    unit = _unit(path, bands[0], "length")
    values = bands[0].values * (1.0 if unit is None else unit.factor)
    there = np.isfinite(values)
    if not there.any():
        raise InputError(f"{path} expects nodes with an elevation, got none; check the file")
    if not there.all():
        note("ground", f"{there.size - int(there.sum())} of {there.size} nodes without elevation are left out")
    rows, columns = np.nonzero(there)
    east, north = grid.easting[columns], grid.northing[rows]
    _refuse_degrees(path, grid)
    return np.column_stack([east, north, values[there]])


def grid_lines(grid: GriddedField) -> list[str]:
    """Lines about a grid."""
    lines = [f"{grid.northing.size} x {grid.easting.size} nodes (northing, easting)"]
    lines += extent_lines({"easting": grid.easting, "northing": grid.northing})
    lines += [range_line(band.name or "values", band.values, band.unit) for band in grid.bands]
    if grid.crs is not None:
        lines.append(f"coordinate system: {grid.crs.partition(',')[0]}")
    return lines


def without_nulls(values: Array, null: float | None = None) -> Array:
    """Values with NaN where they stand for none: what the file declares, and what does everywhere."""
    flat = values.ravel()
    missing = nulls_in(flat)
    if null is not None:
        missing |= flat == null
    return np.where(missing.reshape(values.shape), np.nan, values)


def grid_format(
    name: str,
    recognises: Callable[[Head], bool],
    read: Callable[[str | Path], GriddedField],
    writers: tuple[Writer, ...] = (),
) -> Format:
    """Format of files that hold a grid and nothing else."""
    readers: Mapping[str, Callable[..., Any]] = {
        "survey": lambda path, options: survey_of_grid(path, read(path), options),
        "topography": lambda path: ground_of_grid(path, read(path)),
        "grid": lambda path: read(path).to_xarray(),
    }
    return Format(
        name=name,
        recognises=recognises,
        readers=readers,
        writers=writers,
        options=frozenset({"columns"}),
        describe=lambda path, options: grid_lines(read(path)),
    )
