# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The rows of a file as data: lists of values, or dicts where the columns have names."""

from __future__ import annotations

import itertools
import typing as t
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .._errors import InvalidOption
from . import delimited, json_lines, lines, literal, parquet
from .column_types import TEXT, Parser, as_text, chosen, infer
from .detect import check, detect
from .row_format import (
    AUTO,
    JSON_LINES,
    LINES,
    LITERAL,
    MINIMAL,
    PARQUET,
    Row,
    RowFormat,
    RowOptions,
    Value,
    Warn,
    duplicate,
    short,
)
from .separators import Sample
from .text_lines import WINDOWS_END, begins, decompressed, text_lines

DEFAULT_LIMIT = 1000
# What is looked at to find the format and, when rows are streamed, the types of columns.
_SAMPLE_ROWS = 1000
_SAMPLE_CHARACTERS = 256 << 10


def _ignore(_message: str) -> None:
    """Warn nobody."""


@dataclass(frozen=True)
class Table:
    """Rows of a file, whether there are more, and the format by which they were read."""

    rows: list[Row]
    is_cut: bool
    format: RowFormat


def rows(
    chunks: Iterable[bytes],
    options: RowOptions,
    *,
    name: str = "the file",
    is_appended: bool = False,
    warn: Warn = _ignore,
) -> Iterator[Row]:
    """The rows one by one, in bounded memory; ``chunks`` are the bytes of the file, in pieces of any size.

    Types are inferred from the first 1,000 rows; a later value of another type stays a text. Raises InvalidOption as
    ``table`` does, the first time at the first row.
    """
    _format, records = _open(chunks, options, name, is_appended, warn)
    yield from records.stream()


def table(
    chunks: Iterable[bytes],
    options: RowOptions,
    limit: int | None,
    *,
    expected: int | None = None,
    name: str = "the file",
    is_appended: bool = False,
    warn: Warn = _ignore,
) -> Table:
    """At most ``limit`` rows, DEFAULT_LIMIT if it is None; little more of the file is read than that takes.

    Types are inferred from the rows that are returned. ``expected`` is the number of items that the job scored, if it
    is known; ``is_appended`` says that the service appended the rows. Raises InvalidOption for a file that is not in
    this format, and for options that do not apply to it.
    """
    found, records = _open(chunks, options, name, is_appended, warn)
    most = DEFAULT_LIMIT if limit is None else limit
    shown, is_cut = records.first(most)
    if is_cut and limit is None:
        known = "" if expected is None else f" of about {expected}"
        warn(
            f"rows: only the first {most}{known} rows of {name} were returned. "
            "Set limit to get more, or to get as many without this warning."
        )
    if not is_cut and expected is not None:
        _warn_of_count(found, name, len(shown), expected, warn)
    return Table(shown, is_cut, found)


def _warn_of_count(found: RowFormat, name: str, count: int, expected: int, warn: Warn) -> None:
    """Warn of more or fewer rows than items. JSON and Python values never span lines, and an item may have several."""
    if count < expected:
        reason = "mini batches may have returned nothing, or quoted values took several lines as one"
    elif count > expected and found.format not in (JSON_LINES, LITERAL, PARQUET):
        reason = (
            "the script returned several rows for an item, or values with line ends, or a mini batch that was retried "
            "wrote twice"
        )
    else:
        return
    warn(f"rows: {name} has {count} rows, and the job scored {expected} items: {reason}. Compare them with the data.")


class _Records(t.Protocol):
    """The rows of an open file."""

    def stream(self) -> Iterator[Row]:
        """All rows, one by one."""

    def first(self, limit: int) -> tuple[list[Row], bool]:
        """The first rows, at most ``limit``, and whether there are more."""


def _open(
    chunks: Iterable[bytes], options: RowOptions, name: str, is_appended: bool, warn: Warn
) -> tuple[RowFormat, _Records]:
    begin, chunks = begins(decompressed(chunks, name), len(parquet.MAGIC))
    if options.format == PARQUET or (options.format == AUTO and begin.startswith(parquet.MAGIC)):
        check(options, PARQUET)
        return RowFormat(PARQUET), _Values(parquet.rows(chunks, name), options.columns, warn)
    text = text_lines(chunks, name, warn)
    sample, text = _sample(text, is_appended)
    found = detect(sample, options, name, is_appended=is_appended, warn=warn)
    if found.format in (JSON_LINES, LITERAL):
        values = (json_lines if found.format == JSON_LINES else literal).values(text)
        return found, _Values(values, options.columns, warn)
    if found.format == LINES:
        return found, _Texts(lines.records(text, sample.end), found, options, warn)
    warn_of_span = warn if options.quote == AUTO else _ignore
    split = delimited.records(text, found.separator or ",", found.quote or MINIMAL, sample.end, warn, warn_of_span)
    return found, _Texts(split, found, options, warn)


def _sample(text: Iterator[str], is_appended: bool) -> tuple[Sample, Iterator[str]]:
    """The first lines, and all lines. The service, which appends rows, ends lines with a line feed alone."""
    taken: list[str] = []
    length = 0
    while len(taken) < _SAMPLE_ROWS and length < _SAMPLE_CHARACTERS:
        line = next(text, None)
        if line is None:
            break
        taken.append(line)
        length += len(line)
    is_whole = length < _SAMPLE_CHARACTERS and len(taken) < _SAMPLE_ROWS
    ends = {line.endswith(WINDOWS_END) for line in taken if line.endswith("\n")}
    end = WINDOWS_END if ends == {True} and not is_appended else "\n"
    return Sample(taken, is_whole, end), itertools.chain(taken, text)


class _Values:
    """Rows of values that have their types."""

    def __init__(self, values: Iterator[Value], columns: Sequence[str] | None, warn: Warn) -> None:
        self._values = values
        self._columns = columns
        self._warn = warn

    def stream(self) -> Iterator[Row]:
        width = _Width(self._columns, self._warn)
        for value in self._values:
            if isinstance(value, dict):
                yield {name: value.get(name) for name in self._columns} if self._columns else value
            else:
                row = value if isinstance(value, list) else [value]
                width.check(row)
                yield _named(row, self._columns)

    def first(self, limit: int) -> tuple[list[Row], bool]:
        rows = self.stream()
        return list(itertools.islice(rows, limit)), next(rows, None) is not None


class _Texts:
    """Rows of texts whose columns get types."""

    def __init__(self, records: Iterator[list[str]], found: RowFormat, options: RowOptions, warn: Warn) -> None:
        self._records = records
        self._found = found
        self._options = options
        self._warn = warn

    def stream(self) -> Iterator[Row]:
        for columns, records in self._opened():
            sample = list(itertools.islice(records, _SAMPLE_ROWS))
            yield from self._typed(itertools.chain(sample, records), sample, columns)

    def first(self, limit: int) -> tuple[list[Row], bool]:
        for columns, records in self._opened():
            taken = list(itertools.islice(records, limit))
            return list(self._typed(taken, taken, columns)), next(records, None) is not None
        return [], False

    def _opened(self) -> Iterator[tuple[Sequence[str] | None, Iterator[list[str]]]]:
        """The names of the columns and the rows; nothing for a file that lacks the header that it should have."""
        if not self._found.header:
            yield self._options.columns, self._records
            return
        columns = next(self._records, None)
        if columns is not None:
            repeated = duplicate(columns)
            if repeated is not None:
                raise InvalidOption(
                    f"header: the file has two columns {short(repeated)}. Set header=false: rows are lists then, and "
                    "the first has the names."
                )
            yield columns, self._records

    def _typed(
        self, records: Iterable[list[str]], known: list[list[str]], columns: Sequence[str] | None
    ) -> Iterator[Row]:
        parsers = self._parsers(known, columns)
        typed = [(at, parse) for at, parse in enumerate(parsers) if parse is not TEXT]
        width = _Width(columns, self._warn)
        for row in records:
            if columns is None:
                width.check(row)
            for at, parse in typed:
                if at < len(row):
                    row[at] = parse(row[at])
            yield row if columns is None else _named(row, columns)

    def _parsers(self, known: list[list[str]], columns: Sequence[str] | None) -> list[Parser]:
        types = self._options.types
        unknown = sorted(set(types) - set(columns or ()))
        if unknown:
            raise InvalidOption(
                f"types: there is no column {unknown[0]!r}. Name the columns in columns, or set header."
            )
        guess = infer if self._options.infer else as_text
        parsers = []
        for at in range(max(map(len, known), default=0)):
            given = columns[at] if columns and at < len(columns) and columns[at] in types else None
            parsers.append(chosen(given, types[given]) if given else guess(row[at] for row in known if at < len(row)))
        return parsers


class _Width:
    """Warns once of rows with different numbers of values. Rows with named columns are checked by their names."""

    def __init__(self, columns: Sequence[str] | None, warn: Warn) -> None:
        self._is_done = columns is not None
        self._warn = warn
        self._first: int | None = None
        self._number = 0

    def check(self, row: Sequence[Value]) -> None:
        if self._is_done:
            return
        self._number += 1
        if self._first is None:
            self._first = len(row)
        elif len(row) != self._first:
            self._is_done = True
            self._warn(
                f"rows: row {self._number} has {len(row)} values, and the rows before it {self._first}: "
                f"{short(row)}. Correct format, separator or quote, or have the script write equal rows."
            )


def _named(values: list[Value], columns: Sequence[str] | None) -> Row:
    if columns is None:
        return values
    if len(values) != len(columns):
        raise InvalidOption(
            f"columns: {len(columns)} are named, and the row {short(values)} has {len(values)} values. "
            "Correct columns or separator."
        )
    return dict(zip(columns, values))
