"""MNIST: handwritten digits, 28 x 28, 60,000 to train on and 10,000 to test with."""

from __future__ import annotations

import gzip
import math
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, choice
from geoinv.core.memory import require_memory
from geoinv.datasets.sources import check_md5, data_folder, download
from geoinv.formats.budget import refuse_special

__all__ = ["mnist", "read_idx"]

MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"
# of the unpacked file (gzip writes a date, so packed files differ), and of the packed one that the mirror sends
CHECKSUMS = {
    "train-images-idx3-ubyte": ("6bbc9ace898e44ae57da46a324031adb", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    "train-labels-idx1-ubyte": ("a25bea736e30d166cdddb491f175f624", "d53e105ee54ea40749a09fcbcd1e9432"),
    "t10k-images-idx3-ubyte": ("2646ac647ad5339dbf082846283269ea", "9fb629c4189551a2d022fa330f9573f3"),
    "t10k-labels-idx1-ubyte": ("27ae3e4e09519cfbb04c329615203637", "ec29112dd5afa0611ce80d1b7f02629c"),
}
REMEDY = "put the four IDX files of MNIST, gzipped or not, into a folder mnist and set GEOINV_DATA to the one above"
GZIP_MAGIC, IDX_MAGIC = b"\x1f\x8b", b"\x00\x00\x08"
MOST_DIMENSIONS = 8


def mnist(
    split: str = "train", folder: str | Path | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Grey values and digits of MNIST, the published files only.

    LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition.

    Parameters
    ----------
    split : {"train", "test"}
        60,000 or 10,000 images.
    folder : str or Path, optional
        Folder with the IDX files, gzipped or not; else ``$GEOINV_DATA/mnist``, ``../shared/data/mnist``,
        else they are fetched once into the user's cache.

    Returns
    -------
    images : (n, 28, 28) float32 array
        Grey values, 0 the background and 1 the pen; rows run down.
    labels : (n,) int64 array
        Digits 0 to 9.

    Raises
    ------
    InputError
        If the files are not there and cannot be fetched, or are not the published ones.

    Examples
    --------
    >>> images, labels = mnist("test")  # doctest: +SKIP
    >>> images.shape, labels[:3].tolist()  # doctest: +SKIP
    ((10000, 28, 28), [7, 2, 1])
    """
    choice("mnist", "split", split, ("train", "test"))
    place = data_folder("mnist") if folder is None else Path(folder)
    start = "train" if split == "train" else "t10k"
    images = _published(f"{start}-images-idx3-ubyte", place, fetch=folder is None)
    labels = _published(f"{start}-labels-idx1-ubyte", place, fetch=folder is None)
    return images.astype(np.float32) / np.float32(255.0), labels.astype(np.int64)


def _published(name: str, place: Path | None, fetch: bool) -> npt.NDArray[np.uint8]:
    """Content of one of the four files, wherever it stands."""
    unpacked, packed = CHECKSUMS[name]
    candidates = [] if place is None else [place / name, place / f"{name}.gz"]
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        if not fetch:
            raise InputError(f"mnist expects {name} or {name}.gz in {place}, got neither; {REMEDY}")
        path = download(f"{MIRROR}{name}.gz", packed, "mnist", REMEDY)
    content = _unpacked(path)
    check_md5(path, content, unpacked, REMEDY)
    return _parsed(path, content)


def read_idx(path: str | Path) -> npt.NDArray[np.uint8]:
    """Array of an IDX file of unsigned bytes, gzipped or not.

    Two zero bytes, the type, the number of dimensions, each dimension as big-endian int32, the values.

    Parameters
    ----------
    path : str or Path
        File; the content tells whether it is gzipped.

    Returns
    -------
    ndarray of uint8
        Of the shape in its header.

    Raises
    ------
    InputError
        If it cannot be read, is truncated, larger than memory, or no IDX file of unsigned bytes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     read_idx(path).tolist()
    [7, 2, 1]
    """
    return _parsed(Path(path), _unpacked(Path(path)))


def _unpacked(path: Path) -> bytes:
    """Content of an IDX file, of which a packed one may hold as much as its header says and a byte more."""
    try:
        refuse_special(path)
        with ExitStack() as stack:
            stream: BinaryIO = stack.enter_context(open(path, "rb"))
            magic = stream.read(len(GZIP_MAGIC))
            stream.seek(0)
            if magic == GZIP_MAGIC:
                stream = cast(BinaryIO, stack.enter_context(gzip.open(stream)))
            start = stream.read(4)
            dimensions = start[3] if start[:3] == IDX_MAGIC and len(start) == 4 else 0
            start += stream.read(4 * dimensions)
            if not 0 < dimensions <= MOST_DIMENSIONS or len(start) < 4 + 4 * dimensions:
                return start
            expected = math.prod(_shape(start))
            require_memory(str(path), "the values of its shape", 2.0 * expected, "it is damaged: fetch it again")
            return start + stream.read(max(0, expected) + 1)
    except InputError:
        raise
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InputError(f"{path} expects a whole IDX file, got '{error}'; fetch it again") from error


def _shape(content: bytes) -> tuple[int, ...]:
    """Shape in a header that is whole."""
    return tuple(np.frombuffer(content, ">i4", content[3], offset=4).tolist())


def _parsed(path: Path, content: bytes) -> npt.NDArray[np.uint8]:
    dimensions = content[3] if len(content) > 3 else 0
    header = 4 + 4 * dimensions
    if content[:3] != IDX_MAGIC or not 0 < dimensions <= MOST_DIMENSIONS or len(content) < header:
        raise InputError(
            f"{path} expects an IDX file of unsigned bytes, which begins 00 00 08 and says 1 to {MOST_DIMENSIONS} "
            f"dimensions, got {content[:4].hex(' ') or 'nothing'}; give one of the files of MNIST"
        )
    shape = _shape(content)
    expected, found = math.prod(shape), len(content) - header
    if min(shape) < 0 or found != expected:
        more = "more" if found > expected >= 0 else str(found)
        raise InputError(f"{path} expects {expected} values for its shape {shape}, got {more}; fetch it again")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
