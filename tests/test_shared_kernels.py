"""Kernels whose work is dealt out to threads: every share once, on however many threads."""

from __future__ import annotations

import numba
import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators._jit import Share, part, shared_kernel

pytestmark = pytest.mark.kernels


@shared_kernel(scratch=lambda marks: np.zeros(1))
def count_up(share: Share, own: np.ndarray, marks: np.ndarray) -> None:
    """Add one to the marks of a share, through memory of the thread's own."""
    first, last = part(share, marks.size)
    for i in range(first, last):
        own[0] = marks[i] + 1.0
        marks[i] = own[0]


@pytest.mark.parametrize("count", [0, 1, 7, 1000])
@pytest.mark.parametrize("threads", [1, numba.config.NUMBA_NUM_THREADS])
def test_everything_is_done_once_on_any_number_of_threads(count, threads):
    before, marks = numba.get_num_threads(), np.zeros(count)
    numba.set_num_threads(threads)
    try:
        count_up(marks)
    finally:
        numba.set_num_threads(before)
    npt.assert_array_equal(marks, 1.0)


def test_what_a_share_cannot_do_is_told_to_the_caller():
    with pytest.raises((TypeError, AttributeError, numba.TypingError)):
        count_up(None)


@pytest.mark.parametrize(("shares", "count"), [(1, 5), (3, 10), (8, 3), (8, 0)])
def test_shares_follow_each_other_without_gaps(shares, count):
    bounds = [part((share, shares), count) for share in range(shares)]
    assert [bounds[0][0], *(last for _, last in bounds)] == [*(first for first, _ in bounds), count]
