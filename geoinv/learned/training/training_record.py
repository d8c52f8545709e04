"""What a training came to, epoch by epoch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["EpochRecord", "TrainingRecord"]


@dataclass(frozen=True)
class EpochRecord:
    """One pass over the training models.

    Parameters
    ----------
    epoch : int
        From 1.
    train_loss, validation_loss : float
        Mean loss of a sample; that of training is taken while the weights still move.
    train_error, validation_error : float
        NMSE: sum of ``|f(b) - x|^2`` over sum of ``|x|^2``.
    learning_rate : float
        Of this epoch.
    seconds : float
        It took, validation included.
    """

    epoch: int
    train_loss: float
    train_error: float
    validation_loss: float
    validation_error: float
    learning_rate: float
    seconds: float


@dataclass
class TrainingRecord:
    """All epochs of a training.

    Attributes
    ----------
    epochs : list of EpochRecord
        In order.

    Examples
    --------
    >>> first = EpochRecord(1, 2.0, 0.4, 2.1, 0.5, learning_rate=1e-3, seconds=0.1)
    >>> second = EpochRecord(2, 1.0, 0.2, 2.2, 0.6, learning_rate=1e-3, seconds=0.1)
    >>> TrainingRecord([first, second]).best.epoch
    1
    """

    epochs: list[EpochRecord] = field(default_factory=list)

    @property
    def best(self) -> EpochRecord:
        """The first epoch of the smallest validation loss: the result has its weights."""
        return min(self.epochs, key=lambda epoch: epoch.validation_loss)

    @property
    def seconds(self) -> float:
        """Time of all epochs."""
        return sum(epoch.seconds for epoch in self.epochs)

    def to_json(self) -> dict[str, Any]:
        """Return what :meth:`from_json` takes."""
        return {"epochs": [asdict(epoch) for epoch in self.epochs]}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> TrainingRecord:
        """Record that :meth:`to_json` gave.

        Raises
        ------
        KeyError, TypeError, AttributeError
            If it is none.
        """
        for epoch in content["epochs"]:
            if not all(type(value) in (int, float) for value in epoch.values()):
                raise TypeError("an epoch with other than numbers")
        return cls([EpochRecord(**epoch) for epoch in content["epochs"]])
