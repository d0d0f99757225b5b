# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Rows of a text file as data: delimited or JSON lines, named where there are names, typed column by column."""

from __future__ import annotations

import contextlib
import csv
import itertools
import json
import math
import re
import typing as t
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .._errors import InvalidOption

CSV, TSV, JSON_LINES, AUTO = "csv", "tsv", "json_lines", "auto"
FORMATS = (AUTO, CSV, TSV, JSON_LINES)
_ENDINGS = {".tsv": TSV, ".tab": TSV, ".jsonl": JSON_LINES, ".ndjson": JSON_LINES}

Value = t.Any
Row = t.Any

# Texts that mean "no value" in a column of numbers.
_MISSING = frozenset({"", "nan", "null", "none"})
_BOOLEANS = {"true": True, "false": False}
# Digits after a leading zero are a code, not a number.
_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

# In characters, each of which costs the csv library four bytes or more: a task stays below 80 MB.
_LONGEST_VALUE = 2 << 20
_LONGEST_SHOWN = 200
# Python refuses to parse a number of more digits, here or on the controller.
_MOST_DIGITS = 4300
# How deep lists and dicts may be nested: a result has to be serialized again.
_DEEPEST = 100


@dataclass(frozen=True)
class Shape:
    """The format of a file, and the names and types that the task gives its columns.

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
    """The format by the extension of a file's name, CSV for any other."""
    return next((found for ending, found in _ENDINGS.items() if name.lower().endswith(ending)), CSV)


def read_rows(lines: Iterable[str], shape: Shape, limit: int) -> tuple[list[Row], bool]:
    """At most ``limit`` rows, and whether there are more. No more lines are consumed than that takes.

    Raises InvalidOption for a file that is not in this format, and for options that do not apply to it.
    """
    _check(shape)
    if shape.format == JSON_LINES:
        found = list(itertools.islice(_json_rows(lines, shape), limit + 1))
        return found[:limit], len(found) > limit
    with _long_values():
        records = _records(lines, shape)
        columns = next(records, None) if shape.header else shape.columns
        if shape.header and columns is None:
            return [], False
        _check_header(columns if shape.header else None)
        texts = list(itertools.islice(records, limit + 1))
    return _typed(texts[:limit], columns, shape), len(texts) > limit


def duplicate(names: Iterable[str]) -> str | None:
    """A name that occurs twice, None when all differ."""
    return next((name for name, count in Counter(names).items() if count > 1), None)


def _check(shape: Shape) -> None:
    if shape.format != JSON_LINES:
        return
    given = {"types": shape.types, "header": shape.header, "separator": shape.separator, "infer_types": not shape.infer}
    unused = next((option for option, value in given.items() if value), None)
    if unused:
        raise InvalidOption(
            f"{unused}: does not apply to a {JSON_LINES} file, whose values have their types. Leave it out."
        )


def _check_header(names: Sequence[str] | None) -> None:
    repeated = duplicate(names or ())
    if repeated is not None:
        raise InvalidOption(
            f"header: the file has two columns {_short(repeated)}. Leave header out: rows are lists then, and the "
            "first has the names."
        )


# -- lines -------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _long_values() -> Iterator[None]:
    """Raise the csv library's limit: it is one for the whole process, and far below the texts that models write."""
    before = csv.field_size_limit(_LONGEST_VALUE)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _records(lines: Iterable[str], shape: Shape) -> Iterator[list[str]]:
    """The rows as texts; a blank line is no row."""
    reader = csv.reader(lines, delimiter=shape.separator or ("\t" if shape.format == TSV else ","))
    try:
        yield from filter(None, reader)
    except csv.Error as error:
        raise InvalidOption(
            f"rows: the file is not {shape.format} at line {reader.line_num} ({error}). "
            "Correct format, separator or file; after a quote that is never closed, all that follows is one value."
        ) from None


def _json_rows(lines: Iterable[str], shape: Shape) -> Iterator[Row]:
    """Values have their types; ``columns`` name the values of lists, and select those of dicts."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _json(line, number)
        if isinstance(row, dict):
            yield {name: row.get(name) for name in shape.columns} if shape.columns else row
        else:
            yield _named(row if isinstance(row, list) else [row], shape.columns)


def _json(line: str, number: int) -> Value:
    try:
        # NaN and the infinities are no JSON, nor are numbers that become infinite.
        value = json.loads(line, parse_constant=lambda _name: None, parse_float=_finite, parse_int=_integer_or_none)
    except ValueError as error:
        raise InvalidOption(
            f"rows: the file is not {JSON_LINES} at line {number} ({error}). Correct format or file."
        ) from None
    except RecursionError:
        raise _too_deep(number) from None
    if line.count("[") + line.count("{") > _DEEPEST and _is_deep(value):
        raise _too_deep(number)
    return value


def _too_deep(number: int) -> InvalidOption:
    return InvalidOption(f"rows: line {number} has more than {_DEEPEST} levels of values. Download the file instead.")


def _is_deep(value: Value) -> bool:
    level = [value]
    for _depth in range(_DEEPEST):
        level = [child for item in level for child in _children(item)]
    return bool(level)


def _children(value: Value) -> Iterable[Value]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _typed(rows: list[list[str]], columns: Sequence[str] | None, shape: Shape) -> list[Row]:
    unknown = sorted(set(shape.types) - set(columns or ()))
    if unknown:
        raise InvalidOption(f"types: there is no column {unknown[0]!r}. Name the columns in columns, or set header.")
    width = max(map(len, rows), default=0)
    parsers = [_parser(rows, at, columns, shape) for at in range(width)]
    return [_named([parse(text) for parse, text in zip(parsers, row)], columns) for row in rows]


def _named(values: list[Value], columns: Sequence[str] | None) -> Row:
    if columns is None:
        return values
    if len(values) != len(columns):
        raise InvalidOption(
            f"columns: {len(columns)} are named, and the row {_short(values)} has {len(values)} values. "
            "Correct columns or separator."
        )
    return dict(zip(columns, values))


def _short(value: Value) -> str:
    """A value as a message shows it."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


# -- types -------------------------------------------------------------------------------------------------------------


def _text(text: str) -> str:
    return text


def _or_missing(parse: Callable[[str], Value]) -> Callable[[str], Value]:
    return lambda text: None if text.strip().lower() in _MISSING else parse(text)


def _boolean(text: str) -> bool:
    return _BOOLEANS[text.strip().lower()]


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError("too long")
    return int(text)


def _integer_or_none(text: str) -> int | None:
    return _integer(text) if len(text) <= _MOST_DIGITS else None


def _finite(text: str) -> float | None:
    """None for an infinity, as a number too large becomes, and for NaN."""
    value = float(text)
    return value if math.isfinite(value) else None


PARSERS: Mapping[str, Callable[[str], Value]] = {
    "str": _text,
    "int": _or_missing(_integer),
    "float": _or_missing(_finite),
    "bool": _or_missing(_boolean),
}
_FITS: Mapping[str, Callable[[str], bool]] = {
    "int": lambda text: len(text) <= _MOST_DIGITS and _INTEGER.fullmatch(text) is not None,
    "float": lambda text: _NUMBER.fullmatch(text) is not None and math.isfinite(float(text)),
    "bool": lambda text: text.lower() in _BOOLEANS,
}


def _parser(rows: list[list[str]], at: int, columns: Sequence[str] | None, shape: Shape) -> Callable[[str], Value]:
    """The function that parses the values of one column."""
    given = shape.types.get(columns[at]) if columns and at < len(columns) else None
    if given:
        return _checked(columns[at] if columns else str(at), given)
    return PARSERS[_kind(row[at] for row in rows if at < len(row))] if shape.infer else _text


def _kind(texts: Iterable[str]) -> str:
    """The narrowest type that all values of a column have; text when there is none, or no value at all."""
    values = [text for text in (text.strip() for text in texts) if text.lower() not in _MISSING]
    return next((kind for kind, fits in _FITS.items() if values and all(map(fits, values))), "str")


def _checked(column: str, kind: str) -> Callable[[str], Value]:
    def parse(text: str) -> Value:
        try:
            return PARSERS[kind](text)
        except (ValueError, KeyError):
            raise InvalidOption(
                f"types: the value {_short(text)} of column {column!r} is no {kind}. Correct types."
            ) from None

    return parse
