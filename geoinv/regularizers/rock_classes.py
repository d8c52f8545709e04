"""Classes of rock by their property: a mean, a standard deviation and a proportion each, read and checked."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from geoinv.core.checks import InputError
from geoinv.probability.mixture import GaussianMixture

__all__ = ["SAME", "RockClass", "checked_classes", "mixture_of", "overlap", "read_classes"]

SAME = 0.95
"""Overlap of two classes (Bhattacharyya's coefficient) from which nothing tells them apart."""

COLUMNS = ("name", "mean", "standard_deviation", "proportion")


@dataclass(frozen=True)
class RockClass:
    """A class of rock.

    Parameters
    ----------
    name : str
        What it is called in the result.
    mean, standard_deviation : float
        Of its property, in the unit of the model.
    proportion : float
        Share of the cells that it is expected in; proportions are brought to unit sum.
    """

    name: str
    mean: float
    standard_deviation: float
    proportion: float = 1.0


def overlap(one: RockClass, other: RockClass) -> float:
    """Bhattacharyya's coefficient of two normal distributions: 1 where they are the same, 0 where they do not meet.

    Examples
    --------
    >>> overlap(RockClass("a", 0.0, 1.0), RockClass("b", 0.0, 1.0))
    1.0
    """
    first, second = one.standard_deviation**2, other.standard_deviation**2
    both = first + second
    shape = math.sqrt(2.0 * math.sqrt(first * second) / both)
    return shape * math.exp(-((one.mean - other.mean) ** 2) / (4.0 * both))


def checked_classes(owner: str, classes: Sequence[RockClass], apart: bool = True) -> tuple[RockClass, ...]:
    """Classes that can be told apart, by this property if `apart`, else by others that they have.

    Raises
    ------
    InputError
        If there are fewer than two, a number is none that a class has, names repeat, or two overlap entirely.
    """
    found = tuple(classes)
    if len(found) < 2 or not all(isinstance(one, RockClass) for one in found):
        raise InputError(f"{owner} expects two classes of rock or more, got {len(found)}; add one for the background")
    for one in found:
        numbers = (one.mean, one.standard_deviation, one.proportion)
        if not (all(map(math.isfinite, numbers)) and one.standard_deviation > 0.0 and one.proportion > 0.0):
            raise InputError(
                f"{owner} expects a mean, and a standard deviation and a proportion above zero for the class "
                f"{one.name!r}, got {one.mean:g}, {one.standard_deviation:g} and {one.proportion:g}"
            )
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise InputError(f"{owner} expects each class under a name of its own, got {', '.join(names)}; rename one")
    for one, other in combinations(found, 2):
        if apart and overlap(one, other) > SAME:
            raise InputError(
                f"{owner} expects classes that can be told apart, got {one.name!r} and {other.name!r}, which overlap "
                f"to {100.0 * overlap(one, other):.0f} %; join them, or give them other means or smaller standard "
                "deviations"
            )
    return found


def mixture_of(classes: Sequence[RockClass], wider: float = 0.0) -> GaussianMixture:
    """Density of the classes' values, each standard deviation widened by another one."""
    return GaussianMixture(
        [[one.mean] for one in classes],
        [[[one.standard_deviation**2 + wider**2]] for one in classes],
        [one.proportion for one in classes],
    )


def read_classes(path: Path) -> tuple[RockClass, ...]:
    """Classes from a table: columns name, mean, standard_deviation and, where they are known, proportion.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or a value is no number.
    """
    try:
        lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no text"
        raise InputError(f"{path} expects a table of rock classes, got '{reason}'; check its name") from None
    rows = [{str(key).strip().lower(): value for key, value in row.items()} for row in csv.DictReader(lines)]
    needed = COLUMNS[:3]
    lacking = [name for name in needed if not rows or name not in rows[0]]
    if lacking:
        raise InputError(
            f"{path} expects the columns {','.join(COLUMNS)} (the last may be missing) in its first line, got no "
            f"{' and no '.join(lacking)}"
        )
    return tuple(_row(path, number, row) for number, row in enumerate(rows, start=1))


def _row(path: Path, number: int, row: dict[str, Any]) -> RockClass:
    values = []
    for name in COLUMNS[1:]:
        text = row.get(name)
        if text is None and name == "proportion" and name not in row:
            text = "1"
        try:
            values.append(float(np.float64(str(text).strip())))
        except ValueError:
            raise InputError(f"{path} expects a number as {name} of class {number}, got {text!r}") from None
    return RockClass(str(row["name"] or "").strip(), *values)
