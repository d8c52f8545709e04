"""Parameters that change with time: free at nodes, linear in between."""

from __future__ import annotations

import math

from torch import Tensor

__all__ = ["at_time"]


def at_time(nodes: Tensor, time: float, horizon: float) -> Tensor:
    """Value at time t of what is given at the times j T / n, j = 0 ... n - 1.

    Constant after the last node, as the step that starts there reaches to T.

    Parameters
    ----------
    nodes : (n, ...) tensor
    time : float
        t in [0, T].
    horizon : float
        T.

    Examples
    --------
    >>> import torch
    >>> [at_time(torch.tensor([0.0, 1.0]), t, horizon=1.0).item() for t in (0.0, 0.25, 0.5, 1.0)]
    [0.0, 0.5, 1.0, 1.0]
    """
    count = nodes.shape[0]
    position = min(time / horizon * count, count - 1.0)
    lower = math.floor(position + 1e-9)
    share = position - lower
    if share < 1e-9:
        return nodes[lower]
    return (1.0 - share) * nodes[lower] + share * nodes[lower + 1]
