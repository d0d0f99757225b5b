# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Rules about rows as a whole: how many there are, and which columns they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .values import Row, columns_of
from .verdict import Samples, Verdict, number_of

MIN_ROWS, MAX_ROWS, COLUMNS = "min_rows", "max_rows", "columns"


def row_count(count: int, least: int | None, most: int | None) -> Iterator[Verdict]:
    """Whether there are enough rows, and not too many; None is no limit."""
    for rule, limit, passed, words in (
        (MIN_ROWS, least, least is None or count >= least, "at least"),
        (MAX_ROWS, most, most is None or count <= most, "at most"),
    ):
        if limit is not None:
            message = f"The job has {number_of(count, 'rows')}; it has to have {words} {limit}."
            yield Verdict(rule, passed, message, checked=count, value=count)


class RequiredColumns:
    """The rule that each row has all of these columns."""

    def __init__(self, columns: Sequence[str], samples: int) -> None:
        self._columns = columns
        self._required = frozenset(columns)
        self._failures = Samples(samples)
        self._rows = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Check the next rows."""
        if self._required:
            for number, row in enumerate(rows, self._rows + 1):
                if not (isinstance(row, dict) and row.keys() >= self._required):
                    self._check(number, row)
        self._rows += len(rows)

    def verdicts(self) -> Iterator[Verdict]:
        failed = self._failures.count
        if self._columns:
            names = ", ".join(self._columns)
            message = (
                f"{failed} of {number_of(self._rows, 'rows')} lack one of the columns {names}."
                if failed
                else f"Each of {number_of(self._rows, 'rows')} has the columns {names}."
            )
            samples = self._failures.shown()
            yield Verdict(COLUMNS, not failed, message, checked=self._rows, failed=failed, samples=samples)

    def _check(self, number: int, row: Row) -> None:
        found = columns_of(row)
        missing = next((column for column in self._columns if column not in found), None)
        if missing is not None:
            self._failures.add(number, column=missing)


class UsedColumns:
    """The rule that columns which other rules use exist in some row: a misspelled one would change nothing."""

    def __init__(self, columns: Sequence[str], against: str | None) -> None:
        self._missing = dict.fromkeys(columns)
        self._against = against
        self._rows = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Look for columns in the next rows."""
        self._rows += len(rows)
        for row in rows if self._missing else ():
            for column in columns_of(row):
                self._missing.pop(column, None)

    def verdicts(self) -> Iterator[Verdict]:
        """One for each column that no row has."""
        for column in self._missing if self._rows else ():
            message = f"None of {number_of(self._rows, 'rows')} has a column {column!r}."
            yield Verdict(
                COLUMNS, False, message, column=column, against=self._against, checked=self._rows, failed=self._rows
            )
