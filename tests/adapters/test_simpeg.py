"""The package's physics and regularizers inside SimPEG."""

from __future__ import annotations

import sys

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.adapters.simpeg import simpeg_data, simpeg_regularization, simpeg_simulation
from geoinv.core.checks import InputError
from geoinv.operators import Magnetics

SHAPE = (4, 5, 6)
FIELD = geoinv.MainField(60.0, 10.0, 50000.0)


@pytest.fixture(scope="module")
def problem():
    pytest.importorskip("simpeg")
    mesh = geoinv.Grid.regular(SHAPE, (50.0, 50.0, 50.0), (-200.0, 0.0, 0.0))
    active = np.ones(SHAPE, bool)
    active[-1, 2:, :3] = False
    mesh = mesh.with_active(active)
    easting, northing = (part.ravel() for part in np.meshgrid(np.arange(0.0, 300.0, 40.0), np.arange(0.0, 250.0, 40.0)))
    survey = geoinv.Survey(easting, northing, np.full(easting.size, 20.0), field=FIELD)
    A = Magnetics(mesh, survey)
    model = np.zeros(SHAPE)
    model[1:3, 2:4, 2:4] = 0.03
    clean = A(model)
    noise = 0.02 * np.abs(clean).max()
    data = clean + noise * np.random.default_rng(0).standard_normal(clean.shape)
    return A, survey.with_data(data, noise), model


def test_data_are_those_of_simpegs_own_physics(problem):
    from simpeg import maps
    from simpeg.potential_fields import magnetics

    A, survey, model = problem
    mesh, active = A.mesh.to_discretize(), A.mesh.active.ravel()
    places = np.stack([survey.easting, survey.northing, survey.upward], axis=-1)
    source = magnetics.UniformBackgroundField(
        magnetics.Point(places, components=["tmi"]), FIELD.intensity, FIELD.inclination, FIELD.declination
    )
    theirs = magnetics.Simulation3DIntegral(
        mesh,
        survey=magnetics.Survey(source),
        chiMap=maps.IdentityMap(nP=int(active.sum())),
        active_cells=active,
        store_sensitivities="ram",
    )
    ours, m = simpeg_simulation(A), model.ravel()[active]
    scale = np.abs(survey.data).max()
    npt.assert_allclose(ours.dpred(m), theirs.dpred(m), rtol=0.0, atol=1e-4 * scale)
    back = np.random.default_rng(1).standard_normal(survey.stations)
    npt.assert_allclose(
        ours.Jtvec(m, back), theirs.Jtvec(m, back), rtol=0.0, atol=1e-4 * np.abs(theirs.Jtvec(m, back)).max()
    )
    npt.assert_allclose(ours.getJtJdiag(m), np.asarray(theirs.getJtJdiag(m)), rtol=1e-3)


@pytest.mark.filterwarnings("ignore:Unused keyword argument", "ignore:splu converted its input")
def test_an_inversion_of_simpeg_finds_the_packages_model(problem):
    from simpeg import data_misfit, inverse_problem, inversion, optimization

    A, survey, _ = problem
    phi = geoinv.Smooth()
    own = geoinv.invert(A, survey.data, survey.uncertainty, phi)
    simulation = simpeg_simulation(A)
    misfit = data_misfit.L2DataMisfit(simpeg_data(simulation, survey.data, survey.uncertainty), simulation)
    minimiser = optimization.InexactGaussNewton(maxIter=12, cg_maxiter=300, cg_rtol=1e-9, cg_atol=0.0)
    stated = inverse_problem.BaseInvProblem(misfit, simpeg_regularization(phi, A), minimiser, beta=own.beta)
    start = np.zeros(int(A.mesh.active.sum()))
    found = inversion.BaseInversion(stated, directiveList=[]).run(start)
    expected = own.model.ravel()[A.mesh.active.ravel()]
    assert np.linalg.norm(found - expected) < 0.01 * np.linalg.norm(expected)


def test_maps_of_simpeg_stand_before_the_physics(problem):
    from simpeg import maps

    A, _, _ = problem
    cells = int(A.mesh.active.sum())
    m = np.full(cells, -5.0)
    simulation = simpeg_simulation(A, maps.ExpMap(nP=cells))
    whole = np.zeros(SHAPE)
    whole[A.mesh.active] = np.exp(-5.0)
    npt.assert_allclose(simulation.dpred(m), A(whole).ravel())
    npt.assert_allclose(simulation.getJtJdiag(m), np.exp(-10.0) * simpeg_simulation(A).getJtJdiag(m))


def test_what_it_does_not_take_is_said(problem, monkeypatch):
    A, _, _ = problem
    with pytest.raises(InputError, match="expects a linear operator, got ndarray"):
        simpeg_simulation(np.eye(2))
    monkeypatch.setitem(sys.modules, "simpeg.simulation", None)
    with pytest.raises(InputError, match="SimPEG, which is not installed"):
        simpeg_simulation(A)
