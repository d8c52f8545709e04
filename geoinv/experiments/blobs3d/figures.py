"""Figure of blobs3d: vertical sections through models as each method recovers them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.experiments.shared.figures import panels

__all__ = ["draw_recoveries"]

Array = npt.NDArray[Any]

SHOWN = 4


def draw_recoveries(path: Path, truth: Array, found: Mapping[str, Array]) -> None:
    """Sections through the strongest cell of some test models, a row a model."""
    columns = {"truth": truth, **found}
    rows = min(SHOWN, *(len(models) for models in columns.values()))
    with panels(path, rows, len(columns), size=(2.2, 1.2), title="Sections west to east") as axes:
        for column, (name, models) in zip(np.atleast_2d(axes).T, columns.items(), strict=True):
            column[0].set_title(name, fontsize=8)
            for ax, model, true in zip(column, models, truth, strict=False):
                north = int(np.unravel_index(np.argmax(true), true.shape)[1])
                ax.imshow(model[:, north], origin="lower", cmap="viridis", vmin=0.0, vmax=float(true.max()))
                ax.set(xticks=[], yticks=[])
