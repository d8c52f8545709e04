"""A stream of random geological models, each the same whenever it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, is_whole, positive, whole_number
from geoinv.core.memory import require_memory
from geoinv.datasets.geology.events import Event, composed
from geoinv.datasets.geology.ground import random_ground
from geoinv.datasets.geology.kinds import KINDS, TRAINING_KINDS, checked_kinds
from geoinv.datasets.geology.model import REFERENCE_INTENSITY, Geology
from geoinv.datasets.geology.space import Space
from geoinv.meshes.tensor import Grid
from geoinv.surveys.remanence import VACUUM

__all__ = ["ModelArrays", "RandomGeology"]

Array = npt.NDArray[np.float64]

SMALLEST = 8
"""Cells along an axis below which bodies of a few cells do not fit."""

SHARES = (1 / 500, 0.5)
"""Of the cells below ground, how many may hold more than 0.3 of the largest susceptibility."""

ATTEMPTS = 200
"""Draws of a model before it is given up: of every kind, more than one in ten is good."""


class RandomGeology:
    """Random models of susceptibility under a random ground, one for each index from 0 on.

    ``models[i]`` and iteration give :class:`Geology`. Model i of a seed does not depend on what was drawn before. Its
    random numbers are the same on every machine, whose sines and exponentials may differ in their last digits.

    Parameters
    ----------
    shape : (int, int, int)
        Cells along (upward, northing, easting), 8 or more each.
    spacing : (float, float, float)
        Cell size in metres, in the same order.
    kinds : sequence of str, optional
        Names of :data:`KINDS` to draw from, each as probable as the next; all that are not held back by default.
    bodies : (int, int)
        Fewest and most draws of a kind that make a model, of which the first host rock alone counts.
    susceptibility : (float, float)
        Lowest and highest SI susceptibility of the strongest cell, each factor as probable as the next. Bodies have 0.3
        to 1 times the strongest one's.
    relief : (float, float)
        Lowest and highest relief of the ground, as shares of the vertical extent.
    seed : int

    Raises
    ------
    InputError
        If an argument is not one of these.

    Examples
    --------
    >>> models = RandomGeology((12, 16, 16), (25.0, 50.0, 50.0), kinds=("dyke",), seed=3)
    >>> geology = models[7]
    >>> geology.susceptibility.shape, set(geology.kinds)
    ((12, 16, 16), {'dyke'})
    >>> bool(np.all(geology.susceptibility[~geology.grid.active] == 0.0))
    True
    """

    def __init__(
        self,
        shape: Sequence[int] = (16, 32, 32),
        spacing: Sequence[float] = (50.0, 50.0, 50.0),
        *,
        kinds: Sequence[str] = TRAINING_KINDS,
        bodies: tuple[int, int] = (1, 5),
        susceptibility: tuple[float, float] = (0.005, 0.1),
        relief: tuple[float, float] = (0.0, 0.2),
        seed: int = 0,
    ) -> None:
        owner = type(self).__name__
        three = isinstance(shape, (tuple, list)) and len(shape) == 3
        if not three or any(not is_whole(n, SMALLEST) for n in shape):
            raise InputError(
                f"{owner} expects a shape of three whole numbers of {SMALLEST} or more, got {shape!r}; give "
                "(upward, northing, easting), large enough for bodies of a few cells"
            )
        size = float(np.prod([float(n) for n in shape]))
        require_memory(owner, f"a model of {size:.3g} cells", 150.0 * size, "take fewer cells")
        self.shape = tuple(int(n) for n in shape)
        lengths = array_of(owner, "spacing", spacing, shape=(3,))
        positive(owner, "spacing", lengths, "give cell sizes in metres")
        self._depth = float(lengths[0]) * self.shape[0]
        self.cells = Grid.regular(self.shape, lengths.tolist(), (-self._depth, 0.0, 0.0))
        self.kinds = checked_kinds(owner, kinds)
        self.bodies = _range(owner, "bodies", bodies, 1, 100)
        if not all(map(is_whole, bodies)):
            raise InputError(f"{owner} expects bodies as whole numbers, got {bodies!r}; count them")
        self.susceptibility = _range(owner, "susceptibility", susceptibility, 1e-9, 100.0)
        self.relief = _range(owner, "relief", relief, 0.0, 0.5)
        self.seed = whole_number(owner, "seed", seed)

    def __getitem__(self, index: int) -> Geology:
        """Model of an index.

        Raises
        ------
        InputError
            If the index is not 0 or more, or the kinds seldom meet so small or flat a grid.
        """
        which = whole_number("RandomGeology", "the index", index)
        random = np.random.Generator(np.random.PCG64([self.seed, which]))
        relief = random.uniform(*self.relief) * self._depth
        ground = random_ground(random, self.cells, relief)
        below = self.cells.upward[:, None, None] < ground[1:-1, 1:-1]
        grid = self.cells.with_active(below)
        space = Space(grid, ground[1:-1, 1:-1])
        points = space.points()
        largest = np.exp(random.uniform(*np.log(self.susceptibility)))
        for _ in range(ATTEMPTS):
            names, events = self._history(random, space)
            susceptibility, remanent = (values * below for values in composed(events, points))
            peak = float(susceptibility.max())
            if SHARES[0] < np.mean(susceptibility[below] > 0.3 * peak) < SHARES[1] and peak > 0.0:
                break
        else:
            raise InputError(
                f"RandomGeology expects kinds that hold {SHARES[0]:.1%} to {SHARES[1]:.0%} of the rock, got none "
                f"in {ATTEMPTS} draws of {', '.join(self.kinds)}; take more cells along upward, or other kinds"
            )
        scale = largest / peak
        magnetized = any(KINDS[name].remanent for name in names)
        strength = scale * 1e-9 * REFERENCE_INTENSITY / VACUUM
        return Geology(
            grid, scale * susceptibility, ground, names, strength * remanent if magnetized else None, self.seed, which
        )

    def __iter__(self) -> Iterator[Geology]:
        """Models without end, from index 0 on."""
        return map(self.__getitem__, count())

    def arrays(self, number: int, first: int = 0) -> ModelArrays:
        """Susceptibilities alone, as a sequence that PyTorch's DataLoader takes as a data set.

        Parameters
        ----------
        number : int
            How many models.
        first : int
            Index of the first.

        Raises
        ------
        InputError
            If the number is no whole number from 1 on, or `first` none from 0 on.

        Examples
        --------
        >>> models = RandomGeology((8, 10, 10)).arrays(4)
        >>> len(models), models[3].shape, models[3].dtype.name
        (4, (8, 10, 10), 'float32')
        """
        owner = "RandomGeology.arrays"
        return ModelArrays(self, whole_number(owner, "first", first), whole_number(owner, "number", number, least=1))

    def _history(self, random: np.random.Generator, space: Space) -> tuple[tuple[str, ...], list[Event]]:
        """Kinds and their events, the oldest first, at least one of which holds rock."""
        low, high = (int(n) for n in self.bodies)
        names: list[str] = []
        while not any(KINDS[name].holds_rock for name in names):
            names = [self.kinds[k] for k in random.integers(len(self.kinds), size=random.integers(low, high + 1))]
        hosts = [name for name in names if KINDS[name].host]
        names = [*hosts[:1], *(name for name in names if not KINDS[name].host)]
        return tuple(names), [event for name in names for event in KINDS[name].draw(random, space)]


@dataclass(frozen=True)
class ModelArrays:
    """Susceptibilities of a stream of models, made when they are asked for; a map-style data set for PyTorch.

    Parameters
    ----------
    models : RandomGeology
    first : int
        Index of the first model.
    number : int
        How many.
    """

    models: RandomGeology
    first: int
    number: int

    def __len__(self) -> int:
        """How many models."""
        return self.number

    def __getitem__(self, place: int) -> npt.NDArray[np.float32]:
        """Susceptibility (upward, northing, easting), float32 and 0 above the ground, of one model.

        Raises
        ------
        IndexError
            If there are not so many.
        """
        return self.models[range(self.first, self.first + self.number)[place]].susceptibility.astype(np.float32)


def _range(owner: str, name: str, values: Sequence[float], lowest: float, highest: float) -> tuple[float, float]:
    """Two numbers in order within limits.

    Raises
    ------
    InputError
        If they are something else.
    """
    pair = array_of(owner, name, values, shape=(2,))
    if not lowest <= pair[0] <= pair[1] <= highest:
        raise InputError(
            f"{owner} expects {name} as lowest and highest, between {lowest:g} and {highest:g}, got {values!r}; "
            "give two numbers in order"
        )
    return float(pair[0]), float(pair[1])
