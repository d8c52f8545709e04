"""The order of octree cells: numbers of finest cells."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
from hypothesis import given, settings
from octree_makers import boxes

from geoinv.meshes.octree_order import place_in_order


@settings(max_examples=30)
@given(boxes)
def test_every_finest_cell_has_a_number_of_its_own_and_aligned_cubes_successive_ones(counts):
    counts = counts[::-1]
    index = np.stack(np.meshgrid(*map(np.arange, counts), indexing="ij"), axis=-1)
    places = place_in_order(index, counts)
    npt.assert_array_equal(np.sort(places, axis=None), np.arange(np.prod(counts)))
    width = min(counts)
    while width:
        shape = [part for n in counts for part in (n // width, width)]
        blocks = places.reshape(shape).transpose(0, 2, 4, 1, 3, 5).reshape(-1, width**3)
        npt.assert_array_equal(np.ptp(blocks, axis=1), width**3 - 1)
        npt.assert_array_equal(blocks[:, 0], blocks.min(axis=1))
        width //= 2


def test_numbers_stay_apart_in_the_largest_boxes():
    counts, most = (2**20, 2**21, 2**21), np.array([2**20 - 1, 2**21 - 1, 2**21 - 1])
    assert place_in_order(most, counts) == np.prod([int(n) for n in counts]) - 1
    assert place_in_order(np.zeros(3), counts) == 0
