import pytest


@pytest.mark.parametrize("physics", ["magnetics", "vector", "gravity"])
def test_slabs_together_are_the_whole_operator(report, physics):
    found = report[physics]
    assert found["forward"] < 1e-12
    assert found["adjoint"] < 1e-12
    assert found["gram"] < 1e-12
    assert found["dot"] < 1e-13


def test_data_are_the_same_to_the_last_bit_in_all_processes(report):
    assert all(report[physics]["same in all"] for physics in ("magnetics", "vector", "gravity"))


def test_what_cannot_be_split_is_rejected_by_all(report):
    refusals = report["refusals"]
    assert refusals["mesh"].endswith("got str; take a Grid, or one process")
    assert "got SelfDemagnetization" in refusals["physics"]
