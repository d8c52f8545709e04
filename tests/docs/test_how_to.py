"""The how-to pages: their blocks and commands run, each page in a folder with a small survey."""

from __future__ import annotations

import re
import shlex

import pytest
from checkout import ROOT

from geoinv.cli import main

PAGES = ROOT / "docs" / "how_to"
NEEDS = {"from_simpeg": "simpeg", "on_a_gpu": "torch"}


def parts(name, opening):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{opening}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("name", ["from_simpeg", "from_ubc", "on_a_gpu", "when_it_stalls"])
def test_the_blocks_run(name, small_survey, monkeypatch):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    monkeypatch.chdir(small_survey)
    blocks = parts(name, "python")
    assert blocks
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"docs/how_to/{name}.md, block {number + 1}", "exec", dont_inherit=True), names)


@pytest.mark.parametrize("name", ["from_ubc", "on_a_cluster"])
def test_the_commands_run(name, small_survey, monkeypatch):
    monkeypatch.chdir(small_survey)
    commands = "".join(parts(name, "")).splitlines()
    assert len(commands) == 5
    for command in commands:
        assert main(shlex.split(command)[1:]) == 0, command
        out = re.search(r"(?:--out|convert model.nc) (\S+)", command)
        assert out is None or "--write-job" in command or (small_survey / out[1]).exists(), command


def test_every_page_is_tried():
    assert {path.stem for path in PAGES.glob("*.md")} == {*NEEDS, "from_ubc", "when_it_stalls", "on_a_cluster"}
