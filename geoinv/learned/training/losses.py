"""What a training makes small: the distance of a reconstruction from the model, and of its data."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_bridge import as_torch
from geoinv.core.checks import InputError
from geoinv.learned.training.training_settings import TrainingSettings

__all__ = ["Loss", "loss_of", "squared_norms"]

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]
"""From reconstructions, models and data, samples first, to the loss of each sample."""


def loss_of(settings: TrainingSettings, A: LinearOperator | None) -> Loss:
    """Loss that the settings name.

    Parameters
    ----------
    settings : TrainingSettings
        Their `loss` and `data_weight` count.
    A : LinearOperator or None
        Made the data; the loss "data" applies it to the reconstructions.

    Returns
    -------
    callable
        ``loss(reconstructions, models, data)``, samples first, gives one number a sample.

    Raises
    ------
    InputError
        If the loss needs an operator, and there is none.
    """
    if settings.loss == "norm":
        # not the root of the squares: its slope at zero is not a number
        return lambda found, models, data: torch.linalg.vector_norm((found - models).flatten(1), dim=1)
    if settings.loss == "squared":
        return lambda found, models, data: squared_norms(found - models)
    if settings.loss == "relative":
        return lambda found, models, data: squared_norms(found - models) / squared_norms(models)
    if A is None:
        raise InputError(
            f'the loss "{settings.loss}" expects an operator, got none beside the stream; give A, or take another loss'
        )
    operator, weight = as_torch(A), settings.data_weight
    return lambda found, models, data: squared_norms(found - models) + weight * squared_norms(operator(found) - data)


def squared_norms(values: Tensor) -> Tensor:
    """Sum of squares of each sample, the first dimension.

    Examples
    --------
    >>> squared_norms(torch.tensor([[[3.0, 4.0]], [[0.0, 1.0]]])).tolist()
    [25.0, 1.0]
    """
    return values.flatten(1).square().sum(1)
