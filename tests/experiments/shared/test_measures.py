"""Errors of reconstructions beside their definitions."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

from geoinv.core.checks import InputError
from geoinv.experiments.shared.measures import mean_square_error, nmse, psnr

pytest.importorskip("matplotlib")


def test_errors_are_those_of_their_definitions():
    truth = np.array([[1.0, 0.0], [0.0, 2.0]])
    found = torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    assert nmse(found, truth) == 1.0
    assert mean_square_error(found, truth) == 1.25
    npt.assert_allclose(psnr(found, truth, peak=2.0), 5.0 * (np.log10(8.0) + np.log10(2.0)))
    assert psnr(truth, truth) == np.inf
    with pytest.raises(InputError, match=r"expects recovered models of the shape of the true ones"):
        nmse(found[:1], truth)
    with pytest.raises(InputError, match="not zero everywhere"):
        nmse(found, 0.0 * truth)
