"""Errors that nobody foresaw: a sentence, and a log that holds what happened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geoinv.cli.support.unforeseen import sentence_of


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Folder of the user's states."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def caught(error):
    try:
        raise error
    except BaseException as found:
        return found


def test_the_log_holds_the_command_and_the_calls(state):
    told = sentence_of(caught(KeyError("b")), ["invert", "a file.obs"])
    assert told.startswith("this stopped at an error that geoinv did not foresee (KeyError: 'b'); the details are in ")
    log = Path(re.search(r"details are in (\S+),", told)[1])
    assert log.parent == state / "geoinv"
    text = log.read_text()
    assert "command: geoinv invert 'a file.obs'" in text
    assert "in caught" in text


def test_long_words_are_cut_and_control_characters_escaped(state):
    told = sentence_of(caught(ValueError("\x1b[31m\n" + "a" * 500)), [])
    assert "\x1b" not in told
    assert "\n" not in told
    assert re.search(r"a{100,}\.\.\.\)", told)


def test_an_error_without_words_is_told_by_its_name(state):
    class SpeechlessError(Exception):
        def __str__(self):
            raise RuntimeError

    assert "(SpeechlessError);" in sentence_of(caught(SpeechlessError()), [])


def test_a_deep_recursion_leaves_a_short_log(state):
    def deeper(n):
        return deeper(n + 1)

    told = ""
    try:
        deeper(0)
    except RecursionError as error:
        told = sentence_of(error, [])
    log = Path(re.search(r"details are in (\S+),", told)[1])
    assert len(log.read_text().splitlines()) < 500


def test_without_a_folder_for_states_the_log_is_temporary_and_without_both_it_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert f"details are in {tmp_path}" in sentence_of(caught(ValueError("x")), [])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert "its details could not be written anywhere" in sentence_of(caught(ValueError("x")), [])
