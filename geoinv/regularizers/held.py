"""Values that cells are held at: what constraints know of single cells, beside the reference of the whole model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, array_of, shape_text

__all__ = ["Held"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Held:
    """Cells that a regularizer holds at values of their own, each as firmly as its weight says.

    In such a cell the term of smallness is ``1/2 weight c V w^2 (m - value)^2`` in place of ``1/2 a V w^2 (m - m0)^2``,
    with c the larger one of the factors of smallness and smoothness: weight 1 is as firm as :class:`geoinv.Smooth`
    holds every cell at its reference, weight 100 ten times as close, whatever the regularizer thinks of the cells
    around. Norms do not reweight it, since a measured value is a value, however large.

    Parameters
    ----------
    values : array
        Value of each held cell, of the shape of a model.
    weights : array
        Weight of each cell, of the same shape; 0 where a cell is not held.
    """

    values: npt.ArrayLike
    weights: npt.ArrayLike

    @property
    def cells(self) -> npt.NDArray[np.bool_]:
        """Cells that are held."""
        return np.asarray(self.weights) > 0.0

    def over(self, owner: str, operator: LinearOperator, active: npt.NDArray[np.bool_]) -> Held:
        """Checked arrays over the models of an operator; cells that are not active are not held.

        Raises
        ------
        InputError
            If models have more than one number a cell, the arrays do not fit them, a weight is negative, or a value or
            weight is not finite.
        """
        mesh = getattr(operator, "mesh", None)
        if mesh is not None and mesh.shape != operator.domain_shape:
            raise InputError(
                f"{owner} expects models of one number a cell where cells are held at values, got models of shape "
                f"{shape_text(operator.domain_shape, operator.domain_names)}; leave the held values out"
            )
        weights = array_of(owner, "weights of held cells", self.weights, shape=active.shape)
        values = array_of(owner, "values of held cells", self.values, shape=active.shape)
        weights = np.where(active, weights, 0.0)
        wrong = ~(np.isfinite(weights) & (weights >= 0.0)) | ((weights > 0.0) & ~np.isfinite(values))
        if wrong.any():
            raise InputError(
                f"{owner} expects finite values and weights of zero or more in held cells, got {values[wrong][0]:g} "
                f"with weight {weights[wrong][0]:g} ({int(wrong.sum())} of {wrong.size} cells); give weight 0 to cells "
                "that are not held"
            )
        return Held(np.where(weights > 0.0, values, 0.0), weights)
