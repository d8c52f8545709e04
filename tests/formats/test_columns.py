"""What the columns of a table are: their names, units and places, understood or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from table_files import DEGREES, EASTING, FIELD, FOOT, NORTHING, SURVEY_FOOT, TMI, UPWARD, file_of, rows

from geoinv import InputError
from geoinv.core.wording import options_of_command
from geoinv.formats import collected, describe, read_survey, read_table, read_topography


@pytest.mark.parametrize(
    ("names", "factors"),
    [
        ("Easting (m),Northing (m),Elevation (ft),TMI (nT)", {"upward": FOOT}),
        ("Easting (m),Northing (m),Elevation (ft, NAVD88),TMI (nT)", {"upward": FOOT}),
        ("X (km),Y (km),Z (km),TMI (nT)", {"sideways": 1e3, "upward": 1e3}),
        ("x_km,y_km,z_km,tmi_pT", {"sideways": 1e3, "upward": 1e3, "tmi": 1e-3}),
        ("x [US survey ft],y [US survey ft],z_cm,tmi", {"sideways": SURVEY_FOOT, "upward": 0.01}),
        ("Easting_ft,Northing_ft,Elev ft,Mag uT", {"sideways": FOOT, "upward": FOOT, "tmi": 1e3}),
        ("x,y,z,tmi (T)", {"tmi": 1e9}),
        ("x,y,z,tmi (gammas)", {}),
        ("x,y,z,tmi (gauss)", {"tmi": 1e5}),
        ("x,y,z,tmi\nm,m,ft,uT", {"upward": FOOT, "tmi": 1e3}),
        ("x,y,z,tmi\n# m,m,mm,mT", {"upward": 1e-3, "tmi": 1e6}),
        ("x,y,z,tmi\n(km),(km),(ft),()", {"sideways": 1e3, "upward": FOOT}),
        ("km,km,ft,nT\nx,y,z,tmi", {"sideways": 1e3, "upward": FOOT}),
        ("# [km] [km] [ft] [nT]\nx,y,z,tmi", {"sideways": 1e3, "upward": FOOT}),
    ],
)
def test_units_in_names_and_below_them_are_converted(tmp_path: Path, names: str, factors: dict[str, float]) -> None:
    path = file_of(tmp_path, f"{names}\n{rows('easting northing upward tmi', ',')}")
    columns = read_table(path).columns
    sideways = factors.get("sideways", 1.0)
    npt.assert_allclose(columns["easting"], sideways * np.array(EASTING), rtol=1e-15)
    npt.assert_allclose(columns["northing"], sideways * np.array(NORTHING), rtol=1e-15)
    npt.assert_allclose(columns["upward"], factors.get("upward", 1.0) * np.array(UPWARD), rtol=1e-15)
    npt.assert_allclose(columns["tmi"], factors.get("tmi", 1.0) * np.array(TMI), rtol=1e-15)


def test_units_of_gradients_and_deviations_are_converted(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,z,bee (pT/m),bee_uncertainty (pT/m)\n1,2,3,4000,100\n2,3,4,-5000,200\n")
    survey = read_survey(path, field=FIELD)
    npt.assert_allclose(survey.data, [[4.0, -5.0]])
    npt.assert_allclose(survey.uncertainty, [[0.1, 0.2]])
    survey = read_survey(file_of(tmp_path, "x,y,z,tmi (uT),sd (pT)\n1,2,3,4,100\n2,3,4,5,200\n"), field=FIELD)
    npt.assert_allclose(survey.data, [[4e3, 5e3]])
    npt.assert_allclose(survey.uncertainty, [[0.1, 0.2]])


def test_topography_in_feet_is_converted(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x (m),y (m),DEM (ft)\n0,0,1000\n1,1,2000\n")
    npt.assert_allclose(read_topography(path), [[0, 0, 304.8], [1, 1, 609.6]])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        # positions in degrees
        ("lon,lat,z,tmi\n147.43,-34.33,300,5\n", f"column of easting in metres, got 'lon': {DEGREES}"),
        ("Longitude (deg),Latitude (deg),z,tmi\n7.4,54.3,300,5\n", DEGREES),
        ("x_deg,y_deg,z,tmi\n7.4,54.3,300,5\n", DEGREES),
        ("x,y,z,tmi\ndeg,deg,m,nT\n7.4,54.3,300,5\n", DEGREES),
        (
            "x,y,z,tmi\n147.43,-34.33,300,5\n147.431,-34.33,300,6\n",
            r"metres, got 147\.43, -34\.33 with stations 0\.001 ap",
        ),
        ("147.43 -34.33 300 5\n147.431 -34.33 300 6\n", "as longitudes and latitudes are"),
        # names that do not say it, or say it twice
        ("# Hochwert Rechtswert Hoehe Feld\n1 2 3 4\n", "column of easting in metres, got Hochwert, Rechtswert, Hoehe"),
        ("Hochwert Rechtswert Hoehe Feld\n1 2 3 4\n", "column of easting in metres, got Hochwert, Rechtswert, Hoehe"),
        (
            "# 1: northing\n# 2: easting\n# 3: z\n# 4: tmi\n1 2 3 4\n",
            "a name for each of its 4 columns, got the comment '2: e",
        ),
        (
            "# northing, easting and height, then tmi in nT\n1 2 3 4\n",
            "got the comment 'northing, easting and height, th",
        ),
        ("# x y z tmi sd flag\n1 2 3 4\n", "got the comment 'x y z tmi sd flag'"),
        (
            "Easting,Northing,X,Y,Z,TMI\n1,2,3,4,5,6\n",
            r"one column of easting, got Easting and X; .*\{'easting': 'X'\}",
        ),
        ("x,y,z,tmi,tmi\n1,2,3,4,5\n", r"one column of tmi, got tmi and tmi; .*columns=\{'tmi': '5'\}"),
        # columns without names
        (
            "1 2 3 4 5\n1 2 3 4 5\n",
            r"names for its 5 columns, got none; .* columns=\{'easting': 1, 'northing': 2, 'upward'",
        ),
        ("L10 1 2 3 4\nL10 2 3 4 5\n", "names for its 5 columns, got none"),
        # heights of another kind
        ("x,y,Height,tmi\n1,2,3,4\n", "'Height' may be a height above the ground: give heights above sea level"),
        ("x,y,radalt (ft),tmi\n1,2,3,4\n", r"'radalt \(ft\)' may be a height above the ground"),
        ("x,y,Altitude (m AGL),tmi\n1,2,3,4\n", "may be a height above the ground"),
        ("x,y,depth,tmi\n1,2,3,4\n", "'depth' is a depth, positive down"),
        ("x,y,z (positive down),tmi\n1,2,3,4\n", r"'z \(positive down\)' is a depth"),
        # units
        ("x (furlong),y,z,tmi\n1,2,3,4\n", r"column of easting in metres, got x \(furlong\), y, z, tmi"),
        ("x,y,z,tmi\nm,furlong,m,nT\n1,2,3,4\n", "column 'y': expected a known unit of length, got 'furlong'"),
        (
            "x,y,z (ft),tmi\nm,m,m,nT\n1,2,3,4\n",
            r"one unit of the column 'z \(ft\)', got ft in its name and m below it",
        ),
        ("m m nT m\n1 2 3 4\n2 3 4 5\n", "column 'column 3': expected a unit of length, got 'nT'"),
        # lines that are neither names nor rows are quoted, not the good header above them
        (
            "x,y,z,tmi\nfloat,float,float,float\n1,2,3,4\n2,3,4,5\n",
            "under the names on line 2, got 'float,float,float,fl",
        ),
        ("x,y,z,tmi\nsome words\n1,2,3,4\n2,3,4,5\n", "on line 2, got 'some words'"),
        ("2.5\n1 2 3 4\n2 3 4 5\n", "names for 4 columns or a row of numbers on line 1, got '2.5'"),
        ("gps,gps,radar,mag\nx,y,alt,tmi\n1,2,3,4\n", "one line of names on line 1, got 'gps,gps,radar,mag'"),
        ("1,2,3,4,n0\nx,y,z,tmi,k\n1,2,3,4,n1\n", "a title or names above the rows on line 1, got '1,2,3,4,n0'"),
        (
            "X (m);Y (m);Z (m);TMI1;2;3\n1;2;3;4\n2;3;4;5\n",
            r"names for 4 columns .* got 'X \(m\);Y \(m\);Z \(m\);TMI1",
        ),
        ("7 8\nx,y,z,tmi\n1,2,3,4\n2,3,4,5\n", "on line 1, got '7 8'"),
        ("x,y,z,tmi\n1,2,3,4,\n1,2,3,4,\n", "names for 5 columns or a row of numbers on line 1, got 'x,y,z,tmi'"),
        # decimal and thousands commas, exponents of Fortran
        (
            "X;Y;Z;TMI\n500000,00;6200000,00;1040,00;6,3\n",
            "decimal point on line 2, got '500000,00'; write points in place",
        ),
        (
            "X;Y;Z;TMI\n500000;6200000;1040;6,3\n",
            "a number in column 'TMI' on line 2, got '6,3'; write a decimal point",
        ),
        ("x y z tmi\n500,000 6,200,000 1,040 6.3\n", "decimal point on line 2, got '500,000'"),
        ("x y z tmi\n5.0D5 6.2D6 1.0D3 6.3D0\n", "on line 2, got '5.0D5 .*; write exponents with e"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read_survey(file_of(tmp_path, content), field=FIELD)
    assert "--" not in str(caught.value)


def test_a_chosen_column_is_found_without_its_unit_and_keeps_it(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,z,TMI,Filtered (uT)\n1,2,3,4,5\n")
    survey = read_survey(path, field=FIELD, columns={"tmi": "filtered"})
    npt.assert_array_equal(survey.data, [[5000.0]])
    with pytest.raises(InputError, match=r"column 'Filtered \(uT\)': expected a unit of length, got 'uT'"):
        read_survey(path, field=FIELD, columns={"upward": 5})


def test_what_was_taken_is_told(tmp_path: Path) -> None:
    path = file_of(tmp_path, "My survey\nid,UTM_E,UTM_N,Elev (ft),TMI\n1,2,3,4,5\n")
    with collected() as notes:
        read_survey(path, field=FIELD)
    told = "easting = UTM_E, northing = UTM_N, upward = Elev (ft) (converted to m), tmi = TMI"
    assert notes.taken == [
        ("columns", f"{told}; m and nT where no unit is stated"),
        ("kept", "id"),
        ("", "taken as a title: 'My survey'"),
    ]
    assert f"columns: {told}" in describe(path)


def test_units_that_only_a_comment_mentions_are_refused(tmp_path: Path) -> None:
    for comment in ("all lengths in feet", "units: ft, nT", "anomaly in uT"):
        with pytest.raises(InputError, match=f"the unit of each column behind its name, got the comment '{comment}'"):
            read_survey(file_of(tmp_path, f"# {comment}\nx y z tmi\n1 2 3 4\n2 3 4 5\n"), field=FIELD)
    stated = "# positions in feet\nx (m) y (m) z (m) tmi\n1 2 3 4\n2 3 4 5\n"
    npt.assert_array_equal(read_survey(file_of(tmp_path, stated), field=FIELD).easting, [1, 2])
    number = "# flown 100 ft above ground, Gauss-Krueger grid\nx y z tmi\n1 2 3 4\n2 3 4 5\n"
    npt.assert_array_equal(read_survey(file_of(tmp_path, number), field=FIELD).upward, [3, 4])


def test_a_remedy_is_in_the_words_of_the_command_and_names_no_option_that_it_lacks(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,tmi\n1,2,3\n")
    with (
        options_of_command(["--columns", "--height", "--elevation"]),
        pytest.raises(InputError, match=r"--columns upward=NAME, or give --h"),
    ):
        read_survey(path, field=FIELD)
    with options_of_command(["--out"]), pytest.raises(InputError, match=r"name it upward in the first line$"):
        read_survey(path, field=FIELD)
    with options_of_command(["--columns"]), pytest.raises(InputError, match=r"name it upward in the first line$"):
        read_topography(path)
