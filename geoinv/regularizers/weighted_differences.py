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
            faces.mean_adjoint(np.broadcast_to(2.0 * weights, _over(faces, shape)), out=result)
        return result

    def random_gradient(self, random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Vector of zero mean whose covariance is the Hessian, for models of a shape.

        It is the gradient at 0 with a standard normal number in place of the value of each square.
        """
        result = np.sqrt(self.cell_weights) * random.standard_normal(shape)
        for faces, weights in zip(self.faces, self.face_weights, strict=True):
            faces.adjoint(np.sqrt(weights) * random.standard_normal(_over(faces, shape)), out=result)
        return np.asarray(result)


def _over(faces: Faces, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Shape of the values at faces of models of a shape."""
    return (*shape[: len(shape) - len(faces.shape)], *faces.shape)
