"""Command ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoinv.cli.support.options import DataSetOption, SectionOption
from geoinv.cli.support.outputs import check_output
from geoinv.cli.support.terminal import say_notes, show

__all__ = ["report"]


def report(
    file: Annotated[Path, typer.Argument(help="Solution: what geoinv invert wrote.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Report to write: .html, which a browser shows, or .pdf.")],
    section: SectionOption = None,
    data_set: DataSetOption = None,
) -> None:
    """Write a report of a solution: figures, parameters, what was assumed, what to doubt, where it comes from.

    Example: geoinv report model.nc --out report.html
    """
    from geoinv.formats import collected
    from geoinv.view import report as of_solution

    check_output(out, of_solution.SUFFIXES, [file])
    with collected() as notes:
        told = of_solution.write_report(file, out, section=section, part=data_set)
    show(told)
    say_notes(notes)
