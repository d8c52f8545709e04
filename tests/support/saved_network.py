"""A network in a file, and changes to its description."""

from __future__ import annotations

from geoinv.learned.layers.weights import read_weights, write_weights
from geoinv.operators import Blur

BILLION = 10**9

A = Blur((4, 5), 1.0)


def rewrite(path, change):
    """Write weights anew after `change` has had their description and tensors."""
    description, tensors = read_weights(path)
    kind = description.pop("kind")
    change(description, tensors)
    write_weights(path, kind, description, tensors)
