"""Every file of weights in ``results/`` gives, through ``load`` and ``geoinv apply``, what its table says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.testing as npt
import pytest
from checkout import ROOT

torch = pytest.importorskip("torch")

from geoinv.cli import main  # noqa: E402
from geoinv.core.checks import InputError  # noqa: E402
from geoinv.datasets import Pictures  # noqa: E402
from geoinv.datasets.photographs import photographs  # noqa: E402
from geoinv.experiments.deblurring.problem import Deblurring  # noqa: E402
from geoinv.experiments.duathlon.problem import Duathlon  # noqa: E402
from geoinv.experiments.magnetics.problem import Magnetics  # noqa: E402
from geoinv.experiments.shared.measures import nmse  # noqa: E402
from geoinv.experiments.shared.preset import RunSettings  # noqa: E402
from geoinv.learned import LearnedPotential, load  # noqa: E402
from geoinv.operators import Blur, MagneticSection  # noqa: E402

RESULTS = ROOT / "results"
FILES = sorted(path.relative_to(RESULTS).as_posix() for path in RESULTS.glob("*/*.safetensors"))


def figure(experiment: str, **of: str) -> tuple[float, float]:
    """Value of the one row of a table that is asked for, and its spread over the seeds."""
    rows = json.loads((RESULTS / experiment / "table.json").read_text(encoding="utf-8"))
    (row,) = (row for row in rows if all(row[key] == value for key, value in of.items()))
    return row["value"], row["spread"] or 0.0


def duathlon(path: Path, data: Path) -> tuple[Any, Any, Callable[[Any], float], tuple[float, float]]:
    # a fifth of the test models of the table: its ratio to the Bayes error hardly depends on which
    problem = Duathlon.draw(10_000, 20_000, 0)
    expected = figure("duathlon", case="squared loss", method=path.stem, metric="NMSE / Bayes error")
    return problem.test_data, problem.A, lambda found: nmse(found, problem.test) / problem.bayes_error, expected


def magnetics(path: Path, data: Path) -> tuple[Any, Any, Callable[[Any], float], tuple[float, float]]:
    if not (data / "mnist").is_dir():
        pytest.skip(f"no MNIST in {data}")
    problem = Magnetics.of(RunSettings("cpu", 0, path.parent))
    run = json.loads((path.parent / "run.json").read_text(encoding="utf-8"))
    value = float(run["weights"].rpartition("NMSE ")[2])  # the table has the mean over the seeds
    # some from all over the test models of the table, whose error differs by what is drawn
    some = slice(None, None, 5)
    return problem.test_data[some], problem.A, lambda found: nmse(found, problem.test[some]), (value, 0.003 * value)


def deblurring(path: Path, data: Path) -> tuple[Any, Any, Callable[[Any], float], tuple[float, float]]:
    if not (data / "photographs").is_dir():
        pytest.skip(f"no photographs in {data}")
    name, _, scale = path.stem.partition("-s")
    validation, test = photographs("validation"), photographs("test")
    problem = Deblurring.of(Pictures("", test[:1], validation, test), float(scale), 0)
    expected = figure("deblurring", case=f"s = {scale}", method=name, metric="NMSE, first 8 test pictures")
    return problem.test_data[:8], problem.A, lambda found: nmse(found, problem.test[:8]), expected


PROBLEMS = {"duathlon": duathlon, "magnetics": magnetics, "deblurring": deblurring}


@pytest.mark.parametrize("file", FILES)
def test_committed_weights_reach_the_figure_of_their_table(file, tmp_path, monkeypatch, request):
    path = RESULTS / file
    data = request.getfixturevalue("shared_data") if path.parent.name != "duathlon" else tmp_path
    if path.parent.name != "duathlon":
        monkeypatch.setenv("GEOINV_DATA", str(data))
    test_data, A, error, (value, spread) = PROBLEMS[path.parent.name](path, data)
    np.save(tmp_path / "data.npy", test_data)
    assert main(["apply", str(path), str(tmp_path / "data.npy"), "--out", str(tmp_path / "models.npy")]) == 0
    found = np.load(tmp_path / "models.npy")
    assert error(found) == pytest.approx(value, abs=1e-4 * value + 3.0 * spread)
    with torch.no_grad():
        few = load(path, A)(torch.from_numpy(test_data[:5]).float()).numpy()
    npt.assert_allclose(few, found[:5], rtol=0, atol=1e-4 * np.abs(found[:5]).max())


@pytest.mark.parametrize("file", FILES)
def test_committed_weights_are_a_potential_of_the_classical_loop_or_say_why_not(file):
    """E and phi of the file, as the loop takes them, make the network's own first step."""
    path = RESULTS / file
    if path.stem != "OPTEnet":
        with pytest.raises(InputError, match=rf"of a LearnedPotential or an OPTEnet, got those of {path.stem[:5]}"):
            LearnedPotential.load(path)
        return
    network = load(path).double()
    A = network.operator
    phi = LearnedPotential.load(path).bind(A)
    E = phi.embedding
    data = np.array([1.7])
    with torch.no_grad():
        first, second = (model.numpy() for model in network.trajectory(torch.from_numpy(data))[:2])
        start, step = float(network.start.at(0.0)), float(network.steps.all()[0])
    z = start * E.T(A.T(data))
    npt.assert_allclose(E(z), first, rtol=1e-5)
    z = z - step * (E.T(A.T(A(E(z)) - data)) + phi.gradient(z))
    npt.assert_allclose(E(z), second, rtol=1e-5)


def test_there_are_committed_weights_of_every_experiment_that_saves_some():
    assert {file.partition("/")[0] for file in FILES} == set(PROBLEMS)


def test_committed_weights_refuse_the_operator_of_other_weights():
    with pytest.raises(InputError, match=r"it was trained with, Blur \(shape \[96, 96\], scale 9.0, .*differ by"):
        load(RESULTS / "deblurring" / "EUnet-s9.safetensors", Blur((96, 96), 3.0))
    with pytest.raises(InputError, match=r"MagneticSection \(shape \[28, 28\], height 0.5, .*train anew"):
        load(RESULTS / "magnetics" / "EUnet.safetensors", MagneticSection((28, 28), height=1.0))
