# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What became of one rule, and the samples that show why."""

from __future__ import annotations

import heapq
import typing as t
from dataclasses import dataclass, field

from .values import Value, shown


@dataclass(frozen=True)
class Verdict:
    """Whether one rule passed.

    ``column`` is the column that it is about, ``against`` the other rows: ``compare_to`` or ``expected``. ``checked``
    and ``failed`` count rows; ``value`` is the number that was compared with a limit. ``message`` is a sentence.
    """

    rule: str
    passed: bool
    message: str
    column: str | None = None
    against: str | None = None
    checked: int | None = None
    failed: int | None = None
    value: float | int | None = None
    samples: list[dict[str, Value]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The names by which the rule can be chosen: its kind, and its kind with its column or its other rows."""
        parts = [part for part in (self.column, self.against) if part is not None]
        return {self.rule, *(f"{self.rule}:{part}" for part in parts)}

    def shown(self) -> dict[str, t.Any]:
        """The verdict as results show it: the same keys for every rule."""
        return {
            "rule": self.rule,
            "column": self.column,
            "against": self.against,
            "passed": self.passed,
            "message": self.message,
            "checked": self.checked,
            "failed": self.failed,
            "value": self.value,
            "samples": self.samples,
        }


class Samples:
    """Counts what fails a rule, and keeps the first few by the number of their row, in whatever order they come."""

    def __init__(self, most: int) -> None:
        self.count = 0
        self._most = most
        self._kept: list[tuple[int, int, dict[str, Value]]] = []  # a heap: the last row is the first to go

    def add(self, number: int, **values: Value) -> None:
        """Count one failure in the row of this number, from 1."""
        self.count += 1
        if len(self._kept) == self._most and (not self._most or -self._kept[0][0] <= number):
            return
        kept = {"row": number, **{name: shown(value) for name, value in values.items()}}
        heapq.heappush(self._kept, (-number, -self.count, kept))
        if len(self._kept) > self._most:
            heapq.heappop(self._kept)

    def shown(self) -> list[dict[str, Value]]:
        """The samples in the order of their rows."""
        return [kept for _number, _count, kept in sorted(self._kept, key=lambda kept: (-kept[0], -kept[1]))]


def number_of(count: int, things: str) -> str:
    """``1 row``, ``3 rows``: ``things`` is the plural that ends in s."""
    return f"{count} {things.removesuffix('s') if count == 1 else things}"
