"""The stream: the same model whatever came before, of any shape, as arrays for PyTorch, and what it rejects."""

from __future__ import annotations

import pickle
from itertools import islice

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.datasets import RandomGeology
from geoinv.datasets.geology.stream import SHARES

SMALL = (12, 16, 20)

TOTAL = 18266.77111318777
"""Of numbers of cells times susceptibilities, as the first version made them."""


def test_a_model_is_the_same_whatever_was_drawn_before():
    one, other = RandomGeology(SMALL, seed=7), RandomGeology(SMALL, seed=7)
    for index in (5, 0, 3):
        one[index]
    for geology in islice(other, 4):
        again = one[geology.index]
        npt.assert_array_equal(geology.susceptibility, again.susceptibility)
        npt.assert_array_equal(geology.ground, again.ground)
        assert geology.kinds == again.kinds
    assert not np.array_equal(RandomGeology(SMALL, seed=8)[0].susceptibility, one[0].susceptibility)
    assert not np.array_equal(one[1].susceptibility, one[0].susceptibility)


def test_models_are_those_of_the_day_they_were_written_down():
    models = list(islice(RandomGeology(SMALL, (25.0, 50.0, 50.0), seed=11), 20))
    assert models[4].kinds == ("folded strata", "fault")
    weights = np.arange(models[0].grid.size).reshape(SMALL) % 101
    total = sum(float(np.sum(weights * geology.susceptibility)) for geology in models)
    assert total == pytest.approx(TOTAL, rel=1e-9)


def test_smaller_cells_show_the_same_rocks():
    coarse = RandomGeology((12, 16, 16), (40.0, 40.0, 40.0), kinds=("random field",), relief=(0.0, 0.0), seed=1)[0]
    fine = RandomGeology((36, 48, 48), (40 / 3, 40 / 3, 40 / 3), kinds=("random field",), relief=(0.0, 0.0), seed=1)[0]
    middles = fine.susceptibility[1::3, 1::3, 1::3] / fine.susceptibility.max()
    npt.assert_allclose(middles, coarse.susceptibility / coarse.susceptibility.max(), atol=0.05)


def test_rock_is_found_below_ground_alone_and_in_the_shares_that_are_stated():
    for geology in islice(RandomGeology(SMALL, relief=(0.2, 0.5)), 30):
        model, active = geology.susceptibility, geology.grid.active
        assert not model[~active].any()
        assert model.min() == 0.0
        assert SHARES[0] < np.mean(model[active] > 0.3 * model.max()) < SHARES[1]


def test_strongest_susceptibilities_spread_evenly_over_the_decades_asked_for():
    models = RandomGeology((8, 8, 8), kinds=("block",), susceptibility=(1e-4, 1.0))
    peaks = np.log10([geology.susceptibility.max() for geology in islice(models, 300)])
    assert -4.0 <= peaks.min() < peaks.max() <= 0.0
    npt.assert_allclose(np.histogram(peaks, bins=4, range=(-4.0, 0.0))[0] / 300, 0.25, atol=0.08)


def test_a_model_has_one_host_rock_at_most_and_it_is_the_oldest():
    hosts = {"strata", "folded strata", "random field"}
    for geology in islice(RandomGeology((8, 8, 8), bodies=(4, 8)), 40):
        assert not hosts & set(geology.kinds[1:])


def test_dataloaders_take_the_arrays_as_they_are():
    torch = pytest.importorskip("torch")
    arrays = RandomGeology((8, 10, 12), seed=5).arrays(5, first=2)
    batches = list(torch.utils.data.DataLoader(arrays, batch_size=2))
    assert [tuple(batch.shape) for batch in batches] == [(2, 8, 10, 12), (2, 8, 10, 12), (1, 8, 10, 12)]
    assert batches[0].dtype == torch.float32
    expected = RandomGeology((8, 10, 12), seed=5)[6].susceptibility
    npt.assert_allclose(batches[2][0].numpy(), expected, rtol=1e-6)
    # as the workers of a DataLoader get them
    npt.assert_array_equal(pickle.loads(pickle.dumps(arrays))[4], arrays[4])
    npt.assert_array_equal(arrays[-1], arrays[4])
    with pytest.raises(IndexError):
        arrays[5]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"shape": (16, 32)}, r"expects a shape of three whole numbers of 8 or more, got \(16, 32\)"),
        ({"shape": (4, 32, 32)}, r"expects a shape of three whole numbers of 8 or more, got \(4, 32, 32\)"),
        ({"shape": (16.5, 32, 32)}, r"expects a shape of three whole numbers"),
        (
            {"shape": ((16, 16), 32, 32)},
            r"expects a shape of three whole numbers of 8 or more, got \(\(16, 16\), 32, 32\)",
        ),
        ({"shape": "large"}, r"expects a shape of three whole numbers of 8 or more, got 'large'"),
        ({"shape": (10**5, 10**5, 10**5)}, r"expects a model of 1e\+15 cells to fit in .*; take fewer cells"),
        ({"spacing": (0.0, 50.0, 50.0)}, r"expects positive spacing, got 0.0 at \[0\].*; give cell sizes in metres"),
        ({"spacing": 50.0}, r"expects spacing of shape \(3,\)"),
        ({"bodies": (0, 3)}, r"expects bodies as lowest and highest, between 1 and 100, got \(0, 3\)"),
        ({"bodies": (1.5, 3)}, r"expects bodies as whole numbers, got \(1.5, 3\)"),
        ({"susceptibility": (0.1, 0.005)}, r"expects susceptibility as lowest and highest, between 1e-09 and 100"),
        ({"susceptibility": (0.1, np.nan)}, r"expects susceptibility as lowest and highest"),
        ({"relief": (0.0, 0.9)}, r"expects relief as lowest and highest, between 0 and 0.5, got \(0.0, 0.9\)"),
        ({"seed": -1}, r"expects seed to be a whole number from 0 to 2.63 - 1, got -1"),
        ({"seed": 0.5}, r"expects seed to be a whole number from 0 to 2.63 - 1, got 0.5"),
    ],
)
def test_bad_arguments_are_rejected_in_a_sentence(arguments, sentence):
    with pytest.raises(InputError, match=f"^RandomGeology {sentence}"):
        RandomGeology(**arguments)


@pytest.mark.parametrize("index", [-1, 1.0, True, "first"])
def test_an_index_is_a_whole_number(index):
    with pytest.raises(InputError, match="RandomGeology expects the index to be a whole number from 0 to"):
        RandomGeology((8, 8, 8))[index]


def test_numbers_of_arrays_are_checked():
    models = RandomGeology((8, 8, 8))
    with pytest.raises(InputError, match=r"RandomGeology\.arrays expects number to be a whole number from 1 .*, got 0"):
        models.arrays(0)
    with pytest.raises(InputError, match=r"RandomGeology\.arrays expects first to be a whole number .*, got -2"):
        models.arrays(3, first=-2)


def test_kinds_that_never_meet_the_grid_end_in_a_sentence(monkeypatch):
    from geoinv.datasets.geology import stream

    monkeypatch.setattr(stream, "SHARES", (0.9, 0.95))
    with pytest.raises(InputError, match=r"hold 90\.0% to 95% of the rock, got none in 200 draws of pipe"):
        RandomGeology((8, 8, 8), kinds=("pipe",))[0]
