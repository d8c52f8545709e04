"""What the columns of a table are: their names, units and places, understood or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError, MainField
from geoinv.cli import main
from geoinv.core.checks import InputWarning
from geoinv.core.wording import options_of_command
from geoinv.formats import collected, describe, read_survey, read_table, read_topography
from geoinv.formats.column_names import understood

FIELD = MainField(65.0, 25.0, 50000.0)
FOOT, SURVEY_FOOT = 0.3048, 1200 / 3937

EASTING, NORTHING, UPWARD, TMI = [500000.5, 500025.0], [6200000.0, 6200010.0], [1040.0, 1041.0], [6.25, -9.5]
ROWS = {
    "easting": ("500000.5", "500025"),
    "northing": ("6200000", "6200010"),
    "upward": ("1040", "1041"),
    "tmi": ("6.25", "-9.5"),
    "text": ("7", "8"),
}


def file_of(folder: Path, content: str | bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(order: str, delimiter: str = " ") -> str:
    """Two rows with the columns of `order`."""
    return "".join(delimiter.join(ROWS[name][k] for name in order.split()) + "\n" for k in range(2))


N_E_U_T = rows("northing easting upward tmi")
E_N_T_U = rows("easting northing tmi upward")


@pytest.mark.parametrize(
    "content",
    [
        "# northing easting elevation tmi (nT)\n" + N_E_U_T,
        "# easting northing tmi[nT] elevation [m]\n" + E_N_T_U,
        "! id UTME UTMN z mag\n" + rows("text easting northing upward tmi"),
        "# northing easting elevation tmi\n# m m m nT\n# -------- --------\n" + N_E_U_T,
        "# of the processing\n" * 500 + "# northing easting elevation tmi\n" + N_E_U_T,
        "/ made by hand\n/\n/   Northing   Easting   Alt   TMI\n/\n" + N_E_U_T,
        "# columns: northing easting elevation tmi\n# recorded in 2020\n" + N_E_U_T,
        "# Y X Sensor Elevation TMI\n" + N_E_U_T,
        "Northing (m) Easting (m) GPS Height (m) TMI (nT)\n" + N_E_U_T,
        '"Northing (m)" "Easting (m)" "Elev" "TMI"\n' + N_E_U_T,
        "y, x, z, tmi\n" + N_E_U_T,
        "y x z tmi\n-------- -------- ---- ----\n" + N_E_U_T,
        "Survey of the hill\nFlown in 2020\ny,x,z,tmi\n" + rows("northing easting upward tmi", ","),
        "Block 12, 34 lines\ny,x,z,tmi\n" + rows("northing easting upward tmi", ","),
        "Y;X;Z;TMI\nm;m;m;nT\n" + rows("northing easting upward tmi", ";"),
        "Y|X|Z|TMI\n" + rows("northing easting upward tmi", "|"),
        "Fid\tLine\tNORTH_MGA\tEAST_MGA\tAlt_msl\tRMF\n" + rows("text text northing easting upward tmi", "\t"),
        "Longitude,Latitude,E_Nad83,N_Nad83,Height,Alt,RMF\n" + rows("text text easting northing text upward tmi", ","),
        "X,Y,Z,error,TMI\n" + rows("easting northing upward text tmi", ","),
        "X,Y,Z,sd,TMI\n" + rows("easting northing upward text tmi", ","),
        "X,Y,Z,TMI,gps_sd\n" + rows("easting northing upward tmi text", ","),
        ",x,y,z,tmi\n" + rows("text easting northing upward tmi", ","),
        "/ x y z tmi\n//Flight 3\nLINE 10\n" + rows("easting northing upward tmi").replace("\n", "\nTIE 20\n", 1),
        "\ufeff# northing easting z tmi\n" + N_E_U_T,
        ("x,y,z,tmi\n" + rows("easting northing upward tmi", ",")).encode("utf-16"),
    ],
)
def test_a_column_is_what_its_name_says_wherever_the_name_stands(tmp_path: Path, content: str | bytes) -> None:
    survey = read_survey(file_of(tmp_path, content), field=FIELD)
    npt.assert_array_equal(survey.easting, EASTING)
    npt.assert_array_equal(survey.northing, NORTHING)
    npt.assert_array_equal(survey.upward, UPWARD)
    npt.assert_array_equal(survey.data, [TMI])
    assert survey.uncertainty is None


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


@pytest.mark.parametrize("name", ["sd", "std", "sigma", "Uncertainty (nT)", "tmi_err", "Mag error", "TMI_SD"])
def test_the_deviation_stands_behind_the_datum_or_names_it(tmp_path: Path, name: str) -> None:
    survey = read_survey(file_of(tmp_path, f"x,y,z,tmi,{name}\n1,2,3,4,5\n"), field=FIELD)
    npt.assert_array_equal(survey.uncertainty, [[5.0]])


def test_topography_in_feet_is_converted(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x (m),y (m),DEM (ft)\n0,0,1000\n1,1,2000\n")
    npt.assert_allclose(read_topography(path), [[0, 0, 304.8], [1, 1, 609.6]])


DEGREES = "longitudes and latitudes are no eastings and northings; project them"


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


def test_unnamed_columns_beside_a_given_height_must_be_numbered(tmp_path: Path) -> None:
    path = file_of(tmp_path, "0 0 6.3 2.06\n25 0 9.3 2.09\n")
    with pytest.raises(InputError, match=r"third and fourth column may be anything; .*'northing': 2, 'tmi': 3"):
        read_survey(path, field=FIELD, height=40)
    survey = read_survey(path, field=FIELD, height=40, columns={"easting": 1, "northing": 2, "tmi": 3, "sd": 4})
    npt.assert_array_equal(survey.data, [[6.3, 9.3]])
    npt.assert_array_equal(survey.uncertainty, [[2.06, 2.09]])
    npt.assert_array_equal(survey.upward, [40, 40])
    with pytest.raises(InputError, match="third column may be anything"):
        read_survey(file_of(tmp_path, "0 0 6.3\n25 0 9.3\n"), field=FIELD, height=40)


def test_an_unnamed_datum_and_its_deviation_are_doubted_as_height_and_datum(tmp_path: Path) -> None:
    path = file_of(tmp_path, "0 0 6.3 2.06\n25 0 -9.3 2.09\n50 0 12.9 2.13\n")
    with pytest.warns(InputWarning, match="they look like a datum and its standard deviation"):
        read_survey(path, field=FIELD)


def test_one_column_is_not_two_quantities(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,z,tmi\n1,2,3,4\n")
    with pytest.raises(
        InputError, match="columns expects a column for each quantity, got x for easting and for northing"
    ):
        read_survey(path, field=FIELD, columns={"easting": 1, "northing": 1})
    with pytest.raises(InputError, match="got x for easting and for northing"):
        read_survey(path, field=FIELD, columns={"easting": "x", "northing": "X"})


def test_a_chosen_column_is_found_without_its_unit_and_keeps_it(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,z,TMI,Filtered (uT)\n1,2,3,4,5\n")
    survey = read_survey(path, field=FIELD, columns={"tmi": "filtered"})
    npt.assert_array_equal(survey.data, [[5000.0]])
    with pytest.raises(InputError, match=r"column 'Filtered \(uT\)': expected a unit of length, got 'uT'"):
        read_survey(path, field=FIELD, columns={"upward": 5})


def test_depths_are_not_taken_as_heights_when_chosen_either(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,depth,tmi\n1,2,3,4\n")
    with pytest.raises(InputError, match="upward in metres, positive up, got 'depth', which is positive down"):
        read_survey(path, field=FIELD, columns={"upward": "depth"})


def test_longitudes_are_no_eastings_when_chosen_either(tmp_path: Path) -> None:
    path = file_of(tmp_path, "lon,lat,z,tmi\n7,54,3,4\n")
    with pytest.raises(InputError, match=f"easting in metres, got 'lon': {DEGREES}"):
        read_survey(path, field=FIELD, columns={"easting": "lon", "northing": "lat"})


def test_what_was_taken_is_told(tmp_path: Path) -> None:
    path = file_of(tmp_path, "My survey\nid,UTM_E,UTM_N,Elev (ft),TMI\n1,2,3,4,5\n")
    with collected() as notes:
        read_survey(path, field=FIELD)
    told = "easting = UTM_E, northing = UTM_N, upward = Elev (ft) (converted to m), tmi = TMI"
    assert notes.taken == [
        ("columns", f"{told}; m and nT where no unit is stated"),
        ("", "not used: id"),
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


@pytest.mark.parametrize("names", ["", "x y z tmi\n"])
def test_northings_first_are_doubted(tmp_path: Path, names: str) -> None:
    path = file_of(tmp_path, names + N_E_U_T)
    with pytest.warns(InputWarning, match="look like a northing and an easting"):
        read_survey(path, field=FIELD)


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


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("UTM Easting", "easting"),
        ("X_NAD83_m", "easting"),
        ("x_gda94_z55", "easting"),
        ("GDA94LON", "longitude"),
        ("gps_x_err", ""),
        ("dx", ""),
        ("Height above ellipsoid", "upward"),
        ("GPS_HT", "upward"),
        ("Sensor height (m above sea level)", "upward"),
        ("sensor height", "over ground"),
        ("Elevation above ground", "over ground"),
        ("laser_alt", "over ground"),
        ("Ground elevation", "ground"),
        ("SRTM (m)", "ground"),
        ("Total Magnetic Intensity (nT)", "tmi"),
        ("TMI (residual nT)", "tmi"),
        ("Mag_Raw", ""),
        ("Base_Mag", ""),
        ("TMI_1VD", ""),
        ("Z (nT)", ""),
        ("mag_x", ""),
        ("gps_error", ""),
        ("error", ""),
    ],
)
def test_names_are_understood_as_a_whole_or_not_at_all(text: str, quantity: str) -> None:
    assert understood(text).quantity == quantity


def test_a_table_of_feet_with_northings_first_is_inverted_like_the_survey_it_was_made_of(
    small_survey: Path, capsys
) -> None:
    import xarray as xr

    survey = read_survey("obs.mag")
    table = np.column_stack([np.arange(60), survey.northing, survey.easting, survey.upward / FOOT, survey.data[0]])
    np.savetxt("lines.xyz", table, fmt="%.9f", header="id UTM_N (m) UTM_E (m) Elev (ft) TMI (nT)")
    common = ["--mesh", "mesh.msh", "--noise", "1", "--out"]
    assert main(["invert", "obs.mag", *common, "one.nc"]) == 0
    assert main(["invert", "lines.xyz", "--field", "65", "25", "50000", *common, "two.nc"]) == 0
    assert "upward = Elev (ft) (converted to m)" in capsys.readouterr().out
    with xr.open_dataset("one.nc") as one, xr.open_dataset("two.nc") as two:
        npt.assert_allclose(two["susceptibility"], one["susceptibility"], rtol=0, atol=1e-4)
        assert float(two["susceptibility"].max()) > 0.005
