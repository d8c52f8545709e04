"""The paper's grid of learning rates, weight decays and batches, searched by validation alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.core.progress import report
from geoinv.formats.atomic import whole_file
from geoinv.formats.partial import remove_abandoned
from geoinv.learned.training.checkpoint import FILE, check_same_run
from geoinv.learned.training.examples import models_checksum
from geoinv.learned.training.fingerprint import network_fingerprint, operator_fingerprint
from geoinv.learned.training.parallel import processes
from geoinv.learned.training.stream import Stream
from geoinv.learned.training.train import DivergenceError, fit
from geoinv.learned.training.training_settings import TrainingSettings

__all__ = ["PAPER_GRID", "TABLE", "Combination", "best_of", "read_table", "search"]

PAPER_GRID: dict[str, Sequence[Any]] = {
    "learning_rate": (1e-2, 1e-3, 1e-4, 1e-5),
    "weight_decay": (1e-3, 1e-4, 1e-5, 1e-6, 0.0),
    "batch": (32, 64, 128, 256, 512),
}
"""Of Eliasof, Haber and Treister (arXiv 2402.04653), appendix."""

TABLE = "grid.json"
"""What has been tried; a folder with it is resumed or rejected."""

Run = dict[str, Any]
Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Combination:
    """One training of the grid.

    Parameters
    ----------
    learning_rate, weight_decay, batch
        Its settings.
    best_epoch : int or None
        Epoch of the smallest validation loss; None where the training failed.
    validation_loss, validation_error : float or None
        At that epoch.
    seconds : float or None
        Of the training.
    outcome : str
        "finished", or the sentence that ended it.
    """

    learning_rate: float
    weight_decay: float
    batch: int
    best_epoch: int | None
    validation_loss: float | None
    validation_error: float | None
    seconds: float | None
    outcome: str


def best_of(table: Sequence[Combination]) -> Combination | None:
    """Combination of the smallest validation loss; None where all failed.

    Examples
    --------
    >>> tried = [Combination(1e-2, 0.0, 32, 4, loss, 0.1, 9.0, "finished") for loss in (0.3, 0.2)]
    >>> best_of(tried).validation_loss
    0.2
    """
    finished = [row for row in table if row.validation_loss is not None]
    return min(finished, key=lambda row: row.validation_loss or 0.0, default=None)


def search(
    make_network: Callable[[], Network],
    A: LinearOperator,
    models: Any,
    validation: Any,
    settings: TrainingSettings,
    folder: str | Path,
    save: Callable[[Network], None],
    grid: Mapping[str, Sequence[Any]] = PAPER_GRID,
    resume: bool = False,
) -> list[Combination]:
    """Train once with every combination of settings and save the network that validates best.

    The folder keeps ``grid.json`` and ``grid.csv``, written after every combination. A combination
    whose loss does not stay finite is noted, and the others are still tried.

    Parameters
    ----------
    make_network : callable
        Gives a fresh network; each combination starts from one.
    A, models, validation, settings
        As in :func:`geoinv.learned.training.train.fit`; the grid's entries replace those of the settings.
    folder : str or Path
        An existing folder.
    save : callable
        Called with a network that validates better than those before.
    grid : mapping, optional
        Values of ``learning_rate``, ``weight_decay`` and ``batch``; an entry that is not there stays
        as in the settings. The paper's by default.
    resume : bool, optional
        Skip the combinations in the folder's table, and go on with the one that was interrupted.

    Returns
    -------
    list of Combination

    Raises
    ------
    InputError
        If the folder holds a table and `resume` is off, the table is of other settings, models, or
        another operator or network, or the models are a stream.
    """
    if isinstance(models, Stream):
        raise InputError(
            "search expects models that are stored, got a stream; draw some of it, or call fit with each combination"
        )
    folder, group = Path(folder), processes()
    table, found = read_table(folder)
    if table and not resume:
        raise InputError(
            f"{folder / TABLE} expects to be continued, got a search from the start; resume it, or remove it or "
            "choose another folder"
        )
    base = _base(make_network(), A, models, validation, settings)
    if table:
        check_same_run(folder / TABLE, found, base)
    choices = [grid.get(name, (getattr(settings, name),)) for name in PAPER_GRID]
    combinations = list(product(*choices))
    known = {(row.learning_rate, row.weight_decay, row.batch) for row in table}
    for number, combination in enumerate(combinations):
        report(f"grid, combination {number + 1} of {len(combinations)}", number, len(combinations))
        if combination in known:
            continue
        network = make_network()
        chosen = replace(settings, **dict(zip(PAPER_GRID, combination, strict=True)))
        place = folder / f"combination-{number + 1:03}"
        if group.writes:
            place.mkdir(exist_ok=True)
        row = _trained(network, A, models, validation, chosen, place)
        group.wait()
        table.append(row)
        if group.writes:
            # the weights first: after a kill in between, the combination is taken from its checkpoint again
            if best_of(table) is row:
                save(network)
            _write(folder, base, table)
            _remove(place)
    report("grid", len(combinations), len(combinations))
    return table


def _trained(
    network: nn.Module, A: LinearOperator, models: Any, validation: Any, settings: TrainingSettings, place: Path
) -> Combination:
    chosen = (settings.learning_rate, settings.weight_decay, settings.batch)
    try:
        record = fit(network, A, models, validation, settings, place, resume=True)
    except DivergenceError as error:
        return Combination(*chosen, None, None, None, None, str(error))
    best = record.best
    return Combination(*chosen, best.epoch, best.validation_loss, best.validation_error, record.seconds, "finished")


def read_table(folder: Path) -> tuple[list[Combination], Mapping[str, Any]]:
    """Combinations that a folder's table has, and what they have in common; none without a table.

    Raises
    ------
    InputError
        If the file is no such table.
    """
    path = folder / TABLE
    if not path.exists():
        return [], {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = [Combination(**row) for row in content["combinations"]]
        found = dict(content.get("run", {}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} expects the table of a grid search, got another file ({error}); remove it") from None
    return rows, found


def _base(network: nn.Module, A: LinearOperator, models: Any, validation: Any, settings: TrainingSettings) -> Run:
    """What all combinations have in common, as a file keeps it."""
    weights = next(network.parameters())
    checksums = {
        name: models_checksum(A, values, name)
        for name, values in (("training models", models), ("validation models", validation))
    }
    sample = torch.from_numpy(A(np.asarray(validation[:1], A.dtype))).to(weights)
    run = {
        "settings": {name: value for name, value in settings.decisive().items() if name not in PAPER_GRID},
        "operator": operator_fingerprint(A),
        **checksums,
        "network": network_fingerprint(network, sample),
    }
    as_kept: Run = json.loads(json.dumps(run))
    return as_kept


def _remove(place: Path) -> None:
    """Remove the folder of a combination that is finished; what others have put there stays."""
    (place / FILE).unlink(missing_ok=True)
    remove_abandoned(place)
    with suppress(OSError):
        place.rmdir()


def _write(folder: Path, base: Mapping[str, Any], table: Sequence[Combination]) -> None:
    rows = [asdict(row) for row in table]
    with whole_file(folder / TABLE) as partial:
        partial.write_text(json.dumps({"run": dict(base), "combinations": rows}, indent=1), encoding="utf-8")
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with whole_file((folder / TABLE).with_suffix(".csv")) as partial:
        partial.write_text(text.getvalue(), encoding="utf-8")
