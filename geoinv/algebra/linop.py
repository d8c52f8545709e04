"""Former place of :mod:`geoinv.algebra.linear_operator` and :mod:`geoinv.algebra.matrices`."""

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import Identity, MatrixOperator, as_operator, from_scipy

__all__ = ["Identity", "LinearOperator", "MatrixOperator", "as_operator", "from_scipy"]
