"""Whether a body goes on beyond the mesh: strong values in the outermost cells."""

from __future__ import annotations

import numpy as np

from geoinv.view.subject import Model

__all__ = ["sides_told"]

_STRONG = 0.3
"""Share of the largest value from which cells at a side are a body's, not the tail of one."""

_SIDES = {
    "bottom": (0, 0),
    "south side": (1, 0),
    "north side": (1, -1),
    "west side": (2, 0),
    "east side": (2, -1),
}


def sides_told(model: Model) -> str:
    """Sentence about bodies that stand at a side or the bottom of the mesh; empty where there are none."""
    sizes = np.abs(np.nan_to_num(model.values))
    largest = float(sizes.max())
    found = []
    for name, (axis, place) in _SIDES.items():
        share = float(np.take(sizes, place, axis=axis).max()) / largest if largest else 0.0
        if share >= _STRONG:
            found.append(f"{name} ({100.0 * share:.0f} % of the largest)")
    if not found:
        return ""
    return (
        f"{model.name} is strong at the mesh's {', '.join(found)}: a body there may go on beyond it; "
        "a wider or deeper mesh would tell"
    )
