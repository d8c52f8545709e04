"""What a file format is: one object that recognises, reads, writes and describes files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.units import Unit
from geoinv.formats.netcdf_file import open_netcdf
from geoinv.formats.text import TextLines, is_number, read_bytes
from geoinv.formats.zarr_folder import is_zarr
from geoinv.surveys.main_field import MainField

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Format", "Head", "Projection", "SurveyOptions", "Writer"]

Array = npt.NDArray[np.float64]

_NETCDF_MARKS = (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05")
_HEAD = 1 << 20  # bytes that tell a text format
_ROWS = 50


class Head:
    """The beginning of a file, looked at as far as a format asks."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @cached_property
    def start(self) -> bytes:
        """First bytes; none of a Zarr folder."""
        return b"" if self.is_zarr else read_bytes(self.path, 128)

    @cached_property
    def is_zarr(self) -> bool:
        """Whether it is a folder of Zarr."""
        return is_zarr(self.path)

    @cached_property
    def is_netcdf(self) -> bool:
        """Whether the file is netCDF (HDF5 or classic) or a Zarr folder, which hold Datasets both."""
        return self.is_zarr or self.start.startswith(_NETCDF_MARKS)

    @cached_property
    def text(self) -> TextLines:
        """Lines of a text file without comments."""
        return TextLines.read(self.path, limit=_HEAD)

    @cached_property
    def whole_lines(self) -> TextLines:
        """Lines of a text file with the comments behind numbers, as tables have them."""
        return TextLines.read(self.path, inline_comments=False, limit=_HEAD)

    @cached_property
    def rows(self) -> list[list[str]]:
        """Tokens of the first lines of a text file."""
        return [line.split() for line in self.text.lines[:_ROWS]]

    @cached_property
    def counts(self) -> list[int]:
        """How many tokens stand on each of the first lines."""
        return [len(row) for row in self.rows]

    @cached_property
    def numbers(self) -> list[bool]:
        """Whether a line is of numbers alone, ``n*v`` included, for each of the first lines."""
        return [all(is_number(token.rpartition("*")[2]) for token in row) for row in self.rows]

    def of_dataset(self, ask: Callable[[xr.Dataset], Any]) -> Any:
        """Answer of a function of a netCDF file's Dataset."""
        with open_netcdf(self.path) as data:
            return ask(data)


@dataclass(frozen=True)
class Projection:
    """How the horizontal positions of a file become eastings and northings in metres.

    Parameters
    ----------
    convert : callable
        ``(longitude, latitude)`` in degrees, or ``(easting, northing)`` in metres, to eastings and northings in metres.
    degrees : bool
        Whether the file has longitudes and latitudes.
    unit : Unit, optional
        Unit of its eastings and northings where the file states none.
    """

    convert: Callable[[Array, Array], tuple[Array, Array]]
    degrees: bool
    unit: Unit | None = None


@dataclass(frozen=True)
class SurveyOptions:
    """What the user says about a survey beside its file.

    Parameters
    ----------
    field : MainField, optional
        Inducing field, for a file that has none or in place of the file's.
    stand_in : MainField, optional
        Field of magnetic data where neither the file nor the user gives one: for what does not depend on it.
    columns : mapping, optional
        Columns of a table by quantity.
    height : float, optional
        Elevation of all stations in metres.
    components : tuple of str, optional
        Those that are wanted; others in the file are not read, and where it has none of them the survey is without
        data.
    projection : Projection, optional
        What is done to horizontal positions; nothing by default.
    total : bool
        Whether data may be a total field, from which the main field is still to be removed.
    """

    field: MainField | None = None
    stand_in: MainField | None = None
    columns: Mapping[str, str | int] | None = None
    height: float | None = None
    components: tuple[str, ...] | None = None
    projection: Projection | None = None
    total: bool = False


@dataclass(frozen=True)
class Writer:
    """One way to write something.

    Parameters
    ----------
    what : str
        "survey", "mesh", "model" or "grid".
    suffixes : tuple of str
        Names of files that ask for it.
    write : callable
        ``(path, survey)``, ``(path, mesh)``, ``(path, mesh, model, quantity)`` or ``(path, dataset)``.
    quantity : str
        The only quantity of models that it is for; empty for any.
    loses : str
        What the format cannot hold, for a sentence.
    columns : bool
        Whether it holds the columns of a survey beside positions and data.
    crs : bool
        Whether it holds the coordinate system of a survey.
    mesh_suffix : str
        Of the file beside a model that holds its mesh; empty where the model's file does.
    dims : tuple of str
        Axes of models on the meshes that it is for; empty for all meshes.
    single : bool
        Whether it holds one quantity only.
    """

    what: str
    suffixes: tuple[str, ...]
    write: Callable[..., None]
    quantity: str = ""
    loses: str = ""
    columns: bool = False
    crs: bool = False
    mesh_suffix: str = ""
    dims: tuple[str, ...] = ()
    single: bool = False


@dataclass(frozen=True, eq=False)
class Format:
    """A file format; :data:`geoinv.formats.registry.FORMATS` lists them.

    Parameters
    ----------
    name : str
        For the reader: "UBC tensor mesh".
    recognises : callable
        ``(head) -> bool``: whether a file is of this format, by its first lines or bytes.
    readers : mapping of str to callable
        What can be read and how: "survey" by ``(path, options)``, "mesh", "topography" and "grid" by ``(path)``,
        "model" by ``(path, mesh, quantity)``.
    writers : tuple of Writer
        What can be written and how.
    options : frozenset of str
        Fields of :class:`SurveyOptions` that only some formats take, and this one does: "columns".
    quantity : callable, optional
        ``(path) -> str``: what the model of a file is of, as far as it says; empty where it does not.
    describe : callable, optional
        ``(path, options) -> list of str``: lines about a file, in place of those about what it holds.
    title : callable, optional
        ``(head) -> str``: name of a single file, in place of the format's.
    dataset : callable, optional
        Opens a file as an `xarray.Dataset`, as a context manager.
    """

    name: str
    recognises: Callable[[Head], bool]
    readers: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    writers: tuple[Writer, ...] = ()
    options: frozenset[str] = frozenset()
    quantity: Callable[[str | Path], str] | None = None
    describe: Callable[[str | Path, SurveyOptions], list[str]] | None = None
    title: Callable[[Head], str] | None = None
    dataset: Callable[[str | Path], Any] | None = None

    @property
    def holds(self) -> tuple[str, ...]:
        """What can be read from such a file: of "survey", "mesh", "model", "topography", "grid"."""
        return tuple(self.readers)
