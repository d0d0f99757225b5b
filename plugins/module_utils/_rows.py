# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Rows of a text file as data: delimited or JSON lines, named where there are names, typed column by column."""

from __future__ import annotations

import csv
import itertools
import json
import re
import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ._errors import InvalidOption

CSV, TSV, JSON_LINES, AUTO = "csv", "tsv", "json_lines", "auto"
FORMATS = (AUTO, CSV, TSV, JSON_LINES)
_ENDINGS = {".tsv": TSV, ".tab": TSV, ".jsonl": JSON_LINES, ".ndjson": JSON_LINES}

Value = t.Any
Row = t.Any

# What stands for no value in a column of numbers.
_MISSING = frozenset({"", "nan", "null", "none"})
_TRUTHS = {"true": True, "false": False}
# Digits after a zero are a code, and no number.
_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Shape:
    """How a file is written, and what is wanted of it.

    ``columns`` are names for values; with ``header`` the first line gives them. ``types`` are column -> type for the
    columns that the task decides; the others are inferred from the rows that are returned, unless ``infer`` is False.
    """

    format: str = CSV
    separator: str | None = None
    header: bool = False
    columns: Sequence[str] | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    infer: bool = True


def format_of(name: str) -> str:
    """The format that a file's name tells."""
    return next((found for ending, found in _ENDINGS.items() if name.lower().endswith(ending)), CSV)


def read_rows(lines: Iterable[str], shape: Shape, limit: int) -> tuple[list[Row], bool]:
    """At most ``limit`` rows, and whether there are more. No more lines are consumed than that takes.

    Raises InvalidOption for a file that is not written so.
    """
    try:
        if shape.format == JSON_LINES:
            found = list(itertools.islice(_json_rows(lines, shape), limit + 1))
        else:
            found = list(itertools.islice(csv.reader(lines, delimiter=_separator(shape)), limit + 1 + shape.header))
    except (csv.Error, ValueError) as error:
        raise InvalidOption(
            f"rows: the file is not {shape.format} ({error}). Correct format, separator or file."
        ) from None
    if shape.format == JSON_LINES:
        return found[:limit], len(found) > limit
    columns = found.pop(0) if shape.header and found else shape.columns
    found = [row for row in found if row]
    return _typed(found[:limit], columns, shape), len(found) > limit


def _separator(shape: Shape) -> str:
    return shape.separator or ("\t" if shape.format == TSV else ",")


def _json_rows(lines: Iterable[str], shape: Shape) -> Iterator[Row]:
    """Values are typed already; ``columns`` name the values of lists, and select those of maps."""
    for line in lines:
        if not line.strip():
            continue
        row = json.loads(line, parse_constant=lambda _name: None)  # NaN and the infinities are no JSON
        if isinstance(row, dict):
            yield {name: row.get(name) for name in shape.columns} if shape.columns else row
        else:
            yield _named(row if isinstance(row, list) else [row], shape.columns)


def _typed(rows: list[list[str]], columns: Sequence[str] | None, shape: Shape) -> list[Row]:
    unknown = sorted(set(shape.types) - set(columns or ()))
    if unknown:
        raise InvalidOption(f"types: there is no column {unknown[0]!r}. Name the columns in columns, or set header.")
    width = max(map(len, rows), default=0)
    readers = [_reader(rows, at, columns, shape) for at in range(width)]
    return [_named([read(text) for read, text in zip(readers, row)], columns) for row in rows]


def _named(values: list[Value], columns: Sequence[str] | None) -> Row:
    if columns is None:
        return values
    if len(values) != len(columns):
        raise InvalidOption(
            f"columns: {len(columns)} are named, and the row {values!r} has {len(values)}. "
            "Correct columns or separator."
        )
    return dict(zip(columns, values))


# -- types -------------------------------------------------------------------------------------------------------------


def _text(text: str) -> str:
    return text


def _or_missing(read: Callable[[str], Value]) -> Callable[[str], Value]:
    return lambda text: None if text.strip().lower() in _MISSING else read(text)


def _truth(text: str) -> bool:
    return _TRUTHS[text.strip().lower()]


READERS: Mapping[str, Callable[[str], Value]] = {
    "str": _text,
    "int": _or_missing(int),
    "float": _or_missing(float),
    "bool": _or_missing(_truth),
}
_FITS: Mapping[str, Callable[[str], bool]] = {
    "int": lambda text: _INTEGER.fullmatch(text) is not None,
    "float": lambda text: _NUMBER.fullmatch(text) is not None,
    "bool": lambda text: text.lower() in _TRUTHS,
}


def _reader(rows: list[list[str]], at: int, columns: Sequence[str] | None, shape: Shape) -> Callable[[str], Value]:
    """What reads the values of one column."""
    given = shape.types.get(columns[at]) if columns and at < len(columns) else None
    if given:
        return _checked(columns[at] if columns else str(at), given)
    return READERS[_kind(row[at] for row in rows if at < len(row))] if shape.infer else _text


def _kind(texts: Iterable[str]) -> str:
    """The narrowest type that all values of a column have; text when there is none, or no value at all."""
    told = [text for text in (text.strip() for text in texts) if text.lower() not in _MISSING]
    return next((kind for kind, fits in _FITS.items() if told and all(map(fits, told))), "str")


def _checked(column: str, kind: str) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        try:
            return READERS[kind](text)
        except (ValueError, KeyError):
            raise InvalidOption(
                f"types: the value {text!r} of column {column!r} is no {kind}. Correct types."
            ) from None

    return read
