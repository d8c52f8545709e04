"""The table of an experiment: each number beside the paper's and beside the theoretical limit."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from geoinv.formats.atomic import whole_file

__all__ = ["Row", "Table"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured number.

    Parameters
    ----------
    method : str
        What was run, such as ``EUnet``.
    metric : str
        What was measured, with its unit where it has one.
    value : float or None
        Mean over the seeds; None, with a note, where it was not finite.
    spread : float, optional
        Standard deviation over the seeds.
    limit : float, optional
        What theory says is the best possible or the exact value.
    paper : float, optional
        The paper's number.
    parameters : int, optional
        How many numbers were trained.
    preset : str
        Size of the run.
    seed : int
        First of its seeds.
    case : str
        Which problem of several, such as ``s = 3``.
    seconds : float, optional
        Time to train, or to compute where nothing is trained.
    note : str
        What a reader must know to read the number.

    Examples
    --------
    >>> Row(method="EUnet", metric="NMSE", value=0.0409, limit=0.0407, preset="quick", seed=0).text()
    'EUnet: NMSE 0.0409 (limit 0.0407)'
    """

    case: str = ""
    method: str
    metric: str
    value: float | None
    spread: float | None = None
    limit: float | None = None
    paper: float | None = None
    parameters: int | None = None
    seconds: float | None = None
    preset: str
    seed: int
    note: str = ""

    def __post_init__(self) -> None:
        """Take plain numbers, and say of a value that is not finite that it was not."""
        for name in ("value", "spread", "limit", "paper", "seconds"):
            given = getattr(self, name)
            if given is None:
                continue
            number = float(given)
            object.__setattr__(self, name, number if math.isfinite(number) else None)
            if not math.isfinite(number):
                object.__setattr__(self, "note", f"{name} not finite; {self.note}".removesuffix("; "))
        if self.parameters is not None:
            object.__setattr__(self, "parameters", int(self.parameters))

    def text(self) -> str:
        """The row in a line: method, number, and what to compare it with."""
        compared = {"limit": self.limit, "paper": self.paper}
        beside = ", ".join(f"{name} {_shown(number)}" for name, number in compared.items() if number is not None)
        where = f"{self.case}, " if self.case else ""
        return f"{where}{self.method}: {self.metric} {_shown(self.value)}" + (f" ({beside})" if beside else "")


COLUMNS = tuple(column.name for column in fields(Row))


@dataclass(frozen=True)
class Table:
    """Rows of an experiment, and how they came about.

    Parameters
    ----------
    experiment : str
        Name in the registry.
    rows : sequence of Row
        In the order in which they are shown.
    provenance : mapping of str to str
        What stands above the table, such as ``dataset``; the run adds command, seed, preset,
        machine and date.
    """

    experiment: str
    rows: Sequence[Row]
    provenance: Mapping[str, str] = field(default_factory=dict)

    def with_provenance(self, more: Mapping[str, str]) -> Table:
        """Copy that says more about its origin."""
        return replace(self, provenance={**self.provenance, **more})

    def records(self) -> list[dict[str, Any]]:
        """Rows as they stand in ``table.json``."""
        return [asdict(row) for row in self.rows]

    def markdown(self) -> str:
        """Heading, origin and rows; columns in which nothing stands are left out.

        Examples
        --------
        >>> row = Row(method="descent", metric="share", value=0.5, limit=1, preset="quick", seed=0)
        >>> print(Table("double-well", [row], {"seed": "0"}).markdown())
        # double-well
        <BLANKLINE>
        - seed: 0
        <BLANKLINE>
        | method | metric | value | limit | preset | seed |
        |---|---|---|---|---|---|
        | descent | share | 0.5 | 1 | quick | 0 |
        <BLANKLINE>
        """
        shown = [column for column in COLUMNS if any(getattr(row, column) not in (None, "") for row in self.rows)]
        lines = [f"# {self.experiment}", "", *(f"- {name}: {text}" for name, text in self.provenance.items()), ""]
        lines += [f"| {' | '.join(shown)} |", f"|{'---|' * len(shown)}"]
        lines += [f"| {' | '.join(_cell(getattr(row, column)) for column in shown)} |" for row in self.rows]
        return "\n".join(lines) + "\n"

    def write(self, folder: Path) -> None:
        """Write ``table.json``, ``table.csv``, ``table.md`` and ``run.json``, each whole or not at all.

        Raises
        ------
        InputError
            If the folder cannot be written.
        """
        with whole_file(folder / "table.json") as partial:
            partial.write_text(json.dumps(self.records(), indent=2, allow_nan=False) + "\n", encoding="utf-8")
        with whole_file(folder / "table.csv") as partial, partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.records())
        with whole_file(folder / "table.md") as partial:
            partial.write_text(self.markdown(), encoding="utf-8")
        with whole_file(folder / "run.json") as partial:
            run = {"experiment": self.experiment, **self.provenance}
            partial.write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _cell(value: Any) -> str:
    """Text that does not break a Markdown table."""
    return "" if value is None else " ".join(_shown(value).replace("|", r"\|").split())
