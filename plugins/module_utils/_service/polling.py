# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Polling of long-running operations, until they end or the time is up."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from .._clock import Clock
from .._errors import ConnectionFailed, OperationFailed, WaitTimeout
from .._names.json_types import JsonObject
from .answer import ACCEPTED, ERRORS, Answer
from .error_body import ErrorBody, explain, read_error_body
from .retry import TRANSIENT, jittered

# Service fact: batch contract 2.2, assets contract 3.2. Any other state means that the operation is under way.
SUCCEEDED = frozenset({"succeeded", "completed"})
FAILED = frozenset({"failed", "canceled", "cancelled"})

FIRST_PAUSE = 0.5
GROWTH = 1.5
LONGEST_PAUSE = 15.0
# A subscription may read about 250 times at once, and gets back 25 in a second (operations contract 2). With fewer left
# than this, pauses are long.
FEW_READS = 50

# An operation's URL that answers so has expired, or its signature has: the operation itself may still be under way.
EXPIRED = frozenset({401, 403, 404, 410})


class Polling:
    """One wait: polls with growing pauses, reports each new state, and ends at its deadline.

    :param get: sends one GET, within so many seconds, and returns its answer, also an error
    :param what: what is waited for, for messages: ``batch endpoint digits``
    :param timeout: seconds by the wall clock
    :param progress: called with a message for each new state

    All methods raise OperationFailed for an operation that ended as Failed or Canceled, and WaitTimeout when the time
    is up. Running the task again resumes the wait.
    """

    def __init__(
        self,
        get: Callable[[str, float], Answer],
        what: str,
        timeout: float,
        *,
        clock: Clock,
        progress: Callable[[str], None],
    ) -> None:
        self._get = get
        self._what = what
        self._timeout = timeout
        self._clock = clock
        self._progress = progress
        self._deadline = clock.now() + timeout
        self._next_pause = FIRST_PAUSE
        self._state = "accepted"
        self._last_error = ""

    def operation(self, url: str) -> bool:
        """Poll the status of an operation until it succeeded; False if its URL has expired."""
        while True:
            answer = self._poll(url)
            if answer.status in ERRORS:
                return False
            body = answer.json()
            status = str(body.get("status") or "running") if isinstance(body, dict) else "running"
            self._report(status)
            if status.lower() in SUCCEEDED:
                return True
            if status.lower() in FAILED:
                raise self._failure(status, answer.fault)
            self._pause(answer)

    def result(self, url: str) -> Answer | None:
        """Poll the result of an operation (status 202 until there is one); None if its URL has expired."""
        while True:
            answer = self._poll(url)
            if answer.status in EXPIRED:
                return None
            if answer.status in ERRORS:
                raise self._failure(f"status {answer.status}", answer.fault)
            if answer.status != ACCEPTED:
                return answer
            self._report("running")
            self._pause(answer)

    def resource(
        self,
        url: str,
        read: Callable[[Answer], JsonObject | None],
        *,
        absent: bool,
        until: Callable[[JsonObject], bool] = lambda _current: True,
    ) -> None:
        """Poll the resource itself until it is settled or absent.

        :param read: the resource in an answer, None if it is absent; raises for any other refusal
        :param absent: wait until it is absent, however settled it is
        :param until: what else has to be true of the settled resource
        """
        while True:
            answer = self._poll(url)
            current = read(answer)
            if current is None:
                return
            state = state_of(current)
            self._report(state or "present")
            if not absent and state.lower() in FAILED:
                raise self._failure(state, read_error_body(_provisioning_error(current)))
            if not absent and not is_under_way(current) and until(current):
                return
            self._pause(answer)

    def _poll(self, url: str) -> Answer:
        """The next answer that is no transient error: the operation continues whether or not it can be polled."""
        while True:
            answer = None
            try:
                answer = self._get(url, self._deadline - self._clock.now())
            except ConnectionFailed as error:
                self._last_error = error.message
            else:
                if answer.status not in TRANSIENT:
                    self._last_error = ""
                    return answer
                self._last_error = answer.error(f"follow {self._what}").message
            self._pause(answer)

    def _pause(self, answer: Answer | None) -> None:
        """Sleep until the next poll. Raises WaitTimeout when the time is up."""
        left = self._deadline - self._clock.now()
        if left <= 0:
            raise WaitTimeout(
                f"{self._what}: not finished after {self._timeout:.0f} s, the last state was '{self._state}'. "
                f"{f'The last request failed: {self._last_error} ' if self._last_error else ''}"
                "The operation continues in the service; run the task again to resume the wait.",
                last_state=self._state,
            )
        pause = jittered(self._next_pause)
        self._next_pause = min(self._next_pause * GROWTH, LONGEST_PAUSE)
        if answer is not None:
            pause = max(pause, shortest_pause(answer))
        self._clock.sleep(min(pause, left))

    def _report(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self._progress(f"{self._what}: {state}")

    def _failure(self, state: str, fault: ErrorBody) -> OperationFailed:
        return OperationFailed(
            f"{self._what}: the operation ended as {state}: {explain(fault)}",
            error={"code": fault.code, "message": fault.text},
        )


def state_of(resource: t.Any) -> str:
    """Provisioning state as Azure reports it; empty if it reports none."""
    properties = resource.get("properties") if isinstance(resource, dict) else None
    state = properties.get("provisioningState") if isinstance(properties, dict) else None
    return state if isinstance(state, str) else ""


def is_under_way(resource: t.Any) -> bool:
    """Whether an operation on the resource has not ended yet."""
    return state_of(resource).lower() not in {"", *SUCCEEDED, *FAILED}


def shortest_pause(answer: Answer) -> float:
    """Seconds until the next poll may be sent: as the service asks, or more when few reads are left."""
    left = answer.headers.get("x-ms-ratelimit-remaining-subscription-reads", "")
    few = left.isdigit() and int(left) < FEW_READS
    return max(answer.retry_after or 0.0, LONGEST_PAUSE if few else 0.0)


def _provisioning_error(resource: JsonObject) -> t.Any:
    """The first provisioning error of a compute. Service fact: assets contract 3.2."""
    errors = resource["properties"].get("provisioningErrors")
    return errors[0] if isinstance(errors, list) and errors else None
