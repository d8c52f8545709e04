"""Strengths of the magnetic field beside the vector's, their Jacobian by finite differences, and inversions."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from makers import DTYPES, FIELD, UNKNOWNS, holes

import geoinv
from geoinv import InputError
from geoinv.operators import FieldStrength, Gravity, Magnetics

GRID = geoinv.Grid.regular((3, 6, 6), (20.0, 20.0, 20.0), (-60.0, 0.0, 0.0))
BOTH = ("b_amplitude", "tmi_exact")


def survey(components: tuple[str, ...] = BOTH, grid: geoinv.Grid = GRID) -> geoinv.Survey:
    easting, northing = (axis.ravel() for axis in np.meshgrid(grid.easting, grid.northing))
    return geoinv.Survey(easting, northing, np.full(easting.size, 12.0), components=components, field=FIELD)


def model(unknown: str, strength: float) -> np.ndarray:
    random = np.random.default_rng(1)
    scale = strength if unknown == "susceptibility" else 40.0 * strength
    return scale * random.uniform(-0.3, 1.0, GRID.shape if unknown == "susceptibility" else (3, *GRID.shape))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("unknown", UNKNOWNS)
def test_strengths_are_those_of_the_vector(unknown, dtype):
    A = FieldStrength(GRID, survey(), "dense", dtype=dtype, unknown=unknown)
    x = np.stack([model(unknown, 0.05), 3.0 * model(unknown, 2.0)])
    vector = Magnetics(GRID, survey(("be", "bn", "bu")), "dense", unknown=unknown)(x)
    base = FIELD.intensity * FIELD.direction[:, None]
    data = A(x)
    assert data.dtype == np.dtype(dtype)
    assert data.shape == (2, 2, 36)
    rtol = 1e-5 if dtype == "float32" else 1e-9
    npt.assert_allclose(data[:, 0], np.linalg.norm(vector, axis=1), rtol=rtol)
    exact = np.linalg.norm(base + vector, axis=1) - FIELD.intensity
    npt.assert_allclose(data[:, 1], exact, rtol=rtol, atol=rtol * abs(exact).max())
    npt.assert_allclose(A(x[1]), data[1], rtol=rtol, atol=rtol * abs(exact).max())


@pytest.mark.parametrize("unknown", UNKNOWNS)
@pytest.mark.parametrize("strength", [0.02, 5.0])
def test_the_jacobian_is_the_derivative_and_has_its_adjoint(strength, unknown):
    grid = GRID.with_active(holes(GRID.shape))
    A = FieldStrength(grid, survey(), "dense", unknown=unknown)
    x, change = model(unknown, strength), model(unknown, strength)[..., ::-1]
    J = A.linearise(x)
    step = 1e-4
    slope = (A(x + step * change) - A(x - step * change)) / (2.0 * step)
    npt.assert_allclose(J(change), slope, rtol=0, atol=1e-6 * abs(slope).max())
    assert J.dot_test() <= 1e-12
    assert J.mesh is grid


def test_where_there_is_no_field_the_derivative_is_that_along_the_main_field():
    J = FieldStrength(GRID, survey(("b_amplitude",)), "dense").linearise(np.zeros(GRID.shape))
    tmi = Magnetics(GRID, survey(("tmi",)), "dense")
    npt.assert_allclose(J.to_dense(), tmi.to_dense(), rtol=0, atol=1e-12 * abs(tmi.to_dense()).max())


def test_of_weak_fields_the_exact_strength_is_the_projection():
    x = model("susceptibility", 1e-6)
    tmi = Magnetics(GRID, survey(("tmi",)), "dense")(x)
    npt.assert_allclose(
        FieldStrength(GRID, survey(("tmi_exact",)), "dense")(x), tmi, rtol=0, atol=1e-6 * abs(tmi).max()
    )


def test_weights_against_depth_bound_what_any_jacobian_has():
    A, weights = FieldStrength(GRID, survey(), "dense"), np.random.default_rng(2).uniform(0.5, 2.0, (2, 36))
    J = A.linearise(model("susceptibility", 1.0)).to_dense()
    exact = np.sum((weights.reshape(-1, 1) * J) ** 2, axis=0).reshape(GRID.shape)
    assert (A.gram_diagonal(weights) >= exact).all()


@pytest.mark.parametrize("component", BOTH)
def test_strengths_are_inverted_to_their_noise_from_a_model_of_zeros(component):
    body = np.zeros(GRID.shape)
    body[:2, 2:4, 2:5] = 0.8
    A = FieldStrength(GRID, survey((component,)), "dense")
    data = A(body)
    noise = 0.03 * abs(data).max()
    data += noise * np.random.default_rng(3).standard_normal(data.shape)
    solution = geoinv.invert(A, data, uncertainty=noise, bounds=(0.0, np.inf))
    assert solution.reached
    inside = solution.model[:2, 2:4, 2:5].mean()
    assert inside > 2.0 * solution.model.mean()
    assert solution.predicted.shape == data.shape


def test_data_are_written_and_read_under_their_names():
    told = survey().with_data(np.ones((2, 36))).to_xarray()
    assert told["tmi_exact"].attrs["units"] == "nT"
    assert geoinv.Survey.from_xarray(told).components == BOTH


def test_strengths_stand_beside_components_that_are_linear():
    names = ("buu", "b_amplitude", "bn", "tmi", "tmi_exact")
    A, x = FieldStrength(GRID, survey(names), "dense"), model("susceptibility", 0.5)
    linear, strengths = Magnetics(GRID, survey(("buu", "bn", "tmi")), "dense"), FieldStrength(GRID, survey(), "dense")
    assert A.vector.survey.components == ("buu", "be", "bn", "bu", "tmi")
    npt.assert_allclose(A(x)[[0, 2, 3]], linear(x), rtol=1e-12)
    npt.assert_allclose(A(x)[[1, 4]], strengths(x), rtol=1e-12)
    J = A.linearise(x).to_dense().reshape(5, 36, -1)
    npt.assert_allclose(J[[0, 2, 3]].reshape(108, -1), linear.to_dense(), rtol=1e-9, atol=1e-9)
    npt.assert_allclose(J[[1, 4]].reshape(72, -1), strengths.linearise(x).to_dense(), rtol=1e-9, atol=1e-9)
    weights = np.random.default_rng(2).uniform(0.5, 2.0, (5, 36, 1))
    assert (A.gram_diagonal(weights[..., 0]) >= np.sum((weights * J) ** 2, axis=(0, 1)).reshape(GRID.shape)).all()


def test_other_components_are_refused_in_one_sentence():
    told = r"^Magnetics expects components that are linear in the model, got b_amplitude; take geoinv.operators.FieldSt"
    with pytest.raises(InputError, match=told):
        Magnetics(GRID, survey(("b_amplitude", "tmi")))
    at = survey()
    gravity = geoinv.Survey(at.easting, at.northing, at.upward, components=("gz",))
    with pytest.raises(InputError, match=r"^FieldStrength expects a Survey of magnetic components, got one of gz"):
        FieldStrength(GRID, gravity)
    with pytest.raises(InputError, match=r"^Gravity expects components that are linear in the model, got b_ampl"):
        Gravity(GRID, survey())
    with pytest.raises(InputError, match=r"^FieldStrength expects a Survey of magnetic components, got int; give"):
        FieldStrength(GRID, 3)
