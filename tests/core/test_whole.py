import numpy as np
import pytest

from geoinv.core import whole


class Halves:
    """A second slab that holds what the first does, twice."""

    def total(self, value):
        return value + 2.0 * value

    def largest(self, value):
        return max(value, 2.0 * value)

    def standard_normal(self, random, shape):
        return random.standard_normal((2, *shape))[1]


def test_one_process_has_the_whole_model():
    assert (whole.total(3.0), whole.largest(3.0), whole.smallest(-3.0)) == (3.0, 3.0, -3.0)
    assert whole.anywhere([False, True])
    assert not whole.everywhere([False, True])
    drawn = whole.standard_normal(np.random.default_rng(1), (2, 3))
    assert np.array_equal(drawn, np.random.default_rng(1).standard_normal((2, 3)))


def test_slabs_are_asked_inside_the_block_alone():
    with whole.in_slabs(Halves()):
        assert (whole.total(3.0), whole.largest(3.0), whole.smallest(3.0)) == (9.0, 6.0, 3.0)
        drawn = whole.standard_normal(np.random.default_rng(1), (3,))
    assert np.array_equal(drawn, np.random.default_rng(1).standard_normal((2, 3))[1])
    assert whole.total(3.0) == 3.0


def test_slabs_are_left_where_the_block_fails():
    with pytest.raises(KeyboardInterrupt), whole.in_slabs(Halves()):
        raise KeyboardInterrupt
    assert whole.total(3.0) == 3.0


@pytest.mark.parametrize(("value", "anywhere", "everywhere"), [(True, True, True), (False, False, False)])
def test_masks_of_slabs(value, anywhere, everywhere):
    with whole.in_slabs(Halves()):
        assert whole.anywhere(np.full(4, value)) is anywhere
        assert whole.everywhere(np.full(4, value)) is everywhere
