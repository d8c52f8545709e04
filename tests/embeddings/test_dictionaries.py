"""Dictionaries: exact adjoints, tight frames, and the coefficients that peers give."""

from __future__ import annotations

import sys

import numpy as np
import numpy.testing as npt
import pytest
import pywt

from geoinv.core.checks import InputError
from geoinv.embeddings.dictionaries import OverCompleteCosines, UndecimatedWavelets

SHAPES = {"signal": (10,), "odd-signal": (7,), "picture": (6, 5), "volume": (3, 4, 5), "one-cell": (1,)}

EMBEDDINGS = {
    **{f"wavelets-{name}": lambda shape=shape: UndecimatedWavelets(shape) for name, shape in SHAPES.items()},
    **{f"cosines-{name}": lambda shape=shape: OverCompleteCosines(shape) for name, shape in SHAPES.items()},
    "wavelets-haar-three-levels": lambda: UndecimatedWavelets((8, 4), "haar", levels=3),
    "wavelets-float32": lambda: UndecimatedWavelets((6, 5), dtype="float32"),
    "cosines-threefold": lambda: OverCompleteCosines((3, 4), redundancy=3),
    "cosines-float32": lambda: OverCompleteCosines((6, 5), dtype="float32"),
}

EVERY_EMBEDDING = pytest.mark.parametrize("name", EMBEDDINGS)


def rounding(name, double=1e-12, single=1e-5):
    return single if "float32" in name else double


@EVERY_EMBEDDING
def test_the_adjoint_of_a_dictionary_is_its_transpose(name):
    E = EMBEDDINGS[name]()
    D = E.to_dense()
    npt.assert_allclose(E.T.to_dense(), D.T, rtol=0, atol=rounding(name) * abs(D).max())
    assert E.dot_test(draws=10, seed=3) <= rounding(name)
    assert E.T.dot_test(draws=10, seed=4) <= rounding(name)


@EVERY_EMBEDDING
@pytest.mark.parametrize("adjoint", [False, True], ids=["synthesis", "analysis"])
def test_a_batch_of_coefficients_equals_a_loop(name, adjoint):
    E = EMBEDDINGS[name]().T if adjoint else EMBEDDINGS[name]()
    x = np.random.default_rng(1).standard_normal((2, 3, *E.domain_shape)).astype(E.dtype)
    loop = np.stack([[E(item) for item in row] for row in x])
    assert loop.dtype == E.dtype
    npt.assert_allclose(E(x), loop, rtol=0, atol=rounding(name, 1e-13, 1e-6) * abs(loop).max())
    assert E(x[:, :0]).shape == (2, 0, *E.range_shape)


@EVERY_EMBEDDING
def test_coefficients_of_any_layout_give_the_same_model_and_stay_as_they_are(name):
    E = EMBEDDINGS[name]()
    z = np.random.default_rng(2).integers(-9, 9, E.domain_shape).astype(E.dtype)
    expected, kept = E(z), z.copy()
    frozen = z.copy()
    frozen.setflags(write=False)
    for form in [np.flip(np.flip(z).copy()), np.repeat(z, 2, axis=-1)[..., ::2], frozen, np.asfortranarray(z)]:
        npt.assert_array_equal(E(form), expected)
    npt.assert_array_equal(z, kept)
    x = E(z)
    kept = x.copy()
    E.T(x)
    npt.assert_array_equal(x, kept)


@EVERY_EMBEDDING
def test_a_dictionary_is_a_tight_frame_with_no_fewer_columns_than_cells(name):
    E = EMBEDDINGS[name]()
    D = E.to_dense().astype(np.float64)
    assert E.domain_shape[1:] == E.range_shape
    npt.assert_allclose(D @ D.T, np.eye(len(D)), rtol=0, atol=rounding(name))


@pytest.mark.parametrize("wavelet", ["haar", "db2", "db3", "sym4"])
@pytest.mark.parametrize(("shape", "levels"), [((32,), 2), ((16, 8), 3), ((8, 4, 16), 1)])
def test_wavelet_coefficients_are_those_of_pywavelets(shape, levels, wavelet):
    x = np.random.default_rng(0).standard_normal(shape)
    approximation, *details = pywt.swtn(x, wavelet, levels, norm=True, trim_approx=True)
    expected = [approximation, *(level[band] for level in details for band in sorted(level))]
    npt.assert_allclose(UndecimatedWavelets(shape, wavelet, levels).T(x), expected, rtol=0, atol=1e-13)


def test_a_shifted_model_has_shifted_wavelet_coefficients():
    E = UndecimatedWavelets((9, 7), "db2", levels=2)
    x = np.random.default_rng(0).standard_normal(E.range_shape)
    npt.assert_allclose(E.T(np.roll(x, (1, 3), (0, 1))), np.roll(E.T(x), (1, 3), (1, 2)), rtol=0, atol=1e-13)


def test_a_cosine_of_the_dictionary_is_the_formula_of_its_frequency():
    E = OverCompleteCosines((5, 4), redundancy=3)
    z = np.zeros(E.domain_shape)
    z[3 * 1 + 2, 2, 3] = 1.0  # j = (1, 2), m = (2, 3): k = (7, 11)
    y, x = np.ogrid[:5, :4]
    wave = np.cos(np.pi * 7 * (y + 0.5) / 15) * np.cos(np.pi * 11 * (x + 0.5) / 12)
    npt.assert_allclose(E(z), np.sqrt(2 / 15) * np.sqrt(2 / 12) * wave, rtol=0, atol=1e-14)


def test_cosines_without_redundancy_are_an_orthonormal_basis():
    D = OverCompleteCosines((4, 3), redundancy=1).to_dense()
    npt.assert_allclose(D.T @ D, np.eye(12), rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: UndecimatedWavelets((8,), "nonsense"), "orthogonal wavelet of PyWavelets, got 'nonsense'"),
        (lambda: UndecimatedWavelets((8,), "bior2.2"), "tight frame, got 'bior2.2'"),
        (lambda: UndecimatedWavelets((8,), levels=0), "one level or more, got 0"),
        (lambda: UndecimatedWavelets(()), r"one to three dimensions .* got shape \(\)"),
        (lambda: OverCompleteCosines((2, 2, 2, 2)), "one to three dimensions"),
        (lambda: OverCompleteCosines((4, 0)), "with cells in each"),
        (lambda: OverCompleteCosines((4,), redundancy=1.5), "whole redundancy of 1 or more, got 1.5"),
    ],
)
def test_a_dictionary_that_cannot_be_is_refused_in_a_sentence(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_a_missing_pywavelets_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "pywt", None)
    with pytest.raises(InputError, match=r"expects PyWavelets, got no pywt; pip install 'geoinv\[learn\]'"):
        UndecimatedWavelets((8,))
