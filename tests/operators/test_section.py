"""Magnetic section against its formula, derivatives of potentials, and prisms."""

from __future__ import annotations

import mpmath
import numpy as np
import numpy.testing as npt
import pytest
from scipy.integrate import quad

import geoinv
from geoinv.operators import Magnetics, MagneticSection

ANGLES = [(90.0, 90.0), (0.0, 90.0), (35.0, -70.0), (180.0, 10.0)]
EVERY_DIRECTION = pytest.mark.parametrize(("magnetization", "field"), ANGLES)
EVERY_KERNEL = pytest.mark.parametrize("kernel", ["point", "line"])


def unit(inclination: float) -> np.ndarray:
    """Along the line and down."""
    return np.array([np.cos(np.deg2rad(inclination)), np.sin(np.deg2rad(inclination))])


def entries(A: MagneticSection):
    """Every station with every cell: their vector r and the matrix entry."""
    matrix = A.to_dense().reshape(A.range_shape + A.domain_shape)
    for station, row, column in np.ndindex(*matrix.shape):
        r = A.spacing * np.array([column - station, row + 0.5 + A.height / A.spacing])
        yield r, matrix[station, row, column]


@EVERY_DIRECTION
def test_entries_are_those_of_equation_5_2(magnetization, field):
    A = MagneticSection((3, 4), 0.8, 1.5, magnetization, field)
    m, f = unit(magnetization), unit(field)
    for r, entry in entries(A):
        n = np.linalg.norm(r)
        expected = A.spacing**2 * (3 * (m @ r) * (f @ r) / n**5 - (m @ f) / n**3)
        npt.assert_allclose(entry, expected, rtol=1e-12, atol=1e-15)


@EVERY_DIRECTION
@EVERY_KERNEL
def test_entries_are_second_derivatives_of_the_potential(kernel, magnetization, field):
    A = MagneticSection((2, 3), 0.8, 1.5, magnetization, field, kernel)
    m, f = unit(magnetization), unit(field)
    potential = (lambda n: 1 / n) if kernel == "point" else (lambda n: -2 * mpmath.log(n))
    step = mpmath.mpf(10) ** -12
    with mpmath.workdps(50):
        for r, entry in entries(A):

            def at(i, j, r=r):
                place = [mpmath.mpf(r[k]) + step * (i * mpmath.mpf(m[k]) + j * mpmath.mpf(f[k])) for k in range(2)]
                return potential(mpmath.sqrt(place[0] ** 2 + place[1] ** 2))

            derivative = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * step**2)
            npt.assert_allclose(entry, A.spacing**2 * float(derivative), rtol=1e-12, atol=1e-14)


@EVERY_DIRECTION
def test_the_point_kernel_integrated_along_the_strike_is_the_line_kernel(magnetization, field):
    A = MagneticSection((2, 3), 0.8, 1.5, magnetization, field, kernel="line")
    m, f = unit(magnetization), unit(field)
    for r, entry in entries(A):

        def dipole(strike, r=r):
            n = np.sqrt(r @ r + strike**2)
            return 3 * (m @ r) * (f @ r) / n**5 - (m @ f) / n**3

        total = 2 * quad(dipole, 0.0, np.inf, epsabs=1e-13)[0]
        npt.assert_allclose(entry, A.spacing**2 * total, rtol=0, atol=1e-10)


def test_fine_cells_of_the_line_kernel_give_the_field_of_a_long_prism():
    width, columns = 0.25, 80
    A = MagneticSection((24, columns), height=1.0, spacing=width, kernel="line")
    section = np.zeros(A.domain_shape)
    section[8:24, 30:46] = 1.0
    grid = geoinv.Grid([30 * width, 46 * width], [-1e6, 1e6], [-24 * width, -8 * width])
    easting = width * (np.arange(columns) + 0.5)
    survey = geoinv.Survey(
        easting, np.zeros(columns), np.full(columns, 1.0), components=("bu",), field=geoinv.MainField(90.0, 0.0, 5e4)
    )
    upward = np.zeros((3, 1, 1, 1))
    upward[2] = 1.0
    prism = Magnetics(grid, survey, unknown="magnetization")(upward)[0]
    # mu0 / 4 pi is 100 nT m/A
    npt.assert_allclose(100.0 * A(section), prism, rtol=0, atol=2e-3 * abs(prism).max())


@EVERY_KERNEL
def test_a_mirrored_section_gives_the_mirrored_anomaly(kernel):
    section = np.random.default_rng(0).standard_normal((5, 7))
    down = MagneticSection((5, 7), kernel=kernel)
    npt.assert_allclose(down(section[:, ::-1]), down(section)[::-1], rtol=1e-12)
    one, other = (MagneticSection((5, 7), 0.5, 1.0, a, b, kernel) for a, b in ((30.0, 50.0), (150.0, 130.0)))
    npt.assert_allclose(other(section[:, ::-1]), one(section)[::-1], rtol=1e-12, atol=1e-14)


@EVERY_KERNEL
def test_magnetization_and_field_may_change_places(kernel):
    one, other = (MagneticSection((3, 4), 0.5, 1.0, a, b, kernel) for a, b in ((30.0, 70.0), (70.0, 30.0)))
    npt.assert_allclose(one.to_dense(), other.to_dense(), rtol=0, atol=1e-15)


@pytest.mark.parametrize(("kernel", "power"), [("point", 3), ("line", 2)])
def test_the_anomaly_falls_with_height_as_that_of_a_dipole_far_away(kernel, power):
    peaks = [
        abs(MagneticSection((4, 4), height, kernel=kernel)(np.ones((4, 4)))).max()
        for height in (0.5, 1.0, 2.0, 5.0, 20.0, 1e4, 2e4)
    ]
    assert (np.diff(peaks) < 0).all()
    npt.assert_allclose(peaks[-2] / peaks[-1], 2**power, rtol=1e-3)


def test_stations_stand_half_a_cell_above_the_top_unless_told_otherwise():
    A = MagneticSection((3, 4), spacing=10.0)
    assert A.height == 5.0
    # over the first cell by one whole cell: 100 [3 / 10^3 - 1 / 10^3]
    npt.assert_allclose(A.to_dense()[0, 0], 0.2, rtol=1e-14)


def test_a_station_on_the_ground_is_allowed():
    assert np.isfinite(MagneticSection((3, 4), height=0.0).to_dense()).all()


def test_the_default_section_is_that_of_the_digits():
    A = MagneticSection()
    assert (A.domain_shape, A.range_shape, A.height) == ((28, 28), (28,), 0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shape": (4,)}, r"expects shape of shape \(2,\)"),
        ({"shape": (4, 0)}, "expects positive shape"),
        ({"spacing": 0.0}, "expects positive spacing"),
        ({"height": -0.1}, "at or above the section's top edge, got height -0.1"),
        ({"height": np.nan}, "expects finite height"),
        ({"field": np.inf}, "expects finite magnetization and field"),
        ({"kernel": "sheet"}, "kernel to be one of point, line"),
        ({"dtype": "int32"}, "dtype to be one of float64, float32"),
        ({"shape": (10**6, 10**5)}, "its matrix to fit in .*take fewer cells"),
    ],
)
def test_bad_arguments_are_refused_with_a_remedy(arguments, message):
    with pytest.raises(geoinv.InputError, match=f"MagneticSection expects.*{message}|MagneticSection {message}"):
        MagneticSection(**arguments)
