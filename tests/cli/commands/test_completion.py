"""geoinv completion: the script, and the answers to a shell that has it."""

from __future__ import annotations

import pytest
from commands import succeed


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_calls_the_program_with_the_variable_it_answers_to(shell, capsys):
    said = succeed(["completion", shell], capsys)
    assert f"_GEOINV_COMPLETE=complete_{shell}" in said


@pytest.mark.parametrize(
    ("words", "at", "expected"),
    [
        ("geoinv inv", 1, "invert"),
        ("geoinv invert --regul", 2, "--regularizer"),
        ("geoinv reproduce --preset q", 3, "quick"),
    ],
)
def test_a_shell_that_asks_is_answered(words, at, expected, capsys, monkeypatch):
    for name, value in (("_GEOINV_COMPLETE", "complete_bash"), ("COMP_WORDS", words), ("COMP_CWORD", str(at))):
        monkeypatch.setenv(name, value)
    assert succeed([], capsys).split() == [expected]
