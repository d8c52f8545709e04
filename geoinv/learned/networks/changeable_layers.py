"""Networks whose number of layers may change, in training and after it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeGuard

__all__ = ["ChangeableLayers", "has_changeable_layers"]


class ChangeableLayers(Protocol):
    """What a training asks of a network to draw its layers batch by batch.

    Attributes
    ----------
    drawn_layers : tuple of int
        Numbers of layers that were drawn in training; set when it ends.
    """

    drawn_layers: tuple[int, ...]

    def taking(self, layers: int) -> AbstractContextManager[None]:
        """Take another number of layers for a while."""


def has_changeable_layers(network: Any) -> TypeGuard[ChangeableLayers]:
    """Whether a network says that its layers may change."""
    return bool(getattr(network, "layers_may_change", False))
