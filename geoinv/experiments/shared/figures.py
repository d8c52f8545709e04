"""The look that the figures of the experiments share, and how one is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinv.formats.atomic import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["drawing", "panels"]

_DOTS_PER_INCH = 110
_STYLE: Any = {
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.3,
    "legend.frameon": False,
    "image.origin": "upper",
    "image.interpolation": "nearest",
}


@contextmanager
def drawing(path: Path, width: float, height: float, title: str = "") -> Iterator[Figure]:
    """Give an empty figure, and write it as PNG when the block ends well.

    Parameters
    ----------
    path : Path
        Image to write.
    width, height : float
        Size in inches, of 110 dots each.
    title : str
        Stands above the panels.

    Yields
    ------
    matplotlib.figure.Figure
        With constrained layout.

    Raises
    ------
    InputError
        If the image cannot be written.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        sheet = Figure(figsize=(width, height), layout="constrained")
        if title:
            sheet.suptitle(title, fontsize=10.5)
        yield sheet
        with whole_file(path) as partial:
            sheet.savefig(partial, format="png", dpi=_DOTS_PER_INCH)


@contextmanager
def panels(
    path: Path, rows: int, columns: int, *, size: tuple[float, float] = (3.0, 2.6), title: str = ""
) -> Iterator[Any]:
    """Like :func:`drawing`, but give an array (rows, columns) of axes, each of `size` inches."""
    with drawing(path, columns * size[0], rows * size[1], title) as sheet:
        yield np.asarray(sheet.subplots(rows, columns, squeeze=False))
