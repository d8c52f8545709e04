"""One self-contained page: the scene in a browser, from a file, without a network.

The programs beside this module (``web/``) are put into the page, and so are the numbers, compressed. A content security
policy admits that one script and that one style by their SHA-256, and no address: text from a file that were to become
a script would not run.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.formats import recognise
from geoinv.formats.atomic import whole_file
from geoinv.view.opened import shown_as_survey
from geoinv.view.page_content import PageContent, content_of_page
from geoinv.view.style import check_suffix
from geoinv.view.subject import data_set_of, subject_of
from geoinv.view.template import content_hash, filled

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["SUFFIXES", "page_of", "page_text", "write_page"]

SUFFIXES = (".html", ".htm")

_SCRIPTS = ("colours.js", "content.js", "graphics.js", "cells.js", "camera.js", "labels.js", "panel.js", "main.js")
_ALIGNED = 8


def write_page(
    source: xr.Dataset | str | Path,
    out: str | Path,
    *,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
    part: str | None = None,
) -> str:
    """Write a scene that a browser shows from its file: cells above a threshold, slices, data, ground, drill holes.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        What to show, or its file: a solution, a model or a survey.
    out : str or Path
        Page to write, ``.html``.
    columns, height, part
        As :func:`geoinv.view.view` takes them.

    Returns
    -------
    str
        What was written.

    Raises
    ------
    InputError
        If there is nothing to show, or more than a page can hold, the suffix is another, or the file cannot be written.
    """
    check_suffix(out, SUFFIXES, "a page")
    text = page_of(source, columns, height, part).encode()
    with whole_file(out) as partial:
        partial.write_bytes(text)
    return f"Wrote {out}, {len(text) / 1e6:.2g} MB: open it in a browser."


def page_of(
    source: xr.Dataset | str | Path,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
    part: str | None = None,
) -> str:
    """Text of the page that :func:`write_page` writes."""
    subject = subject_of(source, columns, height, part)
    if not isinstance(source, (str, Path)):
        return page_text(content_of_page(subject, data_set_of(source, part), "a Dataset"))
    kind, named = recognise(source), Path(source).name
    if shown_as_survey(kind, columns) or kind.dataset is None:
        return page_text(content_of_page(subject, None, named))
    with kind.dataset(source) as data:
        return page_text(content_of_page(subject, data_set_of(data, part), named))


def page_text(content: PageContent) -> str:
    """Text of a page."""
    numbers, places = _packed(content.arrays)
    folder = files("geoinv.view") / "web"
    script = "\n".join(['"use strict";', *((folder / name).read_text("utf-8") for name in _SCRIPTS)])
    style = (folder / "scene.css").read_text("utf-8")
    told = (
        ("%SCRIPT_HASH%", content_hash(script)),
        ("%STYLE_HASH%", content_hash(style)),
        ("%TITLE%", html.escape(content.header["title"])),
        ("%STYLE%", style),
        ("%HEADER%", _json({**content.header, "arrays": places})),
        ("%NUMBERS%", numbers),
        ("%SCRIPT%", script),
    )
    return filled((folder / "scene.html").read_text("utf-8"), told)


def _json(value: Any) -> str:
    """JSON that stands in a page: no character in it can end its element or begin another."""
    text = json.dumps(value, allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _packed(arrays: Mapping[str, npt.NDArray[Any]]) -> tuple[str, dict[str, tuple[str, int, int]]]:
    """Arrays in base64, little-endian, one after the other and compressed; and the kind, place and length of each."""
    block, places = bytearray(), {}
    for name, values in arrays.items():
        block += bytes(-len(block) % _ALIGNED)
        places[name] = (values.dtype.name, len(block), values.size)
        block += np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()
    return base64.b64encode(gzip.compress(bytes(block), compresslevel=6, mtime=0)).decode(), places
