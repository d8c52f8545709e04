"""CuPy with runtimes of its own."""

from __future__ import annotations

import sys
import types


def cupy_that(monkeypatch, **runtime):
    """CuPy with a runtime of its own."""
    library = types.SimpleNamespace(cuda=types.SimpleNamespace(runtime=types.SimpleNamespace(**runtime)))
    monkeypatch.setitem(sys.modules, "cupy", library)
    return library


def raising(error):
    """Function that does not get far."""

    def function(*arguments, **options):
        raise error

    return function
