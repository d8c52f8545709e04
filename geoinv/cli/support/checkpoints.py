"""The option ``--resume``: the files beside the output that an inversion and its ensemble go on from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from geoinv.cli.support.terminal import say
from geoinv.core.checks import InputError

__all__ = ["Checkpoints", "ResumeOption"]

ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on from the checkpoint that an inversion to the same output has left when it was stopped or killed; "
        "begin anew where there is none.",
    ),
]


@dataclass(frozen=True)
class Checkpoints:
    """Files beside an output in which what has been computed is kept until the output is written.

    Parameters
    ----------
    out : Path
        The output.

    Examples
    --------
    >>> Checkpoints(Path("model.nc")).inversion.name
    'model.nc.checkpoint'
    """

    out: Path

    @property
    def inversion(self) -> Path:
        """File of the inversion."""
        return self.out.with_name(f"{self.out.name}.checkpoint")

    @property
    def ensemble(self) -> Path:
        """File of its samples."""
        return self.out.with_name(f"{self.out.name}.ensemble.checkpoint")

    def begin(self, resume: bool) -> None:
        """Say what is gone on from.

        Raises
        ------
        InputError
            If there is something to go on from and it is not to be, or it is no checkpoint.
        """
        from geoinv.formats.record_log import RecordLog

        if not self.inversion.exists():
            if resume:
                say("resume", f"there is no {self.inversion}: begins anew")
            # of an inversion that is not there: nothing goes on from it
            self.ensemble.unlink(missing_ok=True)
            return
        if not resume:
            raise InputError(
                f"{self.inversion} is what a stopped inversion has left, and expects --resume to go on from it, got an "
                "inversion from the start; add --resume, or remove it"
            )
        with RecordLog(self.inversion) as log:
            betas = sum(log.about_record(number).get("kind") == "beta" for number in range(len(log)))
        say("resume", f"{self.inversion}: goes on after {betas} trade-off{'s' * (betas != 1)}")

    def remaining(self) -> str:
        """What to add to the sentence that ends an unfinished inversion."""
        return ", and --resume goes on from there" if self.inversion.exists() else ""

    def remove(self) -> None:
        """Remove them: the output is written."""
        for path in (self.inversion, self.ensemble):
            with suppress(OSError):
                path.unlink(missing_ok=True)
