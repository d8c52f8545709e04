"""Tables of a configuration file against what a function takes: unknown names and wrong types are refused."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from geoinv.checks import InputError

__all__ = ["call_with", "check_keys", "parameters_of"]

PLAIN: dict[type, tuple[type, ...]] = {bool: (bool,), int: (int,), float: (int, float), str: (str,), NoneType: ()}
"""What TOML gives for the types that can be told; others are left to the function."""


def check_keys(where: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a key that means nothing.

    Parameters
    ----------
    where : str
        File and table, such as ``run.toml [data]``.
    table : mapping
        What stands there.
    known : sequence of str
        Keys that may stand there.

    Raises
    ------
    InputError
        With the first unknown key and all known ones.
    """
    unknown = [key for key in table if key not in known]
    if unknown:
        raise InputError(f"{where} expects {', '.join(known)}; got the unknown key {unknown[0]!r}: correct its name")


def parameters_of(function: Callable[..., Any], but: Sequence[str] = ()) -> dict[str, inspect.Parameter]:
    """Parameters of a function or class by name.

    Examples
    --------
    >>> list(parameters_of(check_keys, but=["where"]))
    ['table', 'known']
    """
    return {name: entry for name, entry in inspect.signature(function).parameters.items() if name not in but}


def call_with(where: str, function: Callable[..., Any], table: Mapping[str, Any], *first: Any) -> Any:
    """Call a function with the entries of a table.

    Parameters
    ----------
    where : str
        File and table, for errors.
    function : callable
        Gets the entries by name.
    table : mapping
        What stands in the file.
    *first
        Arguments before them, which are not in the table.

    Raises
    ------
    InputError
        If a name is unknown or missing, or a value of another type.
    """
    parameters = parameters_of(function)
    parameters = dict(list(parameters.items())[len(first) :])
    check_keys(where, table, tuple(parameters))
    missing = [name for name, entry in parameters.items() if entry.default is entry.empty and name not in table]
    if missing:
        raise InputError(f"{where} expects {missing[0]}, got none; add it")
    hints = get_type_hints(function if inspect.isfunction(function) else function.__init__)
    for name, value in table.items():
        _check_type(where, name, value, hints.get(name, Any))
    try:
        return function(*first, **table)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{where} expects values that {_name(function)} can use, got '{error}'; correct them"
        ) from None


def _check_type(where: str, name: str, value: Any, hint: Any) -> None:
    """Refuse a value whose type can be told to be wrong."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if not all(kind in PLAIN for kind in kinds):
        return
    allowed = [plain for kind in kinds for plain in PLAIN[kind]]
    if not isinstance(value, tuple(allowed)) or (isinstance(value, bool) and bool not in allowed):
        names = {"bool": "true or false", "int": "a whole number", "float": "a number", "str": "text"}
        wanted = " or ".join(names[kind.__name__] for kind in kinds if kind is not NoneType)
        raise InputError(f"{where} expects {name} to be {wanted}, got {value!r}")


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", "geoinv")
