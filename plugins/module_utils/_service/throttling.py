# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Pauses that a service asked one task for are kept by all tasks that share its memory."""

from __future__ import annotations

import random
import re

from .._cache import Cache
from .._clock import Clock
from .._names.url import origin

# Azure counts the reads, writes and deletions of a subscription apart (operations contract 2).
_KINDS = {"GET": "read", "HEAD": "read", "DELETE": "delete"}
_SUBSCRIPTION = re.compile(r"/subscriptions/([^/?]+)", re.IGNORECASE)
# Tasks that wait for the same moment go on within this part of the pause after it, not all at once.
SPREAD = 0.25


class Throttling:
    """Until when no request of a kind is sent to a host, or to a subscription at a host that has some."""

    def __init__(self, cache: Cache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock

    def wait(self, method: str, url: str, longest: float) -> None:
        """Sleep as long as another task was asked to, but never more than ``longest`` seconds.

        If the pause is longer, the request is sent: its own refusal says so.
        """
        known = self._cache.read(_key(method, url))
        left = known[1] - self._clock.now() if known else 0.0
        if 0 < left < longest:
            spread = random.uniform(0, SPREAD)  # noqa: S311 - no secret depends on it
            self._clock.sleep(min(left * (1 + spread), longest))

    def note(self, method: str, url: str, seconds: float) -> None:
        """Let all tasks pause for so many seconds."""
        if seconds > 0:
            self._cache.write(_key(method, url), True, self._clock.now() + seconds)


def _key(method: str, url: str) -> list[str]:
    subscription = _SUBSCRIPTION.search(url)
    return ["throttled", _KINDS.get(method, "write"), origin(url), subscription[1].lower() if subscription else ""]
