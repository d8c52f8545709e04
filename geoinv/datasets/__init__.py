"""Data with a known answer: the demo survey, and the images that the learned methods are trained on."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geoinv.datasets.blobs3d import blobs3d, blobs3d_operator
from geoinv.datasets.free_pictures import FreePictures, free_pictures
from geoinv.datasets.geology import Geology, RandomGeology
from geoinv.datasets.mnist import mnist
from geoinv.datasets.photographs import photographs
from geoinv.datasets.pictures import Pictures, pictures
from geoinv.datasets.stl10 import stl10

if TYPE_CHECKING:
    from geoinv.datasets.demo import (
        BODIES,
        Body,
        Demo,
        Ellipsoid,
        Sheet,
        demo_survey,
        ground,
        write_demo,
    )
    from geoinv.datasets.geology.surveys import RandomSurveys, SyntheticSurvey

__all__ = [
    "BODIES",
    "Body",
    "Demo",
    "Ellipsoid",
    "FreePictures",
    "Geology",
    "Pictures",
    "RandomGeology",
    "RandomSurveys",
    "Sheet",
    "SyntheticSurvey",
    "blobs3d",
    "blobs3d_operator",
    "demo_survey",
    "free_pictures",
    "ground",
    "mnist",
    "photographs",
    "pictures",
    "stl10",
    "write_demo",
]

# these need the operators, and with them numba
_LAZY = {
    **dict.fromkeys(
        ("BODIES", "Body", "Demo", "Ellipsoid", "Sheet", "demo_survey", "ground", "write_demo"), "geoinv.datasets.demo"
    ),
    **dict.fromkeys(("RandomSurveys", "SyntheticSurvey"), "geoinv.datasets.geology.surveys"),
}


def __getattr__(name: str) -> Any:
    """Resolve what needs the operators on first use."""
    if name not in _LAZY:
        raise AttributeError(f"module 'geoinv.datasets' has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(_LAZY[name]), name)
    return value


def __dir__() -> list[str]:
    """Names that are there, lazy ones included."""
    return sorted({*globals(), *_LAZY})
