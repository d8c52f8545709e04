"""The deblurring experiment at its smallest, and what its comparison rests on."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.experiments.deblurring.experiment import run
from geoinv.experiments.deblurring.networks import WITHOUT_EMBEDDING as WITHOUT
from geoinv.experiments.shared.preset import RunSettings

pytest.importorskip("matplotlib")

pytest.importorskip("skimage")


def test_the_quick_run_measures_every_method_and_draws_pictures_that_may_be_shown(tmp_path):
    table = run(RunSettings("quick", 0, tmp_path))
    values = {row.method: row.value for row in table.rows if row.metric.startswith("NMSE")}
    assert set(values) == {"data, as they are", "Wiener", "total variation", "Diffusion", "Proximal", "EUnet", WITHOUT}
    assert all(np.isfinite(value) and value > 0.0 for value in values.values())
    assert {row.method: row.paper for row in table.rows if row.paper is not None} == {
        "Diffusion": 4.3e-2,
        "Proximal": 3.0e-2,
        "EUnet": 2.3e-2,
    }
    sizes = {row.method: row.parameters for row in table.rows}
    assert abs(sizes["Proximal"] - sizes["EUnet"]) <= 0.05 * sizes["EUnet"]
    assert {path.name for path in tmp_path.iterdir()} == {"recoveries-s3.png", "EUnet-s3.safetensors"}
    assert table.provenance["EUnet"].startswith("s = 3: ")
    assert abs(sizes[WITHOUT] - sizes["EUnet"]) <= 0.05 * sizes["EUnet"]
    assert all(licence in table.provenance["pictures shown"] for licence in ("NASA", "CC0"))


def test_notes_say_how_each_method_was_tuned_and_where_the_networks_begin(tmp_path):
    notes = {row.method: row.note for row in run(RunSettings("quick", 0, tmp_path)).rows}
    assert "sees whitened data; begins as plain descent: tight frame" in notes["EUnet"]
    assert "sees whitened data; begins near the identity" in notes["Proximal"]
    assert "strength 1 (not tuned)" in notes["Diffusion"]
    assert "its validation loss" in notes["Diffusion"]
    assert "batch 8, 2 epochs of" in notes["EUnet"]
