"""Command ``completion``: what makes a shell complete commands, options and file names."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

import typer

from geoinv.cli.support.terminal import show

__all__ = ["completed", "completion"]

VARIABLE = "_GEOINV_COMPLETE"
"""Environment variable by which the shell asks for completions."""


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="Whose script to print.")],
) -> None:
    """Print the script by which a shell completes commands and options.

    Example: geoinv completion bash >> ~/.bashrc

    Example: geoinv completion fish > ~/.config/fish/completions/geoinv.fish
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    show(get_completion_script(prog_name="geoinv", complete_var=VARIABLE, shell=shell))


def completed(program: Any) -> int | None:
    """Answer a shell that asks for completions; the exit code, or None where none is asked for."""
    asked = os.environ.get(VARIABLE)
    if not asked:
        return None
    from typer.completion import completion_init, shell_complete  # type: ignore[attr-defined]

    completion_init()
    return int(shell_complete(program, {}, "geoinv", VARIABLE, asked))
