"""The pages: all of them stand in the index, and their links lead to files."""

from __future__ import annotations

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from checkout import ROOT

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    pytest.importorskip("torch")  # the reference lists the learned regularizers
    spec = spec_from_file_location("build_pages", ROOT / "docs" / "build.py")
    module = module_from_spec(spec)
    sys.modules["build_pages"] = module
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("pages")
    module.staged(folder)
    return folder


def _text(page):
    return page.with_suffix(".md").read_text(encoding="utf-8")


def test_every_page_stands_in_the_index(tree):
    sections = [tree / name for name in ("index.md", *re.findall(r"^\w+$", _text(tree / "index.md"), re.MULTILINE))]
    listed = {place for section in sections for place in re.findall(r"^[\w./-]+$", _text(section), re.MULTILINE)}
    pages = {path.relative_to(tree).with_suffix("").as_posix() for path in [*tree.rglob("*.md"), *tree.rglob("*.rst")]}
    assert pages - {"index"} == listed


def test_links_lead_to_files(tree):
    broken = []
    for page in tree.rglob("*.md"):
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(tree)}: {target}")
    assert broken == []


def test_the_reference_lists_what_is_public(tree):
    text = (tree / "reference" / "geoinv.rst").read_text()
    assert {"   Survey", "   Grid", "   invert", "   ensemble"} <= set(text.splitlines())
