"""How many reads ARM allows a subscription: a bucket that is emptied by requests and filled by time."""

from __future__ import annotations

import math
from datetime import datetime

from ..errors import Refused, gateway_error
from ..state import State

_SECONDS_TO_FILL = 10.0


class ReadBudget:
    """As many reads at once as the policy says; a tenth of them comes back each second of virtual time. (B6, A4)"""

    def __init__(self, state: State) -> None:
        self._state = state
        self._used = 0.0
        self._since: datetime | None = None

    def take(self) -> int | None:
        """Count a read and tell how many are left; None when there is no limit. Refused when none is left."""
        size = self._state.policies.number("read_budget")
        if not size:
            return None
        now = self._state.clock.now()
        passed = (now - self._since).total_seconds() if self._since else 0.0
        self._since = now
        self._used = max(0.0, self._used - passed * size / _SECONDS_TO_FILL)
        if self._used + 1 > size:
            seconds = math.ceil((self._used + 1 - size) * _SECONDS_TO_FILL / size)
            message = f"Number of read requests exceeded the limit. Please try again after '{seconds}' seconds."
            raise Refused(gateway_error(429, "TooManyRequests", message, {"Retry-After": str(seconds)}))
        self._used += 1
        return int(size - self._used)
