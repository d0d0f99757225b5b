# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Rules about the values of one column, each of them over all rows."""

from __future__ import annotations

import functools
import re
import typing as t
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .._errors import InvalidOption
from .keyed_rows import UNIQUE, KeyedRows
from .spool import partitions
from .values import ABSENT, Row, Value, as_number, cells, is_same, text_of
from .verdict import Samples, Verdict, number_of

NOT_NULL, RANGE, ALLOWED, PATTERN, SHARE = "not_null", "range", "allowed", "pattern", "share"
KINDS = (NOT_NULL, RANGE, ALLOWED, PATTERN, SHARE, UNIQUE)
# Values whose membership is remembered, as they may be texts of allowed numbers.
_REMEMBERED = 4096


@dataclass(frozen=True)
class ColumnSpec:
    """What is asked of a column. All but ``not_null`` and ``unique`` leave out rows without a value.

    ``pattern`` is a regular expression for the whole text of a value. ``min_share`` and ``max_share`` bound the share
    of rows that have the value ``share_of``.
    """

    column: str
    not_null: bool = False
    unique: bool = False
    min: float | None = None
    max: float | None = None
    allowed: Sequence[Value] | None = None
    pattern: str | None = None
    share_of: Value = None
    min_share: float | None = None
    max_share: float | None = None


class ColumnRule(t.Protocol):
    """One rule about a column."""

    kind: str

    def add(self, first: int, values: Sequence[Value]) -> None:
        """Check the values of the next rows, from row number ``first`` on; ABSENT is that of a row without it."""

    def verdict(self) -> Verdict:
        """What became of the rule, after the last row."""


class Columns:
    """All rules about columns."""

    def __init__(self, specs: Sequence[ColumnSpec], samples: int) -> None:
        """Raises InvalidOption for a pattern that is no regular expression."""
        self._rules = [(spec.column, _rules(spec, samples)) for spec in specs]
        self._found = {spec.column: 0 for spec in specs}
        self._rows = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Check the next rows. Raises AzureMLError when a temporary file cannot be written."""
        for column in self._found:
            values = cells(rows, column)
            self._found[column] += len(values) - values.count(ABSENT)
            for name, rules in self._rules:
                if name == column:
                    for rule in rules:
                        rule.add(self._rows + 1, values)
        self._rows += len(rows)

    def verdicts(self) -> t.Iterator[Verdict]:
        """What became of each rule. One about a column that no row has failed, as its name may be misspelled."""
        for column, rules in self._rules:
            for rule in rules:
                if self._rows and not self._found[column]:
                    message = f"None of {number_of(self._rows, 'rows')} has a column {column!r}."
                    yield Verdict(rule.kind, False, message, column=column, checked=0, failed=self._rows)
                else:
                    yield rule.verdict()


class _Accepts:
    """The rule that each value is accepted by a function. ``problem`` completes "3 of 150 values"."""

    def __init__(
        self, kind: str, column: str, samples: int, problem: str, accepts: Callable[[Value], bool], nulls: bool = False
    ) -> None:
        self.kind = kind
        self._column = column
        self._problem = problem
        self._accepts = accepts
        self._nulls = nulls
        self._checked = 0
        self._failures = Samples(samples)

    def add(self, first: int, values: Sequence[Value]) -> None:
        accepts = self._accepts
        skipped = 0
        for number, value in enumerate(values, first):
            if (value is None or value is ABSENT) and not self._nulls:
                skipped += 1
            elif not accepts(value):
                self._failures.add(number, value=value)
        self._checked += len(values) - skipped

    def verdict(self) -> Verdict:
        failed = self._failures.count
        return Verdict(
            self.kind,
            not failed,
            f"{self._column}: {failed} of {number_of(self._checked, 'values')} {self._problem}.",
            column=self._column,
            checked=self._checked,
            failed=failed,
            samples=self._failures.shown(),
        )


class _Share:
    """The rule that the share of the rows with one value is within bounds."""

    kind = SHARE

    def __init__(self, spec: ColumnSpec) -> None:
        self._spec = spec
        self._rows = self._count = 0

    def add(self, first: int, values: Sequence[Value]) -> None:
        self._rows += len(values)
        self._count += sum(is_same(value, self._spec.share_of) for value in values)

    def verdict(self) -> Verdict:
        spec = self._spec
        share = self._count / self._rows if self._rows else None
        bounds = _bounds(spec.min_share, spec.max_share)
        found = f"{self._count} of {number_of(self._rows, 'rows')}"
        return Verdict(
            SHARE,
            share is not None and is_within(share, spec.min_share, spec.max_share),
            f"{spec.column}: {found} have the value {text_of(spec.share_of)}; their share has to be {bounds}.",
            column=spec.column,
            checked=self._rows,
            value=share,
        )


class _Unique:
    """The rule that each row has a value of its own."""

    kind = UNIQUE

    def __init__(self, column: str, samples: int) -> None:
        self._rows = KeyedRows(column, samples, ())
        self._column = column

    def add(self, first: int, values: Sequence[Value]) -> None:
        self._rows.add([{self._column: value} for value in values])

    def verdict(self) -> Verdict:
        with self._rows.spool as spool:
            for [records] in partitions([spool]):
                self._rows.index(records)
        return self._rows.verdict(None)


def is_within(value: float, least: float | None, most: float | None) -> bool:
    """Whether a number is within bounds, which belong to the range; None is no bound."""
    return (least is None or value >= least) and (most is None or value <= most)


def _rules(spec: ColumnSpec, samples: int) -> list[ColumnRule]:
    rules: list[ColumnRule] = []
    if spec.not_null:
        rules.append(_Accepts(NOT_NULL, spec.column, samples, "are null or empty", _is_value, nulls=True))
    if spec.unique:
        rules.append(_Unique(spec.column, samples))
    if spec.min is not None or spec.max is not None:
        problem = f"are not {_bounds(spec.min, spec.max)}"
        rules.append(_Accepts(RANGE, spec.column, samples, problem, _in_range(spec.min, spec.max)))
    if spec.allowed is not None:
        rules.append(_Accepts(ALLOWED, spec.column, samples, "are not allowed", _one_of(spec.allowed)))
    if spec.pattern is not None:
        problem = f"do not match {spec.pattern}"
        rules.append(_Accepts(PATTERN, spec.column, samples, problem, _matching(spec.pattern)))
    if spec.min_share is not None or spec.max_share is not None:
        rules.append(_Share(spec))
    return rules


def _is_value(value: Value) -> bool:
    return value is not None and value is not ABSENT and value != ""


def _in_range(least: float | None, most: float | None) -> Callable[[Value], bool]:
    def accepts(value: Value) -> bool:
        number = as_number(value)
        return number is not None and is_within(number, least, most)

    return accepts


def _one_of(allowed: Sequence[Value]) -> Callable[[Value], bool]:
    known = {(type(value), value) for value in allowed if isinstance(value, (str, int, float))}

    @functools.lru_cache(maxsize=_REMEMBERED, typed=True)
    def is_like_one(value: Value) -> bool:
        return any(is_same(value, choice) for choice in allowed)

    def accepts(value: Value) -> bool:
        if isinstance(value, (list, dict)):
            return any(is_same(value, choice) for choice in allowed)
        return (type(value), value) in known or is_like_one(value)

    return accepts


def compiled(pattern: str) -> re.Pattern[str]:
    """The regular expression. Raises InvalidOption for a text that is none."""
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidOption(f"rules: the pattern {pattern!r} is no regular expression ({error}). Correct it.") from None


def _matching(pattern: str) -> Callable[[Value], bool]:
    match = compiled(pattern).fullmatch
    return lambda value: match(text_of(value)) is not None


def _bounds(least: float | None, most: float | None) -> str:
    """Bounds in words."""
    if least is None or most is None:
        return f"at least {least:g}" if most is None else f"at most {most:g}"
    return f"between {least:g} and {most:g}"
