# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""All rules over the rows of a job, in one pass and in bounded memory."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import typing as t
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .column_rules import Columns, ColumnSpec
from .comparison import COMPARE_TO, Comparison, ComparisonSpec
from .expectation import EXPECTED, ExpectedSpec, Scores
from .keyed_rows import KeyedRows
from .row_rules import RequiredColumns, UsedColumns, row_count
from .spool import partitions
from .values import Row
from .verdict import Verdict

_BATCH = 256


@dataclass(frozen=True)
class Rules:
    """What is asked of the rows of a job.

    ``key_column`` identifies a row; without it rows are compared by position, and there can be no expected values.
    ``samples`` is how many failures of each rule are shown.
    """

    min_rows: int | None = 1
    max_rows: int | None = None
    required_columns: Sequence[str] = ()
    columns: Sequence[ColumnSpec] = ()
    key_column: str | None = None
    comparison: ComparisonSpec | None = None
    expected: ExpectedSpec | None = None
    samples: int = 10


@dataclass(frozen=True)
class Checked:
    """What became of the rules, and the numbers of the comparison and of the metrics, each None without one."""

    verdicts: list[Verdict]
    row_count: int
    comparison: dict[str, t.Any] | None
    expected: dict[str, t.Any] | None

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)


def check_rows(
    rules: Rules, rows: Iterable[Row], other: Iterable[Row] | None = None, expected: Iterable[Row] | None = None
) -> Checked:
    """Check the rows of a job.

    ``other`` are the rows that ``rules.comparison`` is about, and ``expected`` those of ``rules.expected``. Each is
    read once. Raises InvalidOption for rules that cannot be applied, and AzureMLError without space for temporary
    files.
    """
    with contextlib.ExitStack() as stack:
        check = _Check(rules, stack)
        check.add(iter(rows), iter(other or ()), iter(expected or ()))
        return check.result()


class _Source:
    """The rows of the job, of the other job, or the expected ones, as far as rules about keys need them."""

    def __init__(self, rules: Rules, stack: contextlib.ExitStack, against: str | None, used: Sequence[str]) -> None:
        keeps_all = rules.comparison is not None and rules.comparison.columns is None and against != EXPECTED
        self.against = against
        self.used = UsedColumns(used, against)
        self.keyed = None
        if rules.key_column is not None:
            self.keyed = KeyedRows(rules.key_column, rules.samples, None if keeps_all else used)
            stack.enter_context(self.keyed.spool)

    def add(self, rows: Sequence[Row]) -> None:
        self.used.add(rows)
        if self.keyed is not None:
            self.keyed.add(rows)

    def verdicts(self) -> Iterator[Verdict]:
        yield from self.used.verdicts()
        if self.keyed is not None:
            yield self.keyed.verdict(self.against)


class _Check:
    def __init__(self, rules: Rules, stack: contextlib.ExitStack) -> None:
        self._rules = rules
        self._count = 0
        self._required = RequiredColumns(rules.required_columns, rules.samples)
        self._columns = Columns(list(_columns(rules)), rules.samples)
        comparison, expected = rules.comparison, rules.expected
        self._comparison = Comparison(comparison, rules.key_column, rules.samples) if comparison else None
        self._scores = Scores(expected, rules.samples) if expected else None
        self._other_scores = Scores(expected, 0) if expected and comparison else None
        used = [*((comparison and comparison.columns) or ()), *([expected.column] if expected else ())]
        self._own = _Source(rules, stack, None, used)
        self._other = _Source(rules, stack, COMPARE_TO, used) if comparison else None
        self._expected = _Source(rules, stack, EXPECTED, [expected.expected_column]) if expected else None

    def add(self, rows: Iterator[Row], other: Iterator[Row], expected: Iterator[Row]) -> None:
        """Read all rows, and join them."""
        by_position = self._comparison if self._rules.key_column is None else None
        if by_position:
            other = self._passed_on(other)
        for batch in _batches(rows):
            self._count += len(batch)
            self._required.add(batch)
            self._columns.add(batch)
            self._own.add(batch)
            if self._comparison:
                self._comparison.shares.add(batch)
            if by_position:
                by_position.add_rows(batch, other)
        if by_position:
            by_position.add_rest(other)
        elif self._other:
            for batch in _batches(other):
                self._add_other(batch)
        if self._expected:
            for batch in _batches(expected):
                self._expected.add(batch)
        self._join()

    def result(self) -> Checked:
        verdicts = [*row_count(self._count, self._rules.min_rows, self._rules.max_rows), *self._required.verdicts()]
        verdicts += self._columns.verdicts()
        for source in (self._own, self._other, self._expected):
            verdicts += source.verdicts() if source else ()
        verdicts += self._comparison.verdicts() if self._comparison else ()
        verdicts += self._scores.verdicts(self._other_scores) if self._scores else ()
        expected = None
        if self._scores:
            expected = {**self._scores.shown(), "other": self._other_scores and self._other_scores.shown()}
        return Checked(verdicts, self._count, self._comparison.shown() if self._comparison else None, expected)

    def _passed_on(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows of the other job, whose columns are noted as they pass."""
        for batch in _batches(rows):
            self._add_other(batch)
            yield from batch

    def _add_other(self, batch: Sequence[Row]) -> None:
        if self._other and self._comparison:
            self._other.add(batch)
            self._comparison.shares.add(batch, other=True)

    def _join(self) -> None:
        """Index the rows of all sources, a part at a time, and compare those of the same key."""
        sources = [source.keyed for source in (self._own, self._other, self._expected) if source and source.keyed]
        for parts in partitions([source.spool for source in sources]) if sources else ():
            indexes = iter([source.index(part) for source, part in zip(sources, parts)])
            own = next(indexes)
            other = next(indexes) if self._other else {}
            expected = next(indexes) if self._expected else {}
            if self._comparison:
                self._comparison.add_part(own, other)
            if self._scores:
                self._scores.add_part(own, expected)
            if self._other_scores:
                self._other_scores.add_part(other, expected)


def _columns(rules: Rules) -> Iterator[ColumnSpec]:
    """The rules about columns; that of the key column is checked where its rows are joined."""
    for spec in rules.columns:
        yield dataclasses.replace(spec, unique=False) if spec.column == rules.key_column else spec


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, _BATCH)):
        yield batch
