# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Predictions scored against expected values, which are joined by key."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from .column_rules import is_within
from .comparison import Absences
from .exact_sum import ExactSum
from .keyed_rows import Index
from .spool import deserialize
from .values import Value, as_number, cell, is_same
from .verdict import Samples, Verdict, number_of

ACCURACY, ERROR_RATE, MEAN_ABSOLUTE_ERROR = "accuracy", "error_rate", "mean_absolute_error"
METRICS = (ACCURACY, ERROR_RATE, MEAN_ABSOLUTE_ERROR)
EXPECTED = "expected"
# Errors of larger numbers cannot be summed as floats.
_LARGEST = 1e290


@dataclass(frozen=True)
class Limit:
    """Bounds of one metric: ``least`` and ``most``, and by how much it may be worse than that of the other job."""

    least: float | None = None
    most: float | None = None
    worse_by: float | None = None

    def allows(self, metric: str, value: Fraction, other: Fraction | None) -> bool:
        """True if a metric is within the bounds; ``other`` is that of the job to compare with, None if unknown."""
        if not is_within(float(value), self.least, self.most):
            return False
        if self.worse_by is None:
            return True
        if other is None:
            return False
        loss = other - value if metric == ACCURACY else value - other
        return loss <= Fraction(str(self.worse_by))  # as it is written: 0.01 is no binary fraction

    def in_words(self, other: Fraction | None) -> str:
        """The bounds, as the end of a sentence."""
        parts = [
            *([f"at least {self.least:g}"] if self.least is not None else ()),
            *([f"at most {self.most:g}"] if self.most is not None else ()),
        ]
        if self.worse_by is not None:
            known = "not known" if other is None else f"{float(other):.6g}"
            parts.append(f"at most {self.worse_by:g} worse than that of the other job, which is {known}")
        return f"; it has to be {' and '.join(parts)}" if parts else ""


@dataclass(frozen=True)
class ExpectedSpec:
    """What is scored: the job's ``column`` against the ``expected_column`` of the expected rows."""

    column: str
    expected_column: str
    limits: t.Mapping[str, Limit]


class Scores:
    """The metrics of one job."""

    def __init__(self, spec: ExpectedSpec, samples: int) -> None:
        self._spec = spec
        self._absences = Absences(EXPECTED, samples)
        self._matched = 0
        self._wrong = Samples(samples)
        self._not_numbers = Samples(samples)
        self._error = ExactSum()

    def add_part(self, rows: Index, expected: Index) -> None:
        """Score the rows of one part."""
        for key in self._absences.add(rows, expected):
            number, data = rows[key]
            value = cell(deserialize(data), self._spec.column)
            right = cell(deserialize(expected[key][1]), self._spec.expected_column)
            self._matched += 1
            if not is_same(value, right):
                self._wrong.add(number, key=key, value=value, expected=right)
            if MEAN_ABSOLUTE_ERROR in self._spec.limits:
                self._add_error(number, key, value, right)

    def _add_error(self, number: int, key: str, value: Value, right: Value) -> None:
        numbers = [as_number(value), as_number(right)]
        first, second = (float(one) if one is not None and abs(one) < _LARGEST else None for one in numbers)
        if first is None or second is None:
            self._not_numbers.add(number, key=key, value=value, expected=right)
        else:
            self._error.add(abs(first - second))

    @property
    def metrics(self) -> dict[str, Fraction | None]:
        """Each metric; None for one that nothing can be computed of, or that nobody asked for."""
        if not self._matched:
            return dict.fromkeys(METRICS)
        wrong = Fraction(self._wrong.count, self._matched)
        has_error = MEAN_ABSOLUTE_ERROR in self._spec.limits and not self._not_numbers.count
        return {
            ACCURACY: 1 - wrong,
            ERROR_RATE: wrong,
            MEAN_ABSOLUTE_ERROR: Fraction(self._error.value) / self._matched if has_error else None,
        }

    def shown(self) -> dict[str, t.Any]:
        """The numbers, as results show them."""
        return {"matched": self._matched, **self._absences.shown(), **_floats(self.metrics)}

    def verdicts(self, other: Scores | None) -> Iterator[Verdict]:
        """Whether the metrics are within their limits; ``other`` has those of the other job."""
        yield from self._absences.verdicts()
        for metric, limit in self._spec.limits.items():
            yield self._verdict(metric, limit, other.metrics[metric] if other else None)

    def _verdict(self, metric: str, limit: Limit, other: Fraction | None) -> Verdict:
        value = self.metrics[metric]
        failures = self._not_numbers if metric == MEAN_ABSOLUTE_ERROR and self._not_numbers.count else self._wrong
        return Verdict(
            metric,
            value is not None and limit.allows(metric, value, other),
            self._message(metric, value, limit, other),
            column=self._spec.column,
            against=EXPECTED,
            checked=self._matched,
            failed=failures.count,
            value=None if value is None else float(value),
            samples=failures.shown(),
        )

    def _message(self, metric: str, value: Fraction | None, limit: Limit, other: Fraction | None) -> str:
        name = metric.replace("_", " ")
        if value is None and self._matched:
            return (
                f"The {name} is not known: {number_of(self._not_numbers.count, 'rows')} have a value that is no number."
            )
        if value is None:
            return f"The {name} is not known: no row has an expected value."
        found = f"The {name} is {float(value):.6g} over {number_of(self._matched, 'rows')}"
        return f"{found}{limit.in_words(other)}."


def _floats(metrics: dict[str, Fraction | None]) -> dict[str, float | None]:
    return {name: None if value is None else float(value) for name, value in metrics.items()}
