"""Command ``train``: a network that undoes an operator, from clean models."""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack, redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoinv.cli.support.extras import require_learning
from geoinv.cli.support.outputs import Written, make_folder, write_result
from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.terminal import cost, fail, say, say_notes
from geoinv.cli.support.training_data import load_training_data
from geoinv.core.checks import InputError, shape_text

if TYPE_CHECKING:
    from geoinv.learned.training.configuration import Configuration

__all__ = ["WEIGHTS", "train"]

WEIGHTS, RECORD = "weights.safetensors", "record.json"


def train(
    config: Annotated[
        Path | None, typer.Argument(metavar="CONFIG", help="TOML file: operator, data, network, training.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint or the table in the output folder.")
    ] = False,
    grid: Annotated[
        bool,
        typer.Option("--grid", help="Try every combination of [grid], by default the paper's, and keep the best."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder of the result.  [default: that of the configuration]")
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a configuration with comments and exit.")] = False,
) -> None:
    """Train a network to find models from noisy data of an operator.

    The best epoch (and with --grid the best combination) is chosen by validation models alone. A training that is
    resumed after a kill ends at the same weights. Under torchrun the processes share every batch:
    torchrun --nproc-per-node 4 -m geoinv train run.toml

    Example: geoinv train --example > run.toml

    Example: geoinv train run.toml --resume
    """
    require_learning("train")
    from geoinv.formats import collected
    from geoinv.learned.training.configuration import EXAMPLE, read_configuration
    from geoinv.learned.training.parallel import torchrun_group

    if example:
        print(EXAMPLE, end="")
        return
    if config is None:
        raise typer.BadParameter("train expects a configuration; geoinv train --example prints one")
    began = time.perf_counter()
    with collected() as notes:
        configuration = read_configuration(config)
    folder = configuration.folder if out is None else out
    with ExitStack() as stack:
        group = stack.enter_context(torchrun_group(configuration.training.device))
        if not group.writes:
            stack.enter_context(redirect_stdout(stack.enter_context(open(os.devnull, "w", encoding="ascii"))))
        else:
            stack.enter_context(progress_shown("grid" if grid else "training"))
        say_notes(notes)
        try:
            (_search if grid else _train)(configuration, folder, resume)
        except KeyboardInterrupt:
            raise typer.Exit(fail(_interrupted(folder, grid))) from None
        say("cost", cost(began))


def _train(configuration: Configuration, folder: Path, resume: bool) -> None:
    """One training, with the settings of the configuration."""
    from geoinv.formats.atomic import whole_file
    from geoinv.learned.training.parallel import processes
    from geoinv.learned.training.train import fit

    models, validation = load_training_data(configuration)
    network = configuration.make_network(models)
    _say_problem(configuration, models.shape, len(validation), network.parameter_count)
    make_folder(folder, (WEIGHTS, RECORD))
    record = fit(network, configuration.A, models, validation, configuration.training, folder, resume)
    weights = Written(folder / WEIGHTS)
    if processes().writes:
        weights = write_result(folder / WEIGHTS, lambda path: network.save(path, **_kept(configuration)))
        if not weights.problem:
            with whole_file(folder / RECORD) as partial:
                partial.write_text(json.dumps(record.to_json(), indent=1), encoding="utf-8")
    best = record.best
    say("result", f"validation NMSE {best.validation_error:.4g}, loss {best.validation_loss:.4g} in epoch {best.epoch}")
    say("wrote", f"{weights.path}" if weights.problem else f"{weights.path}\n{folder / RECORD}")
    weights.confirm()


def _search(configuration: Configuration, folder: Path, resume: bool) -> None:
    """A training for each combination of the grid."""
    from geoinv.learned.training.tuning import TABLE, best_of, read_table, search

    models, validation = load_training_data(configuration)
    _say_problem(configuration, models.shape, len(validation), configuration.make_network(models).parameter_count)
    make_folder(folder, (WEIGHTS, TABLE, "grid.csv"))
    if resume and not (folder / WEIGHTS).exists() and best_of(read_table(folder)[0]):
        raise InputError(
            f"{folder / WEIGHTS} expects to stand beside {TABLE}, which says how it was made, got no such file; "
            f"bring it back, or remove {TABLE} to search anew"
        )
    table = search(
        partial(configuration.make_network, models),
        configuration.A,
        models,
        validation,
        configuration.training,
        folder,
        save=lambda network: network.save(folder / WEIGHTS, **_kept(configuration)),
        grid=configuration.grid,
        resume=resume,
    )
    best = best_of(table)
    if best is None:
        raise InputError(
            f"train expects one combination of the grid to succeed, got none of {len(table)}; {folder / 'grid.csv'} "
            "says why: lower the learning rates"
        )
    say(
        "result",
        f"validation NMSE {best.validation_error:.4g} with learning rate {best.learning_rate:g}, weight decay "
        f"{best.weight_decay:g}, batch {best.batch}; {len(table)} combinations tried",
    )
    say("wrote", "\n".join(str(folder / name) for name in (WEIGHTS, "grid.json", "grid.csv")))


def _kept(configuration: Configuration) -> dict[str, Any]:
    """Table that makes the operator again, with its files, where numbers alone cannot."""
    from geoinv.learned.configuration.stored_operator import table_of

    return {} if table_of(configuration.A) else {"operator": dict(configuration.operator)}


def _interrupted(folder: Path, grid: bool) -> str:
    """What an interrupt leaves to go on from."""
    from geoinv.learned.training.checkpoint import FILE
    from geoinv.learned.training.tuning import TABLE

    if any(folder.rglob(FILE)) or (grid and (folder / TABLE).exists()):
        return f"interrupted; what {folder} holds goes on with --resume"
    return "interrupted before the first checkpoint; nothing is there to resume"


def _say_problem(configuration: Configuration, shape: tuple[int, ...], validation: int, parameters: int) -> None:
    A = configuration.A
    survey = getattr(A, "survey", None)
    of = "" if survey is None else f" of {' '.join(survey.components)}, {survey.field or 'no field'}"
    say("operator", f"{A.name}{of}, {shape_text(A.domain_shape)} to {shape_text(A.range_shape)}")
    say("models", f"{shape[0]} of shape {shape_text(shape[1:])} for training, {validation} for validation")
    say("network", f"{configuration.network['name']}, {parameters} parameters")
