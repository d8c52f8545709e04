"""The commands of the pages of docs/cases, to be run on less data and coarser cells."""

from __future__ import annotations

import re
import shlex

from checkout import ROOT

__all__ = ["CASES", "commands_of", "page"]

CASES = ROOT / "docs" / "cases"


def page(name: str) -> str:
    """Text of a page."""
    return (CASES / f"{name}.md").read_text(encoding="utf-8")


def commands_of(name: str, changes: dict[str, str]) -> list[list[str]]:
    """Arguments of each ``geoinv`` command of a page's first block, with some of its text replaced.

    A text that the page no longer has is an error: the test would run something else.
    """
    block = re.search(r"^```\n(geoinv .*?)^```$", page(name), flags=re.MULTILINE | re.DOTALL)
    assert block, name
    text = block[1].replace("\\\n", " ")
    for old, new in changes.items():
        assert old in text, (name, old)
        text = text.replace(old, new)
    return [shlex.split(line)[1:] for line in text.splitlines()]
