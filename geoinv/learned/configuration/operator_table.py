"""The table [operator] of a configuration: an operator by its name, or the matrix of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geoinv import operators
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.checks import InputError, choice, finite
from geoinv.learned.configuration.model_files import read_npy
from geoinv.learned.configuration.prism_tables import PRISMS, make_prism_operator
from geoinv.learned.configuration.table_checks import call_with, check_keys, check_path, check_text, shown

__all__ = ["FILES", "OPERATORS", "make_operator"]

OPERATORS = ("Blur", "MagneticSection", "StraightRayTomography", "TotalTime", *PRISMS)
"""Operators that a table can make."""

FILES = ("matrix", "mesh", "survey")
"""Keys of a table under which a file may be named."""


def make_operator(where: str, table: Mapping[str, Any]) -> LinearOperator:
    """Operator of a table.

    Parameters
    ----------
    where : str
        File and table, for errors.
    table : mapping
        ``name`` and the operator's arguments, those of prisms as
        :func:`geoinv.learned.configuration.prism_tables.make_prism_operator` takes them; or ``matrix``, an .npy file
        of (data, unknowns).

    Raises
    ------
    InputError
        If the name or an argument is unknown, or the file no matrix.

    Examples
    --------
    >>> make_operator("run.toml [operator]", {"name": "Blur", "shape": [4, 4], "scale": 2.0}).domain_shape
    (4, 4)
    """
    if not isinstance(table, Mapping):
        raise InputError(f"{where} expects a table of an operator's arguments, got {shown(table)}")
    if "matrix" in table:
        check_keys(where, table, ("matrix",))
        check_path(where, "matrix", table["matrix"])
        matrix = read_npy(Path(table["matrix"]))
        finite(where, "matrix", matrix, "mend those entries")
        try:
            return MatrixOperator(matrix)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
    if "name" not in table:
        raise InputError(f'{where} expects name = "{OPERATORS[0]}" or another operator, or matrix = "A.npy"; add it')
    check_text(where, "name", table["name"])
    choice(where, "name", table["name"], OPERATORS)
    if "dtype" in table:
        check_text(where, "dtype", table["dtype"])
    if table["name"] in PRISMS:
        return make_prism_operator(where, table)
    arguments = {key: value for key, value in table.items() if key != "name"}
    operator: LinearOperator = call_with(where, getattr(operators, table["name"]), arguments)
    return operator
