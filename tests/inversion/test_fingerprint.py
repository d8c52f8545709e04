"""Fingerprints: the same for the same inversion, whatever its engine; another for every other."""

from __future__ import annotations

import json

import numpy as np
from small_inversions import buried_cube

import geoinv
from geoinv.core.provenance import described
from geoinv.inversion.fingerprint import fingerprint, first_difference
from geoinv.inversion.problem import InverseProblem


def of(engine="dense", phi=None):
    A, _, _ = buried_cube(engine)
    data = np.ones(A.range_shape)
    problem = InverseProblem.make(A, data, 1.0, phi, (-np.inf, np.inf), "none", None, None, 0)
    return json.loads(json.dumps(fingerprint(problem, {"regularizer": described(phi)})))


def test_engines_of_one_physics_agree():
    assert first_difference(of("dense"), of("gridded")) == ""


def test_what_settings_do_not_say_is_told_by_values():
    weighted = [geoinv.Smooth(weighting=np.full((6, 12, 12), size)) for size in (1.0, 1.1)]
    first, second = (of(phi=phi) for phi in weighted)
    first["regularizer"] = second["regularizer"] = "words that do not tell them apart"
    assert first_difference(first, second) == "a regularizer with other weights or another reference"
    assert first_difference(of(), {**of(), "geoinv": "0.0.1"}).startswith("geoinv ")
    other = {**of(), "operator values": [1.0, 2.0, 3.0]}
    assert first_difference(of(), other) == "an operator of the same name and shapes with other values"


def test_sums_of_regularizers_are_described_by_their_words():
    first, second = (described(geoinv.Smooth() + factor * geoinv.Sparse()) for factor in (0.5, 0.6))
    assert first == described(geoinv.Smooth() + 0.5 * geoinv.Sparse())
    assert first != second
