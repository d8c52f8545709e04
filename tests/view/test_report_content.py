"""What a report says."""

from __future__ import annotations

import pytest
from view_subjects import solution

from geoinv import InputError
from geoinv.view.report_content import content_of_report


@pytest.mark.usefixtures("flat")
def test_it_says_what_was_inverted_and_from_where():
    content = content_of_report(solution(), "model.nc")
    assert content.title.endswith("model, model.nc")
    facts = dict(content.facts)
    assert facts["file"] == "model.nc"
    assert "active cells" in facts["mesh"]
    assert content.model[0].axes


def test_a_model_alone_is_no_solution():
    with pytest.raises(InputError, match="report expects a solution"):
        content_of_report(solution().drop_vars("susceptibility"))
