"""A few lines about what a file holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from geoinv.formats.base import Format, SurveyOptions
from geoinv.formats.budget import guarded
from geoinv.formats.notes import collected
from geoinv.formats.reading import read_mesh, read_topography, survey_of
from geoinv.formats.registry import recognise
from geoinv.meshes.summary import mesh_lines, point_lines
from geoinv.surveys.main_field import MainField
from geoinv.surveys.summary import survey_lines

__all__ = ["describe"]


def describe(
    path: str | Path,
    *,
    field: MainField | None = None,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
) -> str:
    """Say what a file was recognised as, and what it holds.

    Parameters
    ----------
    path : str or Path
        Any file that geoinv reads.
    field, columns, height
        As in :func:`geoinv.formats.read_survey`, for a file that holds a survey.

    Returns
    -------
    str
        Lines: the kind of file; stations or cells; extents; ranges of data, deviations and model;
        the field.

    Raises
    ------
    InputError
        If the file cannot be recognised, or its content is wrong.
    """
    kind = recognise(path)
    with collected() as notes:
        lines = _lines(path, kind, SurveyOptions(field, None, columns, height))
    lines += [f"{label}: {text}" if label else f"  {text}" for label, text in notes.taken]
    lines += [f"doubtful: {sentence}" for sentence in notes.doubts]
    return "\n".join([f"{path}: {kind.name}", *(f"  {line}" for line in lines)])


def _lines(path: str | Path, kind: Format, options: SurveyOptions) -> list[str]:
    if kind.describe is not None:
        with guarded(path, "file"):
            return kind.describe(path, options)
    if "survey" in kind.holds:
        return survey_lines(survey_of(path, options))
    if "mesh" in kind.holds:
        return mesh_lines(read_mesh(path))
    if "topography" in kind.holds:
        return point_lines(read_topography(path))
    return ["geoinv does not read this format"]
