"""Images that anybody may show: those of scikit-image, with their licences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.datasets.photographs import centre_square

__all__ = ["FreePictures", "free_pictures"]

# as the docstrings of skimage.data say; all of them are in the wheel, so no network is needed
LICENCES = {
    "astronaut": "public domain (NASA)",
    "chelsea": "CC0 (Stefan van der Walt)",
    "coffee": "CC0 (Rachel Michetti)",
    "rocket": "public domain (SpaceX)",
}


@dataclass(frozen=True)
class FreePictures:
    """Colour images for figures that are published.

    Parameters
    ----------
    names, licences : tuple of str
        Of each image; a figure names both.
    images : (n, 3, size, size) float32 array
        Red, green and blue, 0 to 1; rows run down.
    """

    names: tuple[str, ...]
    licences: tuple[str, ...]
    images: npt.NDArray[np.float32]


def free_pictures(size: int = 96) -> FreePictures:
    """Photographs free to publish, the centre square of each scaled to `size` x `size`.

    Parameters
    ----------
    size : int
        Pixels along an edge.

    Returns
    -------
    FreePictures

    Raises
    ------
    InputError
        If scikit-image or Pillow is missing.

    Examples
    --------
    >>> free = free_pictures(size=32)
    >>> free.names, free.licences[0], free.images.shape
    (('astronaut', 'chelsea', 'coffee', 'rocket'), 'public domain (NASA)', (4, 3, 32, 32))
    """
    try:
        from PIL import Image
        from skimage import data
    except ImportError as error:
        raise InputError(
            f"free_pictures expects scikit-image and Pillow, got no {error.name}; pip install 'geoinv[learn]'"
        ) from None
    images = [centre_square(Image.fromarray(getattr(data, name)()), size) for name in LICENCES]
    return FreePictures(tuple(LICENCES), tuple(LICENCES.values()), np.stack(images))
