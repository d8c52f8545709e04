"""Options of constraints: what their texts mean, and what an inversion makes and says of them."""

from __future__ import annotations

import json

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from bodies import box, stl_text
from cli_refusal import INVERT, refused
from commands import succeed

from geoinv.cli import main
from geoinv.cli.support.constraints import GivenConstraints
from geoinv.core.checks import InputError
from geoinv.formats import read_mesh, read_model, write_model

COLLARS = "hole_id,easting,northing,elevation,depth\nA,1070,2050,0,90\nB,1030,2090,0,60\n"
SURVEYS = "hole_id,depth,azimuth,dip\nA,0,0,90\nB,0,0,90\n"
INTERVALS = "hole_id,from,to,susceptibility,sd\nA,0,20,0,0.002\nA,20,60,0.05,0.004\nA,60,90,0,0.002\nB,0,60,0,0.002\n"
HOLES = ["--holes", "collars.csv,surveys.csv,intervals.csv"]
BLOCK = box((1060.0, 2040.0, -60.0), (1100.0, 2080.0, -20.0))


@pytest.fixture
def known_ground(small_survey):
    """Files beside those of the small survey: the tables of two holes, a body and the base of the cover."""
    for name, text in (("collars", COLLARS), ("surveys", SURVEYS), ("intervals", INTERVALS)):
        (small_survey / f"{name}.csv").write_text(text)
    (small_survey / "stock.stl").write_text(stl_text(BLOCK))
    (small_survey / "base.xyz").write_text("1000 2000 -20\n1120 2000 -20\n1000 2120 -20\n1120 2120 -20\n")
    return small_survey


def test_texts_become_constraints():
    given = GivenConstraints.of(
        ["low=0,high=up.sus", "value=ref.nc,weight=4"],
        ["a.xyz,value=0.01,weight=4", "b.xyz"],
        ["s t.stl,high=0.1,share=0.9"],
        ["c.csv,s.csv,i.csv,column=magsus,dip=up,hard=yes,uncertainty=1e-3"],
    )
    bounds, reference, layers, body, holes = given.constraints
    assert (bounds.lower, str(bounds.upper), str(reference.value), reference.weight) == (0.0, "up.sus", "ref.nc", 4.0)
    assert [layer.name for layer in layers.layers] == ["a.xyz", "b.xyz"]
    assert (body.bounds, body.share) == ((-np.inf, 0.1), 0.9)
    assert (holes.value, holes.dip, holes.hard, holes.uncertainty) == ("magsus", "up", True, 0.001)
    files = ["up.sus", "ref.nc", "a.xyz", "b.xyz", "s t.stl", "c.csv", "s.csv", "i.csv"]
    assert sorted(map(str, given.files)) == sorted(files)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((["50"], None, None, None), "--by-cell expects no files and then settings, as in value=..."),
        ((None, ["value=3"], None, None), "--layer expects 1 file and then settings, as in FILE,value="),
        ((None, None, ["a.stl,b.stl,value=1"], None), "--body expects 1 file and then settings"),
        (
            (None, None, ["a.stl,valu=1"], None),
            "--body expects settings among value, weight, low, high, share, each once, got",
        ),
        ((None, None, ["a.stl,value=1,value=2"], None), "each once, got 'value=2'"),
        ((None, None, ["a.stl,value=much"], None), "--body expects value as a number, got 'much'"),
        ((None, None, ["a.stl,value=nan"], None), "--body expects value as a number, got 'nan'"),
        ((None, None, ["a.stl,value="], None), "got 'value='"),
        ((None, None, None, ["a.csv,b.csv"]), "--holes expects 3 files and then settings"),
        ((None, None, None, ["a.csv,b.csv,"]), "--holes expects 3 files and then settings"),
        ((None, None, None, ["a.csv,b.csv,c.csv,hard=maybe"]), "--holes expects hard=yes or hard=no"),
    ],
)
def test_texts_that_mean_nothing_are_rejected(options, sentence):
    with pytest.raises(InputError) as caught:
        GivenConstraints.of(*options)
    assert sentence in str(caught.value)


def test_an_inversion_keeps_to_what_is_known_and_records_it(known_ground, capsys):
    told = succeed([*INVERT, "--body", "stock.stl,low=0.02,high=0.06", *HOLES], capsys)
    assert "known     stock.stl: 8 cells at least 50 % inside the body, kept within 0.02 to 0.06" in told
    assert "holes     2 of collars.csv: arcs of minimum curvature between surveys" in told
    assert "dips taken as positive down, the only sign they have" in told
    assert "known     intervals.csv: 8 cells pierced over 150 m by 2 holes, held at 0 to 0.05" in told
    assert "holes     8 of 8 drilled cells within the uncertainty of what was measured" in told
    with xr.open_dataset("out.nc") as data:
        model = data["susceptibility"]
        assert (model >= data["susceptibility_lower_bound"]).all()
        assert float(model[2:4, 2:4, 3:5].max()) <= 0.06
        assert int(data["susceptibility_upper_bound"].notnull().sum()) == 8
        assert float(data["susceptibility_reference"][2, 2, 3]) == pytest.approx(0.05)
        assert int((data["constraint_weight"] > 0).sum()) == 8
        assert np.unique(data["constraint"]).tolist() == [0, 1, 2]
        assert data["hole_number"].dims == ("hole_point",)
        assert float(data["hole_upward"].min()) == -90.0
        entries = json.loads(data.attrs["constraints"])
        assert [(entry["name"], entry["cells"]) for entry in entries] == [("stock.stl", 8), ("intervals.csv", 8)]
        assert {"stock.stl", "collars.csv", "surveys.csv", "intervals.csv"} <= set(json.loads(data.attrs["inputs"]))
    npt.assert_array_equal(read_model("out.nc", read_mesh("mesh.msh")), model)
    told = succeed(["info", "out.nc"], capsys)
    assert "susceptibility_reference" in told


def test_layers_and_cells_from_the_command_line(known_ground, capsys):
    mesh = read_mesh("mesh.msh")
    high = read_model("model.sus", mesh)
    write_model("high.sus", mesh, np.where(high > 0.0, 0.1, 0.02))
    told = succeed([*INVERT, "--by-cell", "low=0,high=high.sus", "--layer", "base.xyz,value=0.005,weight=4"], capsys)
    assert "known     high.sus: bounds of 180 cells, 0 to 0.1" in told
    assert "known     base.xyz: 144 cells with their centre in the layer, held at 0.005 with weight 4" in told
    with xr.open_dataset("out.nc") as data:
        assert (data["susceptibility"] <= data["susceptibility_upper_bound"]).all()


@pytest.mark.parametrize("regularizer", ["sparse", "total-variation"])
def test_every_regularizer_holds_what_was_drilled(known_ground, capsys, regularizer):
    told = succeed([*INVERT, *HOLES, "--regularizer", regularizer], capsys)
    assert "holes     8 of 8 drilled cells within the uncertainty" in told


def test_the_learned_prior_holds_what_was_drilled(known_ground, capsys):
    pytest.importorskip("torch")
    made = ["invert", "obs.mag", "--cell", "15", "--depth", "90", "--out", "out.nc", "--regularizer", "learned"]
    assert main([*made, *HOLES]) == 0
    agree, of, measured = capsys.readouterr().out.partition("holes  ")[2].rpartition("holes  ")[2].split()[:3]
    assert of == "of"
    assert int(agree) >= int(measured) - 1 >= 8


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--body", "none.stl,value=0.1"], "none.stl expects a file, got none of that name"),
        (["--body", "stock.stl"], "stock.stl expects a value, bounds or both, got neither"),
        (["--body", "mesh.msh,value=0.1"], "mesh.msh expects a surface of triangles"),
        (
            ["--body", "stock.stl,low=0.1,high=0.2", *HOLES],
            "intervals.csv, hole A at 40 to 60 m expects a value within the",
        ),
        (["--bounds", "0", "0.01", *HOLES], "got 0.05 for 0 to 0.01 of the bounds of the model"),
        (["--holes", "collars.csv,surveys.csv,surveys.csv"], "surveys.csv expects a column from among the names"),
        ([*HOLES, "--unknown", "magnetization"], "expect one number a cell, got --unknown magnetization, a vector"),
        (["--by-cell", "high=obs.mag"], "obs.mag expects a model, got UBC magnetic observations"),
        (["--layer", "base.xyz,value=0.1", "--layer", "model.sus,value=0"], "model.sus expects a topography"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_no_file(known_ground, capsys, options, sentence):
    assert sentence in refused([*INVERT, *options], capsys, known_ground)
