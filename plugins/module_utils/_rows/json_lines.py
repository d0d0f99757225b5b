# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""One JSON value per line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from .._errors import InvalidOption
from .column_types import finite_or_none, integer_or_none
from .row_format import JSON_LINES, Value

# How deep lists and dicts may be nested: a result has to be serialized again.
_DEEPEST = 100


def values(lines: Iterable[str]) -> Iterator[Value]:
    """The value of each line; a blank line is no row. Raises InvalidOption for a line that is no JSON."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield parse(line)
        except ValueError as error:
            raise InvalidOption(
                f"rows: the file is not {JSON_LINES} at line {number} ({error}). Correct format or file."
            ) from None


def parse(line: str) -> Value:
    """A JSON value. NaN and the infinities are no JSON, and None, as are numbers that become infinite.

    Raises ValueError for any other text.
    """
    try:
        value = json.loads(
            line,
            parse_constant=lambda _name: None,
            parse_float=finite_or_none,
            parse_int=integer_or_none,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise ValueError(f"more than {_DEEPEST} levels of values") from None
    if line.count("[") + line.count("{") > _DEEPEST and _is_deep(value):
        raise ValueError(f"more than {_DEEPEST} levels of values")
    return value


def _object(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object with two values of one name")
    return found


def _is_deep(value: Value) -> bool:
    level = [value]
    for _depth in range(_DEEPEST):
        level = [child for item in level for child in _children(item)]
    return bool(level)


def _children(value: Value) -> Iterable[Value]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
