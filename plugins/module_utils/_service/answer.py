# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""One HTTP answer: its JSON, what an error in it says, and how long to wait before the next request."""

from __future__ import annotations

import email.utils
import json
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from .._errors import ConflictError, ConnectionFailed, Delivery, NotFoundError, ServiceError, ThrottledError
from .._names.json_types import JsonObject
from .._names.redaction import redact
from .._names.url import origin
from .error_body import ErrorBody, explain, read_error_body
from .retry import THROTTLED

SUCCESSES = range(200, 300)
ERRORS = range(400, 600)
ACCEPTED = 202
UNAUTHORIZED = 401
ABSENT = 404
CONFLICT = 409
_LONGEST_SENTENCE = 200
# No service asks for more than some days; a longer number is damaged.
_NUMBER = re.compile(r"[0-9]{1,9}")
_KINDS = {type(None): "empty", str: "a text", list: "a list", bool: "a boolean"}

_ERRORS: Mapping[int, type[ServiceError]] = {ABSENT: NotFoundError, CONFLICT: ConflictError, THROTTLED: ThrottledError}


@dataclass(frozen=True)
class Answer:
    """The answer to one request, read to its end.

    ``url`` is without query. ``received`` is the time of the answer by this host's clock, in seconds since the epoch.
    ``secrets`` are cut out of what the answer says.
    """

    method: str
    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    received: float = field(repr=False)
    secrets: frozenset[str] = field(repr=False, default=frozenset())

    def json(self) -> t.Any:
        """The parsed body, None when it is empty. Raises ValueError when it is not JSON, or nested absurdly deep."""
        try:
            return json.loads(self.content) if self.content.strip() else None
        except RecursionError:
            raise ValueError("nested too deep") from None

    def json_object(self, what: str) -> JsonObject:
        """The parsed body, a JSON object. Raises ConnectionFailed for any other; ``what``: the action, for messages."""
        body = self.json()
        if not isinstance(body, dict):
            raise self.unusable(what, f"it is {_KINDS.get(type(body), 'a number')}, not a JSON object")
        return body

    def unusable(self, what: str, why: str) -> ConnectionFailed:
        """The exception for a success whose body has another shape than the service's."""
        return ConnectionFailed(
            f"Could not {what}: {origin(self.url)} answered with status {self.status} ({self.shape}), but {why}. "
            "Check the proxies in between, and run the task again.",
            delivery=Delivery.ANSWERED,
            url=self.url,
        )

    @property
    def ok(self) -> bool:
        return self.status in SUCCESSES

    @property
    def is_json(self) -> bool:
        """Whether ``json`` can be called."""
        try:
            self.json()
        except ValueError:
            return False
        return True

    @property
    def request_id(self) -> str | None:
        return self.headers.get("x-ms-request-id") or self.headers.get("x-request-id")

    @property
    def retry_after(self) -> float | None:
        """Seconds that the service asks to wait; None when it does not ask."""
        milliseconds = self.headers.get("x-ms-retry-after-ms", "")
        if _NUMBER.fullmatch(milliseconds):
            return int(milliseconds) / 1000
        text = self.headers.get("retry-after", "")
        return float(text) if _NUMBER.fullmatch(text) else self._seconds_until(text)

    def _seconds_until(self, date: str) -> float | None:
        """Measured from the date of the answer if it has one, for this host's clock may be wrong."""
        now = self.headers.get("date")
        try:
            end = email.utils.parsedate_to_datetime(date).timestamp()
            begin = email.utils.parsedate_to_datetime(now).timestamp() if now else self.received
        except (TypeError, ValueError, OverflowError):
            return None
        return max(end - begin, 0.0)

    @property
    def fault(self) -> ErrorBody:
        """What an error answer says. Of what is no JSON only a sentence is quoted, no page."""
        fault = read_error_body(self.json()) if self.is_json else ErrorBody(None, self._sentence)
        return ErrorBody(fault.code, redact(fault.text, self.secrets))

    @property
    def _sentence(self) -> str:
        """A body that is no JSON: itself if it is a line of plain text, as the gateways before the services answer.

        Service fact: batch contract 14.10.
        """
        text = self.content.decode("utf-8", errors="replace").strip()
        is_plain = self.headers.get("content-type", "").lower().startswith("text/plain")
        if is_plain and text.isprintable() and len(text) <= _LONGEST_SENTENCE:
            return text
        return f"the answer is not JSON ({self.shape})"

    @property
    def shape(self) -> str:
        """Content type and size of the body, for messages."""
        return f"{self.headers.get('content-type', 'unknown type').split(';')[0]}, {len(self.content)} bytes"

    def error(self, what: str, kind: type[ServiceError] | None = None) -> ServiceError:
        """The exception for this answer.

        :param what: the action that failed, for the message: ``delete computes/cpu``
        :param kind: the class of the exception; by default the one for the status
        """
        fault = self.fault
        error = (kind or _ERRORS.get(self.status, ServiceError))(
            f"Could not {what}: status {self.status}, {explain(fault, self.status)}",
            status=self.status,
            error={"code": fault.code, "message": fault.text},
            request_id=self.request_id,
            url=self.url,
        )
        error.retry_after = self.retry_after
        return error
