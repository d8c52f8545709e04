"""Job files that are read: relative to their folder, whole, or rejected with the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from job_files import KEYS, SURVEY, WHOLE

from geoinv.core.checks import InputError
from geoinv.jobs.reading import read_job


@pytest.fixture
def folder(tmp_path):
    for name in ("obs.mag", "mesh.msh", "ref.sus"):
        (tmp_path / name).write_text("")
    return tmp_path


def read(folder, text):
    path = folder / "job.toml"
    path.write_text(text)
    return read_job(path, KEYS)


def test_values_come_as_the_options_have_them(folder):
    text = WHOLE + (
        "[inversion]\nbounds = [0, inf]\ntarget = 2\nbase_level = 5\ndemagnetization = true\nensemble = 4\n"
        '[regularizer]\nkind = "compact"\nnorms = [0, 1]\nsmoothness = 2\nreference = "ref.sus"\n'
    )
    values = read(folder, text)
    assert values["file"] == folder / "obs.mag"
    assert values["out"] == folder / "out.nc"
    assert values["reference"] == str(folder / "ref.sus")
    assert (values["bounds"], values["target"], values["base_level"]) == ((0.0, float("inf")), 2.0, "5.0")
    assert (values["norms"], values["smoothness"], values["regularizer"]) == ("0.0,1.0", "2.0", "compact")
    assert (values["demagnetization"], values["ensemble"]) == (True, 4)
    assert "rtol" not in values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expects 'version = 1' at its top"),
        ("version = 2", "line 1: a job file of version 1 is expected, got 2"),
        ('version = "1"', "version 1 is expected, got '1'"),
        ("version = true", "version 1 is expected, got True"),
        ("version = [", "expects TOML"),
        ("version = 1", "expects a table [survey], got none"),
        (WHOLE + "[inversion]\ntargt = 1", "line 9: [inversion] has no targt; did you mean target?"),
        (WHOLE + "[mehs]", "line 8: there is no mehs at this place; did you mean [mesh]?"),
        (WHOLE + "cell = 5", "line 8: [output] has no cell; did you mean [mesh] cell?"),
        ("cell = 5\n" + WHOLE, "line 1: there is no cell at this place; did you mean [mesh] cell?"),
        (WHOLE + '[inversion]\ntarget = "1"', "line 9: [inversion] target expects a number, got the text '1'"),
        (WHOLE + "[inversion]\nbounds = [1]", "[inversion] bounds expects more values, got [1]"),
        (WHOLE + "[inversion]\nbounds = [1, 2, 3]", "[inversion] bounds expects 2 values, got [1, 2, 3]"),
        (WHOLE + "[inversion]\nensemble = 2.5", "ensemble expects a whole number, got 2.5"),
        (WHOLE + '[inversion]\nbase_level = "x"', "base_level expects a number or 'none' or 'fit', got the text 'x'"),
        (WHOLE + "[regularizer]\nnorms = 1979-05-27", "norms expects a number or a list"),
        (SURVEY + '[output]\nfile = "o.nc"\n[mesh]\nfile = "no.msh"', "line 7: [mesh] file expects a file, and there"),
        ("survey = 3\nversion = 1", "[survey] expects a table, got 3"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_line(text, said, folder):
    with pytest.raises(InputError) as error:
        read(folder, text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert "pydantic" not in str(error.value)


BODY = WHOLE + '[constraints]\nbodies = [{ surface = "ref.sus", value = 0.05, low = 0, high = inf }]\n'


def test_constraints_are_tables_with_their_files(folder):
    layers = 'layers = [{ top = "ref.sus" }, { top = "obs.mag", weight = 4 }]\ncells = [{ low = "ref.sus", high = 1 }]'
    values = read(folder, BODY + layers)
    assert values["body"] == [f"{folder}/ref.sus,value=0.05,low=0.0,high=inf"]
    assert values["layer"] == [f"{folder}/ref.sus", f"{folder}/obs.mag,weight=4.0"]
    assert values["cells"] == [f"low={folder}/ref.sus,high=1.0"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("value", "valu"), "[constraints] bodies expects no valu in them"),
        (('surface = "ref.sus", ', ""), "[constraints] bodies expects surface in each of them"),
        (("0.05", '"0.05"'), "[constraints] bodies expects a number as value"),
        (("ref.sus", "none.stl"), "[constraints] bodies expects a file, and there is no"),
        (("bodies", "bodys"), "[constraints] has no bodys; did you mean bodies?"),
        ((" [{", " {"), "expects TOML"),
    ],
)
def test_constraints_that_are_wrong_are_said(change, said, folder):
    with pytest.raises(InputError) as error:
        read(folder, BODY.replace(*change))
    assert said in str(error.value)
    assert "job.toml" in str(error.value)


def test_all_that_is_wrong_is_said_at_once(folder):
    with pytest.raises(InputError) as error:
        read(folder, WHOLE + "[inversion]\ntargt = 1\nensemble = 2.5\n[regularizer]\nkind = 3")
    assert str(error.value).count("job.toml, line") == 3


def test_files_that_are_none_are_said(tmp_path):
    with pytest.raises(InputError, match="expects a job file that can be read"):
        read_job(tmp_path / "none.toml", KEYS)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_job(tmp_path / "bytes.toml", KEYS)


def test_what_editors_of_other_systems_write_is_read(folder):
    (folder / "job.toml").write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert read_job(folder / "job.toml", KEYS)["mesh"] == folder / "mesh.msh"


def test_names_count_from_the_folder_of_the_job_file(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    (folder / "job.toml").write_text(WHOLE)
    assert read_job(Path(folder.name, "job.toml"), KEYS)["file"] == Path(folder.name, "obs.mag")
