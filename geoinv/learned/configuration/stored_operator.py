"""The operator that a network was trained with, as its file describes it: made again, or inferred from another."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from geoinv import operators
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, shape_text
from geoinv.core.memory import require_memory
from geoinv.learned.configuration.geometry import check_geometry, geometry_of
from geoinv.learned.configuration.operator_table import OPERATORS, make_operator
from geoinv.learned.configuration.prism_tables import PRISMS, prism_table
from geoinv.learned.configuration.sketch import PROJECTIONS, is_sketch, relative_difference, sketch_of
from geoinv.learned.configuration.table_checks import parameters_of

__all__ = ["check_operator", "describe_operator", "operator_of", "operator_text", "response", "table_of"]

SEED = 2402

LONGEST = 100
"""Characters of an argument that is shown."""

CLOSE = 1e-3
"""Largest difference of two operators, relative, that precision and engine explain."""


def describe_operator(A: LinearOperator) -> dict[str, Any]:
    """What a file keeps of an operator.

    Returns
    -------
    dict
        ``operator_name``; ``operator``, the table that makes it again, where numbers and text can; ``response``,
        which tells it from others; ``geometry`` of one between a mesh and a survey.

    Examples
    --------
    >>> from geoinv.operators import Blur
    >>> describe_operator(Blur((4, 5), 2.0))["operator"]
    {'name': 'Blur', 'shape': [4, 5], 'scale': 2.0, 'boundary': 'reflective', 'method': 'fft', 'dtype': 'float64'}
    """
    table = table_of(A)
    found: dict[str, Any] = {"operator_name": A.name, "response": response(A)}
    geometry = geometry_of(A)
    if geometry is not None:
        found["geometry"] = geometry
    return found if table is None else {**found, "operator": table}


def operator_text(A: LinearOperator) -> str:
    """Operator in words: what makes it, else its name and shapes.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> from geoinv.operators import TotalTime
    >>> operator_text(TotalTime()), operator_text(Identity((3,)))
    ('TotalTime (legs 2, dtype float64)', 'Identity from (3,) to (3,)')
    """
    table = table_of(A)
    if table is not None:
        return _words(A.name, table)
    return f"{A.name} from {shape_text(A.domain_shape)} to {shape_text(A.range_shape)}"


def table_of(A: LinearOperator) -> dict[str, Any] | None:
    """Table of numbers and text that ``make_operator`` makes an operator of; None where there is none."""
    kind = type(A).__name__
    if kind not in OPERATORS or type(A) is not getattr(operators, kind):
        return None
    if kind in PRISMS:
        return prism_table(A)
    own = {"shape": list(A.domain_shape), "legs": A.domain_shape[0], "dtype": A.dtype.name}
    arguments = {name: own[name] if name in own else _plain(getattr(A, name)) for name in parameters_of(type(A))}
    return {"name": kind, **arguments}


def _plain(value: Any) -> Any:
    """Value as JSON and TOML have it."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value


def response(A: LinearOperator) -> list[float]:
    """Size of the data of one fixed, rough model, and projections of them on fixed directions."""
    return sketch_of(_image(A))


def _image(A: LinearOperator) -> Any:
    numbers = 4.0 * math.prod(A.domain_shape) + 2.0 * PROJECTIONS * math.prod(A.range_shape)
    require_memory(A.name, "a model and its data", 8.0 * numbers, "take fewer cells or data")
    model = np.random.default_rng(SEED).random(A.domain_shape) - 0.5
    return np.asarray(A(model.astype(A.dtype)), np.float64).ravel()


def check_operator(where: str, A: LinearOperator, kept: Any, described: str) -> None:
    """Reject an operator that gives other data than the one in the file.

    Parameters
    ----------
    where : str
        File, for the error.
    A : LinearOperator
        What is to be used.
    kept : sequence of float
        :func:`response` of the operator in the file.
    described : str
        That operator in words.

    Raises
    ------
    InputError
        If the two differ by more than precision explains, or what the file keeps are no such numbers.
    """
    if not is_sketch(kept):
        raise InputError(
            f"{where} expects {PROJECTIONS + 1} numbers that tell its operator from others, got {kept!r:.60}; "
            "it is damaged: copy it again"
        )
    difference = relative_difference(response(A), kept)
    if not difference <= CLOSE:
        raise InputError(
            f"{where} expects the operator it was trained with, {described}, got {operator_text(A)}, "
            f"whose data differ by {100.0 * difference:.2g} %; give that operator, or train anew"
        )


def operator_of(path: Any, description: Mapping[str, Any], A: LinearOperator | None) -> LinearOperator:
    """Operator of a file's description: the one that is given, checked, or made again.

    Parameters
    ----------
    path : str or Path
        File, for errors.
    description : mapping
        Of a network.
    A : LinearOperator or None
        What the user gives.

    Raises
    ------
    InputError
        If it is another than the file's, or none is given and the file cannot make it.
    """
    table, name = description.get("operator"), description.get("operator_name", "another operator")
    if A is None:
        if table is None:
            raise InputError(
                f"{path} expects its operator, {name}, which is not in the file; give it beside the file: "
                "load(path, A), or geoinv apply --config CONFIG"
            )
        A = make_operator(f"{path} (its operator)", _complete(table, description))
    shapes = {"domain_shape": tuple(A.domain_shape), "range_shape": tuple(A.range_shape)}
    kept = {side: _shape(path, description, side) for side in shapes}
    if kept != shapes:
        raise InputError(
            f"{path} expects an operator from {shape_text(kept['domain_shape'])} to "
            f"{shape_text(kept['range_shape'])}, as it was trained with, "
            f"got {A.name} from {shape_text(A.domain_shape)} to {shape_text(A.range_shape)}"
        )
    described = _words(name, table)
    if "geometry" in description:
        check_geometry(str(path), A, description["geometry"])
    if "response" in description:
        check_operator(str(path), A, description["response"], described)
    elif table is not None:
        # files of older versions keep the table alone
        made = make_operator(f"{path} (its operator)", _complete(table, description))
        if made.domain_shape == A.domain_shape and made.range_shape == A.range_shape:
            check_operator(str(path), A, response(made), described)
    else:
        warnings.warn(
            f"{path} was written by an older version and does not say which operator it was trained with, so nothing "
            f"tells whether it was {operator_text(A)}; save the network anew to keep it",
            stacklevel=3,
        )
    return A


def _shape(path: Any, description: Mapping[str, Any], side: str) -> tuple[int, ...]:
    """Shape in a description, checked."""
    shape = description.get(side)
    if not isinstance(shape, list) or not all(type(n) is int and n > 0 for n in shape):
        raise InputError(
            f"{path} expects {side} to be whole numbers above zero, got {shape!r:.60}; it is damaged: copy it again"
        )
    return tuple(shape)


def _complete(table: Any, description: Mapping[str, Any]) -> Mapping[str, Any]:
    """Table of an operator; those of older versions lack the shape of a blur, which is that of its models."""
    if isinstance(table, dict) and table.get("name") == "Blur" and "shape" not in table:
        return {**table, "shape": description.get("domain_shape")}
    return table  # type: ignore[no-any-return]


def _words(name: Any, table: Any) -> str:
    """Operator of a file, for a reader."""
    if not isinstance(table, dict):
        return str(name)
    # lists of coordinates say nothing to a reader
    short = {key: str(value) for key, value in table.items() if key not in ("name", "sources", "receivers")}
    numbers = ", ".join(f"{key} {text}" for key, text in short.items() if len(text) <= LONGEST)
    return f"{table.get('name', '')} ({numbers})".strip()
