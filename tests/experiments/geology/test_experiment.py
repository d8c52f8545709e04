"""The comparison on synthetic geology at its smallest."""

from __future__ import annotations

import numpy as np
import pytest

import geoinv
from geoinv import InputError
from geoinv.experiments.geology.experiment import run
from geoinv.experiments.shared.preset import RunSettings

pytest.importorskip("matplotlib")

GROUPS = {"training kinds", "thin folded sheets", "remanent body"}


def test_the_quick_run_compares_a_further_regularizer_with_smooth_and_sparse(tmp_path):
    same = {"as smooth": geoinv.Smooth}
    table = run(RunSettings("quick", 0, tmp_path), same)
    values = {(row.case, row.method, row.metric): row.value for row in table.rows}
    assert {case for case, _, _ in values} == GROUPS
    for case in GROUPS:
        of = {(method, metric): value for (where, method, metric), value in values.items() if where == case}
        assert {method for method, _ in of} == {"smooth", "best sparse", "learned", "as smooth"}
        assert 0.0 <= of.pop(("learned", "warned of")) <= 1.0
        # the same regularizer under another name has the same errors
        assert of["as smooth", "NMSE / smooth, geometric mean of ratios"] == pytest.approx(1.0)
        assert of["as smooth", "NMSE / smooth, worst model"] == pytest.approx(1.0)
        sparse = of["best sparse", "NMSE, geometric mean"] / of["smooth", "NMSE, geometric mean"]
        assert of["best sparse", "NMSE / smooth, geometric mean of ratios"] == pytest.approx(sparse)
        assert of["as smooth", "NMSE / best sparse, geometric mean of ratios"] == pytest.approx(1.0 / sparse)
        assert all(np.isfinite(value) and value > 0.0 for value in of.values())
        assert of["smooth", "chi^2/N, lowest"] <= of["smooth", "chi^2/N, highest"]
    assert values["training kinds", "smooth", "chi^2/N, lowest"] > 0.97
    assert values["training kinds", "smooth", "chi^2/N, highest"] < 1.011
    assert {path.name for path in tmp_path.iterdir()} == {"models.png", "errors.png"}
    assert "8 x 10 x 10 cells" in table.provenance["surveys"]


def test_a_regularizer_does_not_take_the_name_of_another(tmp_path):
    with pytest.raises(InputError, match="other names than smooth, best sparse, learned, got smooth; rename"):
        run(RunSettings("quick", 0, tmp_path), {"smooth": geoinv.Smooth})
