"""Record of the CUDA sources that last passed the tests without a GPU: they take long, and need no second run."""

from __future__ import annotations

import hashlib

from checkout import ROOT, SUPPORT

RECORD = SUPPORT / "cuda_sources.sha256"
"""Written by a run of the whole suite in which every test marked ``emulated`` has passed; committed."""

FILES = ("operators/**/*.cu*", "operators/**/*.py", "tests/operators/**/*.py", "tests/support/**/*.[hp]*")


def digest() -> str:
    """Checksum of the kernels, of every module and test that has to do with them, and of the imitation of a GPU."""
    paths = {path.resolve() for pattern in FILES for path in ROOT.glob(pattern)}
    total = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        if path.suffix != ".py" or b"cuda" in content:
            total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + content + b"\0")
    return total.hexdigest()


def passed_before() -> bool:
    """Whether the sources are those that last passed."""
    return RECORD.is_file() and RECORD.read_text().strip() == digest()


def record() -> None:
    """Note that the sources of now have passed."""
    RECORD.write_text(digest() + "\n")
