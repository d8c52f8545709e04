"""Forward models that are not linear, each around an operator of prisms that is."""

from __future__ import annotations

from geoinv.algebra.forward_model import NonlinearOperator
from geoinv.operators.prisms.operator import PrismOperator
from geoinv.surveys.survey import Survey

__all__ = ["AroundPrisms"]


class AroundPrisms(NonlinearOperator):
    """Data of prisms that are not linear in the model, but made of the data of a linear operator.

    Parameters
    ----------
    inner : PrismOperator
        The linear one: mesh, precision, engine and decay are those of it.
    survey : Survey
        Stations and components of the data.
    unknown : str
        What a model is; "magnetization" is a vector, others one number a cell.
    """

    def __init__(self, inner: PrismOperator, survey: Survey, unknown: str) -> None:
        self.mesh, self.survey, self.unknown, self.dtype = inner.mesh, survey, unknown, inner.dtype
        self.domain_shape = inner.domain_shape if unknown == inner.unknown else inner.mesh.shape
        self.range_shape, self.decay_exponent = survey.range_shape, inner.decay_exponent
        self.choice, self.engine = inner.choice, inner.engine

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Names of the model's dimensions."""
        vector = self.domain_shape != self.mesh.shape
        return ("component", *self.mesh.dims) if vector else self.mesh.dims

    @property
    def range_names(self) -> tuple[str, ...]:
        """Names of the data's dimensions."""
        return ("component", "station")
