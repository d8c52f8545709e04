from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError, Survey
from geoinv.formats import describe, read_survey, recognise, write_survey

COMPONENTS = ("gee", "gen", "geu", "gnn", "gnu", "guu")
RNG = np.random.default_rng(3)
PLACES = RNG.uniform(0.0, 1000.0, (3, 5))
SURVEY = Survey(*PLACES, components=COMPONENTS, data=RNG.normal(size=(6, 5)), uncertainty=RNG.uniform(1, 2, (6, 5)))


def written(folder: Path, text: str) -> Path:
    (folder / "a.gg").write_text(text)
    return folder / "a.gg"


@pytest.mark.parametrize(
    "survey",
    [
        SURVEY,
        SURVEY.with_data(SURVEY.data),
        SURVEY.with_data(None),
        Survey(*PLACES, components=("guu", "geu"), data=RNG.normal(size=(2, 5))),
    ],
)
def test_round_trips_give_every_number_back(tmp_path: Path, survey: Survey) -> None:
    write_survey(tmp_path / "a.gg", survey)
    assert recognise(tmp_path / "a.gg").name == "UBC gravity gradient observations"
    again = read_survey(tmp_path / "a.gg")
    assert again.same_places(survey)
    for name in ("data", "uncertainty"):
        ours, theirs = getattr(again, name), getattr(survey, name)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            npt.assert_array_equal(ours, theirs)


def test_axes_and_signs_are_those_of_simpeg(tmp_path: Path) -> None:
    io_utils = pytest.importorskip("simpeg.utils.io_utils")
    write_survey(tmp_path / "a.gg", SURVEY)
    theirs = io_utils.read_gg3d_ubc(str(tmp_path / "a.gg"))
    names = theirs.survey.source_field.receiver_list[0].components
    as_ours = {"gxx": "gee", "gxy": "gen", "gxz": "geu", "gyy": "gnn", "gyz": "gnu", "gzz": "guu"}
    rows = np.reshape(theirs.dobs, (5, 6)).T  # stations after one another
    for row, name in zip(rows, names, strict=True):
        npt.assert_allclose(row, SURVEY.data[COMPONENTS.index(as_ours[name])], rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("datacomp=xx,uv\n1\n1 2 3 4 5\n", "components among xx xy xz yy yz zz on line 1, got uv"),
        ("datacomp=xx,xx\n1\n1 2 3 4 5\n", "got xx xx"),
        ("datacomp=\n1\n1 2 3 4 5\n", "got none"),
        ("datacomp=xx,yy\n1\n1 2 3 4 5 6\n", "rows of 3, 5 or 7 columns .* got 6 columns"),
        ("datacomp=xx\n2\n1 2 3 4\n", r"number of rows that follow \(1\)"),
        ("datacomp=xx\n1\n1 2 3 4 0\n", "a standard deviation above zero"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_survey(written(tmp_path, text))


def test_other_surveys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"b\.gg expects a survey of gnn gen gnu gee geu guu, .* got gz; write netCDF"):
        write_survey(tmp_path / "b.gg", Survey([0.0], [0.0], [0.0], components=("gz",), data=[1.0]))
    assert not list(tmp_path.glob("b.*"))
    assert "geu -2 to -2 Eotvos" in describe(written(tmp_path, "datacomp=yz\n1\n1 2 3 2\n"))
