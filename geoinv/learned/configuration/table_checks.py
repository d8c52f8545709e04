"""Tables of a configuration file against what a function takes: unknown names and wrong types are rejected."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from geoinv.core.checks import LARGEST, InputError

__all__ = ["call_with", "check_keys", "check_path", "check_text", "parameters_of", "shown"]

PLAIN: dict[type, tuple[type, ...]] = {bool: (bool,), int: (int,), float: (int, float), str: (str,), NoneType: ()}
"""What TOML gives for the types that can be told; others are left to the function."""


def check_keys(where: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    """Reject a key that means nothing.

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


def shown(value: Any) -> str:
    """Value as an error quotes it: shortened, whatever it is.

    Examples
    --------
    >>> shown("wide"), shown([1] * 100)[-4:], shown(10**5000)
    ("'wide'", ' ...', 'an int that is too large to show')
    """
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return f"{'an' if isinstance(value, int) else 'a'} {type(value).__name__} that is too large to show"
    return text if len(text) <= 80 else f"{text[:76]} ..."


def check_text(where: str, name: str, value: Any) -> None:
    """Reject what is no text.

    Raises
    ------
    InputError
        With the value.
    """
    if not isinstance(value, str):
        raise InputError(f"{where} expects {name} to be text, got {shown(value)}")


def check_path(where: str, name: str, value: Any) -> None:
    """Reject what no file or folder can be called.

    Raises
    ------
    InputError
        With the value.
    """
    check_text(where, name, value)
    if not value or "\0" in value or max(len(os.fsencode(part)) for part in value.split("/")) > 255:
        raise InputError(f"{where} expects {name} to be the name of a file or folder, got {shown(value)}")


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
    # whatever a value that nobody foresaw leads to
    except Exception as error:
        reason = str(error).partition("\n")[0][:120] or type(error).__name__
        raise InputError(
            f"{where} expects values that {_name(function)} can use, got '{reason}'; correct them"
        ) from None


def _check_type(where: str, name: str, value: Any, hint: Any) -> None:
    """Reject a value whose type can be told to be wrong."""
    if get_origin(hint) in (tuple, Sequence) and set(get_args(hint)) <= {int, ...}:
        if not isinstance(value, list | tuple) or not all(
            type(number) is int and abs(number) <= LARGEST for number in value
        ):
            raise InputError(f"{where} expects {name} to be a list of whole numbers, got {shown(value)}")
        return
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    others = [kind for kind in kinds if kind not in PLAIN]
    if len(others) == len(kinds) or not all(isinstance(kind, type) for kind in others):
        return
    if others and isinstance(value, tuple(others)):
        return
    allowed = [plain for kind in kinds for plain in PLAIN.get(kind, ())]
    if (
        (value is None and NoneType not in kinds)
        or not isinstance(value, (*allowed, NoneType))
        or (isinstance(value, bool) and bool not in allowed)
    ):
        names = {"bool": "true or false", "int": "a whole number", "float": "a number", "str": "text"}
        plain = [names[kind.__name__] for kind in kinds if kind in PLAIN and kind is not NoneType]
        wanted = " or ".join(plain) or "left out, as no file can hold it"
        raise InputError(f"{where} expects {name} to be {wanted}, got {shown(value)}")
    if isinstance(value, int) and abs(value) > LARGEST:
        raise InputError(f"{where} expects {name} to be a number of at most 64 bits, got {shown(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{where} expects {name} to be a finite number, got {value}")


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", "geoinv")
