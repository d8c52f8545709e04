"""What to doubt about a fit: remanence, clusters of unfitted data."""

from __future__ import annotations

import numpy as np
from inversions import noisy

import geoinv
from geoinv.core.wording import options_of_command
from geoinv.inversion.fit_doubts import usual_causes
from geoinv.operators import Magnetics


def test_a_remanent_body_ends_in_a_sentence_that_names_remanence(survey):
    A, model, *_ = survey
    remanent = Magnetics(A.grid, A.survey, unknown="magnetization", engine="dense")
    magnetization = np.stack([40.0 * model, 0.0 * model, 10.0 * model])
    data, sigma = noisy(remanent, magnetization, 0.02)
    solution = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf))
    assert not solution.reached
    assert solution.status.startswith("stalled: ")
    for word in ("remanent magnetization", "standard deviations too small", "mesh", "heights", "base level"):
        assert word in solution.status


def test_a_cluster_of_unfitted_data_is_named_although_the_mean_fits(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    # a peak that no cell of this mesh makes: nine neighbours raised by five standard deviations
    raised = data.copy().reshape(8, 8)
    raised[3:6, 3:6] += np.array([[-1, 1, -1], [1, 1, 1], [-1, 1, -1]]) * 0.0 + 9.0 * sigma
    flat = geoinv.Smooth(weighting=None)
    limited = geoinv.invert(A, raised.reshape(data.shape), sigma, flat, bounds=(0.0, 0.03), target=9.0)
    assert limited.reached
    assert "residuals are structured: near easting" in limited.status
    fitted = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf))
    assert "structured" not in fitted.status


def test_a_remedy_is_named_only_where_the_command_has_its_option(survey):
    with options_of_command(["--unknown"]):
        assert "remanent magnetization (which --unknown magnetization finds), stand" in usual_causes(survey[0], False)
    with options_of_command(["--noise"]):
        assert "remanent magnetization, standard deviations" in usual_causes(survey[0], False)
