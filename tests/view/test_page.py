"""Pages: one file that a browser shows from a disk, and that does nothing else."""

from __future__ import annotations

import re

import numpy as np
import pytest
from browser import Page, browser
from octree_makers import random_octree
from view_subjects import ball, padded_grid, solution

from geoinv import InputError
from geoinv.view.page import write_page

HOSTILE = "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"


@pytest.fixture(scope="module")
def chromium():
    with browser() as launched:
        yield launched


@pytest.fixture
def opened(chromium):
    page = Page(chromium)
    yield page
    page.page.close()


def rich_solution():
    data = solution()
    data["susceptibility_standard_deviation"] = 0.1 * data["susceptibility"] + 0.001
    data["susceptibility_standard_deviation"].attrs["units"] = "1"
    return data


def test_the_page_works_from_its_file_without_a_network_and_without_an_error(opened, tmp_path):
    assert re.fullmatch(
        r"Wrote .*a\.html, 0\.\d+ MB: open it in a browser\.", write_page(rich_solution(), tmp_path / "a.html")
    )
    opened.open(tmp_path / "a.html")
    before = opened.picture()
    shown = opened.text("shown")

    opened.set("threshold", 0)  # every cell
    assert opened.text("shown") != shown
    everything = opened.picture()
    assert everything != before
    opened.page.locator("#body").uncheck()
    without_cells = opened.picture()
    assert without_cells != everything

    for axis in ("easting", "northing", "upward"):
        opened.set(f"slice-{axis}-position", 300)
        first, place = opened.picture(), opened.text(f"slice-{axis}-value")
        opened.set(f"slice-{axis}-position", 600)
        assert opened.picture() != first
        assert opened.text(f"slice-{axis}-value") != place

    before = opened.picture()
    opened.page.locator("#field").select_option(label="susceptibility standard deviation (SI)")
    assert opened.picture() != before
    before = opened.picture()
    opened.page.locator("#data").select_option(label="residual of TMI / standard deviation")
    assert opened.picture() != before
    assert "standard deviation" in opened.text("bars")
    before = opened.picture()
    opened.set("exaggeration", 3)
    assert opened.text("exaggeration-value") == "3 \N{MULTIPLICATION SIGN}"
    assert opened.picture() != before
    for name in ("padding", "topography"):
        before = opened.picture()
        opened.page.locator(f"#{name}").click()
        assert opened.picture() != before, name
    assert opened.errors == []
    assert all(address.startswith("file:") for address in opened.addresses)


def test_the_cell_under_the_pointer_is_that_of_the_model(opened, tmp_path):
    data = rich_solution()
    write_page(data, tmp_path / "a.html")
    opened.open(tmp_path / "a.html")
    opened.page.get_by_text("from above").click()
    opened.page.locator("#data").select_option(label="none")
    opened.set("threshold", 900)
    scene = opened.page.locator("#scene").bounding_box()
    values = data["susceptibility"].values
    found = []
    for share in np.linspace(0.2, 0.8, 13):
        opened.page.mouse.move(scene["x"] + 0.5 * scene["width"], scene["y"] + share * scene["height"])
        opened.settle()
        told = opened.text("pointer")
        index = re.match(r"Cell \(upward, northing, easting\) = \((\d+), (\d+), (\d+)\)", told)
        if index:
            at = tuple(map(int, index.groups()))
            found.append(float(re.search(r"susceptibility: (\S+) SI", told)[1]))
            assert found[-1] == pytest.approx(values[at], rel=1e-3)
            middle = f"easting {data['easting'].values[at[2]]:,.0f}".replace(",", "\N{THIN SPACE}")
            assert middle in told
    assert max(found) == pytest.approx(0.05)
    assert opened.errors == []


def test_text_of_a_file_is_text_in_the_page(opened, tmp_path):
    data = solution()
    data.attrs.update(title=HOSTILE, history=HOSTILE, status=HOSTILE, noise="%NUMBERS% %SCRIPT%")
    data[HOSTILE] = data["susceptibility"].assign_attrs(units="</script>")
    data = data.assign_coords(station_line=("station", [HOSTILE] * data.sizes["station"]))
    write_page(data, tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text().count("</script>") == 3
    opened.open(tmp_path / "a.html")
    opened.page.locator("summary").click()
    assert opened.page.evaluate("window.harmed") is None
    assert HOSTILE in opened.text("provenance")
    assert "%NUMBERS% %SCRIPT%" in opened.text("provenance")
    # what the policy of the page would have to stop is not even there
    assert opened.errors == []


def test_an_octree_and_a_survey_have_pages_too(opened, tmp_path):
    mesh = random_octree(holes=0.2)
    values = np.linspace(-1.0, 2.0, mesh.size)
    write_page(mesh.to_xarray(density=values), tmp_path / "octree.html")
    opened.open(tmp_path / "octree.html")
    before = opened.picture()
    opened.set("threshold", 900)
    assert opened.picture() != before
    survey = solution()[["tmi_observed"]].rename(tmi_observed="tmi", station_easting="easting")
    survey = survey.rename(station_northing="northing", station_upward="upward").drop_vars(
        [name for name in ("active", "crs") if name in survey.variables]
    )
    write_page(survey[["tmi"]].reset_coords(["easting", "northing", "upward"]), tmp_path / "survey.html")
    opened.open(tmp_path / "survey.html")
    assert opened.page.locator("#model-controls").is_hidden()
    assert opened.errors == []


@pytest.mark.parametrize("name", ["a.png", "a", "a.html.gz"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"expects a suffix for a page \(\.html \.htm\), got"):
        write_page(solution(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_the_same_page_is_written_twice(tmp_path):
    grid = padded_grid()
    for name in ("a.html", "b.html"):
        write_page(grid.to_xarray(susceptibility=ball(grid)), tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
