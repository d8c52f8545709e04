from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import discretize
import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoinv import Grid, InputError
from geoinv.conventions.nulls import is_null
from geoinv.formats import collected, read_mesh, read_model, write_mesh, write_model
from geoinv.formats.ubc_mesh import read_ubc_mesh, write_ubc_mesh
from geoinv.formats.ubc_model import read_ubc_model
from geoinv.meshes.tensor import AXES

MESH = "2 3 1\n0 0 10\n2*5\n3*10.5\n20\n"


def written(folder: Path, text: str, name: str = "a.msh") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def assert_same_edges(one: Grid, other: Grid) -> None:
    for axis in AXES:
        npt.assert_array_equal(one.edges(axis), other.edges(axis))


def printed_widths(path: Path) -> list[Decimal]:
    runs = [token.rpartition("*") for line in path.read_text().splitlines()[2:] for token in line.split()]
    return [Decimal(width) for repeat, _, width in runs for _ in range(int(repeat or 1))]


@pytest.fixture
def padded() -> Grid:
    return Grid([0.0, 1.3, 2.3, 3.6], [-500000.1, -499990.0, -499980.3], [-30.7, -10.0, 0.0])


def test_repeats_comments_and_widths_over_several_lines_are_read(tmp_path: Path) -> None:
    text = "! a mesh\n2 3 2 ! cells\n100 200 10\n2*5\n10\n2*20\n3 ! top\n4.5\n"
    grid = read_mesh(written(tmp_path, text))
    npt.assert_array_equal(grid.easting_edges, [100, 105, 110])
    npt.assert_array_equal(grid.northing_edges, [200, 210, 230, 250])
    npt.assert_array_equal(grid.upward_edges, [2.5, 7, 10])


def test_mesh_agrees_with_discretize_both_ways(tmp_path: Path, padded: Grid) -> None:
    write_ubc_mesh(tmp_path / "a.msh", padded)
    peer = discretize.TensorMesh.read_UBC(str(tmp_path / "a.msh"))
    for axis, nodes in zip(reversed(AXES), (peer.nodes_x, peer.nodes_y, peer.nodes_z), strict=True):
        npt.assert_allclose(padded.edges(axis), nodes, rtol=0, atol=1e-9)
    padded.to_discretize().write_UBC(str(tmp_path / "b.msh"))
    again = read_mesh(tmp_path / "b.msh")
    for axis in AXES:
        npt.assert_allclose(again.edges(axis), padded.edges(axis), rtol=0, atol=1e-6)


def test_model_agrees_with_discretize_both_ways(tmp_path: Path, padded: Grid) -> None:
    model = np.random.default_rng(0).uniform(-0.9, 2.0, size=padded.shape)
    write_model(tmp_path / "a.sus", padded, model)
    mesh = padded.to_discretize()
    npt.assert_array_equal(mesh.read_model_UBC(str(tmp_path / "a.sus")), model.ravel())
    mesh.write_model_UBC(str(tmp_path / "b.sus"), model.ravel())
    npt.assert_array_equal(read_model(tmp_path / "b.sus", padded), model)


def test_top_of_the_mesh_is_the_printed_one(shared_data: Path) -> None:
    # summed from the bottom in float64 it is 1.4e-14 m, which puts stations on the ground inside a cell
    grid = read_mesh(shared_data / "simpeg_mag_tutorial" / "mesh_ubc.msh")
    assert grid.upward_edges[-1] == 0.0
    npt.assert_array_equal(grid.easting_edges, -grid.easting_edges[::-1])


@pytest.mark.parametrize(
    "name", ["raglan_1997/mesh.msh", "simpeg_mag_tutorial/mesh_ubc.msh", "laguna_del_maule_gravity/LdM_mesh.mesh"]
)
def test_published_meshes_come_back_identical(shared_data: Path, tmp_path: Path, name: str) -> None:
    grid = read_mesh(shared_data / name)
    write_mesh(tmp_path / "again.msh", grid)
    assert_same_edges(read_mesh(tmp_path / "again.msh"), grid)
    assert printed_widths(tmp_path / "again.msh") == printed_widths(shared_data / name)


def test_published_model_comes_back_identical(shared_data: Path, tmp_path: Path) -> None:
    grid = read_mesh(shared_data / "raglan_1997" / "mesh.msh")
    model = read_model(shared_data / "raglan_1997" / "maginv3d.sus", grid)
    write_model(tmp_path / "again.sus", grid, model)
    npt.assert_array_equal(read_model(tmp_path / "again.sus", grid), model)


def test_ubc_order_is_turned_into_upward_northing_easting(shared_data: Path) -> None:
    folder = shared_data / "simpeg_mag_tutorial"
    grid = read_mesh(folder / "mesh_ubc.msh")
    truth = np.loadtxt(folder / "true_model_simpeg_order.txt").reshape(grid.shape)
    npt.assert_array_equal(read_model(folder / "true_model_ubc.sus", grid), truth)


@given(
    edges=st.tuples(
        *[
            st.lists(
                st.floats(-1e7, 1e7).map(lambda x: x if abs(x) > 1e-9 else 0.0).filter(lambda x: not is_null(x)),
                min_size=2,
                max_size=6,
                unique_by=lambda x: round(x, 3),
            ).map(sorted)
            for _ in AXES
        ]
    )
)
def test_any_edges_come_back_exactly(tmp_path_factory: pytest.TempPathFactory, edges: tuple[list[float], ...]) -> None:
    grid = Grid(*edges)
    path = tmp_path_factory.getbasetemp() / "any.msh"
    write_ubc_mesh(path, grid)
    assert_same_edges(read_ubc_mesh(path), grid)


def test_inactive_cells_are_marked_and_come_back_as_nan(tmp_path: Path) -> None:
    active = np.array([[[True, False]], [[True, True]]])
    grid = Grid.regular((2, 1, 2), (1, 1, 1)).with_active(active)
    model = np.array([[[0.1, 7.0]], [[np.nan, 0.4]]])
    write_model(tmp_path / "a.sus", grid, model)
    assert (tmp_path / "a.sus").read_text().split() == ["-100.0", "0.1", "0.4", "-100.0"]
    npt.assert_array_equal(read_model(tmp_path / "a.sus", grid), [[[0.1, np.nan]], [[np.nan, 0.4]]])


def test_repeats_and_comments_are_read_in_models(tmp_path: Path) -> None:
    grid = Grid.regular((2, 1, 2), (1, 1, 1))
    model = read_model(written(tmp_path, "3*0.5 ! rock\n1e-3\n", "a.sus"), grid)
    npt.assert_array_equal(model, [[[0.5, 1e-3]], [[0.5, 0.5]]])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2 3 1\n0 0 10\n2*5\n2*10\n20\n", r"a\.msh expects 3 cell widths along northing on line 4, got 2; correct"),
        ("2 3 1\n0 0 10\n2*5 4*10\n20\n", r"2 \+ 3 \+ 1 cell widths .* got 7 up to line 4; correct"),
        ("2 3 1\n0 0 10\n2*5\n", r"2 \+ 3 \+ 1 cell widths .* got 2"),
        ("2 3 1\n0 0 10\n2*5\n3*-10\n20\n", "widths above zero, in metres on line 4, got '3\\*-10'; correct"),
        ("2 3 1\n0 0 10\n2*5\n3*1O\n20\n", r"finite numbers, .* on line 4, got '3\*1O'; correct"),
        ("2 3 1\n0 0 10\n2*5\nx*10\n20\n", r"line 4, got 'x\*10'; correct"),
        ("2 3 1\n0 0 10\n99999999999*5\n3*10\n20\n", "2 cell widths along easting on line 3"),
        ("2 3 1\n0 0 nan\n2*5\n3*10\n20\n", "top south-west corner .* on line 2, got '0 0 nan'; write"),
        (
            "2 3 0\n0 0 1\n2*5\n3*10\n20\n",
            "number of cells .* on line 1, got '2 3 0'; write three whole numbers above 0",
        ),
        ("2 3\n", "number of cells .* on line 1, got '2 3'; write"),
        ("2 3 1\n", "corner .* after line 1, got the end of the file; write"),
    ],
)
def test_wrong_mesh_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_ubc_mesh(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1\n" * 5, r"a\.sus expects 6 values, one for each of the 1 x 3 x 2 cells .* got 5; give the mesh"),
        ("1\n" * 18, "got 18; give one component a file"),
        ("1\n1\nabc\n1\n1\n1\n", "numbers on line 3, got 'abc'; correct"),
        ("1\n1\ninf\n1\n1\n1\n", r"finite numbers on line 3, got inf \(1 of 6 lines\); remove"),
        ("9999999999*1\n", "expects 6 values.* got 9999999999; give the mesh"),
        ("1\n1\n-1.5\n1\n1\n1\n", r"susceptibilities \(SI\) of -1 and more, got -1.5 at \[2\] \(1 of 6 values\); mark"),
    ],
)
def test_wrong_model_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    grid = read_mesh(written(tmp_path, MESH))
    with pytest.raises(InputError, match=sentence):
        read_ubc_model(written(tmp_path, text, "a.sus"), grid)


def test_model_of_another_shape_is_not_written(tmp_path: Path) -> None:
    grid = Grid.regular((2, 1, 2), (1, 1, 1))
    with pytest.raises(InputError, match=r"a\.sus expects the model of shape \(2, 1, 2\)"):
        write_model(tmp_path / "a.sus", grid, np.zeros(4))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text",
    [
        "11. 11. 8.\n500000 6200000 1000\n11*25\n11*25\n8*25\n",
        "1.1e1 11.0 8\n500000 6200000 1000\n11*25\n11*25\n8*25\n",
        "11 11 8\n500000 6200000 1000\n11*25\n11*25\n8*25\n",
    ],
)
def test_counts_may_be_written_as_decimals(tmp_path: Path, text: str) -> None:
    grid = read_mesh(written(tmp_path, text))
    assert grid.shape == (8, 11, 11)
    assert grid.upward_edges[[0, -1]].tolist() == [800.0, 1000.0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("9999999999999999999999999 1 1\n0 0 0\n9999999999999999999999999*1\n1\n1\n", "got '9{25} 1 1'; write three"),
        (f"{'9' * 5000} 1 1\n0 0 0\n{'9' * 5000}*1\n1\n1\n", "number of cells .* on line 1, got '9{60}"),
        ("30000000 1 1\n0 0 0\n30000000*1\n1\n1\n", "at most 1000000 cells along easting on line 1, got 3e"),
        ("999999 999999 999999\n0 0 0\n999999*1\n999999*1\n999999*1\n", "a model of 1e\\+18 cells to fit in"),
        ("2 1 1\n0 0 0\n" + "999999999*1 " * 50 + "\n1\n1\n", "2 cell widths along easting on line 3, got 49999999950"),
        ("2 1 1\n0 0 0\n" + "1 " * 300_000 + "\n1\n1\n", "2 cell widths along easting on line 3, got 300000"),
        ("2 1 1\n0 0 0\n1 1e-99999999999999999999\n1\n1\n", "widths above zero, in metres on line 3"),
        ("2 1 1\n0 0 1e-99999999999999999999\n2*1\n2*1\n1\n", "1 cell widths along northing on line 4, got 2"),
        ("2 1 1\n9e8 0 0\n1e-12 1\n1\n1\n", r"a\.msh: Grid expects positive easting cell widths, got 0.0"),
        ("2 1 1\n0 0 -99999\n1 1\n1\n1\n", "a corner in metres on line 2, got -99999, which stands for a missing"),
        ("2 1 1\n0 0 0\n1 9.97e36\n1\n1\n", "cell widths in metres on line 3, got 9.97e.36, which stands for"),
        ("2 1 1\n0 0 0\n1 nan\n1\n1\n", "cell widths in metres on line 3, got nan"),
    ],
)
def test_counts_and_widths_are_checked_before_they_are_written_out(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read_mesh(written(tmp_path, text))
    assert len(str(caught.value)) < 600


def test_null_values_in_a_model_are_air(tmp_path: Path) -> None:
    grid = read_mesh(written(tmp_path, MESH))
    with collected() as notes:
        model = read_model(written(tmp_path, "0.1\n-99999\n-100\n1e32\nnan\n0.2\n", "a.sus"), grid)
    assert notes.taken == [("air", "3 of 6 cells with a null value are taken as air, as -100 is")]
    npt.assert_array_equal(np.sort(model[np.isfinite(model)]), [0.1, 0.2])
    repeated = read_model(written(tmp_path, "2*0.1 2*-99999 2*0.2\n", "b.sus"), grid)
    assert np.isnan(repeated).sum() == 2


def test_commas_in_a_mesh_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"number of cells .* on line 1, got '11, 11, 8'; write three whole numbers"):
        read_mesh(written(tmp_path, "11, 11, 8\n0, 0, 0\n11*25\n11*25\n8*25\n"))


@pytest.mark.parametrize("value", ["1e30000", "1e300", "-1e60"])
def test_models_of_impossible_numbers_are_refused(tmp_path: Path, value: str) -> None:
    grid = read_mesh(written(tmp_path, MESH))
    for text in (f"{value}\n" + "1\n" * 5, f"{value} 5*1\n"):
        with pytest.raises(InputError, match="expects finite numbers"):
            read_model(written(tmp_path, text, "a.sus"), grid)
