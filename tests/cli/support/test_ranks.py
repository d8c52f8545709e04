from types import SimpleNamespace

import numpy as np
import pytest
import typer
import xarray as xr
from over_ranks import mpirun

import geoinv
from geoinv.cli import main
from geoinv.cli.support import ranks
from geoinv.core.checks import InputError
from geoinv.parallel.counted import Traffic

OPTIONS = ["--cell", "20", "--depth", "60", "--noise", "4", "--field", "65", "20", "50000", "--engine", "dense"]
EXACT = ["--rtol", "1e-9"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder with a small survey over two cells."""
    folder = tmp_path_factory.mktemp("ranks")
    easting, northing = (v.ravel() for v in np.meshgrid(np.linspace(5, 135, 8), np.linspace(5, 115, 7)))
    grid = geoinv.Grid.regular((3, 6, 7), (20.0, 20.0, 20.0), (-60.0, 0.0, 0.0))
    survey = geoinv.Survey(easting, northing, np.full(56, 12.0), field=geoinv.MainField(65.0, 20.0, 50000.0))
    truth = np.zeros(grid.shape)
    truth[1, 2:4, 2:5] = 0.05
    data = geoinv.operators.Magnetics(grid, survey, engine="dense")(truth)[0]
    data += 4.0 * np.random.default_rng(0).standard_normal(data.shape)
    rows = ["easting,northing,upward,tmi"]
    rows += [f"{e},{n},12,{d:.6f}" for e, n, d in zip(easting, northing, data, strict=True)]
    (folder / "obs.csv").write_text("\n".join(rows))
    return folder


def test_an_inversion_over_processes_is_that_of_one_and_says_what_went_between_them(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    result = mpirun(2, "-m", "geoinv", "invert", "obs.csv", *OPTIONS, *EXACT, "--out", "two.nc", folder=folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert "over 2 processes of mpirun, 1 or 2 layers in each" in result.stdout
    assert "slabs of the model never moved until it was gathered" in result.stdout
    assert result.stdout.count("wrote     two.nc") == 1
    assert main(["invert", "obs.csv", *OPTIONS, *EXACT, "--out", "one.nc"]) == 0
    one, two = (xr.load_dataset(name) for name in ("one.nc", "two.nc"))
    assert set(one.variables) == set(two.variables)
    largest = float(np.abs(one.susceptibility).max())
    assert float(np.abs(one.susceptibility - two.susceptibility).max()) < 1e-10 * largest
    assert np.allclose(one.tmi_predicted, two.tmi_predicted, rtol=1e-10)


def test_processes_of_other_files_end_with_one_sentence(folder):
    (folder / "other").mkdir()
    (folder / "other" / "obs.csv").write_text((folder / "obs.csv").read_text().replace(",12,", ",13,"))
    code = (
        "import os, sys; from geoinv.parallel.processes import named_rank; from geoinv.cli import main; "
        "os.chdir('other' if named_rank() else '.'); sys.exit(main(sys.argv[1:]))"
    )
    result = mpirun(2, "-c", code, "invert", "obs.csv", *OPTIONS, "--out", "none.nc", folder=folder)
    assert result.returncode != 0
    assert result.stderr.count("geoinv:") == 1
    assert "expect to do the same, but the checksum of obs.csv is" in result.stderr
    assert not list(folder.glob("**/none.nc*"))


def test_what_one_process_lacks_the_first_says(folder):
    (folder / "empty").mkdir()
    code = (
        "import os, sys; from geoinv.parallel.processes import named_rank; from geoinv.cli import main; "
        "os.chdir('empty' if named_rank() else '.'); sys.exit(main(sys.argv[1:]))"
    )
    result = mpirun(2, "-c", code, "invert", "obs.csv", *OPTIONS, "--out", "none.nc", folder=folder)
    assert result.returncode != 0
    assert "geoinv: process 1 of 2: obs.csv expects a file, got none of that name" in result.stderr


def test_another_command_expects_one_process(folder):
    result = mpirun(2, "-m", "geoinv", "info", "obs.csv", folder=folder)
    assert result.returncode != 0
    assert result.stderr.count("geoinv info expects one process, got 2 of mpirun") == 1


def test_an_ensemble_is_split_by_its_members(folder, monkeypatch):
    monkeypatch.chdir(folder)
    draws = [*OPTIONS, "--ensemble", "3"]
    result = mpirun(2, "-m", "geoinv", "invert", "obs.csv", *draws, "--out", "drawn2.nc", folder=folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert main(["invert", "obs.csv", *draws, "--out", "drawn1.nc"]) == 0
    one, two = (xr.load_dataset(name) for name in ("drawn1.nc", "drawn2.nc"))
    assert np.array_equal(one.susceptibility, two.susceptibility)
    assert np.array_equal(one.susceptibility_standard_deviation, two.susceptibility_standard_deviation)


def test_mpirun_without_its_packages_ends_with_a_sentence(monkeypatch, capsys):
    monkeypatch.setenv("PMIX_RANK", "0")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["info", "obs.csv"]) == 1
    expected = "geoinv under mpirun expects mpi4py, which is not installed; run: pip install 'geoinv[mpi]'"
    assert expected in capsys.readouterr().err


def test_other_processes_print_nothing(monkeypatch, capsys):
    monkeypatch.setenv("PMIX_RANK", "1")
    with ranks.silent_ranks() as silent:
        print("not to be seen")
    assert silent
    monkeypatch.setenv("PMIX_RANK", "0")
    with ranks.silent_ranks() as silent:
        print("seen")
    assert not silent
    assert capsys.readouterr().out == "seen\n"


def test_the_command_goes_on_in_the_first_process_alone():
    assert ranks.found_here("a solution") == "a solution"
    with pytest.raises(typer.Exit) as ending:
        ranks.found_here(None)
    assert ending.value.exit_code == 0
    ranks.others_end()
    token = ranks._ranks.set(SimpleNamespace(first=False))
    with pytest.raises(typer.Exit) as ending:
        ranks.others_end()
    ranks._ranks.reset(token)
    assert ending.value.exit_code == 0


def test_what_was_sent_stands_beside_the_model(monkeypatch, capsys):
    traffic = Traffic({"sums of data": 4_000_000, "model": 0}, {"sums of data": 5, "model": 1}, 0.5)
    token = ranks._ranks.set(SimpleNamespace(size=3, traffic=traffic))
    ranks.say_traffic(1_000_000)
    ranks._ranks.reset(token)
    said = capsys.readouterr().out
    assert "processes 3 of mpirun; the first sent 4 MB: sums of data 4 MB in 5 calls" in said
    assert "waiting took 0.5 s; slabs of the model never moved until it was gathered, 8 MB" in said


def test_what_is_not_split_expects_one_process():
    ranks.refuse_over_ranks("--doi", True)
    token = ranks._ranks.set(SimpleNamespace(size=3))
    ranks.refuse_over_ranks("--doi", False)
    with pytest.raises(InputError, match="--doi expects one process, got 3 of mpirun"):
        ranks.refuse_over_ranks("--doi", True)
    ranks._ranks.reset(token)


def test_a_job_is_written_once(folder):
    options = [*OPTIONS, "--out", "j.nc", "--write-job", "j.toml"]
    result = mpirun(2, "-m", "geoinv", "invert", "obs.csv", *options, folder=folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("wrote") == 1
    assert (folder / "j.toml").exists()


def test_one_process_needs_no_agreement():
    assert ranks.ranks() is None
    ranks.agree(None, {})
    assert (ranks.in_any(True), ranks.in_any(False)) == (True, False)
    ranks.say_traffic(10)
    assert ranks.physics_over(InputError, whole=False) is InputError
