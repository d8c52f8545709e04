"""Command ``doctor``: what is installed, and what this machine has."""

from __future__ import annotations

import typer

from geoinv.cli.support.terminal import say, show

__all__ = ["doctor"]


def doctor() -> None:
    """Say what is installed and what this machine has: packages, threads, GPU, drawing, memory, disk.

    Each lack comes with its remedy. Exit code 1 where something that every inversion needs is missing.

    Example: geoinv doctor
    """
    from geoinv.cli.support.machine import findings
    from geoinv.core.version import __version__

    say("geoinv", __version__)
    ill, lacks = False, 0
    for finding in findings():
        say(finding.about, finding.text)
        if finding.remedy:
            say("", f"-> {finding.remedy}")
            lacks += 1
            ill = ill or finding.about == "needed"
    show("nothing is lacking" if not lacks else f"{lacks} lacking: see ->")
    if ill:
        raise typer.Exit(1)
