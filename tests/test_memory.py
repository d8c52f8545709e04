"""Refusal of what does not fit in memory."""

from __future__ import annotations

import os

import pytest

from geoinv import Grid, InputError, memory


def test_free_memory_is_at_most_what_the_machine_has():
    assert 0.0 < memory.available_memory() <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_what_needs_half_of_the_free_memory_passes_and_more_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 16e9)
    memory.require_memory("the thing", "a matrix", 8e9, "make it smaller")
    with pytest.raises(InputError) as caught:
        memory.require_memory("the thing", "a matrix", 8.1e9, "make it smaller")
    assert str(caught.value) == (
        "the thing expects a matrix to fit in 8 GB of memory (half of what is free), but that needs 8.1 GB; "
        "make it smaller"
    )


def test_a_grid_without_room_for_one_model_is_refused_before_it_is_made():
    with pytest.raises(InputError, match=r"Grid expects a model of 1e\+15 cells .* needs 8e\+06 GB"):
        Grid.regular((100_000, 100_000, 100_000), (1.0, 1.0, 1.0))
