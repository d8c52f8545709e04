"""Arrays of a GPU through an engine of the host: there and back, once each."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import numpy.testing as npt
from direct_sums import draws
from makers import padded_grid, scattered_survey

from geoinv.operators import Magnetics
from geoinv.operators.prisms.cuda.through_host import ThroughHost
from geoinv.operators.prisms.dense import Dense


class Device:
    """An array of a library of its own."""

    def __init__(self, values):
        self.values = values


LIBRARY = SimpleNamespace(asarray=Device, asnumpy=lambda array: array.values)


def test_results_are_those_of_the_host_and_lie_on_the_device():
    A = Magnetics(padded_grid(), scattered_survey(("tmi", "bu")), engine="dense")
    host, models_and_data = Dense(A.problem), draws(A, 2)
    device = ThroughHost(host, SimpleNamespace(library=LIBRARY))
    for name, values in zip(("forward", "adjoint"), models_and_data, strict=True):
        found = getattr(device, name)(Device(values))
        assert isinstance(found, Device)
        npt.assert_array_equal(found.values, getattr(host, name)(np.array(values)))
