"""Pictures: which panels stand in them, what they show, and that they are written whole or not at all."""

from __future__ import annotations

import sys

import pytest
from matplotlib.figure import Figure
from view_subjects import ball, bars, padded_grid, solution, titles, without

from geoinv import InputError
from geoinv.view import figure, style, view


def test_a_solution_shows_data_fit_slices_and_totals():
    drawn = figure(solution(), scene=False)
    names = titles(drawn)
    assert [name[:3] for name in names] == [f"({letter})" for letter in "abcdefg"]
    for name, words in zip(
        names,
        ("observed TMI", "predicted TMI", "observed \N{MINUS SIGN} predicted", "level", "northing", "easting", "depth"),
        strict=True,
    ):
        assert words in name
    assert bars(drawn)[:4] == [
        *["TMI (nT), equal areas"] * 2,
        "residual / standard deviation",
        "susceptibility (SI)",
    ]


def test_an_empty_model_is_drawn(tmp_path):
    grid = padded_grid()
    assert len(figure(grid.to_xarray(susceptibility=0.0 * ball(grid)), scene=False).axes) == 4


def test_without_matplotlib_a_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(style, "find_spec", without("matplotlib"))
    with pytest.raises(InputError, match=r"view expects Matplotlib.*pip install 'geoinv\[view\]'"):
        view(solution(), tmp_path / "out.png")
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("flat")
def test_a_pdf_can_be_written_too(tmp_path):
    view(solution(), tmp_path / "out.PDF")
    assert (tmp_path / "out.PDF").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", ["out.jpg", "out", "out.nc"])
def test_another_suffix_is_refused_before_anything_is_drawn(tmp_path, name):
    with pytest.raises(InputError, match=r"expects a suffix for a picture \(\.png \.pdf\), got"):
        view(tmp_path / "missing.nc", tmp_path / name)


@pytest.mark.usefixtures("flat")
def test_nothing_half_written_is_left(monkeypatch, tmp_path):
    (tmp_path / "out.png").write_bytes(b"the one before")

    def fail(self, path, **_):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(InputError, match=r"out\.png expects room on its disk"):
        view(solution(), tmp_path / "out.png")
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]
    assert (tmp_path / "out.png").read_bytes() == b"the one before"


def test_drawing_does_not_touch_the_users_figures_and_style():
    from matplotlib import pyplot, rcParams

    before = dict(rcParams)
    figure(solution(), scene=False)
    assert pyplot.get_fignums() == []
    assert dict(rcParams) == before


def test_view_is_imported_without_its_libraries():
    import subprocess

    code = "import sys, geoinv.view; print(sorted({'matplotlib', 'pyvista'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
