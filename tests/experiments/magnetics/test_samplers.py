"""What the samplers of the magnetic sections are chosen from."""

from __future__ import annotations

from pathlib import Path

from geoinv.experiments.magnetics.samplers import sampling_protocol
from geoinv.experiments.shared.preset import PRESETS, RunSettings


def test_every_preset_has_the_three_samplers_and_quick_tunes_none(tmp_path: Path) -> None:
    for preset in PRESETS:
        protocol = sampling_protocol(RunSettings(preset, 0, tmp_path))
        assert set(protocol.candidates) == {"Diffusion", "score-based", "MCG"}
        for strengths in protocol.candidates.values():
            assert (len(strengths) == 1) == (preset == "quick")
            assert sorted(set(strengths)) == list(strengths)
            assert 0.0 < strengths[0] <= strengths[-1] <= 1.0
