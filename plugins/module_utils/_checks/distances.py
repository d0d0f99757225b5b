# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How far the numbers in the rows of two jobs are apart."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from .values import Row, Value, as_number, cell, shown
from .verdict import Verdict

DISTANCE = "distance"
_LARGEST = 1e308


class Distances:
    """Keeps the pairs of numbers that are the farthest apart, and the largest distance."""

    def __init__(self, most: int, key_column: str | None) -> None:
        self._most = most
        self._key_column = key_column
        self._kept: list[tuple[float, int, str, dict[str, Value]]] = []
        self.largest = 0.0

    def add(self, number: int, key: str | None, row: Row, other: Row, columns: Sequence[str]) -> None:
        """Count the numbers of two rows that belong together, by the number of the row in its file."""
        for column in columns:
            value, other_value = cell(row, column), cell(other, column)
            one, two = as_number(value), as_number(other_value)
            if one is None or two is None or one == two or column == self._key_column:
                continue
            distance = _distance(one, two)
            self.largest = max(self.largest, distance)
            if not self._most or (len(self._kept) == self._most and (distance, -number) <= self._kept[0][:2]):
                continue
            pair = {"row": number, "key": key, "column": column, "value": shown(value), "other": shown(other_value)}
            heapq.heappush(self._kept, (distance, -number, column, {**pair, "distance": distance}))
            if len(self._kept) > self._most:
                heapq.heappop(self._kept)

    def shown(self) -> list[dict[str, Value]]:
        """The pairs that are the farthest apart, the largest distance first."""
        ordered = sorted(self._kept, key=lambda kept: (-kept[0], -kept[1], kept[2]))
        return [pair for _distance, _number, _column, pair in ordered]

    def verdict(self, most: float, against: str) -> Verdict:
        """The rule that no distance is larger than ``most``."""
        return Verdict(
            DISTANCE,
            self.largest <= most,
            f"Numbers of both jobs are {self.largest:.6g} apart at most; {most:g} is allowed.",
            against=against,
            value=self.largest,
            samples=[pair for pair in self.shown() if pair["distance"] > most],
        )


def _distance(one: int | float, two: int | float) -> float:
    try:
        return min(abs(float(one) - float(two)), _LARGEST)
    except OverflowError:  # an integer beyond all floats
        return _LARGEST
