"""Command ``bench``: what it lists, what it hands to a benchmark, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_refusal import refused

from geoinv.cli import main

RECORD = "def helper(): pass\n"
SCRIPT = '''"""Whether it runs.

More about it.
"""
import argparse, os, sys
parser = argparse.ArgumentParser()
parser.add_argument("--quick", action="store_true")
parser.add_argument("--json")
given = parser.parse_args()
print("running", given.quick, os.environ["PYTHONPATH"].split(os.pathsep)[0])
print("on standard error", file=sys.stderr)
if given.json:
    open(given.json, "w").write('{"rows": []}')
sys.exit(STATUS)
'''


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Checkout with benchmarks that end well (``fine``), with 3 (``bad``), and by a signal (``killed``)."""
    folder = tmp_path / "checkout" / "benchmarks"
    folder.mkdir(parents=True)
    (folder / "record.py").write_text(RECORD)
    (folder / "adjoint.py").write_text('"""Whether adjoints fit."""\n')
    for name, status in (("fine", "0"), ("bad", "3"), ("killed", "os.kill(os.getpid(), 9)")):
        (folder / f"bench_{name}.py").write_text(SCRIPT.replace("STATUS", status))
    monkeypatch.setattr("geoinv.cli.commands.bench.CHECKOUT", folder.parent)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder.parent


def test_without_a_name_the_benchmarks_are_listed_with_their_questions(checkout, capsys):
    assert main(["bench"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "adjoint  Whether adjoints fit.",
        "bad      Whether it runs.",
        "fine     Whether it runs.",
        "killed   Whether it runs.",
    ]


def test_the_checkout_offers_the_promised_benchmarks(capsys):
    assert main(["bench"]) == 0
    names = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    promised = "accuracy adjoint blur bridge direct engines growth inversion roofline tomography"
    assert set(promised.split()) <= names


def test_options_output_and_record_pass_through(checkout, capfd):
    assert main(["bench", "fine", "--quick", "--json", "fine.json"]) == 0
    captured = capfd.readouterr()
    assert captured.out == f"running True {checkout}\n"
    assert captured.err == "on standard error\n"
    assert json.loads(Path("fine.json").read_text()) == {"rows": []}


@pytest.mark.parametrize(("name", "status"), [("bad", 3), ("killed", 137)])
def test_the_status_of_a_benchmark_passes_through(name, status, checkout, capfd):
    assert main(["bench", name]) == status
    assert "geoinv:" not in capfd.readouterr().err


def test_an_unknown_name_is_answered_with_the_known_ones(checkout, capsys):
    sentence = refused(["bench", "sloth", "--json", "sloth.json"], capsys, Path.cwd())
    assert sentence == "bench expects NAME to be one of adjoint, bad, fine, killed; got 'sloth'"


@pytest.mark.parametrize("option", [["--quick"], ["--json", "all.json"]])
def test_options_without_a_name_are_refused(option, checkout, capsys):
    assert refused(["bench", *option], capsys, Path.cwd()).startswith("bench expects NAME with --quick and --json")


@pytest.mark.parametrize(
    ("target", "words"),
    [("nowhere/fine.json", "expects an existing folder"), ("fine.txt", "ends in .json"), (".", "ends in .json")],
)
def test_a_record_that_cannot_stand_where_it_should_is_refused_before_the_run(target, words, checkout, capsys):
    assert words in refused(["bench", "fine", "--json", target], capsys, Path.cwd())


def test_an_installed_package_says_that_the_checkout_is_needed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("geoinv.cli.commands.bench.CHECKOUT", tmp_path)
    sentence = refused(["bench", "direct"], capsys, tmp_path)
    assert sentence.startswith("bench expects geoinv's source checkout")
    assert "pip install -e '.[bench,learn]'" in sentence
