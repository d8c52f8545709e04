"""Numbers and units as a reader of a picture writes them."""

from __future__ import annotations

from geoinv.core.printable import printable
from geoinv.core.wording import way

__all__ = ["plain_text", "plain_units", "section_named", "spaced"]


def spaced(number: float) -> str:
    r"""Number to one decimal, with thin spaces between its thousands.

    Examples
    --------
    >>> spaced(7132625.0).replace("\u2009", " ")
    '7 132 625'
    """
    return f"{number:,.1f}".removesuffix(".0").replace(",", "\N{THIN SPACE}").replace("-", "\N{MINUS SIGN}")


def plain_units(units: str) -> str:
    """Units with a slash rather than a negative power.

    Examples
    --------
    >>> plain_units("nT m-1")
    'nT/m'
    """
    return units.replace(" m-1", "/m").replace(" m-3", "/m³").replace(" cm-3", "/cm³").replace("1e-9 s-2", "Eotvos")


def plain_text(text: object, most: int = 24) -> str:
    r"""Text of a file as a picture can show it: on one line, no longer than `most` characters.

    Examples
    --------
    >>> plain_text("a\x07\nb"), plain_text("long " * 20, 12)
    ('a\\x07 b', 'long long...')
    """
    line = printable(" ".join(str(text).split()))
    return line if len(line) <= most else f"{line[: most - 3].rstrip()}..."


def section_named() -> str:
    """The places of sections, as whoever gave them calls them."""
    return way("--section", "section")
