"""Draw the layers of the package from its imports: python docs/draw_layers.py writes docs/layers.svg.

A row is a package, with the first sentence of its docstring; packages of one layer of the contract in setup.cfg share
a shade. A number in a row says how many modules of the package import the package of that column: all stand to the
right of the diagonal, because imports run down only.
"""

from __future__ import annotations

import ast
import configparser
from collections import Counter
from html import escape
from pathlib import Path

__all__ = ["drawing", "imports", "layers"]

ROOT = Path(__file__).resolve().parents[1]
OPERATORS = {"geoinv.operators": ROOT / "operators"}
"""Packages that do not lie where their name says."""

ROW, TEXT, CELL, MARGIN = 30, 640, 34, 12
"""Height of a row, width of names and sentences and of a column, and the margin, in pixels."""


def layers() -> list[list[str]]:
    """Packages of each layer, the highest first, as the contract in setup.cfg has them."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    lines = config["importlinter:contract:layers"]["layers"].split("\n")
    rows = [[name.strip() for name in line.split(":")] for line in lines if line.strip()]
    return [row for row in rows if row != ["__main__"]]


def modules(package: str) -> list[Path]:
    """Source files of a package, its own first, or the one of a module."""
    folder = OPERATORS.get(f"geoinv.{package}", ROOT / "geoinv" / package)
    if not folder.is_dir():
        return [folder.with_suffix(".py")]
    return sorted(folder.rglob("*.py"), key=lambda path: (path != folder / "__init__.py", path))


def sentence(package: str) -> str:
    """First line of a package's or module's docstring."""
    text = ast.get_docstring(ast.parse(modules(package)[0].read_text(encoding="utf-8")))
    return (text or "").split("\n")[0]


def imports(package: str) -> Counter[str]:
    """How many modules of a package import each of the others, imports within functions included."""
    total: Counter[str] = Counter()
    for path in modules(package):
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            found |= {name.split(".")[1] for name in names if name.startswith("geoinv.")}
        total.update(found - {package})
    return total


def text(x: float, y: float, words: str, style: str) -> str:
    """Words of the drawing."""
    return f'<text x="{x:.0f}" y="{y:.0f}" {style}>{escape(words)}</text>'


def drawing() -> str:
    """The picture, as SVG."""
    rows = [(name, shade % 2) for shade, row in enumerate(layers()) for name in row]
    head = 110
    width, height = TEXT + CELL * len(rows) + MARGIN, head + ROW * len(rows) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="13">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for line, (name, shade) in enumerate(rows):
        y, colour = head + ROW * line, "#dde8f2" if shade else "#f1f5f9"
        parts.append(f'<rect x="{MARGIN}" y="{y}" width="{width - 2 * MARGIN}" height="{ROW - 2}" fill="{colour}"/>')
        parts.append(text(MARGIN + 8, y + 19, name, 'font-weight="bold"'))
        parts.append(text(MARGIN + 110, y + 19, sentence(name), 'font-size="11.5" fill="#333"'))
        x = TEXT + CELL * (line + 0.5)
        parts.append(text(x + 4, head - 8, name, f'transform="rotate(-55 {x:.0f} {head - 8})"'))
        parts.append(f'<rect x="{x - 10:.0f}" y="{y + 4}" width="20" height="20" rx="3" fill="#456"/>')
        counts = imports(name)
        for column, (other, _) in enumerate(rows):
            if counts[other]:
                x = TEXT + CELL * (column + 0.5)
                parts.append(text(x, y + 19, str(counts[other]), 'text-anchor="middle" fill="#345"'))
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    (ROOT / "docs" / "layers.svg").write_text(drawing(), encoding="utf-8")
