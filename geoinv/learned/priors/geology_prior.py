"""GeologyPrior: a network's idea of the geology under a survey, as the reference of a smooth regularizer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, shape_text
from geoinv.core.memory import require_memory
from geoinv.learned.priors.familiarity import geometry_of, unlike
from geoinv.learned.priors.geology_network import GeologyNetwork
from geoinv.learned.priors.network_grid import NetworkGrid
from geoinv.learned.priors.survey_channels import amplitude, survey_channels
from geoinv.regularizers.smooth import Smooth

__all__ = ["GeologyPrior"]

Array = npt.NDArray[np.float64]

SHIPPED = Path(__file__).parents[1] / "weights" / "geology.safetensors"

COPIES = 12
"""Arrays of the finest features that a network holds at a time."""

SHARE = 0.55
"""Of what the networks add, how much is taken.

NMSE is convex along the way, and some models are made much worse. On 1,728 surveys over training kinds that the first
network had not seen, 1, 0.8, 0.7 and 0.6 of what it adds had 0.606, 0.618, 0.637 and 0.666 of the NMSE of smooth, with
4.8, 2.4, 1.5 and 1.1 % of the surveys above 1.1, the worst at 3.6, 2.6, 2.2 and 1.8. Over 80 of kinds held back, 0.7,
0.6 and 0.55 left 4, 1 and 0 % above 1.1."""

BETWEEN, SETTLING = 6, 2
"""Reweightings from one step of the network to the next, and after the last one: in these beta comes back to the
target."""


@dataclass(frozen=True, eq=False)
class GeologyPrior(Smooth):
    """Geology as a network has learnt it from synthetic models, led back to the data by the inversion.

    The inversion begins with the smooth model that fits the data as well as the target asks. The network sees it with
    the ground, the weights against depth and the direction of the field, and gives a model m0 of rock that would look
    so; the inversion goes on to the target with m0 as its reference; and again for each further network of a file,
    which knows what the one before made. So the data are fitted to chi^2/N = 1 whatever the networks say, and what the
    data do not tell is theirs.

    Parameters
    ----------
    weights : str or Path, optional
        File of :meth:`GeologyNetwork.save`; by default the network that comes with the package.
    smallness, smoothness, reference, weighting
        As in :class:`Smooth`, whose model the networks were trained on with the defaults.

    Raises
    ------
    InputError
        If the weights are truncated, damaged or of something else.

    Notes
    -----
    ``min 1/2 |W (A m - d)|^2 + beta phi(m - m0)``, ``m0 = m + a s E n_k(m / s, ...)`` at the model m that came before:
    steps of a network unrolled around the data step of the classical loop (as in Adler and Oktem 2018, Learned
    primal-dual reconstruction), each trained on the models that the loop gives at its place. s is the amplitude of the
    model, so that twice the data give twice the model, and a the share that is taken.
    """

    weights: str | Path | None = None
    _network: GeologyNetwork = field(default=None, repr=False)  # type: ignore[assignment]
    _place: _Place | None = field(default=None, repr=False)
    _updates: int = field(default=0, repr=False)
    _made: _Made | None = field(default=None, repr=False)
    _strangeness: float = field(default=-np.inf, repr=False)

    def __post_init__(self) -> None:
        """Read the weights, so that what is wrong with them is said now."""
        super().__post_init__()
        if self._network is None:
            object.__setattr__(self, "_network", GeologyNetwork.load(SHIPPED if self.weights is None else self.weights))

    def bind(self, operator: LinearOperator) -> Self:
        """Weights of the smooth beginning, and the grid under the survey that the networks see.

        Raises
        ------
        InputError
            As of :class:`Smooth`, or if models are no susceptibilities over a mesh under a magnetic survey, or the
            mesh has too few cells under it.
        """
        mesh, survey = getattr(operator, "mesh", None), getattr(operator, "survey", None)
        unknown = getattr(operator, "unknown", "model")
        if mesh is None or unknown != "susceptibility" or not hasattr(survey, "main_field"):
            raise InputError(
                "GeologyPrior expects a magnetic survey and a susceptibility in each cell of a mesh, which it was "
                f"trained on, got models of {unknown}, {shape_text(operator.domain_shape)}; take another regularizer"
            )
        data = int(np.prod(operator.range_shape))
        place = _Place(NetworkGrid.under(mesh, survey), survey, data)
        return replace(super().bind(operator), _place=place)

    @property
    def settled(self) -> bool:
        """Whether all steps of the network have been taken, and the inversion has had time to follow the last."""
        return self._updates > BETWEEN * (len(self._network.steps) - 1) + SETTLING

    def update(self, z: Array, beta: float) -> Self:
        """Regularizer with the reference that the next step of the network makes of a model.

        Parameters
        ----------
        z : array
            Model that the inversion came to.
        beta : float
            Its trade-off.
        """
        if self.settled:
            return self
        step, waits = divmod(self._updates, BETWEEN)
        following = replace(self, _updates=self._updates + 1)
        return following if waits else following._stepped(step, np.asarray(z, np.float64), beta)

    @property
    def place(self) -> _Place:
        """Where the networks look.

        Raises
        ------
        InputError
            If it is not bound to an operator.
        """
        if self._place is None:
            raise InputError("GeologyPrior expects to be bound to an operator first; call bind(A), as invert does")
        return self._place

    def penalty(self, z: Array, beta: float) -> float:
        """``beta phi(z) / N``, N the number of data."""
        return beta * self.value(z) / self.place.data

    def seen(self, z: Array, beta: float) -> tuple[npt.NDArray[np.float32], float]:
        """Channels of a model that a step of the network sees, and the amplitude that they are in units of."""
        grid, direction = self.place.grid, self.place.survey.main_field.direction
        model = grid.of_mesh(z)
        weights = grid.of_mesh(self.cell_weights / grid.mesh.volumes)
        channels = survey_channels(model, grid.active, weights, grid.spacing, direction, self.penalty(z, beta))
        return channels, amplitude(model)

    @torch.inference_mode()
    def _stepped(self, step: int, z: Array, beta: float) -> Self:
        """Take a step of the network from a model."""
        grid, network = self.place.grid, self._network
        channels, unit = self.seen(z, beta)
        if unit == 0.0:
            return self
        size = 4.0 * COPIES * network.features * channels[0].size
        require_memory("GeologyPrior", "its networks", size, "take fewer cells, or another regularizer")
        seen, strangeness = torch.from_numpy(channels)[None], self._strangeness
        if self._made is None:
            added, memory, numbers = network.first_step(seen)
            if network.familiarity is not None:
                strangeness = float(network.familiarity(numbers)[0])
        else:
            added, memory = network.step(step, seen, self._made.memory * (self._made.unit / unit))
        model = grid.of_mesh(z) + SHARE * unit * added[0, 0].double().numpy()
        # a model that is nowhere negative has bounds that say so
        model = np.maximum(model, min(0.0, float(z.min())))
        reference, made = grid.to_mesh(model, z), _Made(unit, memory)
        return replace(self, reference=reference, _made=made, _strangeness=strangeness)

    @torch.inference_mode()
    def percentiles(self, z: Array, beta: float) -> dict[int, Array]:
        """Values that 5 and 95 per cent of the truths lie below in surveys such as those of the training.

        Parameters
        ----------
        z, beta
            Model that the inversion ended at, and its trade-off.

        Returns
        -------
        dict of int to array
            Models of the mesh, NaN where the networks see none. Nothing where no error bars were trained, the inversion
            ended before a step of the network, or the survey looks unlike those of the training.
        """
        errors = self._network.errors
        if errors is None or self._made is None or self._unlike(self._strangeness):
            return {}
        channels, unit = self.seen(z, beta)
        below, above = (part[0].double().numpy() for part in errors(torch.from_numpy(channels)[None]))
        grid, nowhere = self.place.grid, np.full(z.shape, np.nan)
        lowest = 0.0 if z.min() >= 0.0 else -np.inf
        low, high = grid.to_mesh(unit * below, nowhere), grid.to_mesh(unit * above, nowhere)
        return {5: np.maximum(z - low, lowest), 95: z + high}

    def _unlike(self, strangeness: float) -> bool:
        """Whether a survey is one to warn of."""
        familiarity = self._network.familiarity
        return familiarity is not None and strangeness > float(familiarity.limit)

    def doubts(self, z: Array, beta: float) -> tuple[str, ...]:
        """Sentences on a survey that is not as those that the networks were trained on."""
        sentences = []
        outside = unlike(geometry_of(self.place.grid, self.place.survey), self._network.ranges)
        if outside:
            sentences.append(f"the learned prior was trained on surveys of other sizes: {outside}")
        familiarity = self._network.familiarity
        if familiarity is not None and self._unlike(self._strangeness):
            sentences.append(
                "the survey looks unlike those that the learned prior was trained on (as few as "
                f"{100 * (1 - float(familiarity.share)):.0f} % of these do): rock of another kind, remanence, wrong "
                "heights or a base level left in the data; compare with the smooth model"
            )
        return tuple(sentences)


@dataclass(frozen=True, eq=False)
class _Place:
    """Where a network looks: its grid, the survey over it and how many data this has."""

    grid: NetworkGrid
    survey: Any
    data: int


@dataclass(frozen=True, eq=False)
class _Made:
    """What a step left to the next one, in units of an amplitude."""

    unit: float
    memory: torch.Tensor
