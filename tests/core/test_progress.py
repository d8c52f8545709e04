"""Progress reports reach who listens, and nobody else."""

from __future__ import annotations

import numpy as np

import geoinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.progress import report, reporting


def test_reports_reach_the_innermost_listener_only():
    outer, inner = [], []
    report("nobody", 1, 2)
    with reporting(lambda *news: outer.append(news)):
        report("a", 0, 2)
        with reporting(lambda *news: inner.append(news)):
            report("b", 1, 2)
        report("a", 2, 2)
    assert outer == [("a", 0, 2), ("a", 2, 2)]
    assert inner == [("b", 1, 2)]


def test_an_inversion_reports_how_far_the_misfit_has_come():
    news = []
    A = MatrixOperator(np.random.default_rng(0).standard_normal((40, 15)))
    with reporting(lambda *one: news.append(one)):
        geoinv.invert(A, A(np.ones(15)), 0.01, geoinv.Smooth(weighting=None))
    shares = [done / total for step, done, total in news if step.startswith("inversion")]
    assert shares[-1] > 0.99
    assert all(0.0 <= share <= 1.0 for share in shares)
