"""Builds the sdist and the wheel, and imports every module of the checkout from them, away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = "import sys; from setuptools import build_meta as b; print(getattr(b, 'build_' + sys.argv[1])(sys.argv[2]))"
IMPORT = """
import importlib, sys, geoinv
assert geoinv.__file__.startswith(sys.argv[1]), geoinv.__file__
for name in sys.argv[2:]:
    importlib.import_module(name)
"""


def committed(folder: Path) -> None:
    """Copy what the checkout holds, without what was built in it."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)


def built(kind: str, source: Path, out: Path) -> Path:
    """File of a kind of distribution."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, kind, os.fspath(out)], cwd=source, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"the {kind} cannot be built:\n{done.stdout}{done.stderr}")
    return out / done.stdout.splitlines()[-1]


def check(what: str, folder: Path) -> None:
    """Import every module, and find every other file of the package, in an unpacked distribution."""
    places = [path.relative_to(ROOT) for path in (ROOT / "geoinv").rglob("*") if not path.is_symlink()]
    places = [place for place in places if place.parts[:2] != ("geoinv", "operators")]
    places += [Path("geoinv") / path.relative_to(ROOT) for path in (ROOT / "operators").rglob("*")]
    sources = sorted(place for place in places if place.suffix == ".py" and place.name != "__main__.py")
    modules = [".".join(place.with_suffix("").parts).removesuffix(".__init__") for place in sources]
    others = [place for place in places if place.suffix in (".cu", ".cuh", ".typed", ".html", ".css", ".js")]
    missing = [place.as_posix() for place in others if not (folder / place).is_file()]
    if missing:
        sys.exit(f"the {what} lacks {', '.join(missing)}")
    done = subprocess.run(
        [sys.executable, "-P", "-c", IMPORT, os.fspath(folder), *modules],
        cwd=tempfile.gettempdir(),
        env={**os.environ, "PYTHONPATH": os.fspath(folder)},
        check=False,
    )
    if done.returncode:
        sys.exit(f"the {what} cannot be imported whole")
    print(f"{what}: {len(modules)} modules imported, {len(others)} other files found")


def main() -> None:
    """Build in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="geoinv-package-") as name:
        work = Path(name).resolve()
        for folder in ("checkout", "dist", "direct", "sdist", "wheel"):
            (work / folder).mkdir()
        committed(work / "checkout")
        with tarfile.open(built("sdist", work / "checkout", work / "dist")) as archive:
            archive.extractall(work / "sdist", filter="data")
        (source,) = (work / "sdist").iterdir()
        wheels = built("wheel", source, work / "dist"), built("wheel", work / "checkout", work / "direct")
        packed = [zipfile.ZipFile(wheel) for wheel in wheels]
        packed[0].extractall(work / "wheel")
        check("wheel of the sdist", work / "wheel")
        first, second = ({n for n in one.namelist() if ".dist-info/" not in n} for one in packed)
        if first != second:
            sys.exit(f"the wheels of the sdist and of the checkout differ in {', '.join(sorted(first ^ second))}")
        print("wheel of the checkout: the same files")


if __name__ == "__main__":
    main()
