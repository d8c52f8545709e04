"""Command ``schema``: what may stand in a job file, for editors."""

from __future__ import annotations

import json

from geoinv.cli.commands.invert import invert
from geoinv.cli.support.jobs import job_keys
from geoinv.cli.support.terminal import show

__all__ = ["schema"]


def schema() -> None:
    """Print the JSON schema of job files, by which editors complete and check them.

    Example: geoinv schema > job.schema.json
    """
    from geoinv.jobs.models import job_schema

    show(json.dumps(job_schema(job_keys(invert)), indent=2))
