"""Reports as PDF."""

from __future__ import annotations

import re

import pytest
from view_subjects import solution

from geoinv.view.report import write_report
from geoinv.view.report_content import content_of_report
from geoinv.view.report_pdf import pdf_of


@pytest.mark.usefixtures("flat")
def test_a_pdf_has_pages_of_text_and_one_for_each_figure(tmp_path):
    assert re.fullmatch(r"Wrote .*a\.pdf, .* MB\.", write_report(solution(), tmp_path / "a.pdf"))
    written = (tmp_path / "a.pdf").read_bytes()
    assert written.startswith(b"%PDF-")
    content = content_of_report(solution(), "a.nc")
    assert len(re.findall(rb"/Type /Page\b", written)) == 2 + 1 + len(content.fit)


@pytest.mark.usefixtures("flat")
def test_long_text_goes_on_on_the_next_page_and_steers_nothing():
    content = content_of_report(solution(), "a.nc")
    pages = len(re.findall(rb"/Type /Page\b", pdf_of(content)))
    content.doubts.extend(["(endobj) %PDF \\ ) stream $x_1$ " * 20] * 60)
    longer = pdf_of(content)
    assert len(re.findall(rb"/Type /Page\b", longer)) > pages + 3
