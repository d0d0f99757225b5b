# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Values of rows: when two are the same, which are numbers, and how they are shown."""

from __future__ import annotations

import json
import math
import re
import typing as t
from collections.abc import Callable, Sequence

Value = t.Any
Same = Callable[[Value, Value], bool]
# A row is a dict, or a list where its columns have no names.
Row = t.Union["dict[str, Value]", "list[Value]"]

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,400})(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_BOOLEANS = {"true": True, "True": True, "false": False, "False": False}
_LONGEST_SHOWN = 200


class _Absent:
    """The value of a column that a row does not have."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


def cell(row: Row, column: str) -> Value:
    """The value of a column, by its name, or by its number from 0 in a list; ABSENT if the row does not have it."""
    if isinstance(row, dict):
        return row.get(column, ABSENT)
    if column.isascii() and column.isdigit() and int(column) < len(row):
        return row[int(column)]
    return ABSENT


def cells(rows: Sequence[Row], column: str) -> list[Value]:
    """The values of a column in several rows."""
    return [row.get(column, ABSENT) if isinstance(row, dict) else cell(row, column) for row in rows]


def columns_of(row: Row) -> list[str]:
    """The names of the columns of a row, or their numbers."""
    return list(row) if isinstance(row, dict) else [str(at) for at in range(len(row))]


def as_number(value: Value) -> int | float | None:
    """The number that a value is, or that a text writes without leading zeros; None for any other."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value) if any(mark in value for mark in ".eE") else int(value)
        return number if math.isfinite(number) else None
    return None


def is_same(one: Value, other: Value) -> bool:
    """Whether two values are the same.

    Columns of two files can have got different types, so that a number is the same as the text that writes it, and a
    boolean as ``true`` or ``True``. Two texts are compared as texts: ``1.0`` is not ``1``.
    """
    if type(one) is type(other) and not isinstance(one, (list, dict)):
        return bool(one == other)
    return _same(one, other, lambda first, second: first == second)


def within(absolute: float, relative: float) -> Same:
    """The comparison in which numbers may differ by a tolerance, also those inside of lists and dicts.

    ``absolute`` is a distance, ``relative`` a share of the larger of the two; the wider one counts.
    """

    def is_close(one: int | float, other: int | float) -> bool:
        try:
            return math.isclose(one, other, rel_tol=relative, abs_tol=absolute)
        except OverflowError:  # an integer beyond all floats
            return one == other

    return lambda one, other: _same(one, other, is_close)


def _same(one: Value, other: Value, close: Callable[[int | float, int | float], bool]) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(*pair, close) for pair in zip(one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name], close) for name in one)
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    if isinstance(one, bool) or isinstance(other, bool):
        return _as_boolean(one) is _as_boolean(other) is not None
    first, second = as_number(one), as_number(other)
    if first is None or second is None:
        return type(one) is type(other) and bool(one == other)
    return close(first, second)


def _as_boolean(value: Value) -> bool | None:
    return value if isinstance(value, bool) else _BOOLEANS.get(value) if isinstance(value, str) else None


def key_text(value: Value) -> str | None:
    """The text by which a key is found in other rows; None for a row that has no key.

    The same for a number, whichever type the column got: ``7`` and ``7.0`` are both ``7``.
    """
    if isinstance(value, str):
        return value or None
    if value is None or value is ABSENT:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return text_of(value)


def text_of(value: Value) -> str:
    """A value as text: a text itself, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def shown(value: Value) -> Value:
    """A value as a result shows it: null for an absent one, and the beginning of one that is long."""
    if value is ABSENT:
        return None
    text = text_of(value)
    return value if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
