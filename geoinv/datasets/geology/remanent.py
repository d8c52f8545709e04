"""Bodies with a remanent magnetization, in any direction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geoinv.datasets.geology.boxes import block, dyke
from geoinv.datasets.geology.events import Body, Event
from geoinv.datasets.geology.intrusions import ellipsoid, pipe
from geoinv.datasets.geology.space import Space

__all__ = ["remanent_body"]

SHAPES = (dyke, block, ellipsoid, pipe)


def remanent_body(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """Dyke, block, ellipsoid or pipe with a Koenigsberger ratio of 1 to 10, remanent in any direction."""
    (body,) = SHAPES[random.integers(len(SHAPES))](random, space)
    assert isinstance(body, Body)
    towards = random.standard_normal(3)
    ratio = np.exp(random.uniform(0.0, np.log(10.0)))
    return (replace(body, remanence=ratio * towards / np.linalg.norm(towards)),)
