"""Command ``compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoinv.cli.support.options import DataSetOption, SectionOption
from geoinv.cli.support.outputs import check_output
from geoinv.cli.support.terminal import say_notes, show

__all__ = ["compare"]


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="Solution or model.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The other; on another mesh it is resampled to A's.")],
    out: Annotated[Path, typer.Option(metavar="PICTURE", help="Picture to write: .png or .pdf.")],
    section: SectionOption = None,
    data_set: DataSetOption = None,
) -> None:
    """Write a picture of two models on one scale and of their difference, and say how far apart they are.

    Example: geoinv compare smooth.nc compact.nc --out difference.png
    """
    from geoinv.formats import collected
    from geoinv.view import comparison, style

    check_output(out, style.PICTURES, [first, second])
    with collected() as notes:
        told = comparison.compare(first, second, out, section=section, part=data_set)
    show(told)
    say_notes(notes)
