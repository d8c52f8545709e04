"""Inversions over the processes that mpirun starts: the operator split by slabs of cells, ensembles by their members.

Ensembles also run over the workers of Dask. Under mpirun every process runs the same program, so that the same calls
are made in the same order; see docs/many_machines.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoinv.parallel.dask_members import dask_ensemble
    from geoinv.parallel.inversion import invert
    from geoinv.parallel.members import ensemble
    from geoinv.parallel.processes import Team, team
    from geoinv.parallel.slab_operator import SlabOperator, split

__all__ = ["SlabOperator", "Team", "dask_ensemble", "ensemble", "invert", "split", "team"]

_LAZY = {
    "SlabOperator": "slab_operator",
    "Team": "processes",
    "dask_ensemble": "dask_members",
    "ensemble": "members",
    "invert": "inversion",
    "split": "slab_operator",
    "team": "processes",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for on first use: the command line asks whether mpirun started it, and no more."""
    if name not in _LAZY:
        raise AttributeError(f"module 'geoinv.parallel' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"geoinv.parallel.{_LAZY[name]}"), name)
    return value


def __dir__() -> list[str]:
    """Names that are there, lazy ones included."""
    return sorted({*globals(), *_LAZY})
