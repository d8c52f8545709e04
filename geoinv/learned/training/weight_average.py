"""Exponential moving average of the weights over the steps of a training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

__all__ = ["WeightAverage"]


class WeightAverage:
    """Average of a network's parameters over the last steps, which validates better than any one of them.

    ::

        average <- d average + (1 - d) weights,   d = min(decay, (1 + k) / (10 + k)) after k steps

    so that the first weights are forgotten as soon as there are better ones.

    Parameters
    ----------
    network : torch.nn.Module
        Its parameters are averaged; buffers are not.
    decay : float
        Between 0 and 1; 0.999 is an average over about the last thousand steps.

    Attributes
    ----------
    weights : dict of str to Tensor
        The average, by the parameters' names.

    Examples
    --------
    >>> network = nn.Linear(1, 1, bias=False)
    >>> average = WeightAverage(network, 0.9)
    >>> _ = nn.init.constant_(network.weight, 5.0)
    >>> average.update(0)
    >>> with average.in_place():
    ...     network.weight.item() < 5.0
    True
    >>> network.weight.item()
    5.0
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network, self.decay = network, decay
        self.weights = {name: weights.detach().clone() for name, weights in network.named_parameters()}

    @torch.no_grad()
    def update(self, before: int) -> None:
        """Take the present weights into the average.

        Parameters
        ----------
        before : int
            Steps of the training before the one that made them.
        """
        decay = min(self.decay, (1.0 + before) / (10.0 + before))
        for name, weights in self.network.named_parameters():
            self.weights[name].lerp_(weights, 1.0 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the network have the average for a while."""
        own = {name: weights.detach().clone() for name, weights in self.network.named_parameters()}
        self._put(self.weights)
        try:
            yield
        finally:
            self._put(own)

    def restore(self, weights: Mapping[str, Tensor]) -> None:
        """Go back to the average of a checkpoint.

        Raises
        ------
        KeyError
            If a parameter is missing.
        RuntimeError
            If one has another shape.
        """
        for name, average in self.weights.items():
            average.copy_(weights[name])

    @torch.no_grad()
    def _put(self, values: Mapping[str, Tensor]) -> None:
        for name, weights in self.network.named_parameters():
            weights.copy_(values[name])
