"""The examples of docs/extending.md, run in their order."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from checkout import ROOT

TEXT = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


def test_the_examples_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from geoinv.formats import registry

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "FORMATS", registry.FORMATS)
    module = ModuleType("extending")
    monkeypatch.setitem(sys.modules, "extending", module)
    examples = re.findall(r"^```python\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert len(examples) >= 6
    for number, example in enumerate(examples):
        exec(compile(example, f"docs/extending.md, example {number + 1}", "exec", dont_inherit=True), vars(module))
