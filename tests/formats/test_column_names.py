"""Names of columns: understood as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy.testing as npt
import pytest
from table_files import EASTING, FIELD, N_E_U_T, NORTHING, TMI, UPWARD, file_of, rows

from geoinv import InputError
from geoinv.formats import read_survey
from geoinv.formats.column_names import understood

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


def test_one_column_is_not_two_quantities(tmp_path: Path) -> None:
    path = file_of(tmp_path, "x,y,z,tmi\n1,2,3,4\n")
    with pytest.raises(
        InputError, match="columns expects a column for each quantity, got x for easting and for northing"
    ):
        read_survey(path, field=FIELD, columns={"easting": 1, "northing": 1})
    with pytest.raises(InputError, match="got x for easting and for northing"):
        read_survey(path, field=FIELD, columns={"easting": "x", "northing": "X"})


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


@pytest.mark.parametrize(
    ("names", "quantity"),
    [
        ("GPSALT gpsalt ALTGPS GPSHT GPSZ GPSHEIGHT ALTMSL MSLALT GPSALT_m GPSALT(m)", "upward"),
        ("RESMAG resmag RESMAG_nT MAGRES RESIDMAG RESTMI TMIRES RES_MAG MAGANOM ANOM_MAG", "tmi"),
        ("TMILEV TMI_LEV MAGLEV LEVMAG FINALMAG TMIFINAL", "tmi"),
        ("TMI_less_IGRF MAG_IGRF_removed TMI_IGRF_corrected TMI(nT,IGRF_removed)", "tmi"),
        # the IGRF itself, what is not corrected, a component, a height of something else, or anything
        ("MAG_IGRF TMI_IGRF MAGIGRF IGRF_removed MAGCOMP CMAG UMAG MAGRAW BASEMAG MAGBASE", ""),
        ("ALTMAG BARALT GPSTIME GPSX GPSRES RES ANOM RESIST MAGRESP ANOM_1 MAGLEV_1VD", ""),
        ("RADALT RALT LASERALT", "over ground"),
    ],
)
def test_two_words_in_one_piece_are_understood_where_they_can_mean_one_thing_only(names: str, quantity: str) -> None:
    assert {name: understood(name).quantity for name in names.split()} == dict.fromkeys(names.split(), quantity)


def test_a_residual_in_one_piece_is_read_and_a_total_field_is_refused(tmp_path: Path) -> None:
    content = "UTMX,UTMY,GPSALT,MAGCOMP,RESMAG\n1,2,300,55000,12\n11,2,301,55010,-3\n21,2,302,55020,8\n"
    survey = read_survey(file_of(tmp_path, content), field=FIELD)
    npt.assert_array_equal(survey.data, [[12, -3, 8]])
    npt.assert_array_equal(survey.upward, [300, 301, 302])
    npt.assert_array_equal(survey.columns["MAGCOMP"], [55000, 55010, 55020])
    with pytest.raises(InputError, match="which is a total field"):
        read_survey(file_of(tmp_path, content.replace("RESMAG", "other").replace("MAGCOMP", "FINALMAG")), field=FIELD)
    assert read_survey(file_of(tmp_path, content.replace("RESMAG", "other")), field=FIELD).data is None
    with pytest.raises(InputError, match="expects one column of tmi, got TMI and RESMAG"):
        read_survey(file_of(tmp_path, content.replace("MAGCOMP", "TMI")), field=FIELD)


@pytest.mark.parametrize(
    ("text", "quantity", "factor"),
    [
        ("gz", "gz", None),
        ("Gz (uGal)", "gz", 1e-3),
        ("Complete Bouguer Anomaly [mGal]", "gz", 1.0),
        ("CBA_mGal", "gz", 1.0),
        ("residual gravity", "gz", None),
        ("anomaly (mGal)", "gz", 1.0),
        ("gravity error (mGal)", "gz_uncertainty", 1.0),
        ("gz_sd", "gz_uncertainty", None),
        ("gee_Eotvos", "gee", 1.0),
        ("guu (mGal/m)", "guu", 1e4),
        ("anomaly (nT)", "tmi", 1.0),
        ("anomaly", "tmi", None),
        # what is no anomaly, or not the vertical attraction of what lies below
        ("observed gravity", "", None),
        ("FAA", "", None),
        ("free air anomaly (mGal)", "", 1.0),
        ("G", "", None),
        ("mag (mGal)", "", 1.0),
    ],
)
def test_gravity_is_told_from_magnetics(text: str, quantity: str, factor: float | None) -> None:
    found = understood(text)
    assert found.quantity == quantity
    assert (None if found.unit is None else found.unit.factor) == (None if factor is None else pytest.approx(factor))
