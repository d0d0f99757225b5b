# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The format of a file, found in its first lines; what the task says always counts."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable

from .._errors import InvalidOption
from . import json_lines, literal, separators
from .column_types import is_typed
from .row_format import AUTO, CSV, DELIMITED, JSON_LINES, LINES, LITERAL, TSV, RowFormat, RowOptions, Value, Warn, short
from .separators import Delimited, Sample

_ENDINGS = {".tsv": TSV, ".tab": TSV, ".jsonl": JSON_LINES, ".ndjson": JSON_LINES}
_DEFAULT_SEPARATORS = {CSV: ",", TSV: "\t"}
_OPENING = ("[", "{", "(")
_NOTHING = frozenset({"None", "null"})
_COLUMN_NAME = re.compile(r"[A-Za-z_][\w -]*")


def detect(sample: Sample, options: RowOptions, name: str, *, is_appended: bool, warn: Warn) -> RowFormat:
    """The format of the file ``name``. Warns of what is ambiguous, with the choices.

    ``is_appended``: the service appended the rows, so that there is no header (batch contract 6.5, 14.34). Raises
    InvalidOption for options that do not apply to the format.
    """
    found = _detect(sample, options, name, is_appended, warn)
    check(options, found.format)
    return found


def check(options: RowOptions, kind: str) -> None:
    """Raises InvalidOption for options that do not apply to a format."""
    if kind in DELIMITED:
        return
    given: dict[str, t.Any] = {"separator": options.separator, "header": options.header, "quote": options.quote != AUTO}
    if kind != LINES:
        given |= {"types": options.types, "infer_types": not options.infer}
    unused = next((option for option, value in given.items() if value), None)
    if unused:
        raise InvalidOption(f"{unused}: does not apply to a {kind} file. Leave it out, or correct format.")


def _detect(sample: Sample, options: RowOptions, name: str, is_appended: bool, warn: Warn) -> RowFormat:
    if options.format not in (AUTO, *DELIMITED):
        return RowFormat(options.format)
    if options.format == AUTO and _ending(name) == JSON_LINES:
        return RowFormat(JSON_LINES)
    way = _chosen_split(sample, options, name, warn)
    if way is None and not options.header:
        structured = _structured(sample)
        if structured:
            return RowFormat(structured)
    if way is None and (options.columns or options.header or not _begins_as_list(sample)):
        way = separators.find(sample, options.quote, options.columns, warn)
    if way is None and not options.header:
        _warn_of_lines(sample, warn)
        return RowFormat(LINES)
    way = way or separators.split(sample, _DEFAULT_SEPARATORS[CSV], options.quote)
    header = _has_header(way, options, is_appended, warn)
    return RowFormat(TSV if way.separator == "\t" else CSV, way.separator, way.quote, header)


def _chosen_split(sample: Sample, options: RowOptions, name: str, warn: Warn) -> Delimited | None:
    """The way to split that the task chose, or the name of a file with tabs in it."""
    chosen = options.separator or _DEFAULT_SEPARATORS.get(options.format)
    if chosen is None and _ending(name) == TSV and any("\t" in line for line in sample.lines):
        chosen = "\t"
    if chosen is None:
        return None
    way = separators.split(sample, chosen, options.quote)
    if way.doubt:
        warn(way.doubt)
    return way


def _ending(name: str) -> str | None:
    plain = name.lower().removesuffix(".gz")
    return next((found for ending, found in _ENDINGS.items() if plain.endswith(ending)), None)


def _structured(sample: Sample) -> str | None:
    """Whether each line is a list or a dict, as JSON or as Python writes it."""
    lines = [line.strip() for line in sample.lines if line.strip()]
    if not any(line.startswith(_OPENING) for line in lines):
        return None
    if not all(line.startswith(_OPENING) or line in _NOTHING for line in lines):
        return None
    choices: dict[str, Callable[[str], Value]] = {JSON_LINES: json_lines.parse, LITERAL: literal.parse}
    return next((kind for kind, parse in choices.items() if all(_is_container(line, parse) for line in lines)), None)


def _is_container(line: str, parse: Callable[[str], Value]) -> bool:
    try:
        return isinstance(parse(line), (list, dict)) or line in _NOTHING
    except ValueError:
        return False


def _begins_as_list(sample: Sample) -> bool:
    """Whether it may be lists that go over several lines, as numpy prints them."""
    return bool(sample.lines) and sample.lines[0].startswith(_OPENING[:2])


def _warn_of_lines(sample: Sample, warn: Warn) -> None:
    """Warn of lines that look as if they held several values."""
    usual = separators.usual_width(sample)
    if _begins_as_list(sample):
        warn(
            f"rows: lines such as {short(sample.lines[0].strip())} look like lists, and not all of them are JSON or "
            "Python values: "
            f"each line was returned as a text. Set format={LINES} to say so, or have the script return texts."
        )
    elif usual is not None:
        separator, width = usual
        warn(
            f"rows: most lines have {width} values between {separator!r}, but not all: each line was returned as a "
            f"text. Set format={LINES} to say so, or separator to split them nevertheless."
        )


def _has_header(way: Delimited, options: RowOptions, is_appended: bool, warn: Warn) -> bool:
    if options.header is not None:
        return options.header
    if options.columns or len(way.rows) < 2 or way.width is None:
        return False
    first, *rest = way.rows
    if any(is_typed([name, name]) for name in first) or len(set(first)) < len(first) or "" in first:
        return False
    columns = list(zip(*rest))
    is_header = any(map(is_typed, columns))
    if is_header and not is_appended:
        return True
    is_like_names = way.width > 1 and all(
        _COLUMN_NAME.fullmatch(name) and name not in column for name, column in zip(first, columns)
    )
    if is_header or (is_like_names and not is_appended):
        warn(f"rows: the first line, {short(first)}, may be a header; it was returned as a row. Set header.")
    return False
