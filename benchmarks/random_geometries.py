"""Random meshes and surveys of every kind that direct sums must stand, each a function of its seed, and their matrix.

Cells are even, padded by factors of 1.1 to 2, or of any width; as few as one, a row, a column, a layer; up to 1000
times as long as thin. Stations are above them, beside them, inside them, in line with their centres, edges and corners,
and up to a million cells away; half of all cases lie where UTM coordinates do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geoinv import Grid, MainField, Survey
from geoinv.conventions.quantities import GRAVITY_COMPONENTS, MAGNETIC_COMPONENTS
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.multipole.expansion import dipole_size
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["Geometry", "dipole_sizes", "level_geometry", "matrix_of", "random_geometry"]

Array = npt.NDArray[np.float64]

MU0, G = 1.25663706212e-6, 6.6743e-11
AXES = {"e": 0, "n": 1, "u": 2}
SHAPES = ("even", "padded", "graded", "single", "row", "column", "layer")
PLACES = ("above", "beside", "inside", "aligned", "far")


class Geometry(NamedTuple):
    """One case.

    Attributes
    ----------
    name : str
        What kind of cells and stations it has.
    grid, survey : Grid, Survey
        Cells and stations.
    unknown, dtype : str
        As :class:`geoinv.operators.Magnetics` takes them; "density" for :class:`geoinv.operators.Gravity`.
    rtol : float
        1e-7 to 1e-3, in single precision 1e-6 to 1e-3.
    """

    name: str
    grid: Grid
    survey: Survey
    unknown: str
    dtype: str
    rtol: float


def random_geometry(seed: int, most_cells: int = 400, kind: str = "magnetic") -> Geometry:
    """Case of a seed.

    Parameters
    ----------
    seed : int
        Any.
    most_cells : int
        The mesh is cut to so many.
    kind : str
        Of the components: "magnetic" or "gravity".
    """
    random = np.random.default_rng(seed)
    shape = str(random.choice(SHAPES))
    sizes = 10.0 ** random.uniform(0.0, 3.0 if random.random() < 0.3 else 1.0, 3)
    factor = random.uniform(1.1, 2.0)
    edges = []
    for axis, size in enumerate(sizes):
        single = shape == "single" or {"row": axis != 0, "column": axis != 1, "layer": axis == 2}.get(shape, False)
        edges.append(_edges(random, shape, 1 if single else int(random.integers(1, 20)), size, factor))
    while np.prod([len(e) - 1 for e in edges]) > most_cells:
        longest = max(range(3), key=lambda axis: len(edges[axis]))
        edges[longest] = edges[longest][: max(2, len(edges[longest]) * 3 // 4)]
    edges[2] = edges[2] - edges[2][-1]
    count = int(random.choice([1, 1, 3, 12]))
    places = [str(random.choice(PLACES)) for _ in range(1 if random.random() < 0.5 else count)]
    points = np.array([_station(random, places[i % len(places)], edges, sizes) for i in range(count)])
    if random.random() < 0.5:
        offset = np.array([5e5, 5.2e6, 300.0]) + random.uniform(0.0, 1e4, 3)
        edges, points = [e + o for e, o in zip(edges, offset, strict=True)], points + offset
    names = GRAVITY_COMPONENTS if kind == "gravity" else MAGNETIC_COMPONENTS
    components = tuple(str(name) for name in random.choice(names, int(random.integers(1, 4)), replace=False))
    field = MainField(random.uniform(-90.0, 90.0), random.uniform(0.0, 360.0), random.uniform(2e4, 7e4))
    grid = Grid(edges[0], edges[1], edges[2])
    if random.random() < 0.3 and grid.size > 1:
        active = random.random(grid.shape) < 0.7
        active.flat[0] = True
        grid = grid.with_active(active)
    dtype = str(random.choice(["float64", "float32"]))
    unknown = str(random.choice(["susceptibility", "magnetization"]))
    return Geometry(
        f"{shape} {'x'.join(map(str, grid.shape))}, stations {' '.join(sorted(set(places)))}, seed {seed}",
        grid,
        Survey(*points.T, components=components, field=field if kind == "magnetic" else None),
        unknown if kind == "magnetic" else "density",
        dtype,
        float(10.0 ** random.uniform(-7.0 if dtype == "float64" else -6.0, -3.0)),
    )


def level_geometry(seed: int, most_cells: int = 60, kind: str = "magnetic") -> Geometry:
    """Case of a seed whose cells are even along easting and northing, as the Fourier engines want them.

    Half of the surveys are level with stations one to three cells apart; the others have stations anywhere. They begin
    and end beside the cells or within them.
    """
    case, random = random_geometry(seed, most_cells, kind), np.random.default_rng([seed, 1])
    grid = case.grid
    edges = [axis[0] + np.diff(axis)[0] * np.arange(axis.size) for axis in (grid.easting_edges, grid.northing_edges)]
    upward = grid.upward_edges
    if random.random() < 0.5:
        upward = upward[-1] - np.diff(upward)[-1] * np.arange(upward.size)[::-1]
    spacing = np.array([axis[1] - axis[0] for axis in (*edges, upward)])
    height = upward[-1] + spacing.min() * 10.0 ** random.uniform(-0.7, 1.5)
    places = [
        axis[0] + width * (random.integers(-4, axis.size + 3) + random.choice([0.0, 0.5, random.random()]) + steps)
        for axis, width, steps in zip(
            edges, spacing, (random.integers(1, 4) * np.arange(random.integers(1, 7)) for _ in range(2)), strict=False
        )
    ]
    easting, northing = (points.ravel() for points in np.meshgrid(*places))
    level = random.random() < 0.5
    if not level:
        easting, northing = (random.uniform(axis[0], axis[-1], 4 + easting.size) for axis in edges)
    heights = height + spacing[2] * (0.0 if level else 1.0) * random.random(easting.size)
    survey = Survey(easting, northing, heights, components=case.survey.components, field=case.survey.field)
    name = f"even {'x'.join(map(str, grid.shape))}, {survey.stations} {'level' if level else 'scattered'}, seed {seed}"
    return case._replace(name=name, grid=Grid(*edges, upward, active=grid.active), survey=survey)


def _edges(random: np.random.Generator, shape: str, count: int, size: float, factor: float) -> Array:
    """Cell edges along an axis."""
    widths = np.full(count, size)
    if shape == "graded":
        widths = size * np.exp(random.normal(0.0, 1.0, count))
    elif shape == "padded":
        padding = size * factor ** np.arange(1, int(random.integers(2, 9)))
        widths = np.concatenate([padding[::-1], widths, padding])
    return np.concatenate([[0.0], np.cumsum(widths)])


def _station(random: np.random.Generator, place: str, edges: list[Array], sizes: Array) -> Array:
    """One station of a kind."""
    low, high = np.array([e[0] for e in edges]), np.array([e[-1] for e in edges])
    point = random.uniform(low, high)
    point[2] = random.uniform(0.2, 5.0) * sizes[2]
    if place == "beside":
        point += random.choice([-1.0, 1.0], 3) * (high - low) * np.array([1.0, random.uniform(0.0, 1.0), 0.1])
    elif place == "inside":
        point = random.uniform(low, high)
    elif place == "aligned":
        # in line with centres, edges or corners, along one axis
        for axis in range(3):
            cell = int(random.integers(0, len(edges[axis]) - 1))
            begin, end = edges[axis][cell : cell + 2]
            point[axis] = random.choice([begin, 0.5 * (begin + end)])
        axis = int(random.integers(0, 3))
        point[axis] = high[axis] + (high[axis] - low[axis] + sizes[axis]) * 10.0 ** random.uniform(-1.0, 3.0)
    elif place == "far":
        direction = random.normal(size=3)
        direction /= np.linalg.norm(direction)
        if random.random() < 0.3:
            direction = np.eye(3)[random.integers(0, 3)]
        middle = 0.5 * (low + high)
        point = middle + direction * (np.linalg.norm(high - low) + sizes.max() * 10.0 ** random.uniform(0.0, 6.0))
    return np.asarray(point)


def matrix_of(problem: PrismProblem, survey: Survey) -> Array:
    """Field of each cell (components, stations, unknowns, upward, northing, easting), right at every distance.

    Exact prisms near them; beyond six half diagonals, where their closed form loses digits with the cube of the
    distance, point dipoles at Gauss's places in a cell.
    """
    grid, nodes = problem.cells, problem.nodes
    edges = (nodes.x[: grid.shape[2] + 1], nodes.y, nodes.z)
    centres = np.stack(np.meshgrid(*(0.5 * (e[:-1] + e[1:]) for e in edges[::-1]), indexing="ij")[::-1], -1)
    halves = np.stack(np.meshgrid(*(0.5 * np.diff(e) for e in edges[::-1]), indexing="ij")[::-1], -1)
    centres, halves = centres.reshape(-1, 3), halves.reshape(-1, 3)
    matrix = cell_fields(problem, problem.local_stations)
    flat = matrix.reshape(*matrix.shape[:3], -1)
    offsets = problem.local_stations[:, None] - centres
    ratio = np.linalg.norm(offsets, axis=2) / np.linalg.norm(halves, axis=1)
    for begin, end, order in ((6.0, 30.0, 10), (30.0, 1e3, 5), (1e3, np.inf, 3)):
        station, cell = np.nonzero((ratio >= begin) & (ratio < end))
        for part in np.array_split(np.arange(station.size), 1 + station.size * order**3 // 100_000):
            of = _dipoles(problem, survey, offsets[station[part], cell[part]], halves[cell[part]], order)
            flat[:, station[part], :, cell[part]] = of
    return matrix


def dipole_sizes(problem: PrismProblem) -> Array:
    """Mean over directions of a dipole's datum at each cell's distance (components, stations, unknowns, *cells)."""
    grid, stations = problem.cells, problem.stations
    centres = np.stack(np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij"), -1)[..., ::-1]
    r = np.maximum(np.linalg.norm(stations[:, None, None, None] - centres, axis=-1), 1e-3)
    sizes = np.empty((problem.components, len(stations), problem.unknowns, *grid.shape))
    for c, order in enumerate(problem.kernels.order):
        for u in range(problem.unknowns):
            size = dipole_size(int(order), problem.kernels.weights[c, u])
            sizes[c, :, u] = size * grid.volumes / r ** (order + 1.0)
    return sizes


def _dipoles(problem: PrismProblem, survey: Survey, offsets: Array, halves: Array, order: int) -> Array:
    """Data (pairs, components, unknowns) of cells at some offset, by Gauss's places."""
    place, share = np.polynomial.legendre.leggauss(order)
    places = np.stack(np.meshgrid(place, place, place, indexing="ij"), -1).reshape(-1, 3)
    shares = np.einsum("i,j,k->ijk", share, share, share).ravel()
    x = offsets[:, None] - places * halves[:, None]
    r = np.linalg.norm(x, axis=2)[..., None, None]
    outer, eye = x[..., :, None] * x[..., None, :], np.eye(3)
    first = np.einsum("p,qpi->qi", shares, -x / r[..., 0] ** 3)
    second = np.einsum("p,qpij->qij", shares, (3.0 * outer / r**2 - eye) / r**3)
    # the volume of which the shares are eighths
    volumes = np.prod(halves, axis=1)
    if survey.kind == "gravity":
        rows = []
        for name in survey.components:
            axes = [AXES[letter] for letter in name[1:].replace("z", "u")]
            row = G * (1e5 * first[:, axes[0]] if len(axes) == 1 else 1e9 * second[:, axes[0], axes[1]])
            rows.append((-row if name == "gz" else row)[:, None] * volumes[:, None])
        return np.stack(rows, axis=1)
    third = -15.0 * outer[..., None] * x[..., None, None, :] / r[..., None] ** 7
    for axes in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        third += np.moveaxis(3.0 * eye[:, :, None] * x[..., None, None, :], (-3, -2, -1), [a - 3 for a in axes]) / (
            r[..., None] ** 5
        )
    gradient = np.einsum("p,qpijk->qijk", shares, third)
    moments = np.eye(3)
    if problem.unknowns == 1:
        moments = survey.field.direction[None] * (survey.field.intensity * 1e-9 / MU0)
    # mu0 / (4 pi) in nT
    scale = MU0 / (4.0 * np.pi) * 1e9 * volumes
    rows = []
    for name in survey.components:
        if name == "tmi":
            row = np.einsum("i,qij->qj", survey.projection, second)
        elif len(name) == 2:
            row = second[:, AXES[name[1]]]
        else:
            row = gradient[:, AXES[name[1]], AXES[name[2]]]
        rows.append(row @ moments.T * scale[:, None])
    return np.stack(rows, axis=1)
