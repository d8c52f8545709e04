"""What cells must be to be an octree."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv import InputError, OctreeGrid


def arguments(**changes):
    """What makes two cells of width 2 beside each other, with changes."""
    usual = {"corner": [[0, 0, 0], [0, 0, 2]], "width": [2, 2], "counts": (2, 2, 4), "spacing": (1.0, 1.0, 1.0)}
    return usual | changes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"counts": (2, 2, 3)}, r"powers of two .* as numbers of finest cells, got \(2, 2, 3\)"),
        ({"counts": (2, 2)}, r"counts of shape \(3,\), got \(2,\)"),
        ({"counts": (2**21, 2**21, 2**21)}, "powers of two up to 2097152"),
        ({"spacing": (1.0, 0.0, 1.0)}, "positive spacing, got 0.0"),
        ({"spacing": 1.0}, r"spacing of shape \(3,\)"),
        ({"origin": (0.0, np.nan, 0.0)}, "finite origin"),
        ({"width": [2, 3]}, "widths that are powers of two up to 2, the shortest side of its box, got 3 for cell 1"),
        ({"width": [2, 0]}, "got 0 for cell 1"),
        ({"width": [2.5, 2]}, "width as whole numbers .* got 2.5"),
        ({"width": []}, r"width of shape \(cells,\), got \(0,\)"),
        ({"corner": [[0, 0, 0], [0, 0, 1]]}, r"begin at a multiple of their width .* corner \(0, 0, 1\) with width 2"),
        ({"corner": [[0, 0, 0], [0, 0, 4]]}, "inside the box"),
        ({"corner": [[0, 0, 0]]}, r"corner of shape \(2, 3\), got \(1, 3\)"),
        ({"corner": [[0, 0, 0], [0, 0, 0]]}, "fill its box once, got 16 of 16 finest cells in them, or some twice"),
        ({"corner": [[0, 0, 0]], "width": [2]}, "fill its box once, got 8 of 16 finest cells"),
        ({"corner": [[0, 0, 2], [0, 0, 0]]}, "in the order of discretize, got cell 1 before those below it"),
        ({"active": [True]}, r"booleans of shape \(2,\) \(cell\), got bool of shape \(1,\)"),
        ({"active": np.ma.masked_array([True, True], [False, True])}, "active without masked values"),
    ],
)
def test_cells_that_are_no_octree_are_refused(changes, words):
    OctreeGrid(**arguments())
    with pytest.raises(InputError, match=words):
        OctreeGrid(**arguments(**changes))
