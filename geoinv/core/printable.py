"""Text of files and of users as a terminal may show it."""

from __future__ import annotations

import unicodedata

__all__ = ["printable"]

# control, format (which turn the direction of writing), surrogates, separators of lines and paragraphs
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    r"""Text with every character that would steer a terminal written as an escape, line ends and tabs apart.

    Examples
    --------
    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _UNSAFE and character not in "\n\t"
        else character
        for character in text
    )
