"""GeologyPrior in the loop: the target is met whatever its networks say, on any mesh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import geoinv
from geoinv import Grid, InputError, MainField, Survey
from geoinv.datasets import RandomSurveys
from geoinv.learned import GeologyPrior
from geoinv.learned.networks.volume_unet import VolumeUNet
from geoinv.learned.priors.error_bars import ErrorBars
from geoinv.learned.priors.familiarity import Familiarity
from geoinv.learned.priors.geology_network import GeologyNetwork
from geoinv.learned.priors.geology_prior import SHARE
from geoinv.learned.priors.survey_channels import CHANNELS
from geoinv.meshes.octree import OctreeGrid
from geoinv.operators import Gravity, Magnetics
from geoinv.regularizers.smooth import Smooth

SHAPE = (8, 12, 12)


def prior(size: float = 0.02, steps: int = 2, **about: Any) -> GeologyPrior:
    torch.manual_seed(0)
    unets = [VolumeUNet(len(CHANNELS) + (5 if k else 0), 1, (4, 6)) for k in range(steps)]
    with torch.no_grad():
        for unet in unets:
            for weights in unet.parameters():
                weights.copy_(size * torch.randn(weights.shape))
    return GeologyPrior(_network=GeologyNetwork(len(CHANNELS), unets, **about).eval().requires_grad_(False))


@pytest.fixture(scope="module")
def survey() -> Any:
    return RandomSurveys(SHAPE, seed=3)[1]


def _inverted(survey: Any, phi: Any, scale: float = 1.0, lowest: float = 0.0) -> geoinv.Solution:
    data, uncertainty = scale * survey.data, scale * survey.uncertainty
    return geoinv.invert(survey.operator, data, uncertainty, phi, bounds=(lowest, np.inf))


@pytest.mark.parametrize("size", [0.02, 0.3])
def test_the_data_are_fitted_whatever_the_networks_say(survey: Any, size: float) -> None:
    solution = _inverted(survey, prior(size))
    assert solution.reached
    assert solution.chi2_per_datum < 1.011
    assert solution.model.min() >= 0.0
    smooth = _inverted(survey, Smooth())
    assert np.abs(solution.model - smooth.model).max() > 1e-3 * smooth.model.max()


def test_networks_that_add_nothing_lead_to_their_own_smooth_reference(survey: Any) -> None:
    bound = prior(0.0).bind(survey.operator)
    smooth = _inverted(survey, Smooth())
    updated = bound.update(smooth.model, smooth.beta)
    assert np.allclose(updated.reference, smooth.model, atol=1e-12)


def test_twice_the_data_give_twice_the_model(survey: Any) -> None:
    once, twice = (_inverted(survey, prior(0.1), scale).model for scale in (1.0, 1024.0))
    assert np.abs(twice / 1024.0 - once).max() < 1e-3 * once.max()


def test_a_reference_of_a_model_without_negative_cells_has_none_either(survey: Any) -> None:
    bound = prior(0.3).bind(survey.operator)
    model = np.random.default_rng(0).random(bound.place.grid.mesh.shape) * bound.place.grid.mesh.active
    assert bound.update(model, 1.0).reference.min() == 0.0
    assert bound.update(model - 0.2, 1.0).reference.min() < 0.0


def _hill(easting: Any, northing: Any) -> Any:
    return -20.0 - 10.0 * np.cos(easting / 60.0) * np.cos(northing / 60.0)


def _draped() -> Survey:
    along = np.arange(10.0, 311.0, 20.0)
    easting, northing = (axis.ravel() for axis in np.meshgrid(along, along))
    return Survey(easting, northing, _hill(easting, northing) + 25.0, field=MainField(60.0, 10.0, 5e4))


def _padded() -> Grid:
    outward = 20.0 * np.cumsum(1.5 ** np.arange(1, 6))
    axis = np.concatenate([-outward[::-1], np.arange(0.0, 321.0, 20.0), 320.0 + outward])
    down = np.concatenate([-200.0 - 15.0 * np.cumsum(1.5 ** np.arange(1, 5))[::-1], np.arange(-200.0, 1.0, 15.0)])
    return Grid(axis, axis, down)


@pytest.mark.parametrize("kind", ["padded", "octree"])
def test_padded_meshes_and_octrees_under_hills_are_served(kind: str) -> None:
    survey = _draped()
    mesh: Any = _padded() if kind == "padded" else OctreeGrid.for_survey(survey, cell=20.0, depth=200.0)
    easting, northing, upward = (np.broadcast_to(axis, mesh.shape) for axis in mesh.centres)
    mesh = mesh.with_active(upward < _hill(easting, northing))
    body = (np.abs(easting - 160.0) < 50.0) & (np.abs(northing - 160.0) < 50.0) & (np.abs(upward + 80.0) < 30.0)
    operator = Magnetics(mesh, survey, rtol=1e-6)
    clean = operator(0.05 * body * mesh.active)
    deviation = 0.02 * np.abs(clean).max()
    data = clean + deviation * np.random.default_rng(0).standard_normal(clean.shape)
    solution = geoinv.invert(operator, data, deviation, prior(0.05), bounds=(0.0, np.inf))
    assert solution.reached
    assert 0.97 < solution.chi2_per_datum < 1.011
    assert not solution.model[~mesh.active].any()


def test_it_adds_to_others(survey: Any) -> None:
    solution = _inverted(survey, prior(0.05) + 0.1 * Smooth())
    assert solution.reached


def test_what_it_was_not_trained_on_is_doubted(survey: Any) -> None:
    familiarity = Familiarity(3 * 6 + 4 + 3, 4).requires_grad_(False)
    familiarity.share.fill_(0.95)
    familiarity.limit.fill_(-1e3)
    doubts = _inverted(survey, prior(ranges={"height of the stations": (30.0, 40.0)}, familiarity=familiarity)).doubts
    assert any("trained on surveys of other sizes: height of the stations" in text for text in doubts)
    assert any("looks unlike those" in text and "as few as 5 %" in text for text in doubts)
    familiarity.limit.fill_(1e3)
    doubts = _inverted(survey, prior(ranges={"height of the stations": (0.0, 40.0)}, familiarity=familiarity)).doubts
    assert not any("learned prior" in text for text in doubts)


def test_a_share_of_what_the_network_adds_is_taken(survey: Any) -> None:
    bound = prior().bind(survey.operator)
    model = np.random.default_rng(0).random(SHAPE) * survey.geology.grid.active
    channels, unit = bound.seen(model, 1.0)
    added = bound._network.first_step(torch.from_numpy(channels)[None])[0][0, 0].detach().numpy()
    expected = np.maximum(model + SHARE * unit * added, 0.0)
    found, active = bound.update(model, 1.0).reference, survey.geology.grid.active
    assert np.allclose(found[active], expected[active], atol=1e-6)
    assert not np.allclose(found[active], model[active], atol=1e-3)


def test_percentiles_of_the_error_bars_stand_beside_the_model(survey: Any) -> None:
    torch.manual_seed(1)
    solution = _inverted(survey, prior(errors=ErrorBars(len(CHANNELS), (4, 6)).requires_grad_(False)))
    percentiles = solution.percentiles()
    mesh = survey.geology.grid
    assert set(percentiles) == {5, 95}
    assert (percentiles[5] <= solution.model)[mesh.active].all()
    assert (percentiles[95] > solution.model)[mesh.active].all()
    assert np.nanmin(percentiles[5]) == 0.0
    data = solution.to_xarray()
    assert np.array_equal(data["susceptibility_percentile_95"], np.where(mesh.active, percentiles[95], np.nan), True)
    assert data["susceptibility_percentile_5"].attrs["units"] == "1"
    assert _inverted(survey, prior()).percentiles() == {}
    strange = Familiarity(3 * 6 + 4 + 3, 4).requires_grad_(False)
    strange.limit.fill_(-1e3)
    errors = ErrorBars(len(CHANNELS), (4, 6)).requires_grad_(False)
    assert _inverted(survey, prior(errors=errors, familiarity=strange)).percentiles() == {}
    sampled = geoinv.ensemble(solution, 3).to_xarray()
    assert sampled["susceptibility_percentile_95"].equals(data["susceptibility_percentile_95"])
    assert "susceptibility_standard_deviation" in sampled


def test_other_physics_small_meshes_and_missing_weights_are_rejected(survey: Any, tmp_path: Path) -> None:
    mesh = Grid.regular((6, 12, 12), (10.0, 10.0, 10.0), (-60.0, 0.0, 0.0))
    gravity = Gravity(mesh, Survey([60.0], [60.0], [5.0], components=("gz",)))
    with pytest.raises(InputError, match=r"expects a magnetic survey and a susceptibility.*got models of density"):
        prior().bind(gravity)
    vectors = Magnetics(mesh, survey.operator.survey, unknown="magnetization")
    with pytest.raises(InputError, match="got models of magnetization"):
        prior().bind(vectors)
    small = Grid.regular((3, 4, 4), (10.0, 10.0, 10.0), (-30.0, 0.0, 0.0))
    stations = Survey([20.0, 30.0], [20.0, 30.0], [5.0, 5.0], field=MainField(60.0, 0.0, 5e4))
    with pytest.raises(InputError, match="4 x 8 x 8 cells"):
        prior().bind(Magnetics(small, stations))
    with pytest.raises(InputError, match=r"no.safetensors expects a weights file"):
        GeologyPrior(weights=tmp_path / "no.safetensors")
    with pytest.raises(InputError, match="bound to an operator first"):
        prior().doubts(np.zeros(mesh.shape), 1.0)


def test_too_little_memory_is_said(survey: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = prior().bind(survey.operator)
    monkeypatch.setattr("geoinv.core.memory.available_memory", lambda: 1e5)
    with pytest.raises(InputError, match=r"GeologyPrior expects.*take fewer cells"):
        bound.update(np.ones(SHAPE), 1.0)
