"""What the table of an experiment holds, and how it is written."""

from __future__ import annotations

import csv
import json
import math

import pytest

from geoinv.core.checks import InputError
from geoinv.experiments import Row, Table

NAMES = ["method", "metric", "value", "spread", "limit", "paper", "parameters", "preset", "seed"]


@pytest.fixture
def table():
    rows = [
        Row(
            method="EUnet",
            metric="NMSE",
            value=0.041,
            spread=0.001,
            limit=0.0407,
            paper=4.1e-2,
            parameters=1234,
            preset="cpu",
            seed=3,
        ),
        Row(case="s = 3", method="a | b", metric="PSNR in dB", value=21.0, preset="cpu", seed=3),
    ]
    return Table("duathlon", rows, {"dataset": "three Gaussians"})


def test_the_json_is_a_list_of_rows_with_every_promised_name(table, tmp_path):
    table.write(tmp_path)
    rows = json.loads((tmp_path / "table.json").read_text())
    assert isinstance(rows, list)
    assert all(set(NAMES) <= set(row) for row in rows)
    assert [rows[0][name] for name in NAMES] == ["EUnet", "NMSE", 0.041, 0.001, 0.0407, 0.041, 1234, "cpu", 3]
    assert rows[1]["spread"] is rows[1]["limit"] is rows[1]["paper"] is rows[1]["parameters"] is None


def test_csv_and_json_hold_the_same_numbers(table, tmp_path):
    table.write(tmp_path)
    with (tmp_path / "table.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    for line, row in zip(lines, json.loads((tmp_path / "table.json").read_text()), strict=True):
        assert line == {name: "" if value is None else str(value) for name, value in row.items()}


def test_the_origin_stands_above_the_table_and_in_a_file_of_its_own(table, tmp_path):
    table.with_provenance({"command": "geoinv reproduce duathlon", "seed": "3"}).write(tmp_path)
    assert json.loads((tmp_path / "run.json").read_text()) == {
        "experiment": "duathlon",
        "dataset": "three Gaussians",
        "command": "geoinv reproduce duathlon",
        "seed": "3",
    }
    text = (tmp_path / "table.md").read_text()
    assert text.startswith("# duathlon\n\n- dataset: three Gaussians\n- command: geoinv reproduce duathlon\n")


def test_every_line_of_the_markdown_table_has_the_same_columns(table):
    lines = [line.replace(r"\|", "") for line in table.markdown().splitlines() if line.startswith("|")]
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    assert "seconds" not in lines[0]


def test_a_number_that_is_not_finite_is_null_and_said(tmp_path):
    row = Row(method="DPS", metric="NMSE", value=math.nan, spread=math.inf, preset="quick", seed=0, note="diverged")
    Table("deblurring", [row]).write(tmp_path)
    (written,) = json.loads((tmp_path / "table.json").read_text())
    assert written["value"] is written["spread"] is None
    assert written["note"] == "spread not finite; value not finite; diverged"


def test_numbers_of_any_library_are_written_as_plain_ones(tmp_path):
    np = pytest.importorskip("numpy")
    row = Row(
        method="m",
        metric="n",
        value=np.float32(0.5),
        limit=np.array(2.0),
        parameters=np.int64(7),
        preset="quick",
        seed=0,
    )
    Table("bypass", [row]).write(tmp_path)
    (written,) = json.loads((tmp_path / "table.json").read_text())
    assert (written["value"], written["limit"], written["parameters"]) == (0.5, 2.0, 7)


def test_a_failed_write_leaves_the_former_table(table, tmp_path):
    table.write(tmp_path)
    before = (tmp_path / "table.json").read_bytes()
    broken = Table("duathlon", [Row(method=object(), metric="n", value=1.0, preset="quick", seed=0)])
    with pytest.raises(TypeError):
        broken.write(tmp_path)
    assert (tmp_path / "table.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json", "table.csv", "table.json", "table.md"]


def test_a_missing_folder_is_said_in_a_sentence(table, tmp_path):
    with pytest.raises(InputError, match="expects an existing folder"):
        table.write(tmp_path / "none")
