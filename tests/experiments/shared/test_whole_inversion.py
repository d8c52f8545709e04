"""Inversions of a comparison end with it when they are interrupted."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.algebra.matrices import MatrixOperator
from geoinv.experiments.shared.whole_inversion import ensemble_whole, invert_whole
from geoinv.regularizers.smooth import Smooth

MATRIX = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
PHI = Smooth(weighting=None)


def test_an_inversion_that_ends_by_itself_is_returned() -> None:
    solution = invert_whole(MatrixOperator(MATRIX), [3.0, 5.0], 0.1, PHI, (0.0, np.inf))
    assert solution.reached
    assert solution.model.min() >= 0.0


class Interrupting(MatrixOperator):
    """Interrupted at one of its applications, as by Ctrl-C."""

    left = 3

    def _forward(self, x: np.ndarray) -> np.ndarray:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return super()._forward(x)


def test_an_interrupted_one_ends_the_comparison() -> None:
    with pytest.raises(KeyboardInterrupt):
        invert_whole(Interrupting(MATRIX), [3.0, 5.0], 0.1, PHI, (0.0, np.inf))


def test_an_interrupted_ensemble_ends_the_comparison_however_many_samples_there_are() -> None:
    operator = Interrupting(MATRIX)
    operator.left = -1
    solution = invert_whole(operator, [3.0, 5.0], 0.1, PHI, (-np.inf, np.inf), beta=1.0)
    assert len(ensemble_whole(solution, 4, seed=0).samples) == 4
    operator.left = 30
    with pytest.raises(KeyboardInterrupt):
        ensemble_whole(solution, 40, seed=0)
