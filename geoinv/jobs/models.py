"""The pydantic model of a job file, made of its keys, and its JSON schema."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from geoinv.jobs.forms import Entries
from geoinv.jobs.keys import SECTIONS, VERSION, Key, by_section

__all__ = ["job_model", "job_schema"]


class _Strict(BaseModel):
    """No unknown keys, no text in place of a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


def job_model(keys: tuple[Key, ...]) -> type[BaseModel]:
    """Model of a job file, one field a table, each a model of its keys.

    Keys that are not given are None: their defaults are the command's.
    """
    sections: dict[str, Any] = {}
    for section, members in by_section(keys).items():
        fields: dict[str, Any] = {}
        needed = False
        for name, key in members.items():
            needed |= key.required
            kind, said = _type_of(key.written_as.annotation, name), Field(description=key.help)
            if key.required:
                fields[name] = (kind, said)
            else:
                usual = key.default if isinstance(key.default, (str, int, float)) else None
                extra: dict[str, Any] | None = None if usual is None else {"default": usual}
                fields[name] = (kind, Field(None, description=key.help, json_schema_extra=extra))
        model = create_model(section, __base__=_Strict, __doc__=SECTIONS[section], **fields)
        sections[section] = (model, ...) if needed else (model, Field(default_factory=model))
    sections["version"] = (Literal[VERSION], Field(description="Version of the job file."))
    return create_model("geoinv job", __base__=_Strict, **sections)


def _type_of(annotation: Any, name: str) -> Any:
    """Type as pydantic takes it."""
    if not isinstance(annotation, Entries):
        return annotation
    fields: dict[str, Any] = dict.fromkeys(annotation.files, (str, ...))
    fields |= {setting: (kind, None) for setting, kind in annotation.settings.items()}
    entry = create_model(f"one of {name}", __base__=_Strict, **fields)
    return list[entry]  # type: ignore[valid-type]  # made of what the option knows


def job_schema(keys: tuple[Key, ...]) -> dict[str, Any]:
    """JSON schema of a job file, for editors."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **job_model(keys).model_json_schema()}
    return {**dict(_without_noise(schema)), "title": "geoinv job"}


def _without_noise(part: Any) -> Any:
    """Schema without the titles that repeat names, and the defaults of None that stand for what is not given."""
    if isinstance(part, list):
        return [_without_noise(member) for member in part]
    if not isinstance(part, dict):
        return part
    noise = {"title"} if isinstance(part.get("title"), str) else set()
    noise |= {"default"} if part.get("default", "") is None else set()
    return {name: _without_noise(member) for name, member in part.items() if name not in noise}
