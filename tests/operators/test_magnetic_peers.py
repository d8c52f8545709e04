"""The magnetic operator beside choclo and SimPEG, and beyond their reach beside high precision."""

from __future__ import annotations

import choclo.prism
import numpy as np
import numpy.testing as npt
import pytest
import reference
from makers import ENGINES, FIELD, prism_matrix

import geoinv
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS
from geoinv.operators import Magnetics

FIELD_COMPONENTS = ("be", "bn", "bu")
GRADIENTS = ("bee", "ben", "beu", "bnn", "bnu", "buu")
CHOCLO = {
    "be": choclo.prism.magnetic_e,
    "bn": choclo.prism.magnetic_n,
    "bu": choclo.prism.magnetic_u,
    "bee": choclo.prism.magnetic_ee,
    "ben": choclo.prism.magnetic_en,
    "beu": choclo.prism.magnetic_eu,
    "bnn": choclo.prism.magnetic_nn,
    "bnu": choclo.prism.magnetic_nu,
    "buu": choclo.prism.magnetic_uu,
}


def random_prisms(count: int) -> np.ndarray:
    """Prisms (count, 6) of 5 to 20 m a side, within a hundred metres of each other."""
    random = np.random.default_rng(11)
    corners = random.uniform((-50.0, -50.0, -60.0), (50.0, 50.0, -20.0), (count, 3))
    return np.stack([corners, corners + random.uniform(5.0, 20.0, (count, 3))], axis=-1).reshape(count, 6)


def stations_round(prism: np.ndarray, count: int, nearest: float, farthest: float) -> np.ndarray:
    """Stations (count, 3) at distances from the centre in units of the shortest side, outside the prism."""
    random = np.random.default_rng(12)
    box = prism.reshape(3, 2)
    directions = random.standard_normal((count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    distance = np.diff(box).min() * random.uniform(nearest, farthest, (count, 1))
    stations = box.mean(axis=1) + distance * directions
    outside = ((stations < box[:, 0]) | (stations > box[:, 1])).any(axis=1)
    return np.asarray(stations[outside])


def by_choclo(component: str, prism: np.ndarray, stations: np.ndarray) -> np.ndarray:
    """Field (stations, 3) in nT or nT/m of magnetizations of 1 A/m along each axis."""
    return 1e9 * np.array([[CHOCLO[component](*s, *prism, *moment) for moment in np.eye(3)] for s in stations])


@pytest.mark.parametrize("components", [FIELD_COMPONENTS, GRADIENTS], ids=["field", "gradients"])
def test_random_prisms_agree_with_choclo_within_twenty_widths(components):
    pairs = [(prism, stations_round(prism, 20, 0.5, 20.0)) for prism in random_prisms(40)]
    ours = [prism_matrix(tuple(prism), stations, components) for prism, stations in pairs]
    for row, component in enumerate(components):
        theirs = [by_choclo(component, prism, stations) for prism, stations in pairs]
        difference = np.concatenate([o[row] - t for o, t in zip(ours, theirs, strict=True)])
        assert np.linalg.norm(difference) <= 1e-10 * np.linalg.norm(np.concatenate(theirs))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("corner", [(0.0, 0.0), (4.5e5, 6.2e6)], ids=["local", "utm"])
def test_every_component_of_a_grid_agrees_with_choclo(engine, corner):
    random = np.random.default_rng(13)
    east, north = corner
    grid = geoinv.Grid.regular((3, 4, 5), (10.0, 12.5, 20.0), (-30.0, north, east))
    easting, northing = np.meshgrid(east - 17.0 + 20.0 * np.arange(8), north + 3.0 + 12.5 * np.arange(6))
    stations = np.column_stack([easting.ravel(), northing.ravel(), np.full(easting.size, 4.0)])
    survey = geoinv.Survey(*stations.T, components=COMPONENTS, field=FIELD, anomaly_direction=(50.0, -20.0))
    susceptibility = random.uniform(0.0, 0.1, grid.shape)
    strength = susceptibility * FIELD.intensity * 1e-9 / reference.MU0
    theirs = {name: np.zeros(len(stations)) for name in CHOCLO}
    for k, j, i in np.ndindex(grid.shape):
        prism = (
            *grid.easting_edges[i : i + 2],
            *grid.northing_edges[j : j + 2],
            *grid.upward_edges[k : k + 2],
        )
        moment = strength[k, j, i] * FIELD.direction
        for name, function in CHOCLO.items():
            theirs[name] += [1e9 * function(*station, *prism, *moment) for station in stations]
    projection = survey.projection
    theirs["tmi"] = projection @ np.stack([theirs[name] for name in FIELD_COMPONENTS])
    ours = Magnetics(grid, survey, engine=engine)(susceptibility)
    for name, row in zip(COMPONENTS, ours, strict=True):
        assert np.linalg.norm(row - theirs[name]) <= 1e-10 * np.linalg.norm(theirs[name])


# measured: a seventh of these, or less; the error grows with the square of the distance, of gradients with its cube
@pytest.mark.parametrize(
    ("widths", "field_error", "gradient_error"),
    [(5, 2e-14, 2e-14), (20, 1e-12, 1e-12), (50, 1e-11, 1e-11), (100, 2e-11, 5e-11), (1000, 1e-9, 5e-8)],
)
def test_far_away_the_result_keeps_its_digits(widths, field_error, gradient_error):
    pairs = [(prism, stations_round(prism, 4, widths, widths)) for prism in random_prisms(12)]
    for components, tensor, allowed in (
        (FIELD_COMPONENTS, reference.field_tensor, field_error),
        (GRADIENTS, reference.gradient_tensor, gradient_error),
    ):
        ours = np.concatenate([prism_matrix(tuple(prism), s, components) for prism, s in pairs], axis=1)
        truth = np.stack([tensor(tuple(prism), station) for prism, s in pairs for station in s], axis=1)
        assert np.linalg.norm(ours - truth) <= allowed * np.linalg.norm(truth)


@pytest.mark.parametrize("model_type", ["scalar", "vector"])
def test_a_padded_tensor_mesh_agrees_with_simpeg(model_type):
    discretize = pytest.importorskip("discretize")
    magnetics = pytest.importorskip("simpeg.potential_fields.magnetics")
    maps = pytest.importorskip("simpeg.maps")
    random = np.random.default_rng(14)
    mesh = discretize.TensorMesh(
        [[(10.0, 2, -1.3), (10.0, 4), (10.0, 2, 1.3)], [(12.0, 1, -1.4), (12.0, 3)], [(8.0, 2, -1.5), (8.0, 2)]],
        origin=[-40.0, 15.0, -50.0],
    )
    grid = geoinv.Grid.from_discretize(mesh, active=random.random(mesh.n_cells) > 0.3)
    stations = random.uniform((-60.0, 0.0, 1.0), (80.0, 90.0, 30.0), (15, 3))
    names = {
        "tmi": "tmi",
        "be": "bx",
        "bn": "by",
        "bu": "bz",
        "bee": "bxx",
        "ben": "bxy",
        "beu": "bxz",
        "bnn": "byy",
        "bnu": "byz",
        "buu": "bzz",
    }
    receivers = magnetics.receivers.Point(stations, components=list(names.values()))
    source = magnetics.sources.UniformBackgroundField(
        [receivers], amplitude=FIELD.intensity, inclination=FIELD.inclination, declination=FIELD.declination
    )
    vector = model_type == "vector"
    active = grid.active.ravel()
    simulation = magnetics.simulation.Simulation3DIntegral(
        survey=magnetics.survey.Survey(source),
        mesh=mesh,
        chiMap=maps.IdentityMap(nP=int(active.sum()) * (3 if vector else 1)),
        active_cells=active,
        model_type=model_type,
        store_sensitivities="forward_only",
        engine="choclo",
        numba_parallel=False,  # compiled in a fraction of the time
    )
    model = random.uniform(0.0, 0.1, ((3,) if vector else ()) + grid.shape)
    flat = model.reshape(-1, grid.size)[:, active].ravel()
    theirs = simulation.dpred(flat).reshape(len(stations), len(names)).T
    survey = geoinv.Survey(*stations.T, components=tuple(names), field=FIELD)
    if vector:  # SimPEG's vectors are effective susceptibilities: M = chi B0 / mu0 along each axis
        A = Magnetics(grid, survey, unknown="magnetization")
        ours = A(model * FIELD.intensity * 1e-9 / reference.MU0)
    else:
        ours = Magnetics(grid, survey)(model)
    for row, expected in zip(ours, theirs, strict=True):
        npt.assert_allclose(row, expected, rtol=0, atol=1e-9 * abs(expected).max())
