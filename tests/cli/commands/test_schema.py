"""geoinv schema: what it prints is the schema of the job files that are read."""

from __future__ import annotations

import json

from commands import succeed
from job_files import KEYS

from geoinv.jobs.models import job_schema


def test_the_schema_is_printed_as_json(capsys):
    assert json.loads(succeed(["schema"], capsys)) == job_schema(KEYS)
