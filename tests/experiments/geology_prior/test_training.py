"""Training of a step: the steps before keep what they have learnt."""

from __future__ import annotations

from pathlib import Path

import torch

from geoinv.experiments.geology_prior import examples
from geoinv.experiments.geology_prior.examples import recorded, surveys_of
from geoinv.experiments.geology_prior.training import LastStep, new_step, train_step
from geoinv.experiments.shared.preset import RunSettings


def test_a_second_step_learns_and_the_first_stays(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(examples, "SHAPES", ((8, 10, 10),))
    settings = RunSettings("quick", 0, tmp_path)
    first = new_step(settings, [])
    path = tmp_path / "00007.npz"
    recorded(surveys_of(7, 2), first).save(path)
    network = new_step(settings, list(first.steps))
    assert network.steps[1].settings["channels_in"] == 9 + 1 + 4
    assert new_step(settings, list(first.steps), embedded=False).steps[1].settings["channels_in"] == 9
    before = [weights.clone() for weights in first.parameters()]
    untrained = [weights.clone() for weights in network.steps[1].parameters()]
    record = train_step(settings, network, [path], [path], "two steps")
    assert all(torch.equal(a, b) for a, b in zip(before, network.steps[0].parameters(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(untrained, network.steps[1].parameters(), strict=True))
    assert len(record.epochs) == 1


def test_only_the_last_step_is_learned(tmp_path: Path) -> None:
    settings = RunSettings("quick", 0, tmp_path)
    network = new_step(settings, list(new_step(settings, []).steps))
    last = LastStep(network)
    assert len(list(last.parameters())) == len(list(network.steps[1].parameters()))
    last(torch.rand(2, 18, 4, 4, 4)).sum().backward()
    assert all(weights.grad is None for weights in network.steps[0].parameters())
    assert any(weights.grad is not None for weights in network.steps[1].parameters())
