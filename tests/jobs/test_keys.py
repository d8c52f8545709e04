"""Keys of a job file: each is an option of the command, with its default."""

from __future__ import annotations

from pathlib import Path

from job_files import KEYS

from geoinv.jobs.keys import SECTIONS, by_section

COMMAND_ONLY = {"context", "resume", "write_job"}


def test_every_option_of_the_command_has_a_key_and_only_one():
    import inspect

    from geoinv.cli.commands.invert import invert

    parameters = inspect.signature(invert).parameters
    assert {key.parameter for key in KEYS} == set(parameters) - COMMAND_ONLY
    assert len({key.place for key in KEYS}) == len(KEYS)
    assert all(key.default == parameters[key.parameter].default for key in KEYS if not key.required)


def test_keys_know_what_they_are_called_and_of_what_type_they_are():
    sections = by_section(KEYS)
    assert list(sections) == list(SECTIONS)
    assert sections["mesh"]["kind"].option == "--mesh-kind"
    assert sections["mesh"]["topography"].option == "--topo"
    assert sections["mesh"]["file"].place == "[mesh] file"
    assert sections["mesh"]["file"].written_as.to_option("a.msh", str) == Path("a.msh")
    assert sections["inversion"]["bounds"].written_as.annotation == tuple[float, float]
