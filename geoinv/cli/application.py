"""The program: its commands, and how every failure becomes one sentence and an exit code."""

from __future__ import annotations

import errno
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from geoinv.cli.commands.apply import apply
from geoinv.cli.commands.bench import bench
from geoinv.cli.commands.compare import compare
from geoinv.cli.commands.completion import completed, completion
from geoinv.cli.commands.demo import demo
from geoinv.cli.commands.doctor import doctor
from geoinv.cli.commands.files import convert, info, view
from geoinv.cli.commands.forward import forward
from geoinv.cli.commands.grids import continue_, grid, pole
from geoinv.cli.commands.invert import invert
from geoinv.cli.commands.joint import joint
from geoinv.cli.commands.prepare import prepare
from geoinv.cli.commands.report import report
from geoinv.cli.commands.reproduce import reproduce
from geoinv.cli.commands.schema import schema
from geoinv.cli.commands.train import train
from geoinv.cli.support.ranks import over_ranks, silent_ranks
from geoinv.cli.support.streams import give_up_output, lost_output, standard_streams
from geoinv.cli.support.terminal import fail, show, warn
from geoinv.cli.support.unforeseen import sentence_of
from geoinv.core.checks import AccuracyWarning, InputError, InputWarning, MachineWarning
from geoinv.core.interrupts import stopped_by_signals
from geoinv.core.version import __version__
from geoinv.core.wording import options_of_command

__all__ = ["application", "main"]

application = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, invoke_without_command=True
)
COMMANDS = (
    *(info, prepare, grid, continue_, pole, forward, invert, joint),
    *(convert, view, compare, report, demo, reproduce, train, apply, bench, schema, completion, doctor),
)
INTERRUPTED = "interrupted before the end; no file was left half-written"

for _command in COMMANDS:
    application.command(_command.__name__.rstrip("_"))(_command)


def _version(wanted: bool) -> None:
    if wanted:
        show(f"geoinv {__version__}")
        raise typer.Exit


@application.callback()
def _program(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Invert magnetic and gravity surveys in 3D: from raw lines to models, pictures and reports.

    geoinv COMMAND --help says more about a command.
    """
    if context.invoked_subcommand is None:
        show(context.get_help())
        raise typer.Exit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows ``geoinv``; those of the process by default.

    Returns
    -------
    int
        0; 1 after a stated failure; 2 where the command was not understood.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    with standard_streams(), warnings.catch_warnings():
        # of NumPy and others about their inputs; what a user should know comes as a sentence
        warnings.simplefilter("ignore")
        for kind in (AccuracyWarning, InputWarning, MachineWarning):
            warnings.simplefilter("default", kind)
        warnings.showwarning = lambda message, *_, **__: warn(str(message))
        try:
            with stopped_by_signals(), silent_ranks() as silent:
                code = _run(given)
            # mpirun ends all processes after one that fails, before the first has said why
            code = 0 if silent else code
        except KeyboardInterrupt:  # just before the command, or just after it
            code = fail(INTERRUPTED)
        try:
            sys.stdout.flush()
        except OSError as error:
            give_up_output(error)
        lost = lost_output()
        if lost is None or code:
            return code
        # a reader that has gone needs no explanation
        return 1 if isinstance(lost, BrokenPipeError) else fail(_sentence(lost))


def _run(given: list[str]) -> int:
    """Run a command; returns its exit code, whatever happens."""
    program = typer.main.get_command(application)
    if (answered := completed(program)) is not None:
        return answered
    try:
        # not program.main(): it turns Ctrl-C into silence
        with (
            options_of_command(_options(program, given)),
            over_ranks(given),
            program.make_context("geoinv", given, obj=given) as context,
        ):
            program.invoke(context)
    except typer.Exit as ending:
        return ending.exit_code
    except typer.TyperException as error:
        return fail(_usage(error.format_message(), given), error.exit_code)
    except InputError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return fail(INTERRUPTED)
    except MemoryError as error:
        engine = ", or --engine direct" if "--engine" in _options(program, given) else ""
        return fail(f"more memory is needed than is free ({error}); use fewer cells or stations{engine}")
    except BrokenPipeError as error:
        give_up_output(error)
        return 1
    except OSError as error:
        return fail(_sentence(error))
    except SystemExit as ending:  # of a library
        return ending.code if isinstance(ending.code, int) else fail(str(ending.code)) if ending.code else 0
    except BaseException as error:  # panics of extension modules are not of Exception
        return fail(sentence_of(error, given))
    return 0


def _options(program: Any, given: Sequence[str]) -> list[str]:
    """Options of the command that is called."""
    command = next((program.commands[name] for name in given if name in program.commands), program)
    return [option for parameter in command.params for option in parameter.opts]


def _usage(message: str, given: Sequence[str]) -> str:
    """What was wrong with the arguments, and where the right ones are described."""
    known = [name for name in given[:1] if name in (command.__name__.rstrip("_") for command in COMMANDS)]
    told = message.removeprefix("Invalid value: ").replace("Value error, ", "").rstrip(".")
    return f"{told}; see {' '.join(['geoinv', *known, '--help'])}"


def _sentence(error: OSError) -> str:
    what = f"{error.filename}: " if error.filename else ""
    remedy = "free some space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "check the name and its permissions"
    return f"{what}{error.strerror or error}; {remedy}"
