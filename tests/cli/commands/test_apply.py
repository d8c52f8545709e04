"""Command ``apply``: models from the user's data, with what is known of them in the file."""

from __future__ import annotations

import errno
import json
import os

import numpy as np
import numpy.testing as npt
import pytest
import torch
import xarray as xr
from cli_refusal import refused

from geoinv.algebra.matrices import MatrixOperator
from geoinv.cli import main
from geoinv.embeddings.dictionaries import OverCompleteCosines
from geoinv.learned import OPTEnet, load
from geoinv.operators import Blur

TABLE = {"name": "Blur", "shape": [6, 5], "scale": 1.0}
A = Blur((6, 5), 1.0)
APPLY = ["apply", "w.safetensors", "d.npy", "--out", "m.nc"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Working folder with ``w.safetensors`` and the data of 70 pictures."""
    monkeypatch.chdir(tmp_path)
    OPTEnet(A, embedding=4, layers=2).save("w.safetensors", operator=TABLE)
    np.save("d.npy", A(np.random.default_rng(0).random((70, 6, 5))))
    return tmp_path


def expected(data):
    with torch.no_grad():
        return load("w.safetensors", A)(torch.tensor(data, dtype=torch.float32)).numpy()


def test_models_are_those_of_the_network_and_the_misfit_is_that_of_the_operator(folder, capsys):
    assert main(["apply", "w.safetensors", "d.npy", "--out", "m.npy"]) == 0
    data, models = np.load("d.npy"), np.load("m.npy")
    npt.assert_allclose(models, expected(data), rtol=0, atol=1e-6)
    misfit = np.sqrt(np.mean((A(models) - data) ** 2))
    assert f"{misfit:.4g} per datum" in capsys.readouterr().out


def test_dimensions_and_coordinates_of_the_data_stay_with_the_models(folder):
    data = xr.DataArray(np.load("d.npy")[:3], {"day": [2, 5, 9]}, ("day", "row", "column"), name="picture")
    data.to_netcdf("d.nc")
    assert main(["apply", "w.safetensors", "d.nc", "--out", "m.nc"]) == 0
    with xr.open_dataset("m.nc") as found:
        assert found["model"].dims[0] == "day"
        assert found["day"].values.tolist() == [2, 5, 9]
        assert found.attrs["history"].startswith("geoinv apply w.safetensors")
        npt.assert_allclose(found["model"].values, expected(data.values), rtol=0, atol=1e-6)


def test_one_sample_needs_no_leading_dimension(folder):
    np.save("d.npy", np.load("d.npy")[0])
    assert main(APPLY) == 0
    with xr.open_dataset("m.nc") as found:
        assert found["model"].shape == (6, 5)


def test_channels_are_part_of_a_sample(folder, capsys):
    OPTEnet(A, embedding=4, layers=2, channels=2).save("w.safetensors", operator=TABLE)
    assert "real data of shape ([samples,] 2, 6, 5), got" in refused(APPLY, capsys, folder)
    np.save("d.npy", np.load("d.npy").reshape(35, 2, 6, 5))
    assert main(APPLY) == 0
    with xr.open_dataset("m.nc") as found:
        assert found["model"].dims[:2] == ("sample", "channel")


def test_the_operator_comes_from_a_configuration_where_the_weights_cannot_make_it(folder, capsys):
    matrix = np.random.default_rng(1).random((2, 3))
    OPTEnet(MatrixOperator(matrix), embedding=4, layers=2).save("w.safetensors")
    np.save("d.npy", np.ones((5, 2)))
    assert "its operator, which is not in the file; name it with --config" in refused(APPLY, capsys, folder)
    np.save("A.npy", matrix)
    (folder / "run.toml").write_text('[operator]\nmatrix = "A.npy"\n')
    assert main([*APPLY, "--config", "run.toml"]) == 0
    np.save("A.npy", matrix + np.array([[0.0, 0.1, 0.0], [0.0, 0.0, 0.0]]))
    assert "expects the operator it was trained with, MatrixOperator, got" in refused(
        [*APPLY, "--config", "run.toml"], capsys, folder
    )
    np.save("A.npy", matrix[:, :2])
    assert "expects an operator from (3,) to (2,)" in refused([*APPLY, "--config", "run.toml"], capsys, folder)
    (folder / "run.toml").write_text("[training]\n")
    assert "expects the table [operator]" in refused([*APPLY, "--config", "run.toml"], capsys, folder)


def test_an_operator_of_the_same_shapes_but_another_scale_is_refused(folder, capsys):
    (folder / "run.toml").write_text('[operator]\nname = "Blur"\nshape = [6, 5]\nscale = 1.1\n')
    assert "trained with, Blur (shape [6, 5], scale 1.0), got Blur (shape [6, 5], scale 1.1" in refused(
        [*APPLY, "--config", "run.toml"], capsys, folder
    )


def test_a_network_with_a_dictionary_is_refused_in_the_words_of_the_command(folder, capsys):
    OPTEnet(A, embedding=OverCompleteCosines((6, 5), 2), layers=2).save("w.safetensors")
    assert "apply it in Python: geoinv.learned.load(path, A, dictionary=E)" in refused(APPLY, capsys, folder)


def test_data_that_are_not_of_the_operator_are_doubted(folder, capsys):
    # nothing that a blur gives
    np.save("d.npy", 50.0 * (-1.0) ** np.indices((4, 6, 5)).sum(axis=0))
    assert main(APPLY) == 0
    assert "warning: the models hardly explain the data: do these come from Blur" in capsys.readouterr().err


def test_data_in_foreign_byte_order_give_the_same_models(folder):
    assert main(["apply", "w.safetensors", "d.npy", "--out", "little.npy"]) == 0
    data = np.load("d.npy")
    np.save("d.npy", data.astype(">f8"))
    assert main(["apply", "w.safetensors", "d.npy", "--out", "big.npy"]) == 0
    npt.assert_array_equal(np.load("big.npy"), np.load("little.npy"))
    xr.DataArray(data.astype(">f8"), dims=("day", "row", "column")).to_netcdf("d.nc", format="NETCDF3_CLASSIC")
    assert main(["apply", "w.safetensors", "d.nc", "--out", "classic.npy"]) == 0
    npt.assert_array_equal(np.load("classic.npy"), np.load("little.npy"))


def test_data_too_large_for_single_precision_give_no_models(folder, capsys):
    np.save("d.npy", 1e300 * np.load("d.npy"))
    assert "expects finite models, got nan" in refused(APPLY, capsys, folder)


def test_a_trained_network_gives_its_validation_error_when_it_is_applied(folder, capsys):
    """Models of the validation file, with its noise, come back as well as the record of the training says."""
    random = np.random.default_rng(3)
    np.save("models.npy", random.random((60, 6, 5)))
    np.save("v.npy", validation := random.random((40, 6, 5)))
    (folder / "run.toml").write_text(
        '[operator]\nname = "Blur"\nshape = [6, 5]\nscale = 1.0\n'
        '[data]\nmodels = "models.npy"\nvalidation = "v.npy"\n'
        '[network]\nname = "EUnet"\nembedding = 4\nlayers = 2\n'
        '[training]\nepochs = 3\nbatch = 8\ndevice = "cpu"\nnoise = 0.0\n[output]\nfolder = "out"\n'
    )
    assert main(["train", "run.toml"]) == 0
    record = json.loads((folder / "out" / "record.json").read_text())
    np.save("d.npy", A(validation))
    assert main(["apply", "out/weights.safetensors", "d.npy", "--out", "m.npy"]) == 0
    found = np.sum((np.load("m.npy") - validation) ** 2) / np.sum(validation**2)
    npt.assert_allclose(found, min(epoch["validation_error"] for epoch in record["epochs"]), rtol=1e-4)


def test_a_matrix_that_is_gone_is_named(folder, capsys):
    table = {"matrix": str(folder / "A.npy")}
    OPTEnet(MatrixOperator(np.ones((2, 3))), embedding=4, layers=2).save("w.safetensors", operator=table)
    assert "A.npy expects a file, got none there" in refused(APPLY, capsys, folder)


def cut(folder):
    (folder / "w.safetensors").write_bytes((folder / "w.safetensors").read_bytes()[:-50])


def other_kind(folder):
    from geoinv.learned.layers.weights import write_weights

    write_weights("w.safetensors", "diffusion", {"operator": TABLE}, {"a": torch.ones(1)})


def other_shape(folder):
    np.save("d.npy", np.ones((3, 5, 6)))


def hole(folder):
    data = np.load("d.npy")
    data[2, 3, 4] = np.nan
    np.save("d.npy", data)


def pickled(folder):
    np.save("d.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)


def lost(folder):
    (folder / "w.safetensors").unlink()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (cut, "w.safetensors expects a whole safetensors file"),
        (
            other_kind,
            "expects weights of one of OPTEnet, EUnet, Proximal, LearnedGradient, ModeNetwork, got those of diffusion",
        ),
        (other_shape, "expects real data of shape ([samples,] 6, 5), got float64 of shape (3, 5, 6)"),
        (hole, "finite data, got nan at [2, 3, 4] (1 of 2100 values)"),
        (pickled, "expects an .npy file of numbers"),
        (lost, "w.safetensors expects a weights file that can be read"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_cannot_be_used_is_one_sentence(spoil, sentence, folder, capsys):
    spoil(folder)
    assert sentence in refused(APPLY, capsys, folder)


@pytest.mark.parametrize("out", ["m.nc", "m.npy"])
def test_a_full_disk_leaves_the_old_file(out, folder, capsys, monkeypatch):
    (folder / out).write_bytes(b"old")

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert "expects room on its disk" in refused([*APPLY[:-1], out], capsys, folder)
    assert (folder / out).read_bytes() == b"old"


def test_a_result_of_another_format_is_refused(folder, capsys):
    assert "expects a name that ends in .nc or .npy" in refused([*APPLY[:-1], "m.txt"], capsys, folder)
