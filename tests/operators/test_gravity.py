"""The gravity operator beside choclo, Harmonica, high precision and finite differences; its signs, and its engines."""

from __future__ import annotations

import choclo.prism
import numpy as np
import numpy.testing as npt
import pytest
import reference
from makers import DTYPES, ENGINES, FIELD, holes, padded_grid, regular_grid, scattered_survey

import geoinv
from geoinv import InputError
from geoinv.operators import Gravity, Magnetics

ATTRACTION = ("gz", "ge", "gn", "gu")
TENSOR = ("gee", "gen", "geu", "gnn", "gnu", "guu")
COMPONENTS = ATTRACTION + TENSOR
G = 6.6743e-11
"""m3 / (kg s2), CODATA 2018, typed again so that the package's own constant is checked."""

CELL = (-20.0, 30.0, 100.0, 140.0, -60.0, -10.0)
"""West, east, south, north, bottom, top."""

Cell = tuple[float, float, float, float, float, float]


def survey(points: np.ndarray, components: tuple[str, ...] = COMPONENTS) -> geoinv.Survey:
    return geoinv.Survey(*np.atleast_2d(np.asarray(points, float)).T, components=components)


def of_cell(
    cell: Cell, points: np.ndarray, components: tuple[str, ...] = COMPONENTS, engine: str = "direct"
) -> np.ndarray:
    """Data (components, stations) of a cell of 1000 kg/m3."""
    grid = geoinv.Grid(cell[:2], cell[2:4], cell[4:])
    return Gravity(grid, survey(points, components), engine=engine)(np.full(grid.shape, 1000.0))


def by_choclo(cell: Cell, points: np.ndarray, components: tuple[str, ...] = COMPONENTS) -> np.ndarray:
    """The same by choclo; mGal and Eotvos."""
    rows = []
    for name in components:
        function = getattr(choclo.prism, f"gravity_{'u' if name == 'gz' else name[1:]}")
        unit = 1e5 if len(name) == 2 else 1e9
        sign = -1.0 if name == "gz" else 1.0
        rows.append([sign * unit * function(*point, *cell, 1000.0) for point in np.atleast_2d(points)])
    return np.array(rows)


def around(cell: Cell, count: int, nearest: float, farthest: float) -> np.ndarray:
    """Points outside a cell, at distances from its centre in metres."""
    random, box = np.random.default_rng(3), np.reshape(cell, (3, 2))
    turn = random.standard_normal((count, 3))
    points = box.mean(axis=1) + random.uniform(nearest, farthest, (count, 1)) * turn / np.linalg.norm(
        turn, axis=1, keepdims=True
    )
    return points[((points < box[:, 0]) | (points > box[:, 1])).any(axis=1)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cell_agrees_with_choclo_near_and_far(engine):
    points = around(CELL, 60, 10.0, 700.0)
    if engine == "gridded":
        points[:] = [(-45.0 + 50.0 * (n % 6), 90.0 + 40.0 * (n // 6), 12.0) for n in range(len(points))]
    ours, theirs = of_cell(CELL, points, engine=engine), by_choclo(CELL, points)
    for part in (slice(0, 4), slice(4, 10)):
        size = np.linalg.norm(theirs[part], axis=0)
        assert (abs(ours[part] - theirs[part]) <= 1e-10 * size).all()


def test_a_body_of_many_cells_agrees_with_harmonica():
    harmonica = pytest.importorskip("harmonica")
    grid, random = padded_grid(), np.random.default_rng(5)
    density = random.uniform(-300.0, 600.0, grid.shape)
    points = random.uniform((-120.0, -40.0, 2.0), (90.0, 110.0, 60.0), (25, 3))
    index = np.argwhere(grid.active)
    prisms = [
        (*grid.easting_edges[i : i + 2], *grid.northing_edges[j : j + 2], *grid.upward_edges[k : k + 2])
        for k, j, i in index
    ]
    ours = Gravity(grid, survey(points, ("gz", "guu", "gen")), engine="direct")(density)
    fields = zip(ours, ("g_z", "g_zz", "g_en"), strict=True)
    for row, field in fields:
        theirs = harmonica.prism_gravity(tuple(points.T), prisms, density[grid.active], field=field)
        assert np.linalg.norm(row - theirs) <= 1e-10 * np.linalg.norm(theirs)


def test_a_mesh_agrees_with_simpeg_whose_gz_is_positive_up():
    discretize, simpeg = pytest.importorskip("discretize"), pytest.importorskip("simpeg.potential_fields")
    maps = pytest.importorskip("simpeg.maps")
    widths = [10.0] * 4
    mesh = discretize.TensorMesh([widths, widths, widths], origin=[-20.0, -20.0, -40.0])
    points = np.array([[0.0, 5.0, 12.0], [40.0, -20.0, 30.0], [3.0, 3.0, 5.0]])
    theirs = {"gz": "gu", "gx": "ge", "gxx": "gee", "gxz": "geu", "gzz": "guu", "gyz": "gnu"}
    receivers = simpeg.gravity.receivers.Point(points, components=list(theirs))
    source = simpeg.gravity.sources.SourceField([receivers])
    simulation = simpeg.gravity.simulation.Simulation3DIntegral(
        mesh=mesh,
        survey=simpeg.gravity.survey.Survey(source),
        rhoMap=maps.IdentityMap(nP=mesh.nC),
        engine="choclo",
        store_sensitivities="forward_only",
        numba_parallel=False,  # compiled in a fraction of the time
    )
    density = np.random.default_rng(0).uniform(-0.5, 1.0, mesh.nC)
    expected = simulation.dpred(density).reshape(3, -1).T
    grid = geoinv.Grid.regular((4, 4, 4), (10.0, 10.0, 10.0), (-40.0, -20.0, -20.0))
    ours = Gravity(grid, survey(points, tuple(theirs.values())), engine="direct")(1000.0 * density.reshape(4, 4, 4))
    for row, other in zip(ours, expected, strict=True):
        npt.assert_allclose(row, other, rtol=0, atol=1e-9 * abs(other).max())


SPECIAL = {
    "face above": (5.0, 120.0, -10.0),
    "face below": (1.0, 111.0, -60.0),
    "face east": (30.0, 130.0, -30.0),
    "face west": (-20.0, 130.0, -30.0),
    "face north": (7.0, 140.0, -20.0),
    "edge above": (5.0, 100.0, -10.0),
    "upright edge": (30.0, 140.0, -40.0),
    "corner": (-20.0, 100.0, -10.0),
    "lower corner": (30.0, 140.0, -60.0),
    "in line with an upright edge": (30.0, 140.0, 55.0),
    "in line with an edge": (-20.0, 300.0, -10.0),
    "above the centre": (5.0, 120.0, 30.0),
    "centre": (5.0, 120.0, -35.0),
    "inside": (-3.0, 104.0, -57.0),
}


@pytest.mark.parametrize("engine", ["direct", "dense"])
@pytest.mark.parametrize("point", SPECIAL.values(), ids=SPECIAL)
def test_the_attraction_is_defined_and_continuous_at_every_point(point, engine):
    # of up to 2 mGal
    here = of_cell(CELL, point, ATTRACTION, engine)[:, 0]
    npt.assert_allclose(here, by_choclo(CELL, point, ATTRACTION)[:, 0], rtol=0, atol=1e-12)
    step = 1e-4
    turns = np.vstack([np.eye(3), -np.eye(3), [[1.0, 1.0, 1.0], [-1.0, 1.0, -1.0]]])
    beside = of_cell(CELL, np.array(point) + step * turns, ATTRACTION, engine)
    # no gradient beyond some thousand Eotvos at this distance from an edge: 1e-4 mGal a metre each
    assert abs(beside - here[:, None]).max() <= 3.0 * step


@pytest.mark.parametrize("side", [-1.0, 1.0])
@pytest.mark.parametrize(("axis", "faces"), [(0, (-20.0, 30.0)), (1, (100.0, 140.0)), (2, (-60.0, -10.0))])
def test_gradients_on_a_face_are_the_limit_from_outside(axis, faces, side):
    point = np.array([2.0, 113.0, -22.0])
    point[axis] = faces[0] if side < 0.0 else faces[1]
    towards = np.zeros(3)
    towards[axis] = side
    ours = of_cell(CELL, point, TENSOR)[:, 0]
    tensor = G * 1e12 * reference.second_derivatives(CELL, point, towards)
    npt.assert_allclose(ours, tensor[np.triu_indices(3)], rtol=0, atol=1e-11 * abs(tensor).max())


@pytest.mark.parametrize("place", ["upright edge", "edge above", "corner", "lower corner"])
def test_gradients_on_an_edge_are_finite_and_those_of_neighbours_of_one_density_add_up(place):
    point = np.array(SPECIAL[place])
    assert np.isfinite(of_cell(CELL, point, TENSOR)).all()
    grid = geoinv.Grid([-70.0, -20.0, 30.0, 90.0], [60.0, 100.0, 140.0, 190.0], [-120.0, -60.0, -10.0, 20.0])
    together = Gravity(grid, survey(point, TENSOR), engine="direct")(np.full(grid.shape, 1000.0))
    whole = of_cell((-70.0, 90.0, 60.0, 190.0, -120.0, 20.0), point, TENSOR)
    for name in ("gen", "geu", "gnu"):
        row = TENSOR.index(name)
        npt.assert_allclose(together[row], whole[row], rtol=0, atol=1e-9 * abs(whole).max())


def test_gradients_inside_are_those_that_poisson_has():
    ours = dict(zip(TENSOR, of_cell(CELL, SPECIAL["inside"], TENSOR)[:, 0], strict=True))
    trace = ours["gee"] + ours["gnn"] + ours["guu"]
    npt.assert_allclose(trace, -4.0 * np.pi * G * 1000.0 * 1e9, rtol=1e-12)
    outside = dict(zip(TENSOR, of_cell(CELL, SPECIAL["above the centre"], TENSOR)[:, 0], strict=True))
    npt.assert_allclose(outside["gee"] + outside["gnn"] + outside["guu"], 0.0, atol=1e-11 * abs(outside["guu"]))


@pytest.mark.parametrize("point", [(5.0, 120.0, 4.0), (80.0, 60.0, -30.0), (-3.0, 104.0, -50.0)])
def test_the_tensor_is_the_finite_differences_of_the_attraction(point):
    step = 0.05
    tensor = dict(zip(TENSOR, of_cell(CELL, point, TENSOR)[:, 0], strict=True))
    size = max(map(abs, tensor.values()))
    for j, axis in enumerate("enu"):
        places = np.array(point) + step * np.eye(3)[j] * np.array([[-2.0], [-1.0], [1.0], [2.0]])
        values = of_cell(CELL, places, ("ge", "gn", "gu"))
        # mGal a metre are 1e4 Eotvos
        slopes = 1e4 * (values @ [1.0, -8.0, 8.0, -1.0]) / (12.0 * step)
        for i, slope in zip("enu", slopes, strict=True):
            name = f"g{i}{axis}" if f"g{i}{axis}" in tensor else f"g{axis}{i}"
            npt.assert_allclose(slope, tensor[name], rtol=0, atol=2e-6 * size)


def test_a_mass_below_pulls_down_and_gz_is_positive():
    above = dict(zip(COMPONENTS, of_cell(CELL, (5.0, 120.0, 40.0))[:, 0], strict=True))
    assert above["gz"] > 0.0 > above["gu"]
    assert above["gz"] == -above["gu"]
    assert above["guu"] > 0.0
    east = dict(zip(COMPONENTS, of_cell(CELL, (-200.0, 120.0, -35.0))[:, 0], strict=True))
    # the mass lies to the east
    assert east["ge"] > 0.0
    assert abs(east["gn"]) < 1e-9 * east["ge"]


def test_a_cube_far_away_is_a_point_mass():
    half, point = 5.0, np.array([300.0, -400.0, 900.0])
    cell = (-half, half, -half, half, -half, half)
    mass, r = 1000.0 * (2 * half) ** 3, np.linalg.norm(point)
    vector = -1e5 * G * mass * point / r**3
    tensor = 1e9 * G * mass * (3.0 * np.outer(point, point) / r**2 - np.eye(3)) / r**3
    ours = of_cell(cell, point)[:, 0]
    # the next moment of a cube is that of degree 4
    npt.assert_allclose(ours[1:4], vector, rtol=0, atol=1e-7 * np.linalg.norm(vector))
    npt.assert_allclose(ours[4:], tensor[np.triu_indices(3)], rtol=0, atol=1e-7 * np.linalg.norm(tensor))
    grid = geoinv.Grid(cell[:2], cell[2:4], cell[4:])
    far = survey(1e4 * point)
    moments = Gravity(grid, far, rtol=1e-8)(np.full(grid.shape, 1000.0))[:, 0]
    npt.assert_allclose(moments[1:4], 1e-8 * vector, rtol=0, atol=1e-8 * 1e-8 * np.linalg.norm(vector))
    npt.assert_allclose(moments[4:], 1e-12 * tensor[np.triu_indices(3)], rtol=0, atol=1e-20 * np.linalg.norm(tensor))


def test_a_buried_sphere_of_small_cells_has_the_attraction_of_its_mass():
    edges = np.linspace(-50.0, 50.0, 21)
    grid = geoinv.Grid(edges, edges, edges - 80.0)
    up, north, east = np.meshgrid(grid.upward + 80.0, grid.northing, grid.easting, indexing="ij")
    density = np.where(up**2 + north**2 + east**2 <= 45.0**2, 500.0, 0.0)
    mass = float((density * grid.volumes).sum())
    easting = np.linspace(-200.0, 200.0, 9)
    gz = Gravity(grid, survey(np.column_stack([easting, 0.0 * easting, 0.0 * easting]), ("gz",)))(density)[0]
    npt.assert_allclose(gz, 1e5 * G * mass * 80.0 / (easting**2 + 80.0**2) ** 1.5, rtol=3e-3)


def level(components: tuple[str, ...]) -> geoinv.Survey:
    """Stations one cell of `regular_grid` apart, some missing."""
    easting, northing = np.meshgrid(-47.0 + 12.5 * np.arange(7), 94.0 + 10.0 * np.arange(5))
    kept = holes((easting.size,))
    return survey(np.column_stack([easting.ravel(), northing.ravel(), np.full(easting.size, 3.0)])[kept], components)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("components", [("gz",), ("ge", "gn", "gu"), TENSOR, ("gz", "guu", "gen")])
@pytest.mark.parametrize(
    ("engine", "rtol"), [("direct", 1e-6), ("gridded", None), ("dense", None), ("lattice", 1e-6), ("lattice", 1e-4)]
)
def test_every_engine_gives_what_the_exact_sums_give_for_single_cells_and_bodies(engine, rtol, components, dtype):
    grid, at = regular_grid(), level(components)
    exact = Gravity(grid, at, engine="direct").to_dense()
    A = Gravity(grid, at, engine=engine, rtol=rtol, dtype=dtype)
    assert A.dtype == np.dtype(dtype)
    found = A.to_dense()
    allowed = max(rtol or 1e-12, 2e-6 if dtype == "float32" else 0.0)
    count = at.stations
    for row in range(len(components)):
        part = slice(row * count, (row + 1) * count)
        sizes = np.linalg.norm(exact[part], axis=0)
        assert (np.linalg.norm(found[part] - exact[part], axis=0) <= allowed * sizes).all()
    assert A.dot_test() <= (1e-5 if dtype == "float32" else 1e-12 if A.problem.storage == np.float64 else 1e-7)
    diagonal = np.sum(exact**2, axis=0).reshape(grid.shape)
    npt.assert_allclose(A.gram_diagonal(), diagonal, rtol=1e-10 if rtol is None and dtype == "float64" else 5e-3)


@pytest.mark.parametrize("engine", ["lattice", "direct"])
def test_stations_on_faces_edges_corners_and_inside_are_served_alike(engine):
    grid = geoinv.Grid.regular((3, 6, 7), (10.0, 10.0, 10.0), (-30.0, 0.0, 0.0))
    special = [
        (20, 30, 0),
        (25, 35, 0),
        (25, 30, 0),
        (20, 35, -10),
        (20, 30, -10),
        (25, 35, -10),
        (25, 35, -5),
        (0, 0, 0),
    ]
    beside = np.random.default_rng(7).uniform((-20.0, -20.0, 1.0), (90.0, 80.0, 40.0), (30, 3))
    at = survey(np.vstack([special, beside]))
    exact = Gravity(grid, at, engine="dense").to_dense()
    found = Gravity(grid, at, engine=engine, rtol=1e-6).to_dense()
    for row in range(len(COMPONENTS)):
        part = slice(row * at.stations, (row + 1) * at.stations)
        error = np.linalg.norm(found[part] - exact[part], axis=0)
        assert (error <= 1e-6 * np.linalg.norm(exact[part], axis=0)).all()


@pytest.mark.parametrize("rtol", [1e-3, 5e-6, 1e-7])
def test_direct_sums_within_a_tolerance_keep_it_on_a_padded_mesh(rtol):
    at = scattered_survey(("tmi",))
    at = survey(np.column_stack([at.easting, at.northing, at.upward]), COMPONENTS)
    exact = Gravity(padded_grid(), at, engine="direct").to_dense()
    found = Gravity(padded_grid(), at, engine="direct", rtol=rtol).to_dense()
    count = at.stations
    for row in range(len(COMPONENTS)):
        part = slice(row * count, (row + 1) * count)
        error = np.linalg.norm(found[part] - exact[part], axis=0)
        assert (error <= rtol * np.linalg.norm(exact[part], axis=0)).all()


def test_the_data_say_what_they_are():
    A = Gravity(regular_grid(), level(("gz", "guu")))
    assert A.unknown == "density"
    assert A.decay_exponent == 2.0
    assert Gravity(regular_grid(), level(("guu",))).decay_exponent == 3.0
    assert A.mesh is A.grid
    assert repr(A).startswith("Gravity of gz guu: density (3, 4, 5) (upward, northing, easting) to data (2, ")
    assert A.domain_names == ("upward", "northing", "easting")


def test_components_of_another_physics_are_refused_in_one_sentence():
    at = level(("gz",))
    magnetic = geoinv.Survey(at.easting, at.northing, at.upward, components=("bu", "tmi"), field=FIELD)
    with pytest.raises(InputError, match=r"^Gravity expects gravity components \(gz ge .*guu\), got bu tmi; give a gr"):
        Gravity(regular_grid(), magnetic)
    with pytest.raises(InputError, match=r"^Magnetics expects magnetic components \(tmi be .*buu\), got gz; give a"):
        Magnetics(regular_grid(), at)


def test_errors_speak_of_gravity():
    at = level(("gz", "guu"))
    with pytest.raises(InputError, match=r"^Gravity expects engine .*direct, .*got 'fast'"):
        Gravity(regular_grid(), at, engine="fast")
    with pytest.raises(InputError, match=r"^Gravity expects a Grid or OctreeGrid and a Survey, got int and Survey"):
        Gravity(3, at)
    with pytest.raises(InputError, match=r"^Gravity expects to fit in "):
        Gravity(regular_grid(), at, memory_budget=10.0)
    A = Gravity(regular_grid(), at)
    model = np.ones(A.domain_shape)
    model[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="density in active cells"):
        A(model)
    with pytest.raises(InputError, match=r"give 1/uncertainty, in 1/mGal or 1/Eotvos"):
        A.gram_diagonal(1e200)


def test_a_gravity_survey_is_inverted_to_its_noise():
    grid = geoinv.Grid.regular((4, 6, 7), (25.0, 25.0, 25.0), (-100.0, 0.0, 0.0))
    easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
    at = survey(np.column_stack([easting, northing, np.full(easting.size, 5.0)]), ("gz",))
    A = Gravity(grid, at)
    true = np.zeros(grid.shape)
    true[1:3, 2:4, 2:5] = 400.0
    noise = 0.02 * abs(A(true)).max()
    data = A(true) + noise * np.random.default_rng(1).standard_normal(A.range_shape)
    solution = geoinv.invert(A, data, uncertainty=noise)
    assert solution.reached
    assert solution.model[1:3, 2:4, 2:5].mean() > 2.0 * abs(solution.model).mean()
