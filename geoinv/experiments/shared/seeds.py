"""Mean and spread over the seeds of a run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["over_seeds"]


def over_seeds(values: Sequence[float]) -> dict[str, float | None]:
    """Fields `value` and `spread` of a row: mean, and standard deviation where there are several seeds.

    Examples
    --------
    >>> over_seeds([1.0, 3.0])["value"], over_seeds([2.0])["spread"]
    (2.0, None)
    """
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {"value": float(np.mean(values)), "spread": spread}
