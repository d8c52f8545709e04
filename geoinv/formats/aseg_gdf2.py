"""ASEG-GDF2: columns of fixed width in a ``.dat`` file, defined by the ``.dfn`` file beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from pathlib import Path

from geoinv.core.checks import InputError
from geoinv.formats.aseg_definition import RECORD_TYPE, Field, definition_beside, fields_of, sibling
from geoinv.formats.aseg_projection import projection_beside
from geoinv.formats.aseg_writing import write_aseg_gdf2
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.compressed import name_inside
from geoinv.formats.layout import Layout
from geoinv.formats.table_format import FIELD, read_table_survey, read_table_topography, table_lines
from geoinv.formats.text import TextLines, quoted, quoted_token
from geoinv.surveys.survey import Survey

__all__ = ["FORMAT", "aseg_rows", "read_aseg_gdf2"]

_SAMPLE = 50  # records that tell how fields stand
_OTHERS = ("COMM", "PROJ", "TRNS")  # types of records that are not data
_TAB = "\t"


def aseg_rows(path: str | Path) -> tuple[TextLines, Layout]:
    """Data records of an ASEG-GDF2 file as rows between tabs, with the names, units and nulls of its definition.

    Fields stand in columns of their widths, or between tabs, commas or blanks, as some programs write them.

    Raises
    ------
    InputError
        If there is no data file beside the definition, or records do not fit it.
    """
    data, definition = _pair(path)
    fields = fields_of(definition)
    text = TextLines.read(data, inline_comments=False, aligned=True)
    kept = [k for k, line in enumerate(text.lines) if line[:4].upper() not in _OTHERS]
    if not kept:
        raise InputError(f"{path} expects data records, got none; copy the file again")
    text = TextLines(Path(path), [text.lines[k] for k in kept], [text.line_numbers[k] for k in kept])
    fields, parted, least = _way(text, fields)
    rows = []
    for index, line in enumerate(text.lines):
        tokens = parted(line)
        if len(tokens) < len(fields) or len(line) < least:
            expected = f"{len(fields)} fields, as {definition.name} defines them,"
            got = f"{len(tokens)}" if least == 0 else f"a record of {len(line)} characters, shorter than the first ones"
            raise text.error(index, expected, "correct that line; the file may be cut short", got)
        values = [field.value(token) for field, token in zip(fields, tokens, strict=False)]
        rows.append(_TAB.join(quoted_token(value, _TAB) if '"' in value else value for value in values))
    names = tuple(field.name for field in fields)
    return replace(text, lines=rows), Layout(_TAB, names, len(fields), 0)


def _pair(path: str | Path) -> tuple[Path, Path]:
    """Data file and definition file, whichever is given."""
    path = Path(path)
    if name_inside(path).suffix.lower() == ".dfn":
        data = sibling(path, ".dat")
        if data is None:
            raise InputError(f"{path} expects its data file ({path.stem}.dat) beside it, got none; copy it there")
        return data, path
    definition = definition_beside(path)
    if definition is None:
        raise InputError(f"{path} expects its definition ({path.stem}.dfn) beside it, got none; copy it there")
    return path, definition


def _way(text: TextLines, fields: list[Field]) -> tuple[list[Field], Callable[[str], list[str]], int]:
    """Fields of a record (its type may be left out), how a line is parted into them, and its least length."""
    without = [field for field in fields if field.name.text.upper() != RECORD_TYPE]
    candidates = [fields] if len(without) == len(fields) else [fields, without]
    sample = text.lines[:_SAMPLE]
    tabs = any(_TAB in line for line in sample)
    for some in [] if tabs else candidates:
        ends = list(accumulate(field.width for field in some))
        filled = max(map(len, sample)) > ends[-1] - some[-1].width
        if filled and all(_agree(some, _cut(line, ends), line.split()) for line in sample):
            numbers = [end for end, field in zip(ends, some, strict=True) if field.kind not in "AX"]
            return some, partial(_cut, ends=ends), min(max(numbers, default=0), *map(len, sample))
    delimiter = _TAB if tabs else "," if all("," in line for line in sample) else None
    for some in candidates:
        if all(_fit(some, _parted(line, delimiter)) for line in sample):
            return some, partial(_parted, delimiter=delimiter), 0
    raise text.error(
        0,
        f"{len(without)} fields, in {sum(field.width for field in without)} characters or separated,",
        "give the definition that belongs to the file",
        f"{len(_parted(sample[0], delimiter))} in {quoted(sample[0])}",
    )


def _cut(line: str, ends: Sequence[int]) -> list[str]:
    """Fields of a line that stand in columns of fixed width."""
    return [line[begin:end].strip() for begin, end in zip((0, *ends[:-1]), ends, strict=True)]


def _parted(line: str, delimiter: str | None) -> list[str]:
    return [token.strip() for token in line.split(delimiter)]


def _fit(fields: Sequence[Field], tokens: Sequence[str]) -> bool:
    return len(tokens) >= len(fields) and all(map(Field.fits, fields, tokens))


def _agree(fields: Sequence[Field], cut: Sequence[str], tokens: Sequence[str]) -> bool:
    """Tell whether columns hold what they should, and the same as what stands between blanks where that fits too."""
    other = len(tokens) == len(fields) and _fit(fields, tokens)
    return _fit(fields, cut) and any(cut) and (not other or list(tokens) == list(cut))


def read_aseg_gdf2(path: str | Path, options: SurveyOptions) -> Survey:
    """Survey of an ASEG-GDF2 file, with the coordinate system of its projection file.

    Raises
    ------
    InputError
        As :func:`geoinv.formats.table_format.read_table_survey`, or if records do not fit their definition.
    """
    survey = read_table_survey(path, options, aseg_rows)
    stated = projection_beside(path)
    if options.projection is not None:
        # the user says what it is, and may know better
        return survey
    return replace(survey, crs=stated)


def _recognises(head: Head) -> bool:
    if head.is_netcdf:
        return False
    if name_inside(head.path).suffix.lower() == ".dfn":
        return head.text.lines[0].upper().startswith("DEFN")
    return definition_beside(head.path) is not None


def _lines(path: str | Path, options: SurveyOptions) -> list[str]:
    lines = table_lines(path, options, aseg_rows)
    projection_beside(path)
    return lines


FORMAT = Format(
    name="ASEG-GDF2",
    recognises=_recognises,
    readers={"survey": read_aseg_gdf2, "topography": lambda path: read_table_topography(path, aseg_rows)},
    writers=(Writer("survey", (".dat",), write_aseg_gdf2, loses=FIELD, columns=True, crs=True),),
    options=frozenset({"columns"}),
    describe=_lines,
)
