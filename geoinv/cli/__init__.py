"""The command line: one module a group of commands."""

from __future__ import annotations

from geoinv.cli.application import main

__all__ = ["main"]
