"""Libraries that only some commands need."""

from __future__ import annotations

from geoinv.core.checks import InputError

__all__ = ["require_learning"]


def require_learning(command: str) -> None:
    """Reject a command that needs PyTorch where it is not installed.

    Raises
    ------
    InputError
        With the extra to install.
    """
    try:
        import geoinv.learned  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("geoinv"):
            raise
        raise InputError(
            f"{command} expects {error.name}, which is not installed; run: pip install 'geoinv[learn]'"
        ) from None
