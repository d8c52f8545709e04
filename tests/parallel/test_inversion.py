import pytest


@pytest.mark.parametrize(
    ("name", "tolerance"),
    # conjugate gradients let rounding grow with every step, and reweighting from each set of weights to the next
    [("smooth", 1e-12), ("held", 1e-10), ("sum", 1e-10), ("total variation", 1e-4)],
)
def test_processes_find_the_model_of_one(report, name, tolerance):
    found = report["inversions"][name]
    assert found["error"] < tolerance
    assert found["reached"] == [True, True]


def test_the_first_process_alone_has_the_solution(report):
    found = report["inversions"]["smooth"]
    assert found["elsewhere"]
    assert found["written"]


def test_what_is_not_summed_over_slabs_is_rejected(report):
    refusals = report["refusals"]
    assert "got Aligned" in refusals["regularizer"]
    assert "got Magnetics; split it" in refusals["operator"]


def test_what_one_process_rejects_is_rejected_alike(report):
    assert report["refusals"]["data"].startswith("invert expects data of shape")


def test_an_inversion_goes_on_from_what_all_processes_have_kept(report):
    resumed = report["resumed"]
    assert resumed["same"]
    assert resumed["calls"][1] < 0.7 * resumed["calls"][0]
