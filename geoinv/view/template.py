"""Pages made of a text with places to be filled."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

__all__ = ["content_hash", "filled"]


def filled(template: str, places: Iterable[tuple[str, str]]) -> str:
    """Template with its places filled, each once and from the first to the last.

    What is filled in is not looked through: text of a file that names a place stays text.

    Examples
    --------
    >>> filled("<p>%A%</p>%B%", [("%A%", "%B%"), ("%B%", "end")])
    '<p>%B%</p>end'
    """
    page, rest = "", template
    for mark, text in places:
        before, _, rest = rest.partition(mark)
        page += before + text
    return page + rest


def content_hash(text: str) -> str:
    """Hash by which a content security policy admits a script or a style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
