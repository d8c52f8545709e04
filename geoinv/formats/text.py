"""A text file as numbered lines without comments, and the numbers on them."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.budget import read_within, refuse_special
from geoinv.formats.compressed import BROKEN, broken, unpacked
from geoinv.formats.foreign import foreign_content

__all__ = ["TextLines", "is_number", "naming", "quoted", "quoted_token", "read_bytes", "rows_text", "split"]

# control characters that no text file holds (tab, line ends, form feed, DOS end of file and escape apart)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_COMMENT_MARKS = ("!", "#", "%", "/")
_SPREADSHEET_ERRORS = ("#N/A", "#NA", "#VALUE!", "#DIV/0!", "#NULL!", "#REF!", "#NUM!")
_MOST_COMMENTS = 200  # kept to look for names in
_SHOWN = 60  # characters of a line that an error quotes


@contextmanager
def naming(place: str | Path) -> Iterator[None]:
    """Put the file, or the line of it, before the sentence of an InputError raised inside."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{place}: {error}") from None


def read_bytes(path: str | Path, limit: int = -1) -> bytes:
    """Content of a file, unpacked where it is packed.

    Parameters
    ----------
    path : str or Path
        The file.
    limit : int, optional
        Most bytes to read; all by default.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, it is packed and cut or broken, or it unpacks to more than
        fits in memory.
    """
    try:
        refuse_special(path)
        with open(path, "rb") as file, unpacked(path, file) as stream:
            return read_within(path, stream, limit)
    except FileNotFoundError:
        raise InputError(f"{path} expects a file, got none of that name; check the name and the folder") from None
    except IsADirectoryError:
        raise InputError(f"{path} expects a file, got a folder; name a file in it") from None
    except BROKEN as error:
        raise broken(path, error) from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{str(path)!r} expects the name of a file, got one with a null byte; correct it") from None
    except OSError as error:
        raise InputError(f"{path} expects a readable file, got {error.strerror}; check its permissions") from None


def quoted(text: str) -> str:
    """Text in quotation marks for an error, cut where it is long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def split(line: str, delimiter: str | None) -> list[str]:
    """Tokens of a line, at a delimiter or (None) at white space.

    Raises
    ------
    InputError
        If a quotation mark opens a token and none closes it on this line, or the token is longer than
        the `csv` module reads.
    """
    if '"' not in line:
        return line.split() if delimiter is None else [token.strip() for token in line.split(delimiter)]
    if delimiter is None:
        line = line.strip().replace("\t", " ")
    try:
        tokens = next(csv.reader([line], delimiter=delimiter or " ", skipinitialspace=True, strict=True))
    except csv.Error as error:
        what = "a longer one" if "limit" in str(error) else "one that is not"
        raise InputError(
            f"expected quotation marks that are closed on the line they are opened on, each text of at most "
            f"{csv.field_size_limit()} characters, got {what}; double a mark that belongs to the text, or remove it"
        ) from None
    return [token.strip() for token in tokens]


def _decoded(content: bytes, whole: bool) -> str:
    """Text of bytes: UTF-16 where they say so, UTF-8, or else Windows' Western European code page."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")("replace").decode(content, final=whole)
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(content, final=whole)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def is_number(token: str) -> bool:
    """Tell whether a token reads as a number (NaN and infinity included)."""
    try:
        float(token)
    except ValueError:
        return False
    return "_" not in token


def rows_text(columns: Iterable[npt.NDArray[Any]], separator: str = " ") -> str:
    r"""Columns of numbers, texts and times as lines, each number with the fewest digits that give it back exactly.

    What is missing (NaN, NaT, an empty text) is nothing between separators that show it, and ``*`` between blanks.

    Examples
    --------
    >>> rows_text([np.array([0.1, 2.0]), np.array([1e-30, 3.5])])
    '0.1 1e-30\n2.0 3.5\n'
    >>> rows_text([np.array(["L 10", ""]), np.array([np.nan, 3.5])], ",")
    'L 10,\n,3.5\n'
    """
    rows = zip(*(_tokens(column, separator) for column in columns), strict=True)
    return "".join(separator.join(row) + "\n" for row in rows)


def _tokens(column: npt.NDArray[Any], separator: str) -> Iterator[str]:
    """Tokens of a column as a table has them."""
    missing = "" if separator.strip() else "*"
    if column.dtype.kind == "f":
        return (repr(value) if value == value else missing for value in column.tolist())
    if column.dtype.kind == "M":
        texts = np.datetime_as_string(column, unit="auto").tolist()
        return (missing if text == "NaT" else text for text in texts)
    if column.dtype.kind in "iu":
        return map(repr, column.tolist())
    return (quoted_token(text, separator) or missing for text in column.tolist())


def quoted_token(text: str, separator: str) -> str:
    """Text as one token of a table: between quotation marks where the separator, or such a mark, stands in it."""
    text = " ".join(text.splitlines())
    if '"' in text or separator in text or (not separator.strip() and len(text.split()) > 1):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


@dataclass(frozen=True)
class TextLines:
    """Lines of a text file that hold something.

    Parameters
    ----------
    path : Path
        The file, for errors.
    lines : list of str
        Lines without blank ones and comments (those that begin with ``! # % /``).
    line_numbers : list of int
        Where each stands in the file, from 1.
    comments : list of (int, str)
        Comments around the first line, without their marks, and the numbers of their lines: some programs put the
        names of the columns there.
    remarks : list of (int, str)
        All lines that begin with ``//``, likewise: Geosoft puts the flight and the date of a line there.
    """

    path: Path
    lines: list[str]
    line_numbers: list[int]
    comments: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)

    @classmethod
    def read(
        cls, path: str | Path, *, inline_comments: bool = True, limit: int = -1, aligned: bool = False
    ) -> TextLines:
        """Lines of a file.

        Parameters
        ----------
        path : str or Path
            Text file, packed or not.
        inline_comments : bool, optional
            Drop what follows a ``!`` on a line, as in UBC files.
        limit : int, optional
            Most bytes to read, for a first look; a line cut by it is dropped.
        aligned : bool, optional
            Keep the blanks that lines begin with, for columns of fixed width.

        Raises
        ------
        InputError
            If the file cannot be read, is binary or of a known other kind, or holds no line but comments.
        """
        content = read_bytes(path, limit)
        foreign = foreign_content(content[:1024])
        if foreign is not None:
            raise InputError(f"{path} expects text or netCDF, got {foreign[0]}; {foreign[1]}")
        if content[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and _BINARY.search(content):
            if content[1:64:2].strip(b"\0") == b"" or content[:64:2].strip(b"\0") == b"":
                raise InputError(f"{path} expects text in UTF-8, got UTF-16 without its mark; save it as UTF-8")
            raise InputError(f"{path} expects text, got binary content; give a text or netCDF file")
        text = _decoded(content, whole=not 0 < limit <= len(content)).rstrip("\x1a")
        everything = text.splitlines()
        if 0 < limit <= len(content) and len(everything) > 1:
            everything.pop()
        inline_comments = inline_comments and "!" in text
        lines: list[str] = []
        line_numbers: list[int] = []
        comments: deque[tuple[int, str]] = deque(maxlen=_MOST_COMMENTS)
        remarks: list[tuple[int, str]] = []
        for number, raw in enumerate(everything, 1):
            line = raw.partition("!")[0].strip() if inline_comments else raw.strip(" \r\n\f\x1a")
            if not line or (line.startswith(_COMMENT_MARKS) and not line.startswith(_SPREADSHEET_ERRORS)):
                if line.startswith("//"):
                    remarks.append((number, line.lstrip("/").strip()))
                # the last ones above the lines, and the first among them
                if raw.strip() and (not lines or len(comments) < _MOST_COMMENTS):
                    comments.append((number, raw.strip().lstrip("".join(_COMMENT_MARKS)).strip()))
                continue
            lines.append(raw.rstrip(" \r\n\f\x1a") if aligned else line)
            line_numbers.append(number)
        if not lines:
            what = "only blank lines and comments" if content.strip() else "an empty file"
            raise InputError(f"{path} expects lines of numbers, got {what}; write or copy the file again")
        return cls(Path(path), lines, line_numbers, list(comments), remarks)

    def error(self, index: int, expected: str, remedy: str, got: str | None = None) -> InputError:
        """Error about one line (by its index here): what was expected, what came, what to do."""
        if index >= len(self.lines):
            return InputError(
                f"{self.path} expects {expected} after line {self.line_numbers[-1]}, got the end of the file; {remedy}"
            )
        shown = got or quoted(self.lines[index])
        return InputError(f"{self.path} expects {expected} on line {self.line_numbers[index]}, got {shown}; {remedy}")

    @contextmanager
    def on_line(self, index: int) -> Iterator[None]:
        """Put the file and a line before the sentence of an InputError raised inside."""
        with naming(f"{self.path} line {self.line_numbers[index]}"):
            yield

    def refuse_where(
        self, bad: npt.NDArray[np.bool_], start: int, expected: str, remedy: str, got: npt.ArrayLike | None = None
    ) -> None:
        """Raise an error about the first row (counted from line `start`) that is bad, if any is.

        Raises
        ------
        InputError
            If `bad` is True anywhere; the sentence says how many rows are.
        """
        if bad.any():
            first = int(np.argmax(bad))
            shown = (
                None
                if got is None
                else f"{repr(float(np.asarray(got)[first])).removesuffix('.0')} ({int(bad.sum())} of {bad.size} rows)"
            )
            raise self.error(start + first, expected, remedy, shown)

    def values(self, index: int, counts: Collection[int], expected: str, remedy: str) -> list[float]:
        """Finite numbers of one line.

        Raises
        ------
        InputError
            If the line is missing, a token is no finite number, or their count is not among `counts`.
        """
        tokens = self.lines[index].split() if index < len(self.lines) else []
        numbers = [float(token) if is_number(token) else np.nan for token in tokens]
        if len(numbers) not in counts or not np.isfinite(numbers).all():
            raise self.error(index, expected, remedy)
        return numbers

    def array(
        self, start: int = 0, delimiter: str | None = None, usecols: Sequence[int] | None = None
    ) -> npt.NDArray[np.float64]:
        """Numbers of all lines from `start` on.

        Parameters
        ----------
        start : int, optional
            Index of the first line.
        delimiter : str, optional
            Between columns; white space by default.
        usecols : sequence of int, optional
            Columns wanted, in that order; all, the same number on every line, by default.

        Returns
        -------
        (lines, columns) array

        Raises
        ------
        InputError
            If there is no line, a line has another number of columns than the first, or a value is
            not a finite number.
        """
        if start >= len(self.lines):
            raise self.error(start, "rows of numbers", "write or copy the file again")
        try:
            values = np.loadtxt(self.lines[start:], ndmin=2, comments=None, delimiter=delimiter, usecols=usecols)
        except ValueError:
            raise self._first_bad(start, delimiter, usecols) from None
        bad = ~np.isfinite(values)
        if bad.any():
            row, column = (int(k) for k in np.argwhere(bad)[0])
            place = f"{values[row, column]} ({int(bad.any(axis=1).sum())} of {len(bad)} rows)"
            raise self.error(start + row, "finite numbers", "remove those rows or fill them in", place)
        return values

    def _first_bad(self, start: int, delimiter: str | None, usecols: Sequence[int] | None) -> InputError:
        """Find the line that NumPy stumbled over."""
        width = len(split(self.lines[start], delimiter))
        for index in range(start, len(self.lines)):
            tokens = split(self.lines[index], delimiter)
            if usecols is None and len(tokens) != width:
                expected = f"{width} columns, as on line {self.line_numbers[start]},"
                return self.error(index, expected, "correct that line; the file may be cut short")
            for token in tokens if usecols is None else [tokens[k] for k in usecols]:
                if not is_number(token):
                    shown = quoted(token) if token else "an empty field"
                    return self.error(index, "numbers", "correct that line or remove it", shown)
        return self.error(start, "rows of numbers", "write one row a line, with a decimal point")
