"""The figures show true and recovered models in the same colours, and a point for each model and regularizer."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from matplotlib.figure import Figure

from geoinv.datasets import RandomSurveys
from geoinv.experiments.geology import figures


@pytest.fixture
def drawn(monkeypatch) -> list[Figure]:
    """Figures, kept when they are written."""
    kept = []
    write = Figure.savefig

    def keep(figure, *arguments, **keywords):
        kept.append(figure)
        write(figure, *arguments, **keywords)

    monkeypatch.setattr(Figure, "savefig", keep)
    return kept


@pytest.mark.parametrize("kind", ["dyke", "remanent body"])
def test_a_recovered_model_stands_beside_the_true_one_in_its_colours(kind, drawn, tmp_path):
    survey = RandomSurveys((8, 10, 12), kinds=(kind,), seed=1)[0]
    figures.draw_models(tmp_path / "models.png", [(kind, survey, {"half": 0.5 * survey.true_model})])
    truth, half = drawn[0].axes
    assert (truth.get_title(), half.get_title(), truth.get_ylabel()) == ("true model", "half", kind)
    true, other = (ax.collections[0] for ax in (truth, half))
    assert true.get_clim() == other.get_clim()
    npt.assert_allclose(other.get_array().compressed(), 0.5 * true.get_array().compressed())
    largest = np.abs(survey.true_model).max()
    assert true.get_clim()[1] == pytest.approx(largest)
    # the section goes through the rock
    assert np.abs(true.get_array().compressed()).max() > 0.3 * largest


def test_errors_stand_over_those_of_the_reference(drawn, tmp_path):
    errors = {"dykes": {"smooth": [0.5, 0.4], "other": [0.25, 0.8]}, "pipes": {"smooth": [0.2], "other": [0.1]}}
    figures.draw_errors(tmp_path / "errors.png", errors, "smooth")
    (ax,) = drawn[0].axes
    points = [line.get_xdata().tolist() for line in ax.lines if line.get_marker() == "o"]
    assert points == [[0.5, 2.0], [0.5]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["other, dykes", "other, pipes"]
