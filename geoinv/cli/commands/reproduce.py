"""Command ``reproduce``: run the experiments of the paper and print their tables."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.terminal import cost, fail, say, show
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    from geoinv.experiments import Table

__all__ = ["reproduce"]


def reproduce(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="duathlon, double-well, potentials, bypass, deblurring, magnetics, ablations, blobs3d, geology, "
            "geology-prior, or all.",
        ),
    ],
    preset: Annotated[
        Literal["quick", "cpu", "full"],
        typer.Option(
            help="quick: seconds to minutes; cpu: presentable, up to 40 minutes each on one core; full: for a GPU."
        ),
    ] = "quick",
    seed: Annotated[int, typer.Option(min=0, help="First seed of everything random.")] = 0,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder of the results.")] = Path("results"),
) -> None:
    """Reproduce an experiment of the over-completeness paper, or that on synthetic geology: tables and figures.

    Example: geoinv reproduce double-well --preset quick
    """
    from geoinv.experiments import EXPERIMENTS, load_experiment, run_experiment

    began = time.perf_counter()
    names = list(EXPERIMENTS) if name == "all" else [name]
    for wanted in names:  # what is missing shows before an hour of computation
        load_experiment(wanted)
    if len(names) == 1:
        with progress_shown(name):
            table = run_experiment(name, preset, seed, out)
        _say_table(table, out)
        say("cost", cost(began))
        return
    reached: dict[str, str] = {}
    failed = []
    for wanted in names:
        try:
            with progress_shown(wanted):
                table = run_experiment(wanted, preset, seed, out)
        except Exception as error:  # whatever befalls one experiment, the others are still run
            failed.append(wanted)
            reached[wanted] = "failed: " + (str(error) if isinstance(error, InputError) else repr(error))
            continue
        _say_table(table, out)
        compared = [row.text() for row in table.rows if row.limit is not None or row.paper is not None]
        reached[wanted] = "\n".join(compared) or f"{len(table.rows)} rows"
    for wanted, told in reached.items():
        say(wanted, f"\n{told}")
    say("cost", cost(began))
    if failed:
        raise typer.Exit(fail(f"{' and '.join(failed)} failed; the results of the others are in {out}"))


def _say_table(table: Table, out: Path) -> None:
    show(table.markdown())
    say("wrote", f"{out / table.experiment / 'table.json'}\n")
