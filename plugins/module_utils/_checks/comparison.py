# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The rows of a job compared with those of another one, by key or by position."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .._errors import InvalidOption
from .column_rules import is_within
from .distances import Distances
from .keyed_rows import Index
from .share_change import ShareChanges, ShareSpec
from .spool import deserialize
from .values import ABSENT, Row, Same, Value, cell, columns_of, is_same, within
from .verdict import Samples, Verdict, number_of

CHANGED, MISSING, SURPLUS = "changed_share", "missing", "surplus"
COMPARE_TO = "compare_to"
_NOTHING: t.Any = object()


@dataclass(frozen=True)
class ComparisonSpec:
    """How rows are compared.

    ``columns`` are those that count, all if None. Numbers may differ by the tolerances (see ``values.within``).
    ``max_changed_share`` bounds the share of the rows of both that differ, ``max_distance`` how far two numbers may be
    apart, and ``shares`` how the shares of classes may differ.
    """

    columns: Sequence[str] | None = None
    tolerance: float = 0.0
    relative_tolerance: float = 0.0
    max_changed_share: float = 0.0
    max_distance: float | None = None
    shares: Sequence[ShareSpec] = ()

    @property
    def same(self) -> Same:
        return within(self.tolerance, self.relative_tolerance) if self.tolerance or self.relative_tolerance else is_same


class Absences:
    """Counts the keys that only the other rows have (missing) or only the job's rows (surplus)."""

    def __init__(self, against: str, samples: int) -> None:
        self._against = against
        self._missing = Samples(samples)
        self._surplus = Samples(samples)

    def add(self, rows: Index, others: Index) -> Iterator[str]:
        """Count the keys of one part, and iterate those that both have."""
        for key, (number, _data) in others.items():
            if key in rows:
                yield key
            else:
                self.missing(number, key)
        for key in rows.keys() - others.keys():
            self.surplus(rows[key][0], key)

    def missing(self, number: int, key: str | None) -> None:
        """Count a row of the others, by its number among them."""
        self._missing.add(number, key=key)

    def surplus(self, number: int, key: str | None) -> None:
        """Count a row of the job."""
        self._surplus.add(number, key=key)

    def shown(self) -> dict[str, int]:
        return {"missing": self._missing.count, "surplus": self._surplus.count}

    def verdicts(self) -> Iterator[Verdict]:
        there = "the other job" if self._against == COMPARE_TO else "the expected values"
        for rule, found, message in (
            (MISSING, self._missing, f"Rows of {there} that are not in the job"),
            (SURPLUS, self._surplus, f"Rows of the job that are not in {there}"),
        ):
            yield Verdict(
                rule,
                not found.count,
                f"{message}: {found.count}.",
                against=self._against,
                failed=found.count,
                samples=found.shown(),
            )


class Comparison:
    """Compares rows that belong together, and counts those that differ."""

    def __init__(self, spec: ComparisonSpec, key_column: str | None, samples: int) -> None:
        self._spec = spec
        self._same = spec.same
        self._key_column = key_column
        self._absences = Absences(COMPARE_TO, samples)
        self._changed = Samples(samples)
        self._distances = Distances(samples, key_column)
        self.shares = ShareChanges(spec.shares)
        self._matched = 0
        self._positions = 0

    def add_part(self, rows: Index, others: Index) -> None:
        """Compare the rows of one part by key."""
        for key in self._absences.add(rows, others):
            (number, row), (_number, other) = rows[key], others[key]
            if row != other:
                self._compare(number, key, deserialize(row), deserialize(other))
            self._matched += 1

    def add_rows(self, rows: Iterable[Row], others: Iterator[Row]) -> None:
        """Compare the next rows by position; no more is taken of the others than there are rows."""
        for row in rows:
            self._positions += 1
            other = next(others, _NOTHING)
            if other is _NOTHING:
                self._absences.surplus(self._positions, None)
            else:
                self._compare(self._positions, None, row, other)
                self._matched += 1

    def add_rest(self, others: Iterator[Row]) -> None:
        """Count the other rows that are left when the job has no more."""
        for number, _other in enumerate(others, self._positions + 1):
            self._absences.missing(number, None)

    def shown(self) -> dict[str, t.Any]:
        """The numbers, as results show them."""
        return {
            "matched": self._matched,
            "changed": self._changed.count,
            "changed_share": self._share,
            **self._absences.shown(),
            "largest_distance": self._distances.largest if self._matched else None,
            "differences": self._distances.shown(),
        }

    def verdicts(self) -> Iterator[Verdict]:
        yield from self._absences.verdicts()
        share, most = self._share, self._spec.max_changed_share
        yield Verdict(
            CHANGED,
            share is not None and is_within(share, None, most),
            f"{self._changed.count} of {number_of(self._matched, 'rows')} that both jobs have differ; at most a share "
            f"of {most:g} may."
            if share is not None
            else "The jobs have no row in common.",
            against=COMPARE_TO,
            checked=self._matched,
            failed=self._changed.count,
            value=share,
            samples=self._changed.shown(),
        )
        if self._spec.max_distance is not None:
            yield self._distances.verdict(self._spec.max_distance, COMPARE_TO)
        yield from self.shares.verdicts(COMPARE_TO)

    @property
    def _share(self) -> float | None:
        return self._changed.count / self._matched if self._matched else None

    def _compare(self, number: int, key: str | None, row: Row, other: Row) -> None:
        if isinstance(row, dict) is not isinstance(other, dict):
            raise InvalidOption(
                "compare_to: the rows of one job have named columns and those of the other have none. "
                "Name them in columns, or set header for both."
            )
        columns = self._spec.columns
        if columns is None:
            columns = list(dict.fromkeys([*columns_of(row), *columns_of(other)]))
        self._distances.add(number, key, row, other, columns)
        found = self._difference(row, other, columns)
        if found is not None:
            column, value, other_value = found
            self._changed.add(number, key=key, column=column, value=value, other=other_value)

    def _difference(self, row: Row, other: Row, columns: Sequence[str]) -> tuple[str, Value, Value] | None:
        """The first column in which two rows differ, with both values; None if they are the same."""
        for column in columns:
            value, other_value = cell(row, column), cell(other, column)
            if column == self._key_column or value is other_value:
                continue
            if value is ABSENT or other_value is ABSENT or not self._same(value, other_value):
                return column, value, other_value
        return None
