"""The model of a job file and its schema: the same keys, types and limits as the options."""

from __future__ import annotations

import json

import pytest
from job_files import KEYS
from pydantic import ValidationError

from geoinv.jobs.models import job_model, job_schema


def test_the_schema_has_every_key_its_help_and_its_default():
    schema = job_schema(KEYS)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"version", "survey", "output"}
    for key in KEYS:
        told = schema["$defs"][key.section]["properties"][key.name]
        assert told["description"] == key.help
        usual = key.default if isinstance(key.default, (str, int, float)) else None
        assert told.get("default") == usual


def test_a_model_takes_no_text_for_a_number():
    model = job_model(KEYS)
    job = {"version": 1, "survey": {"file": "a"}, "output": {"file": "b"}, "inversion": {"target": 2}}
    model.model_validate_json(json.dumps(job), strict=True)
    job["inversion"] = {"target": "2"}
    with pytest.raises(ValidationError, match="valid number"):
        model.model_validate_json(json.dumps(job), strict=True)
