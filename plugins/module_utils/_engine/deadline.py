# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The end of all waits of one task."""

from __future__ import annotations

from .._clock import Clock


class Deadline:
    """A point in time by the wall clock, so that a host that was suspended does not wait longer."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._clock = clock
        self._end = clock.now() + seconds

    def left(self) -> float:
        """Seconds until then; 0 once it has passed."""
        return max(self._end - self._clock.now(), 0.0)
