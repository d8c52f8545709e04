"""Blur against its definition, a peer, and what each boundary promises."""

from __future__ import annotations

import makers
import numpy as np
import numpy.testing as npt
import pytest
import reference
import scipy.ndimage

import geoinv
from geoinv.operators import Blur

EVERY_BOUNDARY = pytest.mark.parametrize("boundary", makers.BOUNDARIES)
EVERY_METHOD = pytest.mark.parametrize("method", ["fft", "direct"])

PEER_MODES = {"reflective": "reflect", "periodic": "wrap", "zero": "constant"}


def picture(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.kernels
@EVERY_BOUNDARY
@EVERY_METHOD
@pytest.mark.parametrize("shape", [(1,), (6,), (4, 5), (5, 1), (2, 3, 2)], ids=str)
def test_blur_is_the_sum_over_all_offsets_of_the_picture_and_what_surrounds_it(shape, method, boundary):
    x = picture(shape)
    A = Blur(shape, 1.7, boundary, method)
    npt.assert_allclose(A(x), reference.blurred(x, 1.7, boundary), rtol=0, atol=1e-14)


@EVERY_BOUNDARY
@pytest.mark.parametrize("shape", [(40,), (17, 24), (24, 17), (5, 6, 7)], ids=str)
@pytest.mark.parametrize("scale", [0.3, 3.0, 50.0])
def test_the_transforms_and_the_sum_over_offsets_agree(shape, scale, boundary):
    x = picture((3, *shape))
    fast, direct = Blur(shape, scale, boundary), Blur(shape, scale, boundary, method="direct")
    npt.assert_allclose(fast(x), direct(x), rtol=0, atol=1e-12)
    npt.assert_allclose(fast.T(x), direct.T(x), rtol=0, atol=1e-12)


@EVERY_BOUNDARY
def test_blur_agrees_with_the_convolution_of_scipy(boundary):
    x = picture((12, 15))
    down, across = np.mgrid[-11:12, -14:15]
    spread = np.exp(-np.hypot(down, across) / 2.5)
    expected = scipy.ndimage.convolve(x, spread / spread.sum(), mode=PEER_MODES[boundary], cval=0.0)
    npt.assert_allclose(Blur(x.shape, 2.5, boundary)(x), expected, rtol=0, atol=1e-13)


@EVERY_METHOD
@pytest.mark.parametrize("boundary", ["reflective", "periodic"])
@pytest.mark.parametrize("shape", [(9,), (8, 11), (4, 5, 6)], ids=str)
def test_reflective_and_periodic_boundaries_keep_a_constant_picture(shape, boundary, method):
    npt.assert_allclose(Blur(shape, 4.0, boundary, method)(np.full(shape, 3.0)), 3.0, rtol=1e-13)


@EVERY_METHOD
def test_the_zero_boundary_darkens_a_constant_picture_at_its_rim(method):
    dark = Blur((8, 11), 2.0, "zero", method)(np.ones((8, 11)))
    assert dark.max() < 1.0
    assert (np.diff(dark[:4], axis=0) > 0).all()
    assert (np.diff(dark[:, :5], axis=1) > 0).all()


@EVERY_BOUNDARY
@EVERY_METHOD
def test_blur_is_symmetric_and_lets_no_picture_grow(boundary, method):
    A = Blur((5, 6), 1.1, boundary, method)
    D = A.to_dense()
    npt.assert_allclose(D, D.T, rtol=0, atol=1e-15)
    assert D.min() > -1e-16
    assert np.linalg.norm(D, 2) <= 1.0 + 1e-12


def test_a_periodic_picture_moves_with_its_blur():
    x = picture((6, 7))
    A = Blur(x.shape, 2.0, "periodic")
    npt.assert_allclose(A(np.roll(x, (2, 3), (0, 1))), np.roll(A(x), (2, 3), (0, 1)), rtol=0, atol=1e-14)


@EVERY_BOUNDARY
def test_a_mirrored_or_transposed_picture_is_blurred_into_the_mirrored_or_transposed_one(boundary):
    x = picture((6, 6))
    A = Blur(x.shape, 2.0, boundary)
    npt.assert_allclose(A(x[::-1]), A(x)[::-1], rtol=0, atol=1e-14)
    npt.assert_allclose(A(x.T), A(x).T, rtol=0, atol=1e-14)


def test_a_point_far_from_the_rim_spreads_as_exp_of_minus_distance_over_scale():
    point = np.zeros((31, 31))
    point[15, 15] = 1.0
    spread = Blur(point.shape, 3.0, "zero")(point)
    npt.assert_allclose(spread[18, 19] / spread[15, 15], np.exp(-5.0 / 3.0), rtol=1e-12)
    npt.assert_allclose(spread[15, 16:25] / spread[15, 15:24], np.exp(-1.0 / 3.0), rtol=1e-12)


@EVERY_BOUNDARY
def test_the_sharpest_spread_changes_nothing(boundary):
    x = picture((5, 6))
    npt.assert_allclose(Blur(x.shape, 1e-3, boundary)(x), x, rtol=0, atol=1e-15)


@EVERY_BOUNDARY
@EVERY_METHOD
def test_single_precision_stays_single_and_is_right_to_its_rounding(boundary, method):
    x = picture((2, 20, 21)).astype(np.float32)
    A = Blur((20, 21), 5.0, boundary, method, dtype="float32")
    assert A._forward(x).dtype == np.float32
    npt.assert_allclose(A(x), Blur((20, 21), 5.0, boundary)(x), rtol=0, atol=2e-6)


def test_the_representation_names_shape_scale_boundary_and_method():
    assert repr(Blur((4, 5), 2.0)) == "Blur of (4, 5): exp(-r/2), reflective boundary, fft, float64"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale": 0.0}, "expects positive scale, got 0.0; give the s of exp"),
        ({"scale": -1.0}, "expects positive scale"),
        ({"scale": np.nan}, "expects finite scale"),
        ({"scale": [1.0, 2.0]}, r"expects scale of shape \(\)"),
        ({"shape": (2, 2, 2, 2)}, "one to three numbers, got .*channels and batches lead"),
        ({"shape": ()}, "one to three numbers"),
        ({"shape": 5}, "one to three numbers"),
        ({"shape": (4, 0)}, "expects positive shape"),
        ({"boundary": "mirror"}, "boundary to be one of reflective, periodic, zero; got 'mirror'"),
        ({"method": "slow"}, "method to be one of fft, direct"),
        ({"dtype": "float16"}, "dtype to be one of float64, float32"),
    ],
)
def test_bad_arguments_are_refused_with_a_remedy(arguments, message):
    with pytest.raises(geoinv.InputError, match=f"Blur expects .*{message}|Blur {message}"):
        Blur(**{"shape": (4, 4), "scale": 1.0, **arguments})
