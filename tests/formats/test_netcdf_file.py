"""Files of netCDF: forged, cut, being written, read by threads, on a full disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
from netcdf_files import EASTING, FIELD, NORTHING, TMI, UPWARD, edited, survey_file

from geoinv import InputError, Survey
from geoinv.formats import (
    read_survey,
    recognise,
    write_survey,
)


def test_a_forged_length_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("station", 10**9)
        for name in ("easting", "northing", "upward", "tmi", "station"):
            file.createVariable(name, "f8", ("station",), chunksizes=(10**6,))
    with pytest.raises(InputError, match=r"a\.nc: expected variables that are in the file .* got .* of 1e\+09 values"):
        recognise(tmp_path / "a.nc")


def test_groups_alone_are_said(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createGroup("survey").createDimension("station", 2)
    with pytest.raises(InputError, match=r"got variables none; .*groups are not read"):
        recognise(tmp_path / "a.nc")


def test_a_file_that_is_being_written_is_not_called_broken(tmp_path: Path) -> None:
    path = survey_file(tmp_path)
    writer = "import netCDF4, sys; file = netCDF4.Dataset(sys.argv[1], 'a'); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", writer, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(InputError, match=r"a\.nc expects a file that no program is writing, got one that is open"):
            read_survey(path)
        process.communicate("\n")
    assert read_survey(path).stations == 3


def test_what_is_written_can_be_appended_to_and_is_small(tmp_path: Path) -> None:
    survey = Survey(EASTING, NORTHING, UPWARD, field=FIELD, data=TMI)
    write_survey(tmp_path / "a.nc", survey)
    assert (tmp_path / "a.nc").stat().st_size < 20_000
    edited(tmp_path / "a.nc", lambda file: file.setncattr("comment", "appended"))
    assert read_survey(tmp_path / "a.nc").attributes == {"comment": "appended"}


def test_netcdf_from_several_threads_is_right() -> None:
    code = """
import tempfile, threading
import numpy as np
from geoinv import Grid
from geoinv.formats import describe, read_mesh, read_model, write_model
grid, folder, wrong = Grid.regular((2, 3, 4), (1, 1, 1)), tempfile.mkdtemp(), []
def work(k):
    try:
        for _ in range(4):
            path = f"{folder}/{k % 2}.nc"
            write_model(path, grid, np.full(grid.shape, 0.01 * k))
            if np.ptp(read_model(path, read_mesh(path))) or not describe(path):
                wrong.append(k)
    except BaseException as error:
        wrong.append(error)
threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(wrong)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "[]\n", "")


def test_a_disk_that_is_full_is_said_before_the_library_fails(tmp_path: Path) -> None:
    code = """
import resource, signal, sys
import numpy as np
from geoinv import Grid, InputError
from geoinv.formats import write_model
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
grid = Grid.regular((20, 20, 20), (1, 1, 1))
try:
    write_model(sys.argv[1], grid, np.zeros(grid.shape))
except InputError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.nc")], capture_output=True, text=True, check=False
    )
    assert "a.nc expects room on its disk, got 'File too large'" in run.stdout
    assert (run.returncode, run.stderr, list(tmp_path.iterdir())) == (0, "", [])


@pytest.mark.parametrize("form", ["NETCDF3_CLASSIC", "NETCDF3_64BIT", "NETCDF3_64BIT_DATA", "NETCDF4"])
def test_a_file_cut_short_is_not_read_as_zeros(tmp_path: Path, form: Any) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w", format=form) as file:
        file.createDimension("station", 900)
        for name in ("easting", "northing", "upward", "tmi"):
            file.createVariable(name, "f8", ("station",))[:] = np.arange(900.0)
    assert read_survey(tmp_path / "a.nc", field=FIELD).stations == 900
    whole = (tmp_path / "a.nc").read_bytes()
    for size in (len(whole) - 2000, len(whole) // 2, 200):
        (tmp_path / "cut.nc").write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"cut\.nc.* expect.* a whole netCDF file, got"):
            read_survey(tmp_path / "cut.nc", field=FIELD)
