"""A survey with a known true model, made by formulas: for the demo, for tests and for teaching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.text import rows_text
from geoinv.formats.writing import write_mesh, write_model, write_survey
from geoinv.meshes.tensor import Grid
from geoinv.operators import Magnetics
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

__all__ = ["BODIES", "Body", "Demo", "Ellipsoid", "Sheet", "demo_survey", "ground", "main", "write_demo"]

Array = npt.NDArray[np.float64]

FIELD = MainField(inclination=65.0, declination=25.0, intensity=50000.0)
SHAPE, SPACING = (30, 40, 40), (25.0, 50.0, 50.0)
ORIGIN = (-100.0, 7_132_000.0, 460_000.0)
LINE_SPACING, STATION_SPACING, CLEARANCE = 75.0, 25.0, 40.0
NOISE_FLOOR, NOISE_SHARE = 2.0, 0.01  # nT, and of the datum
SEED = 1997
DECIMALS = 2  # of all that is printed: 1 cm, 0.01 nT


class Body(Protocol):
    """A body of uniform susceptibility."""

    @property
    def name(self) -> str:
        """What it is."""

    @property
    def susceptibility(self) -> float:
        """SI, dimensionless."""

    def contains(self, easting: Array, northing: Array, upward: Array) -> npt.NDArray[np.bool_]:
        """Tell which points, in metres, lie in the body."""


@dataclass(frozen=True)
class Ellipsoid:
    """Body between `radii` about a `centre`, both (easting, northing, upward) in metres.

    Examples
    --------
    >>> ball = Ellipsoid("ball", 0.1, centre=(0.0, 0.0, -50.0), radii=(20.0, 20.0, 20.0))
    >>> ball.contains(np.array([0.0, 15.0]), np.array([0.0, 15.0]), np.array([-40.0, -40.0])).tolist()
    [True, False]
    """

    name: str
    susceptibility: float
    centre: tuple[float, float, float]
    radii: tuple[float, float, float]

    def contains(self, easting: Array, northing: Array, upward: Array) -> npt.NDArray[np.bool_]:
        """Tell which points, in metres, lie in the body."""
        points = zip((easting, northing, upward), self.centre, self.radii, strict=True)
        return np.asarray(sum(((values - middle) / radius) ** 2 for values, middle, radius in points) <= 1.0)


@dataclass(frozen=True)
class Sheet:
    """Tabular body: a dyke where it is steep, a sill or slab where it is flat.

    Parameters
    ----------
    name : str
        What it is.
    susceptibility : float
        SI, dimensionless.
    centre : (float, float, float)
        Easting, northing and upward in metres.
    strike, dip : float
        Degrees: strike clockwise from north, dip down to the right of it.
    length, width, thickness : float
        Metres along strike, down the dip and across.

    Examples
    --------
    >>> dyke = Sheet("dyke", 0.1, (0.0, 0.0, 0.0), strike=0.0, dip=90.0, length=100.0, width=60.0, thickness=10.0)
    >>> dyke.contains(np.array([0.0, 8.0]), np.array([40.0, 0.0]), np.array([-25.0, 0.0])).tolist()
    [True, False]
    """

    name: str
    susceptibility: float
    centre: tuple[float, float, float]
    strike: float
    dip: float
    length: float
    width: float
    thickness: float

    def contains(self, easting: Array, northing: Array, upward: Array) -> npt.NDArray[np.bool_]:
        """Tell which points, in metres, lie in the body."""
        strike, dip = np.radians([self.strike, self.dip])
        east, north, up = (v - c for v, c in zip((easting, northing, upward), self.centre, strict=True))
        along = east * np.sin(strike) + north * np.cos(strike)
        right = east * np.cos(strike) - north * np.sin(strike)
        down_dip = right * np.cos(dip) - up * np.sin(dip)
        across = right * np.sin(dip) + up * np.cos(dip)
        sizes = ((along, self.length), (down_dip, self.width), (across, self.thickness))
        return np.asarray(np.all([np.abs(distance) <= 0.5 * size for distance, size in sizes], axis=0))


BODIES: tuple[Body, ...] = (
    Sheet(
        "dyke", 0.05, (460_560.0, 7_133_080.0, 290.0), strike=30.0, dip=75.0, length=1100.0, width=290.0, thickness=90.0
    ),
    Ellipsoid("stock", 0.04, (461_420.0, 7_132_610.0, 265.0), (190.0, 190.0, 190.0)),
    Sheet(
        "sill", 0.03, (461_370.0, 7_133_460.0, 310.0), strike=120.0, dip=20.0, length=720.0, width=480.0, thickness=80.0
    ),
    Ellipsoid("pipe", 0.08, (460_830.0, 7_132_370.0, 330.0), (90.0, 90.0, 130.0)),
)
"""The true bodies; where two overlap, the later one counts."""


@dataclass(frozen=True)
class Demo:
    """A survey and the model that made it.

    Parameters
    ----------
    grid : Grid
        Cells below the ground are active.
    survey : Survey
        TMI with noise, and its standard deviation, in nT.
    true_model : (upward, northing, easting) array
        Susceptibility, SI; 0 above the ground.
    topography : (points, 3) array
        Easting, northing and elevation of the ground, in metres.
    """

    grid: Grid
    survey: Survey
    true_model: Array
    topography: Array


def ground(easting: npt.ArrayLike, northing: npt.ArrayLike) -> Array:
    """Elevation of the demo's ground, in metres.

    Parameters
    ----------
    easting, northing : array_like
        Metres.

    Examples
    --------
    >>> ground(461_000.0, 7_133_000.0).round(1).item()
    559.7
    """
    east = np.asarray(easting, np.float64) - ORIGIN[2]
    north = np.asarray(northing, np.float64) - ORIGIN[1]
    hill = 70.0 * np.exp(-((east - 1150.0) ** 2 + (north - 1150.0) ** 2) / (2.0 * 380.0**2))
    ridges = 32.0 * np.sin(2.0 * np.pi * (east + 0.4 * north) / 1300.0) * np.cos(2.0 * np.pi * north / 1100.0)
    gullies = 9.0 * np.sin(2.0 * np.pi * (north - 0.3 * east) / 410.0)
    return np.asarray(496.0 + hill + ridges + gullies)


def demo_survey() -> Demo:
    """Draped magnetic survey over four bodies under rugged ground, with noise; always the same.

    Susceptibility is induced only, the noise is normal with the standard deviation 2 nT + 1 % of
    the datum. Positions, data and standard deviations are those printed by :func:`write_demo`.

    Returns
    -------
    Demo
    """
    grid = Grid.regular(SHAPE, SPACING, ORIGIN)
    topography = _topography(grid)
    grid = grid.with_topography(topography)
    upward, northing, easting = np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij")
    model = np.zeros(grid.shape)
    for body in BODIES:
        model[body.contains(easting, northing, upward) & grid.active] = body.susceptibility
    generator = np.random.default_rng(SEED)
    survey = _stations(generator)
    # cells without susceptibility add nothing
    clean = Magnetics(grid.with_active(model > 0), survey, engine="direct")(model)
    uncertainty = np.round(NOISE_FLOOR + NOISE_SHARE * np.abs(clean), DECIMALS)
    data = np.round(clean + uncertainty * generator.standard_normal(clean.shape), DECIMALS)
    model.setflags(write=False)
    topography.setflags(write=False)
    return Demo(grid, survey.with_data(data, uncertainty), model, topography)


def _topography(grid: Grid) -> Array:
    """Ground above the cell centres and two cells beyond the grid, row by row."""
    columns = []
    for axis, spacing in (("easting", SPACING[2]), ("northing", SPACING[1])):
        centres = getattr(grid, axis)
        columns.append(np.arange(centres[0] - 2 * spacing, centres[-1] + 3 * spacing, spacing))
    easting, northing = (values.ravel() for values in np.meshgrid(*columns))
    return np.round(np.column_stack([easting, northing, ground(easting, northing)]), DECIMALS)


def _stations(generator: np.random.Generator) -> Survey:
    """Lines flown northward, some metres off their plan in every direction."""
    margin = 0.5 * (SHAPE[2] * SPACING[2] - 23 * LINE_SPACING)
    lines = ORIGIN[2] + margin + LINE_SPACING * np.arange(24)
    along = ORIGIN[1] + margin + STATION_SPACING * np.arange(70)
    easting, northing = (values.ravel() for values in np.meshgrid(lines, along, indexing="ij"))
    easting = np.round(easting + generator.uniform(-4.0, 4.0, easting.size), DECIMALS)
    northing = np.round(northing + generator.uniform(-2.0, 2.0, northing.size), DECIMALS)
    clearance = CLEARANCE + generator.uniform(-3.0, 3.0, easting.size)
    return Survey(easting, northing, np.round(ground(easting, northing) + clearance, DECIMALS), field=FIELD)


def write_demo(folder: str | Path) -> list[Path]:
    """Write the demo as UBC-GIF files, the same bytes every time.

    Parameters
    ----------
    folder : str or Path
        Made where it is not there.

    Returns
    -------
    list of Path
        ``demo.mag`` (survey), ``demo.topo`` (ground), ``demo.msh`` (mesh), ``demo.sus`` (true model).

    Raises
    ------
    InputError
        If the folder or a file cannot be written.
    """
    demo = demo_survey()
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} expects a place for a folder, got '{error.strerror}'; choose another") from None
    survey, topography, mesh, model = paths = [folder / f"demo.{suffix}" for suffix in ("mag", "topo", "msh", "sus")]
    write_survey(survey, demo.survey)
    with whole_file(topography) as partial:
        head = f"{len(demo.topography)} ! points: easting, northing, elevation (m)\n"
        partial.write_text(head + rows_text(demo.topography.T), encoding="ascii")
    write_mesh(mesh, demo.grid)
    write_model(model, demo.grid, demo.true_model)
    return paths


def main(arguments: Sequence[str]) -> None:
    """Write the demo into the folder named, as ``python -m geoinv.datasets data`` does."""
    if len(arguments) != 1:
        raise SystemExit("usage: python -m geoinv.datasets FOLDER")
    for path in write_demo(arguments[0]):
        print(f"wrote {path}")
