"""The keys of `geoinv invert`, and a job file of all that it knows."""

from __future__ import annotations

from geoinv.cli.commands.invert import invert
from geoinv.cli.support.jobs import job_keys

KEYS = job_keys(invert)

SURVEY = 'version = 1\n[survey]\nfile = "obs.mag"\n'
WHOLE = SURVEY + '[mesh]\nfile = "mesh.msh"\n[output]\nfile = "out.nc"\n'
