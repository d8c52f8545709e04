from __future__ import annotations

from typing import Any

import pytest
from over_ranks import slab_report


@pytest.fixture(params=[1, 2, 3], ids=lambda ranks: f"ranks{ranks}")
def ranks(request: pytest.FixtureRequest) -> int:
    """Number of processes."""
    return int(request.param)


@pytest.fixture
def report(ranks: int, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What slab_checks.py found in so many processes."""
    return slab_report(tmp_path_factory, ranks)
