"""What to doubt in a solution."""

from __future__ import annotations

from view_subjects import solution

from geoinv.view.doubts import doubts_of
from geoinv.view.subject import subject_of


def doubts(data):
    return doubts_of(data, subject_of(data))


def test_what_the_file_tells_comes_before_what_is_always_so():
    data = solution()
    data.attrs.update(status="stalled: chi^2/N = 4, target 1; residuals are structured: near 5", reached=0)
    data["susceptibility"].values[:, 0, 0] = 0.05
    found = doubts(data)
    assert found[0] == "The inversion did not reach its target: stalled: chi^2/N = 4, target 1."
    assert found[1] == "Residuals are structured: near 5."
    assert found[2].startswith("Susceptibility is strong at the mesh's bottom (100 % of the largest), south side")
    assert any("Neither a depth of investigation nor samples" in doubt for doubt in found)
    assert found[-1].startswith("Many models fit")


def test_what_is_known_is_not_doubted():
    data = solution()
    data.attrs["reached"] = 1
    data["depth_of_investigation_index"] = 0.0 * data["susceptibility"]
    assert [doubt.split()[0] for doubt in doubts(data)] == ["The", "Many"]  # the coordinate system is not stated
