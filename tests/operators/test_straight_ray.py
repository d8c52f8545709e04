"""Straight rays against segments clipped to each cell, and what travel times must obey."""

from __future__ import annotations

import makers
import numpy as np
import numpy.testing as npt
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st

import geoinv
from geoinv.operators import StraightRayTomography

SPACING = (2.5, 0.7)

# millimetres: what is nearer to a face than rounding is taken to be on it
ENDS = st.tuples(*[st.integers(-3000, 15000).map(lambda millimetres: millimetres / 1000)] * 4)


def lengths(source, receiver, shape=(2, 3), spacing=1.0) -> np.ndarray:
    """Length in each cell of one ray."""
    return StraightRayTomography(shape, spacing, [source], [receiver]).to_dense()[0].reshape(shape)


@pytest.mark.kernels
@pytest.mark.parametrize("shape", [(1, 1), (4, 6), (7, 3)], ids=str)
def test_lengths_are_those_of_the_ray_clipped_to_each_cell(shape):
    random = np.random.default_rng(3)
    size = np.array(SPACING) * shape[::-1]
    sources, receivers = random.uniform(-0.4, 1.4, (2, 40, 2)) * size
    A = StraightRayTomography(shape, SPACING, sources, receivers)
    expected = reference.ray_matrix(shape, SPACING, sources, receivers)
    npt.assert_allclose(A.to_dense(), expected, rtol=0, atol=1e-13 * size.sum())


@settings(max_examples=200)
@given(ENDS)
def test_lengths_of_any_ray_are_right_and_add_up_to_its_part_within_the_section(ends):
    source, receiver = np.reshape(ends, (2, 2))
    got = lengths(source, receiver, (4, 5), SPACING)
    inside = reference.ray_matrix((1, 1), (5 * SPACING[0], 4 * SPACING[1]), [source], [receiver])
    npt.assert_allclose(got.sum(), inside.sum(), rtol=0, atol=1e-12)
    alone = reference.ray_matrix((4, 5), SPACING, [source], [receiver]).reshape(4, 5)
    if (source != receiver).all():  # not along a face
        npt.assert_allclose(got, alone, rtol=0, atol=1e-11)


@pytest.mark.kernels
@pytest.mark.parametrize("axis", [0, 1], ids=["distance", "depth"])
@pytest.mark.parametrize("backward", [False, True])
def test_a_ray_along_a_face_is_the_mean_of_rays_on_both_sides_of_it(axis, backward):
    ends = np.array([[2.0, 2.0], [2.0, 2.0]])
    ends[:, axis] = (3.3, 0.2) if backward else (0.2, 3.3)
    aside = np.zeros(2)
    aside[1 - axis] = 1e-9
    on, before, after = (lengths(*(ends + shift), (4, 4)) for shift in (0.0, -aside, aside))
    npt.assert_allclose(on, (before + after) / 2, rtol=0, atol=1e-14)
    assert np.count_nonzero(on) == 8


@pytest.mark.kernels
@pytest.mark.parametrize(
    ("source", "receiver", "cells"),
    [
        ((0.0, 0.0), (3.0, 0.0), [[1, 1, 1], [0, 0, 0]]),
        ((0.0, 2.0), (3.0, 2.0), [[0, 0, 0], [1, 1, 1]]),
        ((0.0, -1.0), (0.0, 9.0), [[1, 0, 0], [1, 0, 0]]),
        ((3.0, 9.0), (3.0, -1.0), [[0, 0, 1], [0, 0, 1]]),
    ],
)
def test_a_ray_along_the_rim_belongs_to_the_cells_inside(source, receiver, cells):
    npt.assert_allclose(lengths(source, receiver), cells, rtol=0, atol=1e-14)


@pytest.mark.kernels
@pytest.mark.parametrize("backward", [False, True])
def test_a_ray_through_corners_passes_only_the_cells_on_the_diagonal(backward):
    falling, rising = [(0.0, 0.0), (2.0, 2.0)], [(0.0, 2.0), (2.0, 0.0)]
    order = slice(None, None, -1 if backward else 1)
    npt.assert_allclose(lengths(*falling[order], (2, 2)), np.sqrt(2) * np.eye(2), rtol=1e-15)
    npt.assert_allclose(lengths(*rising[order], (2, 2)), np.sqrt(2) * np.eye(2)[::-1], rtol=1e-15)


@pytest.mark.kernels
@pytest.mark.parametrize(
    ("source", "receiver"),
    [
        ((-1.0, 0.0), (-1.0, 2.0)),  # beside
        ((3.1, -4.0), (3.1, 9.0)),
        ((0.0, -0.1), (3.0, -0.1)),  # above
        ((-1.0, 1.0), (1.0, -1.0)),  # touches a corner
        ((-2.0, 1.0), (-1.0, 1.0)),  # would hit, but ends before
        ((1.5, 1.5), (1.5, 1.5)),  # of no length
        ((1.0, 1.0), (1.0, 1.0)),
    ],
)
def test_a_ray_without_length_in_the_section_takes_no_time(source, receiver):
    npt.assert_array_equal(lengths(source, receiver), 0.0)


def test_rounding_of_a_coordinate_does_not_move_a_ray_off_its_face():
    on_face = lengths((0.3, 0.1 + 0.2), (0.0, 0.3), (5, 5), 0.1)
    assert 0.1 + 0.2 != 0.3
    npt.assert_allclose(on_face[2:4, :3], 0.05, rtol=1e-12)
    npt.assert_allclose(on_face.sum(), 0.3, rtol=1e-12)


def test_constant_slowness_gives_distance_times_slowness():
    random = np.random.default_rng(1)
    sources, receivers = random.uniform(0.0, 1.0, (2, 30, 2)) * (25.0, 8.4)
    A = StraightRayTomography((12, 10), SPACING, sources, receivers)
    distance = np.linalg.norm(sources - receivers, axis=1)
    npt.assert_allclose(A(np.full(A.domain_shape, 4e-4)), 4e-4 * distance, rtol=1e-13)


def test_a_ray_down_through_layers_takes_the_sum_of_their_times():
    slowness = np.array([[1.0], [2.0], [5.0]]) * np.ones((3, 4))
    A = StraightRayTomography((3, 4), (10.0, 2.0), [(12.0, 0.0), (0.0, 0.0)], [(12.0, 6.0), (40.0, 6.0)])
    npt.assert_allclose(A(slowness), [16.0, 16.0 * np.hypot(40.0, 6.0) / 6.0], rtol=1e-14)


def test_travel_times_are_the_same_in_both_directions():
    A = makers.rays((5, 6))
    back = StraightRayTomography((5, 6), A.spacing, A.receivers, A.sources)
    slowness = np.random.default_rng(2).uniform(1e-4, 1e-3, (5, 6))
    npt.assert_allclose(back(slowness), A(slowness), rtol=1e-12, atol=1e-16)


def test_the_ends_of_rays_are_copies_of_what_was_given():
    sources = np.array([[0.0, 0.5]])
    A = StraightRayTomography((1, 1), 1.0, sources, [[1.0, 0.5]])
    sources[:] = np.nan
    assert A(np.ones((1, 1))) == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shape": (4, 0)}, "expects positive shape"),
        ({"shape": (4, 4, 4)}, r"expects shape of shape \(2,\)"),
        ({"spacing": -1.0}, "expects positive spacing"),
        ({"spacing": (1.0, 2.0, 3.0)}, r"expects spacing of shape \(2,\)"),
        ({"sources": np.zeros((0, 2)), "receivers": np.zeros((0, 2))}, "at least one point"),
        ({"sources": [1.0, 2.0]}, r"sources of shape \(rays, 2\)"),
        ({"receivers": [(1.0, 1.0, 1.0)]}, r"receivers of shape \(rays, 2\)"),
        ({"receivers": [(1.0, 1.0)] * 2}, "got 1 sources and 2 receivers; repeat each for all its rays"),
        ({"sources": [(np.nan, 1.0)]}, r"expects finite sources, got nan at \[0, 0\]"),
        ({"dtype": "complex64"}, "dtype to be one of float64, float32"),
    ],
)
def test_bad_arguments_are_refused_with_a_remedy(arguments, message):
    given = {"shape": (2, 2), "spacing": 1.0, "sources": [(0.0, 0.0)], "receivers": [(1.0, 1.0)], **arguments}
    with pytest.raises(geoinv.InputError, match=f"StraightRayTomography.*{message}"):
        StraightRayTomography(**given)
