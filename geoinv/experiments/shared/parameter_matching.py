"""Networks of equal size: the setting for which one has about as many parameters as another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import nn

from geoinv.core.checks import InputError

__all__ = ["match_parameters", "parameter_count"]

CLOSE = 0.05
"""Largest difference, as a share of the target, of parameter counts that are called equal."""


def parameter_count(network: nn.Module) -> int:
    """How many numbers of a network are learned."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def match_parameters(make: Callable[[int], nn.Module], target: int, sizes: Sequence[int]) -> int:
    """Size for which a network's parameter count is nearest to a target, and within 5 % of it.

    Parameters
    ----------
    make : callable
        Builds the network of a size, such as a width; larger sizes have more parameters.
    target : int
        Parameter count to meet.
    sizes : sequence of int
        Sizes to choose from, ascending; only some are built.

    Returns
    -------
    int
        The size.

    Raises
    ------
    InputError
        If no size comes within 5 %.

    Examples
    --------
    >>> match_parameters(lambda width: nn.Linear(10, width), 440, range(1, 200))
    40
    """
    low, high = 0, len(sizes) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if parameter_count(make(sizes[middle])) <= target:
            low = middle
        else:
            high = middle
    counts = {size: parameter_count(make(size)) for size in (sizes[low], sizes[high])}
    size = min(counts, key=lambda size: abs(counts[size] - target))
    if abs(counts[size] - target) > CLOSE * target:
        raise InputError(
            f"match_parameters expects a size between {sizes[0]} and {sizes[-1]} for which the network has {target} "
            f"parameters within 5 %, got {counts[size]} at {size}; widen the sizes"
        )
    return size
