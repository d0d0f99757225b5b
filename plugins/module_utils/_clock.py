# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The clock of a task: what the engine asks for the time, and sleeps by."""

from __future__ import annotations

import time
import typing as t


class Clock(t.Protocol):
    """Time as the engine sees it. The entry point chooses the clock, so that nothing below it uses ``time``."""

    def now(self) -> float:
        """Seconds since the epoch by the wall clock, so that a host that was suspended does not wait longer."""

    def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""


class SystemClock:
    """The clock of this host."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
