"""A few lines about what a file holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from geoinv.conventions.quantities import COMPONENTS
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.base import Format, Projection, SurveyOptions
from geoinv.formats.budget import guarded
from geoinv.formats.notes import collected
from geoinv.formats.reading import read_mesh, read_topography, survey_of
from geoinv.formats.registry import recognise
from geoinv.meshes.summary import mesh_lines, point_lines
from geoinv.surveys.main_field import MainField
from geoinv.surveys.summary import survey_lines

__all__ = ["describe"]

_NOT_KNOWN = MainField(90.0, 0.0, 50_000.0)
"""Field of a survey whose file has none; no line says it."""


def describe(
    path: str | Path,
    *,
    field: MainField | None = None,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
    projection: Projection | None = None,
) -> str:
    """Say what a file was recognised as, and what it holds.

    Parameters
    ----------
    path : str or Path
        Any file that geoinv reads.
    field, columns, height
        As in :func:`geoinv.formats.read_survey`, for a file that holds a survey.
    projection : Projection, optional
        What makes metres of its positions.

    Returns
    -------
    str
        Lines: the kind of file; stations or cells; extents; ranges of data, deviations and model;
        the field; what is needed before it can be inverted.

    Raises
    ------
    InputError
        If the file cannot be recognised, or its content is wrong.
    """
    kind = recognise(path)
    with collected() as notes:
        options = SurveyOptions(field, None, columns, height, projection=projection)
        lines = _lines(path, kind, options)
        needed = _needed(path, kind, options, lines)
    lines += [f"{label}: {text}" if label else f"  {text}" for label, text in notes.taken]
    lines += [f"doubtful: {sentence}" for sentence in notes.doubts]
    lines += needed
    return "\n".join([f"{path}: {kind.name}", *(f"  {line}" for line in lines)])


def _needed(path: str | Path, kind: Format, options: SurveyOptions, lines: Sequence[str]) -> list[str]:
    """Why a survey with data cannot be inverted as it is, and what to do; nothing where it can, but for a field."""
    data = "grid" in kind.holds or any(line.split(" ")[0] in COMPONENTS for line in lines)
    if "survey" not in kind.holds or not data:
        return []
    try:
        with collected():  # said before
            survey_of(path, replace(options, stand_in=_NOT_KNOWN))
    except InputError as error:
        sentence = str(error).removeprefix(f"{path} ").removeprefix(f"{path}: ")
        return [] if any(sentence in line for line in lines) else [f"to invert: {sentence}"]
    return []


def _lines(path: str | Path, kind: Format, options: SurveyOptions) -> list[str]:
    if kind.describe is not None:
        with guarded(path, "file"):
            return kind.describe(path, options)
    if "survey" in kind.holds:
        survey = survey_of(path, replace(options, stand_in=_NOT_KNOWN, total=True))
        if survey.field is not _NOT_KNOWN:
            return survey_lines(survey)
        lines = [line for line in survey_lines(survey) if not line.startswith("field: ")]
        return [*lines, f"field: none in the file; {way('give --field', 'give field=...')}"]
    if "mesh" in kind.holds:
        return mesh_lines(read_mesh(path))
    if "topography" in kind.holds:
        return point_lines(read_topography(path))
    return ["geoinv does not read this format"]
