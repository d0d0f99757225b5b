"""How many requests ARM allows a subscription: buckets that are emptied by requests and filled by time."""

from __future__ import annotations

import math
from datetime import datetime

from starlette.responses import Response

from ..errors import Refused, gateway_error, management_error
from ..retry_after import retry_after
from ..state import State

_SECONDS_TO_FILL = 10.0
_SIZES = {"read": "read_budget", "write": "write_budget"}


class Budgets:
    """The buckets of each subscription: for reads, for writes, and those of computes where they are apart. (A4)"""

    def __init__(self, state: State) -> None:
        self._state = state
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take(self, method: str, path: str) -> int | None:
        """Count a request and tell how many are left; None when there is no limit. Refused when none is left."""
        kind = "read" if method in ("GET", "HEAD") else "write"
        size = self._state.policies.number(_SIZES[kind])
        if not size:
            return None
        apart = self._state.policies["compute_budget"] == "apart" and "/computes" in path.lower()
        subscription = path.lower().removeprefix("/subscriptions/").partition("/")[0]
        bucket = self._buckets.setdefault((subscription, f"{kind} of computes" if apart else kind), _Bucket())
        seconds = bucket.take(size, self._state.clock.now())
        if seconds:
            raise Refused(_throttled(self._state, kind, seconds))
        return int(size - bucket.used)


class _Bucket:
    """As many requests at once as its size; a tenth of them comes back each second of virtual time."""

    def __init__(self) -> None:
        self.used = 0.0
        self._since: datetime | None = None

    def take(self, size: int, now: datetime) -> int:
        """Count a request; 0, or the seconds until there is room for it."""
        passed = (now - self._since).total_seconds() if self._since else 0.0
        self._since = now
        self.used = max(0.0, self.used - passed * size / _SECONDS_TO_FILL)
        if self.used + 1 > size:
            return math.ceil((self.used + 1 - size) * _SECONDS_TO_FILL / size)
        self.used += 1
        return 0


def _throttled(state: State, kind: str, seconds: int) -> Response:
    """(B6, A4)"""
    policies = state.policies
    form = policies["throttle_retry_after"]
    headers = {} if form == "absent" else {"Retry-After": retry_after(seconds, form)}
    code = policies["throttle_code"]
    message = f"Number of {kind} requests exceeded the limit. Please try again after '{seconds}' seconds."
    match policies["throttle_body"]:
        case "empty":
            return Response(status_code=429, headers={"x-ms-failure-cause": "gateway", **headers})
        case "provider":
            refusal = management_error(429, code, message)
            refusal.headers.update(headers)
            return refusal
    return gateway_error(429, code, message, headers)
