"""Models in VTK files, read back by PyVista."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import random_octree

from geoinv import Grid, InputError
from geoinv.formats import convert, write_model

pyvista = pytest.importorskip("pyvista")

GRID = Grid([0.0, 10.0, 30.0], [0.0, 5.0, 7.0, 9.0], [-4.0, -1.0, 0.0])


@pytest.mark.parametrize(
    ("mesh", "suffix"),
    [(GRID.with_active(np.arange(12).reshape(GRID.shape) > 2), "vtr"), (random_octree((4, 4, 8), holes=0.2), "vtu")],
)
def test_models_and_vectors_are_cell_data_at_the_centres_of_their_cells(tmp_path, mesh, suffix):
    model = np.arange(float(mesh.size)).reshape(mesh.shape)
    write_model(tmp_path / f"model.{suffix}", mesh, model, "density")
    write_model(tmp_path / f"vectors.{suffix}", mesh, np.stack([model, 2.0 * model, -model]), "magnetization")
    data, vectors = (pyvista.read(tmp_path / f"{name}.{suffix}") for name in ("model", "vectors"))
    centres = np.stack(np.broadcast_arrays(*mesh.centres), axis=-1).reshape(-1, 3)
    npt.assert_allclose(data.cell_centers().points, centres, rtol=1e-7)
    expected = np.where(mesh.active, model, np.nan).ravel()
    npt.assert_array_equal(data["density"], expected)
    npt.assert_array_equal(vectors["magnetization"], np.column_stack([expected, 2.0 * expected, -expected]))


def test_netcdf_is_converted_and_the_suffix_of_the_other_mesh_is_refused(tmp_path):
    write_model(tmp_path / "model.nc", GRID, np.full(GRID.shape, 0.01))
    assert "12 active cells" in convert(tmp_path / "model.nc", tmp_path / "model.vtr")
    assert pyvista.read(tmp_path / "model.vtr")["susceptibility"].tolist() == [0.01] * 12
    with pytest.raises(InputError, match="expects a suffix for a model"):
        convert(tmp_path / "model.nc", tmp_path / "model.vtu")
    assert not (tmp_path / "model.vtu").exists()


def test_a_magnetization_of_another_shape_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"magnetization of shape \(3, 2, 3, 2\).* got \(2, 3, 2\)"):
        write_model(tmp_path / "model.vtr", GRID, np.zeros(GRID.shape), "magnetization")
