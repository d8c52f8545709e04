"""The quadratic of cells and faces: weighted squares of a model and of its differences between neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import Faces

__all__ = ["WeightedDifferences"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WeightedDifferences:
    """``q(v) = 1/2 sum_cells c v^2 + 1/2 sum_faces f (difference of v)^2``.

    Parameters
    ----------
    faces : tuple of Faces
        Faces between neighbours, axis by axis.
    cell_weights : array
        c, of the shape of a model, or without its leading axes, which then are weighted alike.
    face_weights : tuple of arrays
        f, of the shape of the faces, or with leading axes of the model.
    """

    faces: tuple[Faces, ...]
    cell_weights: Array
    face_weights: tuple[Array, ...]

    def curvature(self, v: Array) -> Array:
        """Hessian times v, which is the gradient at v."""
        result = self.cell_weights * v
        for faces, weights in zip(self.faces, self.face_weights, strict=True):
            flux = faces.difference(v)
            flux *= weights
            faces.adjoint(flux, out=result)
        return np.asarray(result)

    def diagonal(self, shape: tuple[int, ...]) -> Array:
        """Diagonal of the Hessian, for models of a shape."""
        result = np.array(np.broadcast_to(self.cell_weights, shape))
        for faces, weights in zip(self.faces, self.face_weights, strict=True):
            over = np.broadcast_to(2.0 * weights, (*shape[: len(shape) - len(faces.shape)], *faces.shape))
            faces.mean_adjoint(over, out=result)
        return result
