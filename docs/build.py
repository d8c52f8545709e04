"""Build the pages: ``python docs/build.py [FOLDER]`` writes HTML to build/html, or to the folder.

Pages, results and their figures are laid into one tree as they lie in the checkout, so that links between them hold.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

__all__ = ["API", "main", "staged"]

ROOT = Path(__file__).parents[1]

API = {
    "geoinv": "Surveys, meshes, inversions",
    "geoinv.operators": "Physics",
    "geoinv.formats": "Files",
    "geoinv.learned": "Learned regularizers",
    "geoinv.datasets": "Synthetic geology and data sets",
}
"""Packages whose public names are listed."""

INDEX = """# geoinv

{introduction}

{sections}
"""

SECTION = """# {title}

{toctree}
"""

FIRST = (
    "first_survey",
    "theory",
    "survey_desk",
    "equivalent_sources",
    "constraints",
    "joint_inversion",
    "uncertainty",
    "jobs",
)
LAST = ("architecture", "extending")


def staged(tree: Path) -> None:
    """Lay pages, results, index and reference into a tree."""
    for folder in ("docs", "results"):
        shutil.copytree(
            ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("*.py", "*.safetensors", "__pycache__")
        )
    for name in ("CHANGELOG.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, tree / name)
    readme = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")[0].partition("\n")[2].strip()
    names = [path.stem for path in sorted((ROOT / "docs").glob("*.md"))]
    results = [f"results/{path.parent.name}/table" for path in sorted((ROOT / "results").glob("*/table.md"))]
    further = [name for name in names if name not in FIRST + LAST]
    how_to = [f"docs/how_to/{path.stem}" for path in sorted((ROOT / "docs" / "how_to").glob("*.md"))]
    sections = {
        "Guide": [*(f"docs/{name}" for name in (*FIRST, *further)), *how_to],
        "Gallery": ["docs/gallery/README"],
        "Cases": _below("docs/cases", "README", "*.md"),
        "Measured": ["results/README", *results, "results/benchmarks/README"],
        "Reference": [_reference(tree, package, title) for package, title in API.items()],
        "House": [*(f"docs/{name}" for name in LAST), "CONTRIBUTING", "CHANGELOG"],
    }
    for title, places in sections.items():
        text = SECTION.format(title=title, toctree=_toctree(places))
        (tree / f"{title.lower()}.md").write_text(text, encoding="utf-8")
    text = INDEX.format(introduction=readme, sections=_toctree([title.lower() for title in sections]))
    (tree / "index.md").write_text(text, encoding="utf-8")


def _toctree(places: list[str]) -> str:
    return "\n".join(["```{toctree}", ":maxdepth: 1", "", *places, "```"])


def _below(folder: str, first: str, pattern: str) -> list[str]:
    names = sorted(path.stem for path in (ROOT / folder).glob(pattern) if path.stem != first)
    return [f"{folder}/{name}" for name in (first, *names)]


def _reference(tree: Path, package: str, title: str) -> str:
    """Page of a package's public names; returns its place."""
    module = import_module(package)
    names = sorted(name for name in module.__all__ if _documented(getattr(module, name)))
    place = f"reference/{package}"
    lines = [
        title,
        "=" * len(title),
        "",
        f".. currentmodule:: {package}",
        "",
        ".. autosummary::",
        "   :toctree: api",
        "",
    ]
    (tree / "reference").mkdir(exist_ok=True)
    (tree / f"{place}.rst").write_text("\n".join([*lines, *(f"   {name}" for name in names), ""]), encoding="utf-8")
    return place


def _documented(member: object) -> bool:
    """Whether a name is a class or function: modules and constants have their own place."""
    return callable(member)


def main(arguments: list[str]) -> int:
    """Build; the exit code is Sphinx's, whose warnings are errors."""
    out = Path(arguments[0]) if arguments else ROOT / "build" / "html"
    tree = ROOT / "build" / "pages"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    staged(tree)
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-c",
        str(ROOT / "docs"),
        str(tree),
        str(out),
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
