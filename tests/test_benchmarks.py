"""The benchmarks run, on small sizes; what they measure is judged when they run in full."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "peers"),
    [
        ("accuracy", ["choclo"]),
        ("engines", ["choclo", "simpeg"]),
        ("inversion", []),
        ("bridge", ["torch"]),
        ("blur", ["torch"]),
    ],
)
def test_a_benchmark_reaches_its_aims_and_leaves_a_record(name: str, peers: list[str], tmp_path: Path) -> None:
    for peer in peers:
        if importlib.util.find_spec(peer) is None:
            pytest.skip(f"{peer} is not installed")
    script = ROOT / "benchmarks" / f"bench_{name}.py"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), "--quick", "--out", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / f"bench_{name}.json").read_text())
    assert {"machine", "versions", "date", "command"} <= set(record)
    judged = [row for row in record["rows"] if row["reached"] is not None]
    assert judged
    assert [row for row in judged if not row["reached"]] == []
    assert record["rows"][-1]["what"] in (tmp_path / "README.md").read_text()
