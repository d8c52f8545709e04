"""The images of the deblurring experiments: STL-10 where it is there, else photographs, named as what they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.datasets.photographs import photographs
from geoinv.datasets.stl10 import stl10, stl10_folder

__all__ = ["Pictures", "pictures"]

Images = npt.NDArray[np.float32]

VALIDATION_SHARE = 0.1  # of STL-10's training images
SEED = 2402


@dataclass(frozen=True)
class Pictures:
    """Colour images in three parts that share none.

    Parameters
    ----------
    name : str
        What they are, to be printed in every table.
    train, validation, test : (n, 3, 96, 96) float32 array
        Red, green and blue, 0 to 1. Every choice is made on `validation`.
    """

    name: str
    train: Images
    validation: Images
    test: Images


def pictures() -> Pictures:
    """STL-10 where it is among the data, with a tenth of its training part for validation; else the photographs.

    Returns
    -------
    Pictures

    Raises
    ------
    InputError
        If neither is there, or a file is not what it should be.

    Examples
    --------
    >>> pictures().name  # doctest: +SKIP
    '1,000 photographs (ImageNet), not STL-10'
    """
    if stl10_folder() is None:
        train, validation, test = (photographs(split) for split in ("train", "validation", "test"))
        count = len(train) + len(validation) + len(test)
        return Pictures(f"{count:,} photographs (ImageNet), not STL-10", train, validation, test)
    learning = stl10("train")[0]
    order = np.random.default_rng(SEED).permutation(len(learning))
    held_out = round(VALIDATION_SHARE * len(learning))
    return Pictures("STL-10", learning[order[held_out:]], learning[order[:held_out]], stl10("test")[0])
