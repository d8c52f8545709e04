"""Files that a killed process left, and those that another still writes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from partial_files import write

from geoinv.formats import whole_file

KILLED = """
import os, signal, sys
from geoinv.formats import whole_file
with whole_file(sys.argv[1]) as partial:
    partial.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "a.txt")], check=False)
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".partial")
    write(tmp_path / "b.txt")
    assert left.exists()  # so young a file may be another machine's
    os.utime(left, (time.time() - 3600.0,) * 2)
    write(tmp_path / "b.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["b.txt"]


def test_what_another_process_still_writes_is_left_alone(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.txt") as partial:
        partial.write_text("slow")
        os.utime(partial, (time.time() - 3600.0,) * 2)
        write(tmp_path / "b.txt")
        assert partial.read_text() == "slow"
    assert (tmp_path / "a.txt").read_text() == "slow"
