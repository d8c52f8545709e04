"""geoinv doctor: what is lacking is said with its remedy."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest
from commands import succeed

from geoinv.cli import main
from geoinv.cli.support import machine


@pytest.fixture(autouse=True)
def _draws_nothing(monkeypatch):
    monkeypatch.setattr(machine, "DRAW", "pass")


def without(*missing):
    def installed(name):
        if name in missing:
            raise PackageNotFoundError(name)
        return version(name)

    return installed


def test_what_is_there_is_said(capsys):
    said = succeed(["doctor"], capsys)
    assert f"numpy {version('numpy')}" in said
    for about in ("geoinv", "python", "threads", "gpu", "opengl", "kernels", "memory", "here", "temporary"):
        assert f"\n{about}" in f"\n{said}"


def test_what_is_not_there_is_said_with_its_remedy(capsys, monkeypatch):
    monkeypatch.setattr(machine, "version", without("torch", "mpi4py"))
    said = succeed(["doctor"], capsys)
    assert "torch not installed\n          -> pip install 'geoinv[learn]'" in said
    assert "mpi4py not installed\n          -> pip install 'geoinv[mpi]'" in said
    assert said.endswith("lacking: see ->\n")


def test_where_nothing_can_be_inverted_the_exit_code_is_one(capsys, monkeypatch):
    monkeypatch.setattr(machine, "version", without("numba"))
    assert main(["doctor"]) == 1
    assert "numba not installed" in capsys.readouterr().out


def test_a_machine_that_does_not_draw_is_said_to(capsys, monkeypatch):
    monkeypatch.setattr(machine, "DRAW", "raise SystemExit(1)")
    assert "does not draw\n          -> install Mesa" in succeed(["doctor"], capsys)
