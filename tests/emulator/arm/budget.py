"""How many requests ARM allows a caller: buckets that are emptied by requests and filled by time."""

from __future__ import annotations

import math
import re
from datetime import datetime

from starlette.responses import Response

from ..entra import Caller
from ..errors import Refused, gateway_error, management_error
from ..retry_after import retry_after
from ..state import State

_SIZES = {"read": "read_budget", "write": "write_budget", "delete": "delete_budget"}
_KINDS = {"GET": "read", "HEAD": "read", "DELETE": "delete"}
_SECONDS_TO_FILL = {"read": 10.0, "write": 20.0, "delete": 20.0}
"""From empty to full: 25 of 250 reads and 10 of 200 writes or deletes come back each second.

Service fact: operations contract 2.
"""
_READING_ACTION = re.compile(r"/diagnose/?$", re.IGNORECASE)
_DEPLOYMENT = re.compile(r"/batchEndpoints/[^/]+/deployments/[^/]+/?$", re.IGNORECASE)


def kind_of(method: str, path: str) -> str:
    """What a request counts as: read, write or delete. Service fact: asset contract 14.6 (`diagnose` is a read)."""
    return "read" if _READING_ACTION.search(path) else _KINDS.get(method, "write")


class Budgets:
    """The buckets of each subscription: reads, writes, deletes, PUTs of batch deployments, and maybe computes. (A4)"""

    def __init__(self, state: State) -> None:
        self._state = state
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take(self, caller: Caller, method: str, path: str) -> int | None:
        """Count a request; how many are left, None when there is no limit. Refused when none is left."""
        kind = kind_of(method, path)
        size = self._state.policies.number(_SIZES[kind])
        if not size:
            return None
        subscription = path.lower().removeprefix("/subscriptions/").partition("/")[0]
        bucket = self._buckets.setdefault((subscription, self._name(kind, method, path)), _Bucket())
        seconds = bucket.take(size, _SECONDS_TO_FILL[kind], self._state.clock.now())
        if seconds:
            message = (
                f"Number of '{kind}' requests for subscription '{subscription}' actor '{caller.object_id}' exceeded. "
                f"Please try again after '{seconds}' seconds."
            )
            raise Refused(_throttled(self._state, message, seconds))
        return int(size - bucket.used)

    def _name(self, kind: str, method: str, path: str) -> str:
        """Which bucket a request is taken from. Service fact: batch contract 1, 14.14 (deployments have their own)."""
        if method == "PUT" and _DEPLOYMENT.search(path):
            return "resource-requests"
        apart = self._state.policies["compute_budget"] == "apart" and "/computes" in path.lower()
        return f"{kind} of computes" if apart else kind


class _Bucket:
    """As many requests at once as its size; what was taken comes back evenly, by virtual time."""

    def __init__(self) -> None:
        self.used = 0.0
        self._since: datetime | None = None

    def take(self, size: int, seconds_to_fill: float, now: datetime) -> int:
        """Count a request; 0, or the seconds until one is left."""
        passed = (now - self._since).total_seconds() if self._since else 0.0
        self._since = now
        self.used = max(0.0, self.used - passed * size / seconds_to_fill)
        if self.used + 1 > size:
            return math.ceil((self.used + 1 - size) * seconds_to_fill / size)
        self.used += 1
        return 0


def _throttled(state: State, message: str, seconds: int) -> Response:
    """Service fact: operations contract 2. (B6, A4)"""
    policies = state.policies
    form = policies["throttle_retry_after"]
    headers = {} if form == "absent" else {"Retry-After": retry_after(seconds, form, state.clock)}
    code = policies["throttle_code"]
    match policies["throttle_body"]:
        case "empty":
            return Response(status_code=429, headers={"x-ms-failure-cause": "gateway", **headers})
        case "provider":
            refusal = management_error(429, code, message)
            refusal.headers.update(headers)
            return refusal
    return gateway_error(429, code, message, headers)
