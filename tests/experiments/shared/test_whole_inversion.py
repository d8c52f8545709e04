"""Inversions of a comparison end with it when they are interrupted."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.algebra.matrices import MatrixOperator
from geoinv.experiments.shared.whole_inversion import invert_whole
from geoinv.regularizers.smooth import Smooth

MATRIX = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
PHI = Smooth(weighting=None)


def test_an_inversion_that_ends_by_itself_is_returned() -> None:
    solution = invert_whole(MatrixOperator(MATRIX), [3.0, 5.0], 0.1, PHI, (0.0, np.inf))
    assert solution.reached
    assert solution.model.min() >= 0.0


def test_an_interrupted_one_ends_the_comparison() -> None:
    class Interrupting(MatrixOperator):
        """Interrupted at its third application, as by Ctrl-C."""

        count = 0

        def _forward(self, x: np.ndarray) -> np.ndarray:
            self.count += 1
            if self.count == 3:
                raise KeyboardInterrupt
            return super()._forward(x)

    with pytest.raises(KeyboardInterrupt):
        invert_whole(Interrupting(MATRIX), [3.0, 5.0], 0.1, PHI, (0.0, np.inf))
