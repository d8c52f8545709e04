"""Table of all benchmark records in a folder: ``python benchmarks/summary.py [FOLDER]`` writes its README.md."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from table import markdown, number

INTRODUCTION = """\
# Benchmarks

Written by `benchmarks/summary.py` from the records `*.json` beside it; `make bench` measures everything
again, and `make campaign` the campaign. Times are medians, on the machine and with the load that each section
names.
"""


def cells_of(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Cells of a row: what, measured, aim, and whether it is reached."""
    measured = row["measured"]
    if measured is None:
        return row["what"], "left out", row["aim"], row["note"]
    shown = measured if isinstance(measured, str) else number(measured, row["digits"])
    verdict = {True: "reached", False: "MISSED", None: ""}[row["reached"]]
    return row["what"], f"{shown} {row['unit']}".strip(), row["aim"], "; ".join(filter(None, (verdict, row["note"])))


def write_summary(folder: Path) -> Path:
    """Write ``README.md`` from all the records in a folder, and return its path."""
    sections = [INTRODUCTION]
    for path in sorted(folder.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
        sections.append(f"## {path.stem}\n\n{record['question']}\n")
        where = f"{record['date']}, {record['seconds']:.0f} s on {record['machine_text']}"
        sections.append(f"`{record['command']}`, {where}; {versions}.\n")
        sections += markdown(("what", "measured", "aim", ""), [cells_of(row) for row in record["rows"]])
        for table in record.get("tables", []):
            sections += [f"\n{table['title']}\n", *markdown(table["columns"], table["rows"])]
        sections.append("")
    target = folder / "README.md"
    target.write_text("\n".join(sections), encoding="utf-8")
    return target


if __name__ == "__main__":
    print(f"wrote {write_summary(Path(sys.argv[1] if len(sys.argv) > 1 else 'results/benchmarks'))}")
