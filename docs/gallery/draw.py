"""Draw the gallery: ``python docs/gallery/draw.py [NAME ...] [--to FOLDER]`` runs plot_NAME.py and writes NAME.png.

All of them where none is named, and the page that lists them. A script leaves its picture as ``figure``; one whose data
are not there says so, and is left out.
"""

from __future__ import annotations

import argparse
import ast
import io
import runpy
import sys
import time
from pathlib import Path

import matplotlib

__all__ = ["draw", "listed", "main", "names"]

HERE = Path(__file__).parent
DOTS_PER_INCH = 100

PAGE = """# Gallery

Short scripts with their pictures, on real and synthetic surveys; each is read from top to bottom and run alone.

    python docs/gallery/draw.py             # all of them; make docs-all does that and builds the pages
    python docs/gallery/draw.py bounds pole

Those of real surveys look for the public data in `../shared/data`, or where `GEOINV_DATA` says.
"""


def names() -> list[str]:
    """Names of the scripts."""
    return sorted(path.stem.removeprefix("plot_") for path in HERE.glob("plot_*.py"))


def listed() -> str:
    """Text of the page: what each script says of itself, and its picture."""
    parts = [PAGE]
    for name in names():
        said = ast.get_docstring(ast.parse((HERE / f"plot_{name}.py").read_text(encoding="utf-8"))) or ""
        title, _, text = said.partition("\n\n")
        parts.append(f"## {title.removesuffix('.')}\n\n`plot_{name}.py`: {text}\n\n![{title}]({name}.png)\n")
    return "\n".join(parts)


def draw(name: str, folder: Path) -> Path | None:
    """Run a script and write its picture; None where its data are missing."""
    from matplotlib import pyplot as plt
    from PIL import Image

    begin = time.process_time()
    try:
        left = runpy.run_path(str(HERE / f"plot_{name}.py"))
    except SystemExit as missing:
        print(f"{name}: left out: {missing}")
        return None
    drawn = io.BytesIO()
    left["figure"].savefig(drawn, dpi=DOTS_PER_INCH)
    plt.close("all")
    path = folder / f"{name}.png"
    Image.open(drawn).convert("RGB").save(path, optimize=True)
    print(f"{name}: {time.process_time() - begin:.1f} processor seconds, {path.stat().st_size / 1000:.0f} kB")
    return path


def main(arguments: list[str]) -> int:
    """Draw what is asked for."""
    parser = argparse.ArgumentParser(description="Draw the gallery.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--to", type=Path, default=HERE, metavar="FOLDER")
    asked = parser.parse_args(arguments)
    unknown = sorted({*asked.names} - {*names()})
    if unknown:
        parser.error(f"there is no plot_{unknown[0]}.py; there are {', '.join(names())}")
    matplotlib.use("Agg")
    for name in asked.names or names():
        draw(name, asked.to)
    if not asked.names:
        (asked.to / "README.md").write_text(listed(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
