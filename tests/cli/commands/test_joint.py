"""The command joint: two surveys in, one result out."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from commands import succeed
from two_bodies import data_sets

from geoinv.cli import main
from geoinv.formats import write_mesh, write_survey


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("joint")
    for one, name in zip(data_sets(), ("lines.mag", "stations.grv"), strict=True):
        write_survey(folder / name, one.operator.survey.with_data(one.data, np.full(one.data.shape, one.uncertainty)))
    write_mesh(folder / "mesh.msh", data_sets()[0].mesh)
    return folder


def arguments(files, *more, out="joint.nc"):
    surveys = [str(files / name) for name in ("lines.mag", "stations.grv")]
    return ["joint", *surveys, "--mesh", str(files / "mesh.msh"), "--out", str(files / out), *more]


def test_two_surveys_give_two_models_that_view_draws(files, capsys):
    said = succeed(arguments(files, "--bounds", "density=0:2000", "--reference", "density=5"), capsys)
    assert "targets reached" in said
    assert "structural error" in said
    with xr.open_dataset(files / "joint.nc") as result:
        assert result["density"].min() >= 0.0
        assert result["susceptibility"].dims == result["density"].dims
        for name, number in (("tmi", ""), ("gz", "_2")):
            observed, predicted, deviation = (
                result[f"{name}_{suffix}{number}"] for suffix in ("observed", "predicted", "uncertainty")
            )
            assert 0.97 < float((((observed - predicted) / deviation) ** 2).mean()) < 1.02
    succeed(["view", str(files / "joint.nc"), "--data-set", "stations.grv", "--out", str(files / "joint.png")], capsys)
    assert main(["view", str(files / "joint.nc"), "--data-set", "3", "--out", str(files / "no.png")]) == 1
    assert "a data set among lines.mag, stations.grv, got '3'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--coupling", "friendship"], "--coupling"),
        (["--noise", "5"], "--noise expects to be given once for each of the 2 surveys"),
        (["--bounds", "velocity=0:1"], "velocity"),
        (["--bounds", "density=0"], "density=0:0.5"),
        (["--bounds", "density=5:1"], "--bounds"),
        (["--reference", "density=none.nc"], "none.nc"),
        (["--base-level", "low", "--base-level", "fit"], "--base-level"),
        (["--noise", "0.1 mGal", "--noise", "file"], "lines.mag: --noise expects a value in nT"),
        (["--target", "0"], "joint expects positive --target"),
        (["--regularizer", "aligned"], "joint expects --regularizer to be one of smooth, sparse"),
        (["--regularizer", "learned"], "joint expects --regularizer to be one of smooth, sparse"),
        (["--regularizer", "mixture"], "add --classes susceptibility=FILE"),
        (["--coupling", "mixture"], "--coupling mixture expects classes of every property"),
        (["--coupling", "mixture", "--regularizer", "compact"], "expects --regularizer smooth, since its classes"),
        (["--classes", "density=rocks.csv"], "--classes expects --coupling mixture or --regularizer mixture"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(files, capsys, more, sentence):
    code = main(arguments(files, *more, out="refused.nc"))
    said = capsys.readouterr()
    assert code in (1, 2)
    assert sentence in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not (files / "refused.nc").exists()


def test_one_survey_alone_is_refused(files, capsys):
    code = main(["joint", str(files / "lines.mag"), "--mesh", str(files / "mesh.msh"), "--out", str(files / "no.nc")])
    assert (code, "geoinv invert" in capsys.readouterr().err) == (1, True)


def test_a_survey_given_twice_is_refused(files, capsys):
    twice = str(files / "lines.mag")
    code = main(["joint", twice, twice, "--mesh", str(files / "mesh.msh"), "--out", str(files / "no.nc")])
    assert (code, f"each survey once, got {twice} again" in capsys.readouterr().err) == (1, True)


def test_a_survey_without_standard_deviations_is_told_how_to_give_them_beside_one_with(files, capsys):
    bare = files / "bare.mag"
    one = data_sets()[0]
    write_survey(bare, one.operator.survey.with_data(one.data))
    mesh, out = str(files / "mesh.msh"), str(files / "no.nc")
    code = main(["joint", str(bare), str(files / "stations.grv"), "--mesh", mesh, "--out", out])
    told = capsys.readouterr().err
    assert code == 1
    assert f"{bare} expects standard deviations" in told
    assert '"file" for one that has them' in told


def test_classes_of_both_properties_are_in_the_result_and_wrong_tables_are_refused(files, capsys):
    rocks = {"chi": ("host,0,0.002,0.9", "ore,0.045,0.01,0.1"), "rho": ("host,0,15,0.9", "ore,350,80,0.1")}
    for name, lines in rocks.items():
        (files / f"{name}.csv").write_text("\n".join(("name,mean,standard_deviation,proportion", *lines)))
    (files / "other.csv").write_text("name,mean,standard_deviation\nhost,0,15\ngabbro,350,80\n")

    def tables(rho):
        return [f"--classes=susceptibility={files / 'chi.csv'}", f"--classes=density={files / rho}"]

    said = succeed(arguments(files, "--coupling", "mixture", *tables("rho.csv"), out="rocks.nc"), capsys)
    assert "ore: density 350 +- 80" in said
    with xr.open_dataset(files / "rocks.nc") as result:
        assert result["rock_class"].attrs["flag_meanings"] == "host ore"
        assert result["rock_class"].attrs["comment"].count("ore: ") == 2
    code = main(arguments(files, "--coupling", "mixture", *tables("other.csv"), out="no.nc"))
    assert (code, "host, ore for the susceptibility and host, gabbro" in capsys.readouterr().err) == (1, True)
    more = ["--reference", "density=5", "--coupling", "mixture", *tables("rho.csv")]
    assert main(arguments(files, *more, out="no.nc")) == 1
    assert "leave out --reference" in capsys.readouterr().err
    assert not (files / "no.nc").exists()
