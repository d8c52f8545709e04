"""How every figure looks, and what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PICTURES", "STYLE", "check_suffix", "require_matplotlib", "save"]

PICTURES = (".png", ".pdf")

_DOTS_PER_INCH = 150

STYLE: Any = {
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    # names and units come from files: a dollar sign in them is one
    "text.parse_math": False,
    "text.usetex": False,
}
"""Settings of Matplotlib that figures are made with."""


def require_matplotlib(command: str) -> None:
    """Reject what needs Matplotlib where it is not installed.

    Raises
    ------
    InputError
        With what to install.
    """
    if find_spec("matplotlib") is None:
        raise InputError(f"{command} expects Matplotlib, which is not installed; run: pip install 'geoinv[view]'")


def check_suffix(out: str | Path, suffixes: Sequence[str] = PICTURES, what: str = "a picture") -> None:
    """Reject a file that is not called like what it will hold.

    Raises
    ------
    InputError
        If its suffix is another.
    """
    suffix = Path(out).suffix.lower()
    if suffix not in suffixes:
        raise InputError(f"{out} expects a suffix for {what} ({' '.join(suffixes)}), got {suffix!r}; rename it")


def save(drawn: Figure, out: str | Path) -> None:
    """Write a figure, whole or not at all."""
    with whole_file(out) as partial:
        drawn.savefig(partial, format=Path(out).suffix.lower()[1:], dpi=_DOTS_PER_INCH)
