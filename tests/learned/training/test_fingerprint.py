"""What a training is of: it goes on with the same operator, network and models only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import training_problem
from stopped_training import StoppedError, resumed, weights_of
from torch import nn

from geoinv import InputError
from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.checks import InputWarning
from geoinv.learned import OPTEnet
from geoinv.learned.training.checkpoint import FILE
from geoinv.learned.training.train import fit
from geoinv.operators import Blur, MagneticSection


def begun(folder, network, A, models, validation, **changes):
    """Train two epochs of four, as if stopped then."""

    def stop(record):
        if record.epoch == 2:
            raise StoppedError

    settings = replace(training_problem.SETTINGS, epochs=4, **changes)
    with pytest.raises(StoppedError):
        fit(network, A, models, validation, settings, folder, callback=stop, checkpoint_seconds=0.0)


MATRIX = np.random.default_rng(1).standard_normal((5, 30))
VALUES = "an operator of the same name and shapes with other values"


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(
    ("first", "other"),
    [
        (Blur((6, 5), 0.5), Blur((6, 5), 4.0)),
        (Blur((6, 5), 2.0), Blur((6, 5), 2.0, "zero")),
        (MagneticSection((6, 5)), MagneticSection((6, 5), height=5.0)),
        (MatrixOperator(MATRIX), MatrixOperator(-MATRIX)),
        (MatrixOperator(MATRIX), MatrixOperator(MATRIX[::-1])),
        (MatrixOperator(MATRIX), MatrixOperator(MATRIX * (1.0 + 1e-3))),
    ],
    ids=["scale", "boundary", "height", "sign", "order", "unit"],
)
def test_a_training_does_not_go_on_with_another_operator_of_its_name(first, other, tmp_path):
    random = np.random.default_rng(0)
    models, validation = random.random((12, *first.domain_shape)), random.random((4, *first.domain_shape))
    begun(tmp_path, OPTEnet(first, embedding=4, layers=2), first, models, validation)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(InputError, match=f"expects the training that it was made by, got {VALUES}"):
        resumed(tmp_path, OPTEnet(other, embedding=4, layers=2), other, models, validation)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.usefixtures("one_thread")
def test_a_training_goes_on_with_the_same_operator_up_to_rounding(tmp_path):
    random = np.random.default_rng(0)
    models, validation = random.random((12, 30)), random.random((4, 30))
    first, same = MatrixOperator(MATRIX), MatrixOperator(MATRIX * (1.0 + 1e-9))
    begun(tmp_path, OPTEnet(first, embedding=4, layers=2), first, models, validation)
    assert len(resumed(tmp_path, OPTEnet(same, embedding=4, layers=2), same, models, validation).epochs) == 4


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"network": OPTEnet(training_problem.problem()[0], embedding=4, layers=2, seed=1)}, "other first weights"),
        ({"network": OPTEnet(training_problem.problem()[0], embedding=4, layers=3)}, "network layers = 3"),
        ({"models": training_problem.problem()[1] + 1e-6}, "other training models"),
        ({"models": training_problem.problem()[1].reshape(32, 1, 6, 5)}, "other training models"),
        ({"validation": training_problem.problem()[2][::-1]}, "other validation models"),
    ],
    ids=["seed", "layers", "models", "shape", "validation"],
)
def test_a_training_does_not_go_on_with_another_network_or_other_models(change, told, tmp_path):
    A, models, validation = training_problem.problem()
    given = {"network": OPTEnet(A, embedding=4, layers=2), "A": A, "models": models, "validation": validation}
    begun(tmp_path, **given)
    with pytest.raises(InputError, match=f"expects the training that it was made by, got .*{told}"):
        resumed(tmp_path, **{**given, **change})


@pytest.mark.usefixtures("one_thread")
def test_a_network_that_was_trained_so_far_goes_on_in_the_same_session(tmp_path):
    # who is interrupted in a notebook calls again with the network at hand
    A, models, validation = training_problem.problem()
    network = OPTEnet(A, embedding=4, layers=2)
    begun(tmp_path, network, A, models, validation)
    resumed(tmp_path, network, A, models, validation)
    whole = OPTEnet(A, embedding=4, layers=2)
    fit(whole, A, models, validation, replace(training_problem.SETTINGS, epochs=4))
    assert all(torch.equal(tensor, weights_of(whole)[name]) for name, tensor in weights_of(network).items())


def plain(activation, seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(30, 30), activation(), nn.Unflatten(1, (6, 5)))


@pytest.mark.usefixtures("one_thread")
def test_a_network_without_a_seed_goes_on_with_a_warning(tmp_path):
    # its first weights may be what they are by chance: what was trained for hours is not lost for that
    A, models, validation = training_problem.problem()
    begun(tmp_path, plain(nn.Tanh, 0), A, models, validation)
    with pytest.warns(InputWarning, match="made by a network with other first weights.* that of the first network"):
        record = resumed(tmp_path, plain(nn.Tanh, 1), A, models, validation)
    whole = fit(plain(nn.Tanh, 0), A, models, validation, replace(training_problem.SETTINGS, epochs=4))
    assert [e.validation_loss for e in record.epochs] == pytest.approx([e.validation_loss for e in whole.epochs])


@pytest.mark.usefixtures("one_thread")
def test_a_network_of_other_layers_with_the_same_weights_is_refused(tmp_path):
    A, models, validation = training_problem.problem()
    begun(tmp_path, plain(nn.Tanh, 0), A, models, validation)
    with pytest.raises(InputError, match="got a network of other layers"):
        resumed(tmp_path, plain(nn.ReLU, 0), A, models, validation)
