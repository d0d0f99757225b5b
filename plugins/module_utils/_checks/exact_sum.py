# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A sum of numbers that does not depend on their order."""

from __future__ import annotations

import math

# As many numbers are kept before they are summed.
_PENDING = 4096


class ExactSum:
    """Adds numbers, in any order, and rounds once at the end."""

    def __init__(self) -> None:
        self._numbers: list[float] = []

    def add(self, number: float) -> None:
        """Add a number; all of them together have to stay within the range of floats."""
        self._numbers.append(number)
        if len(self._numbers) > _PENDING:
            self._numbers = _partials(self._numbers)

    @property
    def value(self) -> float:
        """The sum, rounded to the nearest float."""
        return math.fsum(self._numbers)


def _partials(numbers: list[float]) -> list[float]:
    """Few numbers with exactly the same sum (J. Shewchuk, 1997)."""
    partials: list[float] = []
    for number in numbers:
        kept = 0
        for partial in partials:
            large, small = (number, partial) if abs(number) >= abs(partial) else (partial, number)
            number = large + small
            rest = small - (number - large)
            if rest:
                partials[kept] = rest
                kept += 1
        partials[kept:] = [number]
    return partials
