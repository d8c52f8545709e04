"""Layers of prisms of Harmonica as meshes."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.adapters.harmonica import from_prism_layer
from geoinv.core.checks import InputError
from geoinv.operators import Gravity

harmonica = pytest.importorskip("harmonica")


def layer(rounded: float = 0.0):
    axis = 100.0 * np.arange(8.0), 100.0 * np.arange(6.0)
    easting, northing = np.meshgrid(*axis)
    top = -50.0 + 40.0 * np.sin(easting / 200.0) * np.cos(northing / 150.0)
    if rounded:
        top = rounded * np.round(top / rounded)
    density = 300.0 + easting / 10.0
    top[2, 3] = np.nan
    return harmonica.prism_layer(axis, top, -200.0, properties={"density": density})


def test_gravity_is_that_of_harmonica():
    places = tuple(part.ravel() for part in np.meshgrid([150.0, 350.0, 555.0], [120.0, 333.0], [30.0]))
    survey = geoinv.Survey(*places, components=("gz",))
    for made, height, tolerance in ((layer(10.0), 10.0, 1e-6), (layer(), 2.5, 2e-3)):
        theirs = made.prism_layer.gravity(places, field="g_z")
        mesh, model = from_prism_layer(made, height)
        npt.assert_allclose(Gravity(mesh, survey)(model)[0], theirs, rtol=tolerance)


def test_mass_is_kept_whatever_the_height():
    made = layer()
    for height in (3.7, 40.0, 1000.0):
        mesh, model = from_prism_layer(made, height)
        mass = np.nansum((made.top - made.bottom) * made.density) * 1e4
        assert float((model * mesh.volumes).sum()) == pytest.approx(float(mass), rel=1e-9)
        assert (mesh.active == (model > 0.0)).all()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (lambda made: made.drop_vars("density"), "without density"),
        (lambda made: made.isel(easting=[0, 1, 3]), "easting to be evenly spaced"),
        (lambda made: made.assign_coords(top=made.bottom), "a top above their bottom"),
    ],
)
def test_what_is_no_layer_is_rejected(changed, expected):
    with pytest.raises(InputError, match=expected):
        from_prism_layer(changed(layer()), 10.0)


def test_a_height_that_is_too_small_is_rejected():
    with pytest.raises(InputError, match="larger height"):
        from_prism_layer(layer(), 1e-9)
