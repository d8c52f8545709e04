"""Command ``train``: from a configuration to weights, and every configuration that cannot be used."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
import torch
from cli_refusal import refused
from small_training import GRID, SMALL, made_training

from geoinv import Grid, InputError, MainField, Survey
from geoinv.cli import main
from geoinv.core.progress import reporting
from geoinv.formats import write_netcdf
from geoinv.formats.netcdf_file import open_netcdf
from geoinv.learned import load
from geoinv.learned.layers.weights import read_weights
from geoinv.learned.networks.unrolled import UnrolledNetwork
from geoinv.learned.training.configuration import EXAMPLE
from geoinv.operators import Blur, Gravity, Magnetics, TotalTime


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Working folder with ``run.toml`` and 20 models."""
    monkeypatch.chdir(tmp_path)
    made_training(tmp_path)
    return tmp_path


@pytest.fixture
def trained(command_training, tmp_path, monkeypatch):
    """Working folder in which the training of ``run.toml`` is done, in out/, and that of its grid, in grid/."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(command_training, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_the_example_that_is_printed_trains(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--example"]) == 0
    printed = capsys.readouterr().out
    assert printed == EXAMPLE
    np.save("models.npy", np.random.default_rng(0).random((20, 16, 16)))
    (tmp_path / "run.toml").write_text(printed.replace("epochs = 20 ", "epochs = 1 "))
    assert main(["train", "run.toml"]) == 0
    told = capsys.readouterr().out
    assert "Blur, (16, 16) to (16, 16)" in told
    assert "18 of shape (16, 16) for training, 2 for validation" in told
    assert "in epoch 1" in told
    assert len(json.loads((tmp_path / "trained" / "record.json").read_text())["epochs"]) == 1
    A = Blur((16, 16), 1.5)
    assert load(tmp_path / "trained" / "weights.safetensors", A).parameter_count > 0


def test_a_resumed_training_gives_the_same_weights_and_keeps_its_operator(trained):
    weights = (trained / "out" / "weights.safetensors").read_bytes()
    assert main(["train", "run.toml", "--resume"]) == 0
    assert (trained / "out" / "weights.safetensors").read_bytes() == weights
    description, _ = read_weights(trained / "out" / "weights.safetensors")
    # with what the configuration left to the defaults
    assert description["operator"].items() >= {"name": "Blur", "shape": [6, 5], "scale": 1.0}.items()


def test_a_second_training_does_not_overwrite_the_first(trained, capsys):
    assert "expects to be continued" in refused(["train", "run.toml"], capsys, trained)


def test_the_grid_keeps_its_table_and_the_best_weights(folder, capsys):
    (folder / "run.toml").write_text(SMALL + "[grid]\nlearning_rate = [1e-2, 1e-5]\n")
    assert main(["train", "run.toml", "--grid"]) == 0
    assert "learning rate 0.01, weight decay 0, batch 8; 2 combinations tried" in capsys.readouterr().out
    assert {path.name for path in (folder / "out").iterdir()} == {"weights.safetensors", "grid.json", "grid.csv"}
    assert main(["train", "run.toml", "--grid", "--resume"]) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_training_that_can_be_resumed(number, folder, capsys, monkeypatch):
    (folder / "run.toml").write_text(SMALL.replace("epochs = 2", "epochs = 5"))
    assert main(["train", "run.toml", "--out", "whole"]) == 0
    monkeypatch.setattr("geoinv.learned.training.train.fit.__defaults__", (None, False, None, 0.0))

    def stop(step, done, total):
        if step.startswith("training, epoch 4 "):
            os.kill(os.getpid(), number)

    with reporting(stop):
        assert main(["train", "run.toml"]) == 1
    assert capsys.readouterr().err == "geoinv: interrupted; what out holds goes on with --resume\n"
    assert {path.name for path in (folder / "out").iterdir()} == {"checkpoint.safetensors"}
    assert main(["train", "run.toml", "--resume"]) == 0
    one, other = (folder / name / "weights.safetensors" for name in ("out", "whole"))
    assert one.read_bytes() == other.read_bytes()


def test_a_signal_before_the_first_checkpoint_promises_nothing(folder, capsys):
    def stop(step, done, total):
        if step.startswith("training"):
            os.kill(os.getpid(), signal.SIGTERM)

    with reporting(stop):
        assert main(["train", "run.toml"]) == 1
    assert capsys.readouterr().err == "geoinv: interrupted before the first checkpoint; nothing is there to resume\n"


def test_trained_weights_whose_folder_is_full_are_kept_elsewhere(folder, capsys, monkeypatch):
    save = UnrolledNetwork.save

    def full(self, path, **extra):
        if path.parent.name == "out":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        save(self, path, **extra)

    monkeypatch.setattr(UnrolledNetwork, "save", full)
    assert main(["train", "run.toml"]) == 1
    assert f"the result stands in {folder / 'weights.safetensors'} in its place" in capsys.readouterr().err
    assert load(folder / "weights.safetensors", Blur((6, 5), 1.0)).parameter_count > 0


def test_a_table_without_its_weights_is_refused(trained, capsys):
    (trained / "grid" / "weights.safetensors").unlink()
    told = refused(["train", "run.toml", "--grid", "--resume", "--out", "grid"], capsys, trained)
    assert told.startswith("grid/weights.safetensors expects to stand beside grid.json")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("scale = 1.0", "scale = 2.0", "an operator of the same name and shapes with other values"),
        ("layers = 2", "layers = 3", "network layers = 3 where that had 2"),
        ("validation = 0.2", "validation = 0.4", "other training models"),
        ("batch = 8", "batch = 8\nseed = 1", "settings seed = 1 where that had 0"),
    ],
)
@pytest.mark.parametrize("grid", [False, True], ids=["one", "grid"])
def test_resuming_another_configuration_is_refused(grid, old, new, told, trained, capsys):
    options = ["--grid", "--out", "grid"] if grid else []
    (trained / "run.toml").write_text(SMALL.replace(old, new) + GRID)
    assert told in refused(["train", "run.toml", *options, "--resume"], capsys, trained)


@pytest.mark.parametrize("kind", ["matrix", "duathlon", "netcdf"])
def test_other_operators_and_data_are_taken(kind, folder):
    import xarray as xr

    operators = {"matrix": 'matrix = "A.npy"', "duathlon": 'name = "TotalTime"', "netcdf": 'name = "TotalTime"'}
    data = {"matrix": 'models = "m.npy"\nvalidation = "v.npy"', "duathlon": 'name = "duathlon"\ncount = 50'}
    random = np.random.default_rng(0)
    np.save("A.npy", random.random((3, 4)))
    np.save("m.npy", random.random((9, 4)))
    np.save("v.npy", random.random((5, 4)))
    xr.DataArray(random.random((9, 2)), dims=("race", "leg"), name="times").to_netcdf("m.nc")
    chosen = data.get(kind, 'models = "m.nc"')
    text = SMALL.replace('models = "models.npy"\nvalidation = 0.2', chosen)
    text = text.replace('name = "Blur"\nshape = [6, 5]\nscale = 1.0', operators[kind])
    (folder / "run.toml").write_text(text)
    assert main(["train", "run.toml"]) == 0
    if kind == "duathlon":
        assert load("out/weights.safetensors", TotalTime()).settings["layers"] == 2


PRISMS = {
    "Magnetics": "mesh = {shape = [2, 4, 4], spacing = [50, 50, 50], origin = [-100, 0, 0]}\n"
    "survey = {height = 20.0}\nfield = [65, 25, 50000]",
    "Gravity": 'mesh = "mesh.nc"\nsurvey = "survey.nc"',
}


@pytest.mark.parametrize("kind", PRISMS)
def test_a_survey_over_a_mesh_is_trained_for_and_applied(kind, folder, capsys):
    """From files, and from numbers; the weights hold without these, and for no other survey."""
    grid = Grid.regular((2, 4, 4), (50, 50, 50), (-100, 0, 0))
    component, field = ("tmi", MainField(65, 25, 50000)) if kind == "Magnetics" else ("gz", None)
    survey = Survey(*grid.columns(), np.full(16, 20.0), (component,), field)
    write_netcdf("mesh.nc", grid.to_xarray(density=np.zeros(grid.shape)))
    write_netcdf("survey.nc", survey.to_xarray())
    models = np.random.default_rng(0).random((20, *grid.shape))
    np.save("models.npy", models)
    text = SMALL.replace('name = "Blur"\nshape = [6, 5]\nscale = 1.0', f'name = "{kind}"\n{PRISMS[kind]}')
    settings = 'loss = "relative"\noptimizer = "AdamW"\nwarmup = 2\naverage = 0.5\nschedule = "cosine per step"\n'
    text = text.replace("[training]\n", f'normalisation = "Centred"\n[training]\n{settings}')
    (folder / "run.toml").write_text(text)
    assert main(["train", "run.toml"]) == 0
    centred = load("out/weights.safetensors").normalisation
    npt.assert_allclose(centred.mean.numpy(), 0.5, atol=0.35)  # of 16 models, a standard deviation of 0.07
    assert float(centred.scale) == pytest.approx(12**-0.5, rel=0.1)
    assert f"{kind} of {component}, " in capsys.readouterr().out
    for name in ("mesh.nc", "survey.nc", "run.toml"):
        os.remove(name)
    operator = {"Magnetics": Magnetics, "Gravity": Gravity}[kind]
    A = operator(grid, survey)
    np.save("d.npy", A(models[:3]))
    assert main(["apply", "out/weights.safetensors", "d.npy", "--out", "m.nc"]) == 0
    with open_netcdf("m.nc") as found, torch.no_grad():
        assert found["model"].dims == ("sample", "upward", "northing", "easting")
        expected = load("out/weights.safetensors", A)(torch.from_numpy(A(models[:3]))).numpy()
        npt.assert_allclose(found["model"].values, expected, rtol=0, atol=1e-4 * abs(expected).max())
    with pytest.raises(InputError, match=r"expects the geometry .* with other heights of its stations"):
        load("out/weights.safetensors", operator(grid, replace(survey, upward=survey.upward + 10.0)))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("epochs = 2", "epoch = 2", "run.toml [training] expects loss, data_weight, learning_rate"),
        ("epochs = 2", "epoch = 2", "got the unknown key 'epoch'"),
        ("epochs = 2", "epochs = 2.5", "[training] expects epochs to be a whole number, got 2.5"),
        ("epochs = 2", 'loss = "huber"', "loss to be one of norm, squared, relative, data; got 'huber'"),
        ("epochs = 2", "batch2", "expects TOML"),
        ("[output]", "[outputs]", "tables [operator], [data], [network], [training], [grid], [output], got 'outputs'"),
        ('folder = "out"', 'folders = "out"', "[output] expects folder; got the unknown key 'folders'"),
        ("scale = 1.0", "scales = 1.0", "[operator] expects shape, scale, boundary, method, dtype; got the unknown"),
        ("scale = 1.0", "", "[operator] expects scale, got none; add it"),
        ("scale = 1.0", "scale = -1.0", "Blur expects positive scale"),
        ("scale = 1.0", 'scale = "wide"', "[operator] expects scale to be a number, got 'wide'"),
        (
            'name = "Blur"',
            'name = "Blurr"',
            "name to be one of Blur, MagneticSection, StraightRayTomography, TotalTime, Magnetics, Gravity; got",
        ),
        ('name = "Blur"', "", '[operator] expects name = "Blur" or another operator'),
        (
            'name = "OPTEnet"',
            'name = "UNet"',
            "name to be one of OPTEnet, EUnet, Proximal, LearnedGradient; got 'UNet'",
        ),
        ("layers = 2", 'layers = 2\nnormalisation = "centred"', "normalisation to be one of Centred; got 'centred'"),
        ("epochs = 2", "layers = [2, 4]", "to draw them from [2, 4], got OPTEnet; leave layers out"),
        ("layers = 2", "layer = 2", "[network] expects embedding, channels, layers"),
        ("layers = 2", "layers = true", "[network] expects layers to be a whole number, got True"),
        ("layers = 2", "layers = 0", "[network]: OPTEnet expects channels and layers of one or more"),
        ('models = "models.npy"', 'models = "lost.npy"', "lost.npy expects a file, got none there"),
        ('models = "models.npy"', 'models = "run.toml"', "expects a name that ends in .npy or .nc"),
        ('models = "models.npy"', 'name = "cifar"', "name to be one of mnist, photographs, stl10, duathlon"),
        ('models = "models.npy"', "", "either models"),
        (
            'models = "models.npy"',
            'model = "a"',
            "[data] expects models, name, folder, count, validation; got the unknown",
        ),
        ("validation = 0.2", "validation = 0.001", "got 20 in all of which 0 are for validation"),
        ("validation = 0.2", "validation = 2", "validation to be a file or a share between 0 and 1, got 2"),
        ("[6, 5]", "[5, 6]", "training models of shape (samples, [channels,] 5, 6), as Blur takes them"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_one_sentence(old, new, sentence, folder, capsys):
    (folder / "run.toml").write_text(SMALL.replace(old, new))
    (folder / "out").mkdir()
    assert sentence in refused(["train", "run.toml"], capsys, folder)


def test_a_file_that_is_not_there_or_not_numbers_is_one_sentence(folder, capsys):
    assert "expects a configuration, got 'No such file" in refused(["train", "lost.toml"], capsys, folder)
    (folder / "models.npy").write_bytes((folder / "models.npy").read_bytes()[:200])
    assert "expects an .npy file of numbers" in refused(["train", "run.toml"], capsys, folder)


def test_models_with_a_hole_are_refused_with_its_place(folder, capsys):
    models = np.ones((20, 6, 5))
    models[:, 3, 2] = np.nan
    np.save("models.npy", models)
    assert "finite training models, got nan at [0, 3, 2] (16 of 480 values)" in refused(
        ["train", "run.toml", "--out", "."], capsys, folder
    )


def test_help_does_not_import_torch():
    script = "import sys; from geoinv.cli import main; main(['train', '--help']); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=False).returncode == 0


@pytest.mark.parametrize("arguments", [["train", "run.toml"], ["apply", "w.safetensors", "d.npy", "--out", "m.npy"]])
def test_without_torch_the_extra_is_named(arguments, folder, capsys, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("geoinv.learned")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "torch, which is not installed; run: pip install 'geoinv[learn]'" in refused(arguments, capsys, folder)
