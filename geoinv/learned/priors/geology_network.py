"""GeologyNetwork: the steps that lead from inverted models to geology, with what they were trained for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from geoinv.core.checks import InputError
from geoinv.learned.configuration.table_checks import call_with, shown
from geoinv.learned.layers.weights import load_into, read_weights, write_weights
from geoinv.learned.networks.volume_unet import VolumeUNet
from geoinv.learned.priors.error_bars import ErrorBars
from geoinv.learned.priors.familiarity import Familiarity, pooled

__all__ = ["GeologyNetwork"]

MOST_STEPS = 16


class GeologyNetwork(nn.Module):
    """Networks of which each takes the model that the inversion came to and gives what to add to it.

    A step after the first sees, besides the channels of its model, what the step before made: its model and the
    features that this was made of, an embedding of many numbers a cell, of which the inversion sees only one.

    Parameters
    ----------
    channels : int
        Of a model and its survey.
    steps : sequence of VolumeUNet
        As many as are trained. They take `channels` (steps that see nothing of the one before), or these with a model
        and features.
    ranges : mapping of str to (float, float)
        Sizes of surveys that it was trained for, as of :func:`geoinv.learned.priors.familiarity.geometry_of`.
    familiarity : Familiarity, optional
        What tells surveys such as those of the training from others.
    errors : ErrorBars, optional
        How far the truth is from the models that the inversion ends at.

    Raises
    ------
    InputError
        If a step takes another number of channels.

    Examples
    --------
    >>> first = VolumeUNet(2, 1, (4, 8))
    >>> network = GeologyNetwork(2, [first, VolumeUNet(2 + 1 + 4, 1, (4, 8))])
    >>> added, memory = network.step(0, torch.ones(1, 2, 4, 4, 4), None)
    >>> network.step(1, torch.ones(1, 2, 4, 4, 4), memory)[0].shape
    torch.Size([1, 1, 4, 4, 4])
    """

    def __init__(
        self,
        channels: int,
        steps: Sequence[VolumeUNet],
        ranges: Mapping[str, tuple[float, float]] | None = None,
        familiarity: Familiarity | None = None,
        errors: ErrorBars | None = None,
    ) -> None:
        super().__init__()
        self.channels, self.ranges, self.familiarity, self.errors = channels, dict(ranges or {}), familiarity, errors
        self.unets = tuple(steps)
        self.steps = nn.ModuleList(steps)
        self.embedded = [step.settings["channels_in"] > channels for step in steps]
        before = 0
        for number, step in enumerate(steps):
            takes, gives = step.settings["channels_in"], step.settings["channels_out"]
            expected = (channels, channels + 1 + before) if number else (channels,)
            if takes not in expected or gives != 1:
                raise InputError(
                    f"GeologyNetwork expects step {number + 1} from {' or '.join(map(str, expected))} channels to 1, "
                    f"got one from {takes} to {gives}"
                )
            before = step.widths[0]

    @property
    def features(self) -> int:
        """Channels on the finest grid, of the widest step."""
        return max((step.widths[0] for step in self.unets), default=0)

    def step(self, number: int, channels: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor]:
        """What a step adds to its model, and what it leaves to the next one.

        Parameters
        ----------
        number : int
            From 0.
        channels : (batch, channels, upward, northing, easting) tensor
            The model in units of its amplitude first, then whether a cell is rock.
        memory : (batch, 1 + features, ...) tensor or None
            As the step before gave it, in units of this model; None for the first.
        """
        added, memory, _ = self._taken(number, channels, memory)
        return added, memory

    def first_step(self, channels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What :meth:`step` 0 gives, with the numbers (surveys, numbers) on what it sees for :class:`Familiarity`."""
        added, memory, coarsest = self._taken(0, channels, None)
        return added, memory, pooled(channels, memory[:, 1:], coarsest, added)

    def _taken(self, number: int, channels: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """What a step adds, what it leaves to the next one, and the features of its coarsest grid."""
        unet = self.unets[number]
        seen = channels
        if self.embedded[number]:
            assert memory is not None, "a step before"
            seen = torch.cat([channels, memory], dim=1)
        features, coarsest = unet.features(seen)
        rock = channels[:, 1:2]
        added = unet.last(features) * rock
        return added, torch.cat([channels[:, :1] + added, features * rock], dim=1), coarsest

    def save(self, path: str | Path, half: bool = False, **extra: Any) -> None:
        """Write weights and settings as safetensors.

        Parameters
        ----------
        path : str or Path
        half : bool
            Round the weights to float16, for a file of half the size.
        **extra
            Kept in the file's description.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        about = {
            "channels": self.channels,
            "steps": [step.settings for step in self.unets],
            "ranges": self.ranges,
            "familiarity": None if self.familiarity is None else self.familiarity.settings,
            "errors": None if self.errors is None else self.errors.settings,
        }
        learned = dict(self.named_parameters())
        weights = {name: t.half() if half and name in learned else t for name, t in self.state_dict().items()}
        write_weights(path, type(self).__name__, {**about, **extra}, weights)

    @classmethod
    def load(cls, path: str | Path) -> GeologyNetwork:
        """Network of a file.

        Raises
        ------
        InputError
            If the file is truncated, damaged or of something else.
        """
        description, tensors = read_weights(path, cls.__name__)
        steps, channels = description.get("steps"), description.get("channels")
        listed: list[Any] = steps if isinstance(steps, list) and all(isinstance(step, dict) for step in steps) else []
        if not 1 <= len(listed) <= MOST_STEPS or type(channels) is not int:
            raise InputError(f"{path} expects the settings of one to {MOST_STEPS} steps, got {shown(steps)}")
        owner = f"{path} (settings of its steps)"
        ranges = description.get("ranges")
        if not isinstance(ranges, dict) or not all(_is_range(found) for found in ranges.values()):
            raise InputError(f"{path} expects the sizes of its surveys as ranges, got {shown(ranges)}; copy it again")
        network = cls(
            channels,
            [call_with(owner, VolumeUNet, step) for step in listed],
            {name: (float(low), float(high)) for name, (low, high) in ranges.items()},
            _part(path, "familiarity", Familiarity, description),
            _part(path, "errors", ErrorBars, description),
        )
        load_into(path, network, tensors)
        return network.eval().requires_grad_(False)


def _part(path: str | Path, name: str, kind: type[nn.Module], description: Mapping[str, Any]) -> Any:
    """Part of a network that a file describes; None where it has none."""
    settings = description.get(name)
    if settings is not None and not isinstance(settings, dict):
        raise InputError(f"{path} expects the settings of its {name}, got {shown(settings)}; copy it again")
    return None if settings is None else call_with(f"{path} (settings of its {name})", kind, settings)


def _is_range(found: Any) -> bool:
    """Whether something is two numbers."""
    return isinstance(found, list) and len(found) == 2 and all(isinstance(value, (int, float)) for value in found)
