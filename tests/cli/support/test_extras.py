"""Commands that need PyTorch where it is not installed."""

from __future__ import annotations

import sys

import pytest

from geoinv import InputError
from geoinv.cli.support.extras import require_learning


@pytest.fixture
def without_learning(monkeypatch):
    for name in [name for name in sys.modules if name == "geoinv.learned" or name.startswith("geoinv.learned.")]:
        monkeypatch.delitem(sys.modules, name)


def failing(monkeypatch, missing):
    """Let the import of geoinv.learned fail for want of a module."""

    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "geoinv.learned":
                raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])


def test_the_missing_library_is_named_with_the_extra(without_learning, monkeypatch):
    failing(monkeypatch, "torch")
    with pytest.raises(InputError, match=r"train expects torch, which is not installed; run: pip install"):
        require_learning("train")


def test_a_module_of_our_own_that_is_missing_is_a_mistake_of_ours(without_learning, monkeypatch):
    failing(monkeypatch, "geoinv.learned.forgotten")
    with pytest.raises(ModuleNotFoundError, match=r"geoinv\.learned\.forgotten"):
        require_learning("train")


def test_where_it_is_installed_nothing_is_said():
    require_learning("train")
