"""Regression in the unit of its data."""

from __future__ import annotations

import numpy.testing as npt
import pytest
import torch

from geoinv.experiments.shared.regression import RegressionNetwork
from geoinv.operators import MagneticSection

pytest.importorskip("matplotlib")


def test_a_regression_network_is_indifferent_to_the_unit_of_its_data():
    A = MagneticSection((3, 4))
    data = torch.randn(40, 4, generator=torch.Generator().manual_seed(0))
    one, other = RegressionNetwork(A, data, width=8), RegressionNetwork(A, 1e-6 * data, width=8)
    npt.assert_allclose(other(1e-6 * data).detach(), one(data).detach(), rtol=1e-4, atol=1e-6)
