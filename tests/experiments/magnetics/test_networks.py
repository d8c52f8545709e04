"""The networks of the magnetic sections are of one size and start apart by their seed alone."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

from geoinv.experiments.magnetics.networks import WITHOUT_EMBEDDING, begins, network_makers
from geoinv.experiments.shared.parameter_matching import parameter_count


def test_networks_have_as_many_parameters_as_eunet_and_their_seed_makes_them(drawn, settings):
    makers = network_makers(settings, drawn)
    assert set(makers) == {"EUnet", "OPTEnet", "Proximal", "LearnedGradient", "plain regression", WITHOUT_EMBEDDING}
    target = parameter_count(makers["EUnet"](0))
    data = torch.from_numpy(drawn.test_data[:3])
    for name, make in makers.items():
        network = make(1).eval()
        assert parameter_count(network) == pytest.approx(target, rel=0.05), name
        with torch.no_grad():
            found, again, other = (net.eval()(data).numpy() for net in (network, make(1), make(2)))
        assert found.shape == (3, 28, 28), name
        assert np.isfinite(found).all(), name
        npt.assert_array_equal(found, again)
        assert not np.array_equal(found, other), name
        assert begins(name)
