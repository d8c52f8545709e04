"""geoinv: geophysical inversion with exact matrix-free operators."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from geoinv.core.backend import appliers
from geoinv.core.checks import InputError
from geoinv.core.version import __version__
from geoinv.meshes.tensor import Grid
from geoinv.surveys.main_field import MainField, total_field_anomaly
from geoinv.surveys.survey import Survey

if TYPE_CHECKING:
    from geoinv import datasets as datasets
    from geoinv import formats as formats
    from geoinv import learned as learned
    from geoinv import operators as operators
    from geoinv.algebra.linear_operator import LinearOperator
    from geoinv.algebra.torch_bridge import as_torch
    from geoinv.equivalent_sources.sources import EquivalentSources
    from geoinv.inversion.depth_of_investigation import depth_of_investigation
    from geoinv.inversion.ensemble import Ensemble, ensemble
    from geoinv.inversion.gauss_newton import GaussNewton
    from geoinv.inversion.invert import invert
    from geoinv.inversion.joint import invert_jointly
    from geoinv.inversion.joint_data import DataSet, Property
    from geoinv.inversion.joint_solution import JointSolution
    from geoinv.inversion.l_curve import l_curve
    from geoinv.inversion.linearised_deviation import linearised_standard_deviation
    from geoinv.inversion.solution import Solution
    from geoinv.meshes.octree import OctreeGrid
    from geoinv.regularizers.base import Regularizer
    from geoinv.regularizers.cross_gradient import structural_error
    from geoinv.regularizers.smooth import Smooth

appliers["torch"] = "geoinv.algebra.torch_bridge:apply"

__all__ = [
    "DataSet",
    "Ensemble",
    "EquivalentSources",
    "GaussNewton",
    "Grid",
    "InputError",
    "JointSolution",
    "LinearOperator",
    "MainField",
    "OctreeGrid",
    "Property",
    "Regularizer",
    "Smooth",
    "Solution",
    "Survey",
    "__version__",
    "as_torch",
    "datasets",
    "depth_of_investigation",
    "ensemble",
    "formats",
    "invert",
    "invert_jointly",
    "l_curve",
    "learned",
    "linearised_standard_deviation",
    "operators",
    "structural_error",
    "total_field_anomaly",
]

_LAZY = {
    "datasets": ("geoinv.datasets", None),
    "formats": ("geoinv.formats", None),
    "learned": ("geoinv.learned", None),
    "operators": ("geoinv.operators", None),
    "DataSet": ("geoinv.inversion.joint_data", "DataSet"),
    "EquivalentSources": ("geoinv.equivalent_sources.sources", "EquivalentSources"),
    "Ensemble": ("geoinv.inversion.ensemble", "Ensemble"),
    "GaussNewton": ("geoinv.inversion.gauss_newton", "GaussNewton"),
    "JointSolution": ("geoinv.inversion.joint_solution", "JointSolution"),
    "LinearOperator": ("geoinv.algebra.linear_operator", "LinearOperator"),
    "OctreeGrid": ("geoinv.meshes.octree", "OctreeGrid"),
    "Property": ("geoinv.inversion.joint_data", "Property"),
    "Regularizer": ("geoinv.regularizers.base", "Regularizer"),
    "Smooth": ("geoinv.regularizers.registry", "Smooth"),
    "as_torch": ("geoinv.algebra.torch_bridge", "as_torch"),
    "Solution": ("geoinv.inversion.solution", "Solution"),
    "depth_of_investigation": ("geoinv.inversion.depth_of_investigation", "depth_of_investigation"),
    "ensemble": ("geoinv.inversion.ensemble", "ensemble"),
    "invert": ("geoinv.inversion.invert", "invert"),
    "invert_jointly": ("geoinv.inversion.joint", "invert_jointly"),
    "l_curve": ("geoinv.inversion.l_curve", "l_curve"),
    "linearised_standard_deviation": ("geoinv.inversion.linearised_deviation", "linearised_standard_deviation"),
    "structural_error": ("geoinv.regularizers.cross_gradient", "structural_error"),
}


def __getattr__(name: str) -> Any:
    """Resolve what is heavy (numba, xarray) on first use."""
    if name not in _LAZY and name[0].isupper():
        from geoinv.regularizers import registry

        # regularizers are listed there, each in one line
        if name in registry.__all__:
            return getattr(registry, name)
    if name not in _LAZY:
        raise AttributeError(f"module 'geoinv' has no attribute {name!r}")
    module, attribute = _LAZY[name]
    value = import_module(module)
    if attribute is not None:
        value = getattr(value, attribute)
    globals()[name] = value
    _bring_accessor()
    return value


def _bring_accessor() -> None:
    """Register ``dataset.geoinv`` where xarray is in use: importing it for that alone would take half a second."""
    if "xarray" in sys.modules:
        import_module("geoinv.accessor")


def __dir__() -> list[str]:
    """Names that are there, lazy ones included."""
    return sorted({*globals(), *_LAZY})


_bring_accessor()
