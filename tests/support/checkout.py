"""Where the checkout is, and what a process needs to run it."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "tests" / "support"


def environment(**variables: str) -> dict[str, str]:
    """Environment of a process that must import this checkout, and not another that is installed."""
    paths = os.pathsep.join([os.fspath(ROOT), os.fspath(SUPPORT)])
    return {**os.environ, "PYTHONPATH": paths, **variables}
