# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How the values of each column are distributed, counted in one pass and in bounded memory."""

from __future__ import annotations

import itertools
import math
import typing as t
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .._checks.values import ABSENT, Row, Value, as_number, cells, columns_of, text_of

NUMBERS, VALUES, TEXTS = "numbers", "values", "texts"
_BATCH = 256
_MOST_COLUMNS = 30
# Different values that are counted one by one; more of them are counted in ranges, or not at all.
_MOST_VALUES = 24
_MOST_RANGES = 256
_MOST_BARS = 24
_MOST_EXAMPLES = 3
_LARGEST = 1e290
_MISSING = (type(None), type(ABSENT))


@dataclass(frozen=True)
class Bar:
    """One bar: a value or a range of numbers, and how many rows have it.

    ``low`` and ``high`` are the bounds of the range, both the same for a single number, and None for other values.
    """

    label: str
    count: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ColumnDistribution:
    """The values of one column.

    ``kind``: VALUES, each with its bar; NUMBERS, in ranges; or TEXTS, too many to show, of which ``bars`` is empty and
    ``examples`` are the first. ``empty`` counts rows without a value. ``least``, ``most`` and ``mean`` are None unless
    all values are numbers.
    """

    name: str
    kind: str
    count: int
    empty: int
    bars: Sequence[Bar]
    examples: Sequence[str] = ()
    least: float | None = None
    most: float | None = None
    mean: float | None = None


class Distributions:
    """Counts the values of the columns of the first rows."""

    def __init__(self) -> None:
        self._columns: dict[str, _Column] = {}
        self.left_out = 0

    def counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, which are counted as they pass."""
        remaining = iter(rows)
        while batch := list(itertools.islice(remaining, _BATCH)):
            self._add(batch)
            yield from batch

    def shown(self) -> list[ColumnDistribution]:
        """Each column, in the order of the first row."""
        return [column.shown(name) for name, column in self._columns.items()]

    def _add(self, rows: Sequence[Row]) -> None:
        if not self._columns:
            names = columns_of(rows[0])
            self._columns = {name: _Column() for name in names[:_MOST_COLUMNS]}
            self.left_out = max(len(names) - _MOST_COLUMNS, 0)
        for name, column in self._columns.items():
            column.add(cells(rows, name))


class _Column:
    def __init__(self) -> None:
        self._count = self._empty = 0
        self._values: Counter[tuple[type, Value]] | None = Counter()
        self._numbers: _Ranges | None = _Ranges()
        self._examples: list[str] = []

    def add(self, values: Sequence[Value]) -> None:
        counts = Counter((type(value), _hashable(value)) for value in values)
        for missing in [key for key in counts if key[0] in _MISSING]:
            self._empty += counts.pop(missing)
        for (kind, value), count in counts.items():
            self._count += count
            number = as_number(value) if kind in (int, float) else None
            if self._numbers is not None:
                if number is None or abs(number) > _LARGEST:
                    self._numbers = None
                else:
                    self._numbers.add(float(number), count)
            if self._values is not None:
                self._values[kind, value] += count
            if len(self._examples) < _MOST_EXAMPLES and text_of(value) not in self._examples:
                self._examples.append(text_of(value))
        if self._values is not None and len(self._values) > _MOST_VALUES:
            self._values = None

    def shown(self, name: str) -> ColumnDistribution:
        numbers = self._numbers if self._count else None
        facts: dict[str, t.Any] = (
            {"least": numbers.least, "most": numbers.most, "mean": numbers.mean} if numbers is not None else {}
        )
        common = (self._count, self._empty)
        if self._values is not None:
            return ColumnDistribution(name, VALUES, *common, _bars(self._values), **facts)
        if numbers is not None:
            return ColumnDistribution(name, NUMBERS, *common, numbers.bars(), **facts)
        return ColumnDistribution(name, TEXTS, *common, (), self._examples)


class _Ranges:
    """Numbers counted in ranges of equal width, a power of two that grows with the distance between them."""

    def __init__(self) -> None:
        self.least, self.most = math.inf, -math.inf
        self._sum, self._count = 0.0, 0
        self._exponent: int | None = None
        self._few: Counter[float] = Counter()
        self._ranges: Counter[int] = Counter()

    @property
    def mean(self) -> float:
        return self._sum / self._count

    def add(self, number: float, count: int) -> None:
        self.least, self.most = min(self.least, number), max(self.most, number)
        self._sum += number * count
        self._count += count
        if self._exponent is None:
            self._few[number] += count
            if len(self._few) > _MOST_VALUES:
                self._exponent = math.frexp((self.most - self.least) / _MOST_RANGES)[1]
                for few, times in self._few.items():
                    self._ranges[_index(few, self._exponent)] += times
            return
        self._ranges[_index(number, self._exponent)] += count
        while len(self._ranges) > _MOST_RANGES:
            self._exponent += 1
            self._ranges = _halved(self._ranges)

    def bars(self) -> list[Bar]:
        """At most 24 ranges that follow each other, empty ones as well."""
        ranges, exponent = self._ranges, self._exponent or 0
        while max(ranges) - min(ranges) >= _MOST_BARS:
            exponent += 1
            ranges = _halved(ranges)
        width = math.ldexp(1.0, exponent)
        return [range_bar(at, width, ranges[at]) for at in range(min(ranges), max(ranges) + 1)]


def range_bar(at: int, width: float, count: int) -> Bar:
    """The bar of the range that begins at ``at`` times the width."""
    low, high = at * width, (at + 1) * width
    return Bar(f"{low:.6g} to {high:.6g}", count, low, high)


def _index(number: float, exponent: int) -> int:
    return math.floor(math.ldexp(number, -exponent))


def _halved(ranges: Counter[int]) -> Counter[int]:
    """The same counts in ranges of twice the width."""
    halved: Counter[int] = Counter()
    for at, count in ranges.items():
        halved[at // 2] += count
    return halved


def _bars(values: Counter[tuple[type, Value]]) -> list[Bar]:
    """Numbers, and texts that write numbers, by size; of others the most frequent first."""
    numbers = {key: as_number(key[1]) for key in values}
    keys = sorted(values, key=lambda key: (-values[key], text_of(key[1])))
    if None not in numbers.values():
        keys.sort(key=lambda key: numbers[key] or 0)
    return [Bar(text_of(value), values[kind, value], *_bounds(numbers[kind, value])) for kind, value in keys]


def _bounds(number: int | float | None) -> tuple[float, float] | tuple[()]:
    return () if number is None or abs(number) > _LARGEST else (float(number), float(number))


def _hashable(value: Value) -> Value:
    return text_of(value) if isinstance(value, (list, dict)) else value
