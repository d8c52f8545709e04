"""Figures 5 and 8-11: truth, data and recoveries, of images that anybody may show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.datasets import FreePictures
from geoinv.experiments.shared.figures import panels
from geoinv.experiments.shared.measures import psnr

__all__ = ["draw_recoveries"]


def draw_recoveries(
    path: Path, case: str, free: FreePictures, data: npt.NDArray[Any], found: Mapping[str, npt.NDArray[Any]]
) -> None:
    """Draw a row for each image: truth, data, and what every method recovers, with its PSNR.

    Parameters
    ----------
    path : Path
        Figure to write.
    case : str
        Such as ``s = 3``.
    free : FreePictures
        The truth; names and licences stand beside the rows.
    data : (images, 3, rows, columns) array
    found : mapping of str to such arrays
        By method.
    """
    columns = {"truth": free.images, "data": data, **found}
    with panels(path, len(free.images), len(columns), size=(1.4, 1.45), title=f"Deblurring, {case}, 1 % noise") as axes:
        for number, (name, licence) in enumerate(zip(free.names, free.licences, strict=True)):
            truth = free.images[number]
            for ax, (method, images) in zip(axes[number], columns.items(), strict=True):
                ax.imshow(np.clip(images[number].transpose(1, 2, 0), 0.0, 1.0))
                ax.set(xticks=[], yticks=[])
                ax.spines[:].set_visible(False)
                if number == 0:
                    ax.set_title(method)
                if method != "truth":
                    ax.set_xlabel(f"{psnr(images[number : number + 1], truth[None]):.1f} dB", fontsize=7.5)
            axes[number, 0].set_ylabel(f"{name}\n{licence.replace(' (', chr(10) + '(')}", fontsize=7.0)
