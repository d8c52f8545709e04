"""A folder of photographs as square colour images, split by image."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, choice, whole_number
from geoinv.core.memory import require_memory
from geoinv.datasets.sources import data_folder
from geoinv.formats.budget import refuse_special

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PHOTOGRAPHS", "centre_square", "photograph_files", "photographs", "read_picture"]

PHOTOGRAPHS = "photographs/imagenet1000_s192"
"""Folder among the data: 1,000 photographs, one an ImageNet class."""

SUFFIXES = (".jpg", ".jpeg", ".png")
FORMATS = ("JPEG", "PNG")
MOST_PIXELS = 150_000_000  # a larger one may be a small file that unpacks without end
SPLITS = ("train", "validation", "test")
HELD_OUT = 0.1  # of the images, for each of validation and test
FEWEST = 10  # so that every split holds one
SEED = 2402


def photographs(split: str = "train", folder: str | Path | None = None, size: int = 96) -> npt.NDArray[np.float32]:
    """Photographs of one split, the centre square of each scaled to `size` x `size`.

    Parameters
    ----------
    split : {"train", "validation", "test"}
        80, 10 and 10 % of the files, always the same for the same names.
    folder : str or Path, optional
        Folder with JPEG or PNG files; else ``photographs/imagenet1000_s192`` among the data.
    size : int
        Pixels along an edge.

    Returns
    -------
    (n, 3, size, size) float32 array
        Red, green and blue, 0 to 1; rows run down.

    Raises
    ------
    InputError
        If there is no folder, it holds fewer than 10 images, one cannot be read, or Pillow is missing.

    Examples
    --------
    >>> photographs("test").shape  # doctest: +SKIP
    (100, 3, 96, 96)
    """
    size = whole_number("photographs", "size", size, least=1, remedy="count pixels")
    files = photograph_files(split, folder)
    require_memory("photographs", f"{len(files)} of {size} x {size} pixels", 24.0 * size**2 * len(files), "take less")
    return np.stack([read_picture(path, size) for path in files])


def photograph_files(split: str = "train", folder: str | Path | None = None) -> list[Path]:
    """Files of one split: no file is in two, and the order of the folder does not matter.

    Parameters
    ----------
    split : {"train", "validation", "test"}
        80, 10 and 10 % of the files.
    folder : str or Path, optional
        As in :func:`photographs`.

    Returns
    -------
    list of Path
        In the order drawn.

    Raises
    ------
    InputError
        If there is no folder, or it holds fewer than 10 images.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     for number in range(20):
    ...         Path(folder, f"{number}.png").touch()
    ...     [len(photograph_files(split, folder)) for split in ("train", "validation", "test")]
    [16, 2, 2]
    """
    choice("photographs", "split", split, SPLITS)
    place = data_folder(PHOTOGRAPHS) if folder is None else Path(folder)
    if place is None or not place.is_dir():
        raise InputError(
            f"photographs expects a folder of JPEG or PNG files, got no {place or PHOTOGRAPHS}; give folder=, "
            f"or set GEOINV_DATA to the folder that holds {PHOTOGRAPHS}"
        )
    files = sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES and not path.is_dir())
    if len(files) < FEWEST:
        raise InputError(
            f"photographs expects at least {FEWEST} JPEG or PNG files in {place}, got {len(files)}; give another folder"
        )
    drawn = [files[index] for index in np.random.default_rng(SEED).permutation(len(files))]
    held_out = round(HELD_OUT * len(files))
    ends = (len(files) - 2 * held_out, len(files) - held_out, len(files))
    number = SPLITS.index(split)
    return drawn[(0, *ends)[number] : ends[number]]


def read_picture(path: str | Path, size: int) -> npt.NDArray[np.float32]:
    """Centre square of one image file, scaled without aliasing.

    Parameters
    ----------
    path : str or Path
        JPEG or PNG, in colour, in grey or with a palette.
    size : int
        Pixels along an edge.

    Returns
    -------
    (3, size, size) float32 array
        Red, green and blue, 0 to 1.

    Raises
    ------
    InputError
        If it is no whole image, too large, transparent in places, or Pillow is missing.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from PIL import Image
    >>> with TemporaryDirectory() as folder:
    ...     Image.new("RGB", (40, 20), (255, 0, 51)).save(path := Path(folder, "red.png"))
    ...     picture = read_picture(path, 4)
    >>> picture.shape, picture[:, 2, 3].tolist() == [1.0, 0.0, np.float32(0.2)]
    ((3, 4, 4), True)
    """
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise InputError(
            f"{path} expects Pillow to be read, got no such package; pip install 'geoinv[learn]'"
        ) from None
    try:
        refuse_special(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # no other formats, whatever the content: Pillow would hand some of them to other programs
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise InputError(
                        f"{path} expects an image of at most {MOST_PIXELS:,} pixels, got {image.width} x "
                        f"{image.height}; scale it down or remove it"
                    )
                # a JPEG is decoded at a half, a quarter or an eighth of its size where that is enough
                image.draft("RGB", (2 * size, 2 * size))
                upright = _opaque(path, ImageOps.exif_transpose(image))
    except InputError:
        raise
    # Pillow says SyntaxError for a broken PNG, struct.error for a broken Exif, ...
    except Exception as error:
        raise InputError(f"{path} expects a whole JPEG or PNG image, got '{error}'; mend or remove it") from error
    return centre_square(upright, size)


def _opaque(path: str | Path, image: Image.Image) -> Image.Image:
    """Red, green and blue of an image in any mode that JPEG and PNG have.

    Raises
    ------
    InputError
        If it is transparent somewhere.
    """
    from PIL import Image

    if image.mode.startswith("I"):
        # grey values of 16 bits, which Pillow would cut off at 255
        grey = np.asarray(image).astype(np.float64) * (255.0 / 65535.0)
        return Image.fromarray(np.rint(grey).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data and np.asarray(image.convert("RGBA"))[..., 3].min() < 255:
        raise InputError(
            f"{path} expects an opaque image, got one that is transparent in places, whose colours are not seen; "
            "put it on a background or remove it"
        )
    return image.convert("RGB")


def centre_square(picture: Image.Image, size: int) -> npt.NDArray[np.float32]:
    """Largest square about the centre of a colour image, scaled without aliasing (Lanczos).

    Parameters
    ----------
    image : PIL.Image.Image
        Mode RGB.
    size : int
        Pixels along an edge.

    Returns
    -------
    (3, size, size) float32 array
        Red, green and blue, 0 to 1; rows run down.

    Examples
    --------
    >>> from PIL import Image
    >>> centre_square(Image.new("RGB", (40, 20), (255, 0, 0)), 4)[:, 2, 3].tolist()
    [1.0, 0.0, 0.0]
    """
    from PIL import Image, ImageOps

    square = ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.moveaxis(np.asarray(square, np.float32), -1, 0)) / np.float32(255.0)
