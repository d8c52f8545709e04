"""STL-10: photographs of ten classes, 3 x 96 x 96, 5,000 to train on and 8,000 to test with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, choice
from geoinv.core.memory import require_memory
from geoinv.datasets.sources import check_md5, data_folder
from geoinv.formats.budget import refuse_special

__all__ = ["read_stl10", "stl10", "stl10_folder"]

SHAPE = (3, 96, 96)
CHECKSUMS = {
    "train_X.bin": "918c2871b30a85fa023e0c44e0bee87f",
    "train_y.bin": "5a34089d4802c674881badbb80307741",
    "test_X.bin": "7f263ba9f9e0b06b93213547f721ac82",
    "test_y.bin": "36f9794fa4beb8a2c72628de14fa638e",
}
REMEDY = (
    "unpack http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz (2.5 GB), call its folder stl10 "
    "and set GEOINV_DATA to the one above"
)


def stl10_folder() -> Path | None:
    """Folder of STL-10 among the places where data stand, or None.

    Examples
    --------
    >>> folder = stl10_folder()
    >>> folder is None or folder.name
    True
    """
    return data_folder("stl10") or data_folder("stl10_binary")


def stl10(
    split: str = "train", folder: str | Path | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Images and classes of STL-10, the published files only.

    Coates, Lee and Ng (2011), An analysis of single-layer networks in unsupervised feature learning.
    They are 2.5 GB, so they are not fetched without being asked for.

    Parameters
    ----------
    split : {"train", "test"}
        5,000 or 8,000 images.
    folder : str or Path, optional
        Folder with ``train_X.bin`` and the rest; else ``stl10`` or ``stl10_binary`` among the data.

    Returns
    -------
    images : (n, 3, 96, 96) float32 array
        Red, green and blue, 0 to 1; rows run down.
    labels : (n,) int64 array
        Classes 1 to 10.

    Raises
    ------
    InputError
        If a file is not there or not the published one.

    Examples
    --------
    >>> images, labels = stl10("test")  # doctest: +SKIP
    >>> images.shape  # doctest: +SKIP
    (8000, 3, 96, 96)
    """
    choice("stl10", "split", split, ("train", "test"))
    place = stl10_folder() if folder is None else Path(folder)
    if place is None:
        raise InputError(f"stl10 expects a folder with {split}_X.bin and {split}_y.bin, got none; {REMEDY}")
    pictures, classes = (place / f"{split}_{kind}.bin" for kind in "Xy")
    content, labels = _content(pictures), _content(classes)
    for path, values in ((pictures, content), (classes, labels)):
        check_md5(path, values.data, CHECKSUMS[path.name], REMEDY)
    return _planes(pictures, content), labels.astype(np.int64)


def read_stl10(path: str | Path) -> npt.NDArray[np.float32]:
    """Images of any file in the layout of STL-10.

    No header; an image is 27,648 unsigned bytes: the planes red, green and blue, each column by column.

    Parameters
    ----------
    path : str or Path
        File, such as ``unlabeled_X.bin`` or an excerpt.

    Returns
    -------
    (n, 3, 96, 96) float32 array
        0 to 1; rows run down.

    Raises
    ------
    InputError
        If it cannot be read, or does not hold whole images.

    Examples
    --------
    The second byte is the pixel below the first:

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "one.bin")
    ...     _ = path.write_bytes(bytes([0, 255]) + bytes(27646))
    ...     images = read_stl10(path)
    >>> images.shape, images[0, 0, 1, 0].item(), images.sum().item()
    ((1, 3, 96, 96), 1.0, 1.0)
    """
    return _planes(Path(path), _content(Path(path)))


def _content(path: Path) -> npt.NDArray[np.uint8]:
    try:
        refuse_special(path)
        # as bytes, and as numbers of four bytes
        require_memory(str(path), "its values", 5.0 * path.stat().st_size, "give an excerpt")
        return np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f"{path} expects a file of STL-10, got '{error.strerror}'; {REMEDY}") from error


def _planes(path: Path, content: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    size = int(np.prod(SHAPE))
    if not content.size or content.size % size:
        raise InputError(
            f"{path} expects whole images of {size} bytes each, got {content.size} bytes; give a whole *_X.bin file"
        )
    pictures = content.reshape(-1, *SHAPE).swapaxes(-1, -2)
    # without order="C" the division would keep the columns together
    return np.divide(pictures, np.float32(255.0), dtype=np.float32, order="C")
