"""Reports: whole in themselves, told of in words, and nothing in them runs."""

from __future__ import annotations

import json
import re

import pytest
from view_subjects import ball, padded_grid, solution

from geoinv import InputError
from geoinv.view.report import page_of, write_report
from geoinv.view.report_content import content_of_report

HOSTILE = "</td></style><script>alert(1)</script><img src=x onerror=alert(1)>"


def recorded():
    data = solution()
    for name, values in (("beta", [2.0, 1.0]), ("chi2_per_datum", [9.0, 4.0]), ("penalty", [1.0, 3.0])):
        data[f"history_{name}"] = ("step", values)
    settings = {"regularizer": "Smooth()", "operator": "one\ntwo"}
    data.attrs.update(settings=json.dumps(settings), noise="2 % + 1 nT", history="geoinv invert a.mag", target=4.0)
    data.attrs.update(field_inclination=65.0, field_declination=25.0, field_intensity=50000.0)
    return data


@pytest.mark.usefixtures("flat")
def test_a_report_has_its_figures_numbers_and_doubts_in_one_file(tmp_path):
    assert re.fullmatch(r"Wrote .*a\.html, 0\.\d+ MB\.", write_report(recorded(), tmp_path / "a.html"))
    text = (tmp_path / "a.html").read_text()
    assert text.count('src="data:image/png;base64,iVBOR') == 3
    for told in ("2 % + 1 nT", "geoinv invert a.mag", "Smooth()", "one\ntwo", "144 of TMI (nT)", "inclination 65"):
        assert told in text
    assert "smallest 50 by 50 by 40 m" in text
    assert text.index("What to doubt") < text.index("What was assumed") < text.index("Where it comes from")
    assert not re.search(r'(src|href)=(?!"data:)', text)


@pytest.mark.usefixtures("flat")
def test_text_of_a_file_is_escaped():
    data = recorded()
    data.attrs.update(
        settings=json.dumps({HOSTILE: HOSTILE}), noise=HOSTILE, history=HOSTILE, status=f"{HOSTILE}; {HOSTILE}"
    )
    text = page_of(content_of_report(data, HOSTILE))
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text
    data.attrs["settings"] = HOSTILE
    assert "<script" not in page_of(content_of_report(data))


def test_what_is_no_solution_is_refused(tmp_path):
    grid = padded_grid()
    for data in (grid.to_xarray(density=ball(grid)), solution().drop_vars("susceptibility")):
        with pytest.raises(InputError, match="report expects a solution"):
            write_report(data, tmp_path / "a.html")
    with pytest.raises(InputError, match="expects a suffix for a report"):
        write_report(solution(), tmp_path / "a.doc")
    assert not list(tmp_path.iterdir())
