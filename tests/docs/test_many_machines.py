"""The example of docs/many_machines.md, run by mpirun, and what the page says of the counts."""

import re

import xarray as xr
from checkout import ROOT
from over_ranks import mpirun

TEXT = (ROOT / "docs" / "many_machines.md").read_text(encoding="utf-8")


def test_the_example_runs_in_two_processes(tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "script.py").write_text(example)
    result = mpirun(2, "-m", "mpi4py", "script.py", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("target reached") == 1
    with xr.open_dataset(tmp_path / "model.nc") as data:
        assert data.susceptibility.shape == (4, 8, 8)
