"""What sketches say of the distance of two arrays."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.learned.configuration.sketch import is_sketch, relative_difference, sketch_of


@pytest.mark.parametrize("share", [1e-6, 0.1])
def test_sketches_differ_by_about_as_much_as_their_arrays(share):
    random = np.random.default_rng(0)
    one, other = random.standard_normal((2, 5000))
    sketches = sketch_of(one), sketch_of(one + share * other)
    # eight projections leave a standard deviation of a quarter
    npt.assert_allclose(relative_difference(*sketches), share, rtol=0.75)
    assert sketches[0][0] == pytest.approx(np.linalg.norm(one))


def test_arrays_of_zeros_do_not_differ():
    assert relative_difference(sketch_of([0.0, 0.0]), sketch_of([0.0, 0.0])) == 0.0


@pytest.mark.parametrize("values", [None, [1.0], [1.0] * 8, ["a"] * 9, [1.0] * 8 + [float("nan")], {"a": 1}])
def test_what_is_no_sketch_is_seen(values):
    assert not is_sketch(values)
    assert is_sketch(sketch_of([1.0]))
