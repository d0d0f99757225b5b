# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The retry policy: which failures may pass, how often a request is repeated, how long the pauses are."""

from __future__ import annotations

import random
from collections.abc import Iterator

from .._clock import Clock

ATTEMPTS = 6
BUDGET = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0

THROTTLED = 429
# These leave open whether the request was processed. 501 does not: the service cannot do what it is asked.
UNCERTAIN = frozenset({408, *range(500, 600)}) - {501}
# The same request may succeed later.
TRANSIENT = UNCERTAIN | {THROTTLED}


class Retry:
    """The attempts at one request: yields the number of each, and sleeps before all but the first.

    Ends after ``attempts``, or when the next one would begin later than ``budget`` seconds after the first. Pauses
    double with each attempt, have jitter, and are never shorter than the service asked for.
    """

    def __init__(self, clock: Clock, *, attempts: int = ATTEMPTS, budget: float = BUDGET) -> None:
        self._clock = clock
        self._attempts = attempts
        self._deadline = clock.now() + budget
        self._retry_after = 0.0

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return self._deadline - self._clock.now()

    def wait_at_least(self, seconds: float | None) -> None:
        """Make the next pause at least this long, as the service asked; None: it did not ask."""
        self._retry_after = seconds or 0.0

    def __iter__(self) -> Iterator[int]:
        for number in range(1, self._attempts + 1):
            if number > 1:
                pause = max(self._retry_after, jittered(min(FIRST_PAUSE * 2 ** (number - 2), LONGEST_PAUSE)))
                if self._clock.now() + pause > self._deadline:
                    return
                self._clock.sleep(pause)
            self._retry_after = 0.0
            yield number


def jittered(seconds: float) -> float:
    """75 to 125 % of a pause at random, so that parallel tasks do not send their requests at the same moment."""
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 - no secret depends on it
