# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How the shares of the values of a column differ between two jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .._errors import InvalidOption
from .column_rules import is_within
from .values import ABSENT, Row, as_number, cells, text_of
from .verdict import Verdict

SHARE_CHANGE = "share_change"
_MOST_VALUES = 1000


@dataclass(frozen=True)
class ShareSpec:
    """``max_change`` bounds, for each value of the column, by how much its share of the rows may differ."""

    column: str
    max_change: float


class ShareChanges:
    """Counts the values of some columns in the rows of both jobs."""

    def __init__(self, specs: Sequence[ShareSpec]) -> None:
        self._specs = specs
        self._counts: tuple[list[Counter[str]], list[Counter[str]]] = ([], [])
        for counts in self._counts:
            counts.extend(Counter() for _spec in specs)

    def add(self, rows: Sequence[Row], *, other: bool = False) -> None:
        """Count rows of the job, or of the other one. Raises InvalidOption for a column of too many values."""
        for spec, counts in zip(self._specs, self._counts[other]):
            counts.update(_text(value) for value in cells(rows, spec.column) if value is not ABSENT)
            if len(counts) > _MOST_VALUES:
                raise InvalidOption(
                    f"compare_to.shares: column {spec.column!r} has more than {_MOST_VALUES} values. "
                    "Name a column of classes."
                )

    def verdicts(self, against: str) -> Iterator[Verdict]:
        for spec, own, other in zip(self._specs, *self._counts):
            yield _verdict(spec, own, other, against)


def _verdict(spec: ShareSpec, own: Counter[str], other: Counter[str], against: str) -> Verdict:
    rows, other_rows = sum(own.values()), sum(other.values())
    if not rows or not other_rows:
        message = f"No row of {'the job' if not rows else 'the other job'} has column {spec.column}."
        return Verdict(SHARE_CHANGE, False, message, column=spec.column, against=against)
    shares = {value: (own[value] / rows, other[value] / other_rows) for value in own.keys() | other.keys()}
    ordered = sorted(shares, key=lambda value: (-abs(shares[value][0] - shares[value][1]), value))
    first, second = shares[ordered[0]]
    change = abs(first - second)
    failed = [
        value for value in ordered if not is_within(abs(shares[value][0] - shares[value][1]), None, spec.max_change)
    ]
    return Verdict(
        SHARE_CHANGE,
        not failed,
        f"{spec.column}: {first:.4g} of the rows have the value {ordered[0]}, and {second:.4g} of the other job; a "
        f"share may change by {spec.max_change:g} at most.",
        column=spec.column,
        against=against,
        checked=rows,
        failed=len(failed),
        value=change,
        samples=[{"value": value, "share": shares[value][0], "other": shares[value][1]} for value in failed[:10]],
    )


def _text(value: object) -> str:
    """One text for a number and for the text that writes it."""
    number = as_number(value)
    if number is None:
        return text_of(value)
    return text_of(int(number) if isinstance(number, float) and number.is_integer() else number)
