"""What every test shares: quiet drawing, repeatable hypothesis, and the data beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

# before anything imports them
os.environ["MPLBACKEND"] = "Agg"
os.environ["PYVISTA_OFF_SCREEN"] = "true"

import hypothesis
import pytest

# derandomized: a run repeats itself everywhere; no deadline: the first call of a kernel compiles it
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public surveys beside the checkout; a test that needs them is skipped where there are none."""
    folder = Path(os.environ.get("GEOINV_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data in {folder}; set GEOINV_DATA to the folder that holds the public surveys")
    return folder
