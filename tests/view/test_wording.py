"""Names, units and sentences of a file in a picture."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.image
import pytest
from view_subjects import ball, bars, padded_grid, solution

from geoinv.view import figure


def test_the_title_is_a_sentence_with_the_fit():
    drawn = figure(solution(), scene=False)
    sentence = "Susceptibility recovered from 144 TMI data; target reached: χ²/N = 4, target 4."
    assert " ".join(drawn.get_suptitle().split()) == sentence
    data = solution().assign_attrs(status="stalled")
    assert "stalled, χ²/N = 4." in figure(data, scene=False).get_suptitle()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"$\frac{1", r"$\frac{1"),
        ("a$b$", "a$b$"),
        (r"\alpha_{x}^", r"\alpha_{x}^"),
        ("x\x1b[2J\x07", r"x\x1b[2J\x07"),
        ("two\nlines", "two lines"),
        ("a\ud800b", r"a\ud800b"),
        ("x" * 5000, "x" * 21 + "..."),
    ],
    ids=["tex", "math", "greek", "controls", "lines", "surrogate", "long"],
)
def test_names_units_and_status_of_a_file_are_shown_as_they_are(text, shown, tmp_path):
    grid = padded_grid()
    model = grid.to_xarray(other=ball(grid)).rename(other=text)
    model[text].attrs["units"] = text
    with mpl.rc_context({"text.usetex": True}):  # of the user's own pictures
        drawn = figure(model, scene=False)
    drawn.savefig(tmp_path / "model.png", dpi=20)
    assert bars(drawn)[0] == f"{shown} ({shown if len(shown) <= 12 else shown[:9] + '...'})"
    data = solution().assign_attrs(status=f"target reached {text}", chi2_per_datum=text)
    drawn = figure(data, scene=False)
    drawn.savefig(tmp_path / "solution.png", dpi=20)
    assert f"{shown.split()[0][:10]}" in drawn.get_suptitle()
