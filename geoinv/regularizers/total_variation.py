"""Total variation: the sum of the lengths of a model's gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from geoinv.core.whole import smallest
from geoinv.regularizers.sparse import Sparse, squared_amplitude
from geoinv.regularizers.weighted_differences import WeightedDifferences

__all__ = ["TotalVariation"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TotalVariation(Sparse):
    """Length of the gradient, summed over the cells: flat models with edges, whatever way the edges run.

    As :class:`Sparse`, with one norm for the length of the gradient in place of one for each of its components. At a
    face, the component across it is its own difference, and the others are root mean squares of the faces around its
    two cells. A little smallness holds what the data do not see.

    Parameters
    ----------
    smallness, smoothness, reference, weighting, p_small
        As in :class:`Sparse`.
    p_smooth : float
        p of the length of the gradient: 1 for the total variation itself (Rudin, Osher and Fatemi 1992), less for
        sharper edges.

    Examples
    --------
    >>> from geoinv import invert
    >>> from geoinv.algebra.matrices import Identity
    >>> data = [0.01, -0.02, 0.01, 0.99, 1.01, 1.0]
    >>> invert(Identity((6,)), data, 0.02, TotalVariation(weighting=None)).model.round(1).tolist()
    [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    """

    smallness: float = 0.01
    smoothness: float | tuple[float, ...] = 1.0
    p_small: float = 2.0
    p_smooth: float = 1.0
    _ranks: ClassVar[tuple[int, ...]] = (0,)

    def _squared_differences(self, smooth: WeightedDifferences, deviation: Array) -> list[Array]:
        own, in_cells = [], []
        for faces in smooth.faces:
            scale = (smallest(float(np.min(faces.distance, initial=np.inf))) / faces.distance) ** 2
            squares = squared_amplitude(faces.difference(deviation), len(faces.shape)) * scale * faces.both_active
            own.append(squares)
            in_cells.append(faces.mean_adjoint(squares))
        whole = np.sum(in_cells, axis=0)
        return [
            squares + faces.mean(whole - across)
            for faces, squares, across in zip(smooth.faces, own, in_cells, strict=True)
        ]
