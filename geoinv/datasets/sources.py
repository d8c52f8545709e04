"""Where data stand that are not part of the project, and whether they are what they should be."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from geoinv.core.checks import InputError

__all__ = ["check_md5", "data_folder", "download"]

CHECKOUT = Path(__file__).parents[2]


def data_folder(name: str) -> Path | None:
    """Folder of one set of data, the first that is there of the places where data may stand.

    With the environment variable ``GEOINV_DATA`` it is ``$GEOINV_DATA/NAME`` and nothing else; else
    ``../shared/data/NAME`` as seen from the checkout, then from the current folder.

    Parameters
    ----------
    name : str
        Name of the set, such as ``mnist``.

    Returns
    -------
    Path or None
        None where there is no such folder.

    Examples
    --------
    >>> data_folder("no such data") is None
    True
    """
    chosen = os.environ.get("GEOINV_DATA")
    places = [Path(chosen)] if chosen else [base.parent / "shared" / "data" for base in (CHECKOUT, Path.cwd())]
    return next((place / name for place in places if (place / name).is_dir()), None)


def check_md5(path: Path, content: bytes | memoryview, expected: str, remedy: str) -> None:
    """Reject a file whose content is not the published one.

    Parameters
    ----------
    path : Path
        File, for the error.
    content : bytes
        What it holds, unpacked.
    expected : str
        MD5 of the published content.
    remedy : str
        What to do.

    Raises
    ------
    InputError
        If the checksum differs.

    Examples
    --------
    >>> check_md5(Path("letters"), b"abc", "900150983cd24fb0d6963f7d28e17f72", "write them again")
    """
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != expected:
        raise InputError(f"{path} expects the published content, MD5 {expected}, got MD5 {found}; {remedy}")


def download(url: str, md5: str, folder: str, remedy: str) -> Path:
    """Fetch a file once into the user's cache, and check it; the next call finds it there.

    Parameters
    ----------
    url : str
        Where it is published.
    md5 : str
        MD5 of the file as it is sent.
    folder : str
        Subfolder of the cache.
    remedy : str
        What to do where it cannot be fetched.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If pooch is not installed, the file cannot be fetched or kept, or is another one.
    """
    try:
        import pooch
    except ImportError:
        raise InputError(
            f"{url} expects pooch to be fetched, got no such package; pip install 'geoinv[learn]', or {remedy}"
        ) from None
    name = url.rsplit("/", maxsplit=1)[-1]
    try:
        path = pooch.retrieve(url, known_hash=f"md5:{md5}", fname=name, path=pooch.os_cache("geoinv") / folder)
    # no network and a full disk are OSError; another checksum is ValueError
    except (OSError, ValueError) as error:
        raise InputError(f"{url} expects to be fetched, got {type(error).__name__}; {remedy}") from error
    return Path(path)
