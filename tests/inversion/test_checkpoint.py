"""Checkpoints: an inversion that is stopped anywhere and taken up ends as if it had not been."""

from __future__ import annotations

import numpy as np
import pytest
from small_inversions import buried_cube

import geoinv
from geoinv.core.checks import InputError, MachineWarning
from geoinv.inversion.checkpoint import Checkpoint
from geoinv.inversion.ensemble import ensemble

BOUNDS = (0.0, np.inf)


class Killed(BaseException):
    """Ends a process at once, as far as this one can tell."""


@pytest.fixture(scope="module")
def cube():
    """Survey over a cube, and its data with a base level."""
    A, data, _ = buried_cube(engine="dense")
    return A, data + 30.0


def solved_in_pieces(each, monkeypatch, path, solve):
    """Result of a computation that is killed after so many results, and taken up again and again."""
    add, kills = Checkpoint.add, 0
    while True:
        left = [each]

        def counted(self, kind, meta, arrays, left=left):
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            add(self, kind, meta, arrays)

        monkeypatch.setattr(Checkpoint, "add", counted)
        try:
            return solve(path), kills
        except Killed:
            kills += 1
        finally:
            monkeypatch.setattr(Checkpoint, "add", add)


REGULARIZERS = {
    "smooth": geoinv.Smooth(),
    "sparse": geoinv.Sparse(),
    "total variation": geoinv.TotalVariation(),
    "sum": geoinv.Smooth() + 0.5 * geoinv.Sparse(reference=0.001),
}


@pytest.mark.parametrize("name", REGULARIZERS)
def test_an_inversion_in_pieces_ends_at_the_same_model_to_the_last_bit(name, cube, tmp_path, monkeypatch):
    A, data = cube

    def solve(path=None):
        return geoinv.invert(A, data, 1.0, REGULARIZERS[name], BOUNDS, base_level="fit", checkpoint=path)

    whole = solve()
    pieces, kills = solved_in_pieces(4, monkeypatch, tmp_path / "kept", solve)
    assert kills >= 1
    np.testing.assert_array_equal(pieces.model, whole.model)
    np.testing.assert_array_equal(pieces.base_level, whole.base_level)
    assert pieces.status == whole.status
    assert [(step.beta, step.penalty) for step in pieces.history] == [(s.beta, s.penalty) for s in whole.history]
    assert np.all(np.diff([step.seconds for step in pieces.history]) >= 0.0)


def test_vectors_beta_as_given_the_l_curve_and_floors_go_on_too(tmp_path, monkeypatch):
    from geoinv.algebra.matrices import MatrixOperator

    random = np.random.default_rng(3)
    A = MatrixOperator(random.standard_normal((12, 20)))
    data = random.standard_normal(12)
    floor = MatrixOperator(np.ones((4, 3)))
    phi = geoinv.Smooth(weighting=None)
    cases = {
        "curve": lambda path: geoinv.invert(A, data, 0.1, phi, beta="l-curve", checkpoint=path),
        "fixed": lambda path: geoinv.invert(A, data, 0.1, geoinv.Sparse(weighting=None), beta=0.3, checkpoint=path),
        "floor": lambda path: geoinv.invert(floor, [10.0, -10.0, 10.0, -9.0], 1.0, phi, checkpoint=path),
    }
    for name, solve in cases.items():
        pieces, kills = solved_in_pieces(2, monkeypatch, tmp_path / name, solve)
        assert kills >= 1, name
        whole = solve(None)
        np.testing.assert_array_equal(pieces.model, whole.model, err_msg=name)
        assert pieces.status == whole.status


def test_aligned_magnetizations_go_on_too(tmp_path, monkeypatch):
    grid = geoinv.Grid.regular((3, 5, 5), (20.0, 20.0, 20.0), (-60.0, 0.0, 0.0))
    easting, northing = np.meshgrid(np.arange(10.0, 100.0, 20.0), np.arange(10.0, 100.0, 20.0))
    survey = geoinv.Survey(
        easting.ravel(), northing.ravel(), np.full(25, 12.0), field=geoinv.MainField(60.0, 10.0, 50000.0)
    )
    A = geoinv.operators.Magnetics(grid, survey, unknown="magnetization", engine="dense")
    true = np.zeros(A.domain_shape)
    true[:, 1, 2, 2] = (1.0, 0.5, -0.5)
    data = A(true) + np.random.default_rng(1).standard_normal(A.range_shape)

    def solve(path):
        return geoinv.invert(A, data, 1.0, geoinv.Aligned(), checkpoint=path)

    pieces, kills = solved_in_pieces(7, monkeypatch, tmp_path / "kept", solve)
    assert kills >= 1
    np.testing.assert_array_equal(pieces.model, solve(None).model)


def test_an_ensemble_keeps_the_samples_that_were_drawn(cube, tmp_path, monkeypatch):
    A, data = cube
    solution = geoinv.invert(A, data, 1.0, base_level="fit")
    whole = ensemble(solution, 5)
    pieces, kills = solved_in_pieces(2, monkeypatch, tmp_path / "kept", lambda path: ensemble(solution, 5, 0, path))
    assert kills == 2
    np.testing.assert_array_equal(pieces.samples, whole.samples)
    np.testing.assert_array_equal(pieces.base_levels, whole.base_levels)
    with pytest.raises(InputError, match="seed 0 there, 1 here"):
        ensemble(solution, 5, 1, tmp_path / "kept")


def test_what_is_finished_is_only_read(cube, tmp_path, monkeypatch):
    A, data = cube
    path = tmp_path / "kept"
    first = geoinv.invert(A, data, 1.0, bounds=BOUNDS, checkpoint=path)
    from geoinv.inversion import run

    monkeypatch.setattr(run, "minima", None)
    np.testing.assert_array_equal(geoinv.invert(A, data, 1.0, bounds=BOUNDS, checkpoint=path).model, first.model)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"target": 1.2}, "target 1.0 there, 1.2 here"),
        ({"data": 1.0}, "other data"),
        ({"uncertainty": 2.0}, "other standard deviations"),
        ({"regularizer": geoinv.Smooth(smallness=2.0)}, "regularizer Smooth"),
        ({"regularizer": geoinv.Smooth(reference=0.01)}, "regularizer Smooth"),
        ({"bounds": (0.0, 0.5)}, "bounds"),
        ({"seed": 4}, "seed 0 there, 4 here"),
        ({"A": "moved"}, "another mesh"),
    ],
)
def test_a_checkpoint_of_another_inversion_is_rejected_with_what_differs(change, said, cube, tmp_path):
    A, data = cube
    given = {"A": A, "data": data, "uncertainty": 1.0, "regularizer": geoinv.Smooth(), "bounds": BOUNDS, "target": 1.0}
    path = tmp_path / "kept"
    geoinv.invert(**given, checkpoint=path)
    if "data" in change:
        change = {"data": data + 1.0}
    if "A" in change:
        mesh = geoinv.Grid.regular(A.mesh.shape, (20.0, 20.0, 20.0), (-121.0, 0.0, 0.0))
        change = {"A": geoinv.operators.Magnetics(mesh, A.survey, engine="dense")}
    with pytest.raises(InputError, match="expects to go on with the inversion that it was written by") as error:
        geoinv.invert(**{**given, **change}, checkpoint=path)
    assert said in str(error.value)


def test_numbers_of_numpy_are_numbers(cube, tmp_path):
    A, data = cube
    given = {"target": np.float32(1.0), "seed": np.int64(0), "iterations": np.int32(50), "bounds": (0.0, np.float64(1))}
    first = geoinv.invert(A, data, 1.0, **given, initial=np.full(A.domain_shape, 0.001), checkpoint=tmp_path / "kept")
    again = geoinv.invert(A, data, 1.0, **given, initial=np.full(A.domain_shape, 0.001), checkpoint=tmp_path / "kept")
    np.testing.assert_array_equal(first.model, again.model)


def test_a_checkpoint_of_an_ensemble_is_none_of_an_inversion(cube, tmp_path):
    A, data = cube
    solution = geoinv.invert(A, data, 1.0)
    ensemble(solution, 2, checkpoint=tmp_path / "kept")
    with pytest.raises(InputError, match="it is of an ensemble"):
        geoinv.invert(A, data, 1.0, checkpoint=tmp_path / "kept")


def test_a_truncated_checkpoint_costs_the_last_result_only(cube, tmp_path):
    A, data = cube
    path = tmp_path / "kept"
    whole = geoinv.invert(A, data, 1.0, bounds=BOUNDS, checkpoint=path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.warns(MachineWarning, match="ends within a result"):
        again = geoinv.invert(A, data, 1.0, bounds=BOUNDS, checkpoint=path)
    np.testing.assert_array_equal(again.model, whole.model)


def test_a_disk_that_fills_up_costs_the_checkpoint_only(cube, tmp_path, monkeypatch):
    from geoinv.formats.record_log import RecordLog

    A, data = cube

    def full(self, meta, arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RecordLog, "append", full)
    with pytest.warns(MachineWarning, match="takes no further results"):
        solution = geoinv.invert(A, data, 1.0, checkpoint=tmp_path / "kept")
    assert solution.reached


def test_a_folder_that_is_not_there_is_said_before_anything_is_computed(cube, tmp_path):
    A, data = cube
    with pytest.raises(InputError, match="expects an existing folder"):
        geoinv.invert(A, data, 1.0, checkpoint=tmp_path / "none" / "kept")
