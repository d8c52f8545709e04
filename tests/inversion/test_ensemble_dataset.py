"""Variables that tell of an ensemble: names, units, air, vectors."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
from dense_posterior import small_survey

import geoinv
from geoinv.algebra.matrices import Identity
from geoinv.operators import Magnetics

A, DATA, DEVIATION = small_survey()
STATISTICS = ["mean", "standard_deviation", "percentile_5", "percentile_50", "percentile_95"]


def test_statistics_of_a_scalar_stand_beside_the_model():
    samples = geoinv.ensemble(geoinv.invert(A, DATA, DEVIATION), 12, seed=4)
    data = samples.to_xarray({"history": "by hand"})
    assert [name for name in data.data_vars if name.startswith("susceptibility_")] == [
        f"susceptibility_{name}" for name in STATISTICS
    ]
    active = A.mesh.active
    for name, values in (
        ("mean", samples.mean),
        ("standard_deviation", samples.standard_deviation),
        ("percentile_95", samples.percentiles(95)[0]),
    ):
        variable = data[f"susceptibility_{name}"]
        assert variable.dims == data.susceptibility.dims
        assert variable.attrs["units"] == data.susceptibility.attrs["units"]
        npt.assert_allclose(variable.values[active], values[active])
        assert np.isnan(variable.values[~active]).all()
    assert "standard deviation of 12 samples" in data.susceptibility_standard_deviation.attrs["long_name"]
    assert data.attrs["ensemble_size"] == 12
    assert data.attrs["ensemble_seed"] == 4
    assert "at beta" in data.attrs["ensemble_assumes"]
    assert "rough" in data.attrs["ensemble_doubts"]
    assert data.attrs["history"] == "by hand"


def test_a_vector_has_them_of_its_components_and_of_its_amplitude():
    mesh = geoinv.Grid.regular((1, 2, 2), (20.0, 20.0, 20.0), (-20.0, 0.0, 0.0))
    vector = Magnetics(mesh, A.survey, unknown="magnetization", engine="dense")
    solution = geoinv.invert(vector, DATA, 50.0, geoinv.Smooth(), beta=1.0)
    samples = geoinv.ensemble(solution, 6)
    data = samples.to_xarray()
    npt.assert_allclose(data.magnetization_upward_mean, samples.mean[2])
    amplitudes = np.linalg.norm(samples.samples, axis=1)
    npt.assert_allclose(data.magnetization_amplitude_percentile_50, np.median(amplitudes, axis=0))
    assert "magnetization_inclination_mean" not in data


def test_a_model_without_a_mesh_keeps_its_axes():
    solution = geoinv.invert(Identity((3, 4)), np.ones((3, 4)), 1.0, geoinv.Smooth(weighting=None), beta=1.0)
    data = geoinv.ensemble(solution, 3).to_xarray()
    assert data.model_mean.dims == ("axis_0", "axis_1")
