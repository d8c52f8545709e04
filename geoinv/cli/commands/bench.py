"""Command ``bench``: run a benchmark of the source checkout."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from geoinv.cli.support.outputs import check_output
from geoinv.cli.support.terminal import show
from geoinv.core.checks import InputError, choice

__all__ = ["bench"]

CHECKOUT = Path(__file__).parents[3]
"""Folder that holds the package; the checkout where it was not installed as a copy."""


def bench(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Which one; without it, all are listed.", show_default=False)
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Record to write.  [default: results/benchmarks/ of the checkout]"),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes, and no record unless --json names one.")] = False,
) -> None:
    """Measure how fast and how exact geoinv is on this machine, beside other packages.

    Example: geoinv bench direct --json direct.json
    """
    scripts = _scripts()
    if name is None:
        if quick or json is not None:
            raise InputError(f"bench expects NAME with --quick and --json, got none; it is one of {', '.join(scripts)}")
        width = max(map(len, scripts))
        for known, script in scripts.items():
            show(f"{known:<{width}}  {_question(script)}")
        return
    choice("bench", "NAME", name, tuple(scripts))
    if json is not None:
        check_output(json, (".json",))
    options = [*(["--quick"] if quick else []), *([] if json is None else ["--json", str(json)])]
    # the benchmark shall measure this very package, wherever it is run
    path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
    sys.stdout.flush()
    done = subprocess.run(
        [sys.executable, str(scripts[name]), *options], env={**os.environ, "PYTHONPATH": path}, check=False
    )
    if done.returncode:
        # as a shell says it: 128 and the number of the signal that ended it
        raise typer.Exit(done.returncode if done.returncode > 0 else 128 - done.returncode)


def _scripts() -> dict[str, Path]:
    """Benchmarks by name.

    Raises
    ------
    InputError
        If they are not there: a wheel has the package only.
    """
    folder = CHECKOUT / "benchmarks"
    if not (folder / "record.py").is_file():
        raise InputError(
            f"bench expects geoinv's source checkout, whose benchmarks are not part of an installed package, got none "
            f"at {CHECKOUT}; clone the repository, and run pip install -e '.[bench,learn]' in it"
        )
    return {
        path.stem.removeprefix("bench_"): path
        for path in [*folder.glob("adjoint.py"), *sorted(folder.glob("bench_*.py"))]
    }


def _question(script: Path) -> str:
    """First line of a benchmark's docstring."""
    docstring = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]
