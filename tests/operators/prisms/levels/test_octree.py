"""Octrees by groups of levels beside SimPEG's integral over a TreeMesh, and beside exact sums level by level."""

import numpy as np
import pytest

import geoinv
from geoinv.meshes.octree_order import place_in_order
from geoinv.operators import Gravity, Magnetics
from geoinv.operators.prisms.levels.engine import LevelsEngine, Part
from geoinv.operators.prisms.levels.octree import OctreeLevels
from geoinv.operators.prisms.levels.octree_offer import ENGINES, octree_offer
from geoinv.operators.prisms.levels.planner import Group, OctreePlanner

FIELD = geoinv.MainField(60.0, 20.0, 50000.0)
RTOL = 1e-5


def survey(count=150, height=(5.0, 30.0), components=("tmi",)):
    random = np.random.default_rng(0)
    east, north = random.uniform(-20.0, 260.0, (2, count))
    field = None if components[0].startswith("g") else FIELD
    return geoinv.Survey(east, north, random.uniform(*height, count), field=field, components=components)


def octree(spacing=(10.0, 10.0, 10.0)):
    """Box of 32 x 16 x 32 finest cells, refined towards a body at its top; some of its top is air."""
    centre = np.array([14, 9, 16])
    kept, corners, width = [], np.array([[0, 0, 0], [0, 0, 16], [0, 16, 0], [0, 16, 16]]), 16
    while width:
        near = np.abs(corners + 0.5 * width - centre).max(axis=1) < 0.5 * width + 3.5 * (width > 1)
        split = near & (width > 1)
        kept += [(corner, width) for corner in corners[~split]]
        halves = np.array(list(np.ndindex(2, 2, 2))) * (width // 2)
        corners, width = (corners[split][:, None] + halves).reshape(-1, 3), width // 2
    corner, wide = np.array([c for c, _ in kept]), np.array([w for _, w in kept])
    counts = (16, 32, 32)
    order = np.argsort(place_in_order(corner, counts))
    mesh = geoinv.OctreeGrid(corner[order], wide[order], counts, spacing, (-16.0 * spacing[0], -40.0, -40.0))
    easting, _, upward = mesh.centres
    return mesh.with_active(upward < -12.0 + 0.02 * easting)


def exact(mesh, operator, model, **options):
    """Sum over levels of exact sums over a grid."""
    levels = OctreeLevels(mesh)
    total = 0.0
    for level, cells in levels.numbers.items():
        host = levels.host((level,), level)
        values = np.zeros((*model.shape[:-1], host.cells.size))
        # the lone uniform cell of each box
        values[..., np.ravel_multi_index(tuple(host.embedding.corners.T), host.cells.shape)] = model[..., cells]
        total = total + operator(host.cells, engine="direct", **options)(
            values.reshape(*model.shape[:-1], *host.cells.shape)
        )
    return total


def built(problem, mesh, groups):
    """Engine of groups that the test names."""
    levels = OctreeLevels(mesh)
    planner = OctreePlanner(levels, problem, 1e9, 10)
    parts = []
    for found, side, name in groups:
        group = Group(found, side, name, None)
        cells = planner.problem_of(group)
        parts.append(Part(cells, planner.host_of(group).embedding, ENGINES[name](cells, 1e9, 10).build, False))
    return LevelsEngine(problem, parts, None)


def test_the_mesh_has_levels_to_try():
    assert list(OctreeLevels(octree()).numbers) == [1, 2, 4, 8, 16]


@pytest.mark.parametrize("operator", [Magnetics, Gravity])
def test_it_is_what_the_prisms_of_all_levels_give(operator):
    components = ("tmi", "bu") if operator is Magnetics else ("gz", "guu")
    mesh, stations = octree(), survey(components=components)
    A = operator(mesh, stations, rtol=RTOL)
    model = np.random.default_rng(1).standard_normal((2, *mesh.shape))
    expected = exact(mesh, lambda cells, **options: operator(cells, stations, **options), model)
    assert np.linalg.norm(A(model) - expected) <= RTOL * np.linalg.norm(expected)
    assert A.dot_test(1) <= 1e-7
    assert (A.T(np.ones(A.range_shape))[~mesh.active] == 0.0).all()
    assert A.mesh is mesh
    assert A.domain_names == ("cell",)


GROUPS = [
    [((1,), 1, "lattice"), ((2,), 2, "lattice"), ((4,), 4, "dense"), ((8, 16), 8, "dense")],
    [((1, 2, 4), 1, "lattice"), ((8,), 2, "lattice"), ((16,), 16, "direct")],
    [((1, 2, 4, 8, 16), 1, "lattice")],
]


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("spacing", [(10.0, 10.0, 10.0), (5.0, 10.0, 12.5)])
def test_every_grouping_gives_the_same(groups, spacing):
    mesh = octree(spacing)
    stations = survey(components=("tmi", "bn"))
    A = Magnetics(mesh, stations, rtol=RTOL, unknown="magnetization")
    engine = built(A.problem, mesh, groups)
    random = np.random.default_rng(2)
    models = random.standard_normal((3, *mesh.shape)) * mesh.active
    expected = exact(
        mesh, lambda cells, **options: Magnetics(cells, stations, unknown="magnetization", **options), models
    )
    assert np.linalg.norm(engine.forward(models[None])[0] - expected) <= RTOL * np.linalg.norm(expected)
    data = random.standard_normal((1, *A.range_shape))
    gradient = engine.adjoint(data)[0]
    assert np.vdot(data, engine.forward(models[None])) == pytest.approx(np.vdot(models, gradient), rel=1e-5)


@pytest.mark.parametrize("groups", GROUPS)
def test_single_cells(groups):
    mesh, stations = octree(), survey()
    A = Magnetics(mesh, stations, rtol=RTOL)
    engine = built(A.problem, mesh, groups)
    random = np.random.default_rng(3)
    for width in (1, 2, 4, 8, 16):
        of_width = np.flatnonzero(mesh.active & (mesh.width == width))
        for cell in random.choice(of_width, min(2, of_width.size), replace=False):
            model = np.zeros((1, 1, *mesh.shape))
            model[..., cell] = 1.0
            expected = exact(mesh, lambda cells, **options: Magnetics(cells, stations, **options), model[0, 0])
            assert np.linalg.norm(engine.forward(model)[0] - expected) <= RTOL * np.linalg.norm(expected), width


def test_stations_on_faces_of_wide_cells_between_narrow_ones():
    mesh = octree().with_active(np.ones(octree().shape, bool))
    # on the top of the box, its side, and inside, all on planes of finest cells
    east = np.array([-40.0, 0.0, 130.0, -40.0, -10.0, 120.0, 200.0])
    north = np.array([10.0, 30.0, 130.0, -10.0, 50.0, -40.0, 30.0])
    up = np.array([-30.0, 0.0, 0.0, -40.0, -20.0, -60.0, 0.0])
    rest = survey(60)
    stations = geoinv.Survey(
        np.r_[east, rest.easting],
        np.r_[north, rest.northing],
        np.r_[up, rest.upward],
        field=FIELD,
        components=("be", "bn", "bu"),
    )
    A = Magnetics(mesh, stations, rtol=RTOL, unknown="magnetization")
    engine = built(A.problem, mesh, GROUPS[2])
    model = np.random.default_rng(4).standard_normal((3, *mesh.shape))
    expected = exact(
        mesh, lambda cells, **options: Magnetics(cells, stations, unknown="magnetization", **options), model
    )
    assert abs(engine.forward(model[None])[0] - expected).max() <= RTOL * abs(expected).max()


@pytest.mark.parametrize("groups", [GROUPS[0], GROUPS[1]])
def test_weights_level_by_level(groups):
    mesh, stations = octree(), survey()
    A = Magnetics(mesh, stations, rtol=RTOL)
    weights = np.random.default_rng(5).uniform(0.5, 2.0, A.range_shape)
    expected = np.zeros(mesh.shape)
    levels = OctreeLevels(mesh)
    for level, cells in levels.numbers.items():
        grid = levels.host((level,), level)
        diagonal = Magnetics(grid.cells, stations, engine="direct").gram_diagonal(weights)
        expected[cells] = diagonal[tuple(grid.embedding.corners.T)]
    np.testing.assert_allclose(A.gram_diagonal(weights)[mesh.active], expected[mesh.active], rtol=4e-3)


def test_simpeg_over_the_same_tree_mesh():
    maps = pytest.importorskip("simpeg.maps")
    magnetics = pytest.importorskip("simpeg.potential_fields.magnetics")
    discretize = pytest.importorskip("discretize")
    tree = discretize.TreeMesh([np.full(16, 20.0)] * 3, origin=[-160.0, -160.0, -320.0], diagonal_balance=True)
    tree.refine_ball([[0.0, 0.0, -40.0]], [60.0], [4])
    active = tree.cell_centers[:, 2] < -10.0 + 0.1 * tree.cell_centers[:, 0]
    mesh = geoinv.OctreeGrid.from_discretize(tree, active)
    random = np.random.default_rng(6)
    points = np.column_stack([*random.uniform(-120.0, 120.0, (2, 60)), random.uniform(15.0, 40.0, 60)])
    receivers = magnetics.Point(points, components="tmi")
    source = magnetics.UniformBackgroundField(
        receiver_list=[receivers],
        amplitude=FIELD.intensity,
        inclination=FIELD.inclination,
        declination=FIELD.declination,
    )
    peer = magnetics.Simulation3DIntegral(
        tree,
        survey=magnetics.Survey(source),
        chiMap=maps.IdentityMap(nP=int(active.sum())),
        active_cells=active,
        engine="choclo",
        store_sensitivities="forward_only",
        numba_parallel=False,  # compiled in a fraction of the time
    )
    model = random.uniform(0.0, 0.05, mesh.shape)
    A = Magnetics(mesh, geoinv.Survey(*points.T, field=FIELD), rtol=1e-9)
    np.testing.assert_allclose(A(model)[0], peer.dpred(model[active]), rtol=1e-6)


def test_what_does_not_serve_is_said():
    mesh = octree()
    with pytest.raises(
        geoinv.InputError,
        match=r"engine='lattice' expects .*, but the mesh is no tensor grid; "
        r"engines that fit: levels",
    ):
        Magnetics(mesh, survey(), engine="lattice", rtol=RTOL)
    with pytest.raises(geoinv.InputError, match=r"Magnetics expects to fit in .*levels needs"):
        Magnetics(mesh, survey(), rtol=RTOL, memory_budget=1e3)


def test_one_budget_is_for_all_parts():
    mesh, stations = octree(), survey()
    problem = Magnetics(mesh, stations, rtol=RTOL).problem
    rich, poor = (octree_offer(problem, mesh, budget, 10_000) for budget in (1e9, 3e5))
    assert poor.estimate.memory < rich.estimate.memory
    assert poor.estimate.memory <= 3e5
