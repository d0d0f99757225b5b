# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The rows of one source by a key column: which keys occur twice, and which rows have none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .spool import Record, Spool, serialize
from .values import Row, cells, key_text
from .verdict import Samples, Verdict, number_of

UNIQUE = "unique"
# The number and the serialized row of each key.
Index = dict[str, tuple[int, bytes]]


class KeyedRows:
    """Collects the rows of a source; afterwards each part of them becomes an index by key.

    ``columns`` are those that are kept of a row, all if None; with none of them only keys are kept.
    """

    def __init__(self, key_column: str, samples: int, columns: Sequence[str] | None = None) -> None:
        self.spool = Spool()
        self.count = 0
        self._key_column = key_column
        self._kept = None if columns is None else _projection(columns)
        self._failures = Samples(samples)
        self._without_key = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Add the next rows. Raises AzureMLError when the temporary file cannot be written."""
        number, kept, put = self.count, self._kept, self.spool.add
        for number, (row, value) in enumerate(zip(rows, cells(rows, self._key_column)), self.count + 1):
            key = value if isinstance(value, str) and value else key_text(value)
            if key is None:
                self._without_key += 1
                self._failures.add(number, key=None)
            else:
                put(key, number, serialize(row if kept is None else kept(row)))
        self.count = number

    def index(self, records: Iterable[Record]) -> Index:
        """The rows of one part by key, the first row of each key; the others are counted."""
        found: Index = {}
        for key, number, data in records:
            if key in found:
                self._failures.add(number, key=key, first_row=found[key][0])
            else:
                found[key] = number, data
        return found

    def verdict(self, against: str | None) -> Verdict:
        """Whether each row has a key of its own, once all parts are indexed."""
        failed = self._failures.count
        repeated, empty = failed - self._without_key, self._without_key
        problem = f"{number_of(repeated, 'repeated values')} and {number_of(empty, 'empty values')}"
        return Verdict(
            UNIQUE,
            not failed,
            f"{self._key_column} does not identify each row: {problem} in {number_of(self.count, 'rows')}."
            if failed
            else f"{self._key_column} identifies each of {number_of(self.count, 'rows')}.",
            column=self._key_column,
            against=against,
            checked=self.count,
            failed=failed,
            samples=self._failures.shown(),
        )


def _projection(columns: Sequence[str]) -> Callable[[Row], Row]:
    """What is kept of a row: a list as a whole, as its columns are known by their place."""
    if not columns:
        return lambda _row: []
    return lambda row: row if isinstance(row, list) else {name: row[name] for name in columns if name in row}
