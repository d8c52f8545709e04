"""A trained embedding and potential as a regularizer of the classical inversion."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_arrays import to_numpy, to_torch
from geoinv.core.checks import InputError, shape_text
from geoinv.learned.configuration.table_checks import call_with
from geoinv.learned.layers.embedding import DictionaryEmbedding, Embedding, IdentityEmbedding, LearnedEmbedding
from geoinv.learned.layers.layout import Layout
from geoinv.learned.layers.normalisation import Centred, Normalisation
from geoinv.learned.layers.potential import Potential
from geoinv.learned.layers.weights import load_into, read_weights, write_weights
from geoinv.learned.networks.optenet import OPTEnet
from geoinv.learned.networks.registry import normalisation_of

__all__ = ["LearnedPotential"]

Array = npt.NDArray[Any]


class LearnedPotential:
    """phi(z; theta) with the model x = E z, as :func:`geoinv.invert` takes a regularizer.

    Parameters
    ----------
    embedding : Embedding
        E: :class:`geoinv.learned.layers.embedding.LearnedEmbedding`, ``DictionaryEmbedding`` or
        ``IdentityEmbedding``; it must not change with time.
    potential : Potential
        phi, over the embedding's unknowns.
    unit : float
        Model unit of the trained networks in units of the model: 0.05 makes what was trained on
        sections of 0 to 1 a potential for susceptibilities of 0 to 0.05 SI.

    Raises
    ------
    InputError
        If potential and embedding differ in channels, models of several axes have more than one, the embedding
        changes with time, or the unit is not positive.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> phi = LearnedPotential(LearnedEmbedding(1, 4, rank=2), Potential(4, rank=2)).bind(Identity((5, 6)))
    >>> phi.embedding.domain_shape, phi.gradient(np.zeros((4, 5, 6))).shape
    ((4, 5, 6), (4, 5, 6))
    """

    embedding: LinearOperator | None

    def __init__(self, embedding: Embedding, potential: Potential, unit: float = 1.0) -> None:
        if potential.channels != embedding.embedded:
            raise InputError(
                f"LearnedPotential expects a potential over the {embedding.embedded} unknowns of the embedding, "
                f"got one over {potential.channels}"
            )
        if potential.rank and embedding.channels != 1:
            raise InputError(
                f"LearnedPotential expects an embedding of models with one channel, got {embedding.channels}; "
                "train it with channels=1"
            )
        if not 0.0 < unit < float("inf"):
            raise InputError(f"LearnedPotential expects a unit above zero, got {unit}")
        if not isinstance(embedding, (LearnedEmbedding, DictionaryEmbedding, IdentityEmbedding)):
            raise InputError(
                f"LearnedPotential expects an embedding that does not change with time, got "
                f"{type(embedding).__name__}; train an OPTEnet"
            )
        self.unit = unit
        self._embedding = copy.deepcopy(embedding).double().requires_grad_(False)
        self._potential = copy.deepcopy(potential).double().requires_grad_(False)
        self._theta = self._potential.at(1.0)
        self.embedding = None

    @classmethod
    def from_network(cls, network: OPTEnet, unit: float = 1.0) -> LearnedPotential:
        """Embedding and potential of a trained OPTEnet.

        Parameters
        ----------
        network : OPTEnet
        unit : float
            Unit of the models that it was trained with, in units of the model.

        Raises
        ------
        InputError
            If the network counts from a mean model, or whitens its data: phi is then not one of models.
        """
        return cls(network.embedding, network.potential, unit * _scale_of("from_network", network.normalisation))

    def save(self, path: str | Path) -> None:
        """Write weights and settings as safetensors.

        Raises
        ------
        InputError
            If it has a dictionary, which is not learned, or the file cannot be written.
        """
        if isinstance(self._embedding, DictionaryEmbedding):
            raise InputError("save expects a learned embedding or none, got a dictionary; save its OPTEnet")
        description: dict[str, Any] = {"unit": self.unit, "potential": self._potential.settings, "embedding": None}
        tensors = {f"potential.{name}": t for name, t in self._potential.state_dict().items()}
        if isinstance(self._embedding, LearnedEmbedding):
            kernel = self._embedding.kernel
            description["embedding"] = {
                "channels": self._embedding.channels,
                "embedded": self._embedding.embedded,
                "rank": kernel.ndim - 2,
                "kernel": kernel.shape[-1] if kernel.ndim > 2 else 1,
            }
            tensors |= {f"embedding.{name}": t for name, t in self._embedding.state_dict().items()}
        write_weights(path, "LearnedPotential", description, tensors)

    @classmethod
    def load(cls, path: str | Path) -> LearnedPotential:
        """Read what :meth:`save` wrote, or the embedding and potential of a saved OPTEnet.

        Raises
        ------
        InputError
            If the file is truncated or holds something else.
        """
        description, tensors = read_weights(path)
        if description["kind"] == "OPTEnet":
            return cls._of_optenet(path, description, tensors)
        if description["kind"] != "LearnedPotential":
            raise InputError(
                f"{path} expects weights of a LearnedPotential or an OPTEnet, got those of {description['kind']:.60}"
            )
        where = f"{path} (settings of its potential)"
        made, table, unit = (description.get(name) for name in ("embedding", "potential", "unit"))
        if not isinstance(table, dict) or not isinstance(made, dict | None) or not isinstance(unit, int | float):
            wrong = [name for name in ("embedding", "potential", "unit") if name not in description]
            raise InputError(
                f"{path} expects the settings of a LearnedPotential, got "
                f"{f'none of its {wrong[0]}' if wrong else 'others'}; save it anew"
            )
        potential: Potential = call_with(where, Potential, table)
        embedding: Embedding = IdentityEmbedding(potential.channels)
        if made:
            embedding = call_with(f"{path} (settings of its embedding)", LearnedEmbedding, made)
        module = torch.nn.ModuleDict({"potential": potential, "embedding": embedding}).double()
        load_into(path, module, tensors)
        return cls(embedding, potential, float(unit))

    @classmethod
    def _of_optenet(cls, path: str | Path, description: dict[str, Any], tensors: dict[str, Tensor]) -> LearnedPotential:
        """Embedding and potential of an OPTEnet's file, whose operator is not needed."""
        try:
            settings, shape = description["settings"], description["domain_shape"]
            if settings["embedding"] == "dictionary" or settings["channels"] != 1:
                raise InputError(
                    f"{path} expects an OPTEnet with one channel and without a dictionary; build it with "
                    "load(path, A) and use LearnedPotential.from_network"
                )
            layout = Layout(tuple(shape), (), channels=1, dense=settings["dense"])
            rank, model = layout.rank, layout.model_channels
            embedded = settings["embedding"] or model
            of_potential = {name: settings[name] for name in ("width", "kernel", "convex")}
            table = {"channels": embedded, "rank": rank, "layers": settings["potential_layers"], **of_potential}
            potential: Potential = call_with(f"{path} (settings of its potential)", Potential, table)
            embedding: Embedding = IdentityEmbedding(model)
            if settings["embedding"]:
                table = {"channels": model, "embedded": embedded, "rank": rank, "kernel": settings["kernel"]}
                embedding = call_with(f"{path} (settings of its embedding)", LearnedEmbedding, table)
        except (KeyError, TypeError) as error:
            raise InputError(f"{path} expects the settings of an OPTEnet, got '{error}'; save it anew") from None
        scale = _scale_of(str(path), normalisation_of(path, description, tensors))
        module = torch.nn.ModuleDict({"potential": potential, "embedding": embedding})
        load_into(path, module, {name: t for name, t in tensors.items() if name.split(".")[0] in module})
        return cls(embedding, potential, scale)

    def bind(self, operator: LinearOperator) -> LearnedPotential:
        """Regularizer for the models of an operator.

        Raises
        ------
        InputError
            If the models are of another rank or length than those trained with.
        """
        shape = tuple(operator.domain_shape)
        rank = self._theta.rank
        fits = len(shape) == rank if rank else int(np.prod(shape)) == self._embedding.channels
        if isinstance(self._embedding, DictionaryEmbedding):
            fits = shape == self._embedding.dictionary.range_shape
        if not fits:
            trained = f"{rank} axes" if rank else f"{self._embedding.channels} cells"
            raise InputError(
                f"LearnedPotential expects models of {trained}, as it was trained with, got {operator.name} with "
                f"models of shape {shape_text(shape)}"
            )
        bound = copy.copy(self)
        bound.embedding = _EmbeddingOperator(self._embedding, shape, rank, self.unit)
        return bound

    def value(self, z: Array) -> float:
        """phi(z)."""
        return float(self._theta.value(_sample(z)))

    def gradient(self, z: Array) -> Array:
        """Gradient of phi at z."""
        return _model(self._theta.gradient(_sample(z)))

    def curvature(self, z: Array, v: Array) -> Array:
        """Hessian of phi at z times v, without the parts that bend downwards."""
        return _model(self._theta.curvature(_sample(z), _sample(v)))


def _scale_of(where: str, normalisation: Normalisation | None) -> float:
    """Unit in which a network counts its models, which are then its own but for that."""
    if normalisation is None:
        return 1.0
    if isinstance(normalisation, Centred) and not bool(normalisation.mean.any()):
        return float(normalisation.scale)
    what = "counts from a mean model" if isinstance(normalisation, Centred) else "whitens its data"
    remedy = (
        "invert the data less those of the mean with LearnedPotential(network.embedding, network.potential, "
        "unit=float(network.normalisation.scale)), and add the mean"
        if isinstance(normalisation, Centred)
        else "train one without normalisation"
    )
    raise InputError(f"{where} expects an OPTEnet whose potential is one of models, got one that {what}; {remedy}")


def _sample(z: Array) -> Tensor:
    """Unknowns of one model as a batch of one."""
    return to_torch(np.ascontiguousarray(z, np.float64)).unsqueeze(0)


def _model(z: Tensor) -> Array:
    """Inverse of :func:`_sample`."""
    return to_numpy(z.squeeze(0))


class _EmbeddingOperator(LinearOperator):
    """E as the inversion sees it: from (embedded, *shape) to shape, in the model's unit."""

    def __init__(self, embedding: Embedding, shape: tuple[int, ...], rank: int, unit: float) -> None:
        self.map, self.unit, self.dtype = embedding, unit, np.dtype(np.float64)
        self.domain_shape = (embedding.embedded, *shape) if rank else (embedding.embedded,)
        self.range_shape = shape
        self.inner_shape = (embedding.channels, *(shape if rank else ()))
        self.kernel = embedding.at(1.0)

    @property
    def name(self) -> str:
        return "the learned embedding"

    def _forward(self, x: Array) -> Array:
        model = to_numpy(self.map(to_torch(x), self.kernel))
        return self.unit * model.reshape(-1, *self.range_shape)

    def _adjoint(self, y: Array) -> Array:
        model = to_torch(self.unit * y).reshape(-1, *self.inner_shape)
        return to_numpy(self.map.adjoint(model, self.kernel))
