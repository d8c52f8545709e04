"""Arrays of a GPU through an engine of the host, where the GPU has none of its own."""

from __future__ import annotations

from typing import Any

from geoinv.operators.cuda import Runner
from geoinv.operators.prisms.problem import Engine

__all__ = ["ThroughHost"]


class ThroughHost:
    """Engine of the host for arrays on a GPU, which go there and back.

    Parameters
    ----------
    engine : Engine
        Of the host.
    runner : Runner
        Of the GPU.
    """

    def __init__(self, engine: Engine, runner: Runner) -> None:
        self._engine, self._library = engine, runner.library

    def forward(self, models: Any) -> Any:
        """Data (batch, components, stations) of models (batch, unknowns, *cells)."""
        return self._library.asarray(self._engine.forward(self._library.asnumpy(models)))

    def adjoint(self, data: Any) -> Any:
        """Transpose of :meth:`forward`."""
        return self._library.asarray(self._engine.adjoint(self._library.asnumpy(data)))
