"""Job files in place of options: the same result, what wins, and what is said of them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import xarray as xr
from cli_refusal import INVERT, refused
from commands import succeed

from geoinv.cli import main

JOB = [*INVERT, "--regularizer", "sparse", "--smoothness", "3,1,1", "--bounds", "0", "0.5", "--target", "1.3"]


def model(path):
    with xr.open_dataset(path) as data:
        return data.susceptibility.values, data.attrs["job"]


def test_a_job_written_from_options_gives_the_result_of_the_options(small_survey, tmp_path, capsys):
    succeed(JOB, capsys)
    wanted, echoed = model("out.nc")
    os.remove("out.nc")
    Path("jobs").mkdir()
    said = succeed([*JOB, "--write-job", "jobs/job.toml"], capsys)
    assert said == "wrote     jobs/job.toml; run geoinv invert jobs/job.toml\n"
    assert not os.path.exists("out.nc")
    assert "job       jobs/job.toml, version 1" in succeed(["invert", "jobs/job.toml"], capsys)
    found, again = model("out.nc")
    np.testing.assert_array_equal(found, wanted)
    assert again == echoed
    # the echo of a result is a job file that does it again
    Path("again.toml").write_text(again)
    succeed(["invert", "again.toml", "--out", "second.nc"], capsys)
    np.testing.assert_array_equal(model("second.nc")[0], wanted)


def test_options_win_over_the_job_and_are_said(small_survey, tmp_path, capsys):
    succeed([*INVERT, "--write-job", "job.toml"], capsys)
    told = succeed(["invert", "job.toml", "--target", "2", "--out", "other.nc"], capsys)
    assert "--out in place of [output] file" in told
    assert "target 2" in told
    assert os.path.exists("other.nc")


def test_what_a_key_says_wrongly_is_told_in_the_words_of_the_job(small_survey, tmp_path, capsys):
    whole = 'version = 1\n[survey]\nfile = "obs.mag"\n[output]\nfile = "out.nc"\n[mesh]\nfile = "mesh.msh"\n'
    cases = {
        "[inversion]\nbounds = [3, 1]": "[inversion] bounds expects LOW below HIGH",
        'cell = 5\ndepth = 9\n[regularizer]\nkind = "smooth"': "either [mesh] file FILE or [mesh] cell SIZE",
        '[regularizer]\nkind = "tidy"': "[regularizer] kind",
        "[inversion]\nrtol = nan": "[inversion] rtol",
    }
    for text, said in cases.items():
        Path("job.toml").write_text(whole + text)
        sentence = refused(["invert", "job.toml"], capsys, tmp_path)
        assert said in sentence
        assert sentence.startswith("job.toml: ")
        assert "--" not in sentence.replace("--write-job", "")


def test_a_job_is_written_whole_or_not_at_all(small_survey, tmp_path, capsys):
    assert "ends in .toml" in refused([*INVERT, "--write-job", "job.txt"], capsys, tmp_path)
    succeed([*INVERT, "--write-job", "job.toml"], capsys)
    assert "got one of them" in refused(["invert", "job.toml", "--write-job", "job.toml"], capsys, tmp_path)
    assert "expects an existing folder" in refused([*INVERT, "--write-job", "no/job.toml"], capsys, tmp_path)
    assert main(["invert", "obs.mag", "--mesh", "mesh.msh", "--write-job", "job.toml"]) == 2
    assert "Missing option '--out'" in capsys.readouterr().err
