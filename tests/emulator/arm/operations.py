"""Long-running operations: when they end, what they then change, and the signed URLs that show their status."""

from __future__ import annotations

import heapq
import itertools
import secrets
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from ..clock import timestamp
from ..errors import Refused, gateway_error, management_error
from ..settings import PROVIDER

if TYPE_CHECKING:
    from ..state import State

_TICKS_AT_EPOCH = 621_355_968_000_000_000

MFE = "mfeOperationsStatus"
MFE_RESULT = "mfeOperationResults"
COMPUTE = "computeOperationsStatus"
WORKSPACE = "workspaceOperationsStatus"
REGISTRY = "registryOperationsStatus"

OUTCOME: ContextVar[str | None] = ContextVar("OUTCOME", default=None)
"""How operations that the current request begins are made to end: Failed, Canceled or never; None: as they will."""


@dataclass
class Operation:
    """One operation. `finish(succeeded)` applies its effect once its time has come; `outcome` is its last status."""

    name: str
    started: datetime
    ends: datetime
    finish: Callable[[bool], None]
    outcome: str = "Succeeded"
    error_code: str = "InternalServerError"
    error_message: str = (
        "Internal error. Please see troubleshooting guide, available here: "
        "https://aka.ms/oe-tsg#error-internalservererror"
    )
    error_status: int = 500
    reads: int = 0
    """How often its status was read."""
    refused: bool = False
    """Whether it fails because what it was asked for is not allowed."""
    subject: str = ""
    """Name of the resource that it works on."""
    running_status: str = "Updating"
    """Its status until it ends."""
    shown_segment: str = MFE
    """The segment that its `id` names."""
    is_plain: bool = False
    """Whether its error has nothing but code and message."""
    result: Any = None
    """What the URL of `type=location` answers in the end."""
    ended: bool = False
    queries: set[tuple[str, str]] = field(default_factory=set, repr=False)
    done: Callable[[], bool] | None = None
    """For operations that follow something else than the clock: says whether they have ended."""

    def refuse(self, code: str, message: str) -> None:
        """Let it fail, and change nothing. Service fact: operations contract 2.1 (`operation_failed_coded`)."""
        self.outcome, self.refused = "Failed", True
        self.error_code, self.error_status, self.error_message = code, 400, message

    @property
    def error_text(self) -> str:
        """The message of its error."""
        return self.error_message if self.refused else f"{self.error_code}: {self.error_message}"

    @property
    def running(self) -> bool:
        return not (self.done() if self.done else self.ended)


class Operations:
    """All operations, found by the last segment of their URL."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._by_name: dict[str, Operation] = {}
        self._waiting: list[tuple[datetime, int, Operation]] = []
        self._order = itertools.count()
        # Stands for the certificate in the real URLs, which makes up most of their length.
        self._certificate = secrets.token_urlsafe(2400)

    def start(
        self,
        prefix: str,
        finish: Callable[[bool], None],
        *,
        subject: str,
        done: Callable[[], bool] | None = None,
        name: str = "",
    ) -> Operation:
        """Begin an operation on the resource called `subject`.

        `prefix` begins its name ("bebes"; "" for computes); `name` replaces the random id.
        """
        now = self._state.clock.now()
        settings = self._state.settings
        unique = name or str(uuid.uuid4())
        operation = Operation(
            name=f"{prefix}:{settings.workspace_guid}:{unique}" if prefix else unique,
            started=now,
            ends=now + timedelta(seconds=settings.operation_seconds),
            finish=finish,
            subject=subject,
        )
        if done is not None:
            operation.done = lambda: done() and self._state.clock.now() >= operation.ends
        if subject.lower() in self._state.policies.names("failing_names"):
            operation.outcome = "Failed"
        forced = OUTCOME.get()
        if forced == "never":
            operation.done = done = lambda: False
        elif forced is not None:
            operation.outcome = forced
        self._by_name[operation.name.lower()] = operation
        if done is None:
            heapq.heappush(self._waiting, (operation.ends, next(self._order), operation))
        return operation

    def settle(self) -> None:
        """End every operation whose time has come, in order of time."""
        now = self._state.clock.now()
        while self._waiting and self._waiting[0][0] <= now:
            operation = heapq.heappop(self._waiting)[2]
            operation.ended = True
            operation.finish(operation.outcome == "Succeeded")

    @property
    def running(self) -> int:
        """How many have not ended."""
        return sum(operation.running for operation in self._by_name.values())

    def clear(self) -> None:
        """Forget all operations."""
        self._by_name.clear()
        self._waiting.clear()

    def url(self, operation: Operation, collection: str, api_version: str, kind: str = "", region: str = "") -> str:
        """A URL that shows the status of the operation; only this very URL is honoured. `kind` is its `type`, if any.

        `region` is another than the workspace's.

        Service fact: batch contract 2.1, asset contract 3.2.
        """
        settings = self._state.settings
        query = f"api-version={api_version}" + ("&service=new" if collection == COMPUTE else "")
        query += f"&type={kind}" if kind else ""
        if self._state.policies["signed_operation_urls"] == "on":
            ticks = _TICKS_AT_EPOCH + int(operation.started.timestamp() * 10_000_000)
            query += f"&t={ticks}&c={self._certificate}&s={secrets.token_urlsafe(256)}&h={secrets.token_urlsafe(32)}"
        operation.queries.add((collection.lower(), query))
        path = f"/subscriptions/{settings.subscription_id}/providers/{PROVIDER}/locations/{region or settings.region}"
        return f"{settings.url('management')}{path}/{collection}/{operation.name}?{query}"

    def knows(self, name: str) -> bool:
        """Whether one of its operations has this name."""
        return self._named(name) is not None

    def _named(self, name: str) -> Operation | None:
        """(The first generation names the operation on a deployment as if it were one on an endpoint, too.)"""
        name = name.lower()
        return self._by_name.get(name) or self._by_name.get(name.replace("be:", "bd:", 1))

    def find(self, collection: str, name: str, query: str) -> Operation:
        """The operation that a URL names and one more read of it, or Refused: unknown, altered, too old. (B20)"""
        operation = self._named(name)
        if operation is None:
            raise Refused(gateway_error(404, "NotFound", f"The operation '{name}' was not found."))
        if (collection.lower(), query) not in operation.queries:
            status = self._state.policies.status("altered_operation_url")
            message = "The signature of the operation URL does not match its content."
            raise Refused(gateway_error(status, "InvalidOperationSignature", message))
        lifetime = self._state.policies.seconds("operation_lifetime")
        if lifetime and (self._state.clock.now() - operation.ends).total_seconds() > lifetime:
            status = self._state.policies.status("expired_operation_status")
            raise Refused(gateway_error(status, "NotFound", f"The operation '{name}' was not found."))
        operation.reads += 1
        if operation.reads <= self._state.policies.number("failed_reads"):
            raise Refused(_failed_read())
        return operation

    def shown_running(self, operation: Operation) -> bool:
        """Whether its status says that it is running."""
        return operation.running or operation.reads <= self._state.policies.number("operation_reads")

    def mfe_status(self, operation: Operation) -> dict[str, Any]:
        """Body of a batch operation's status. Service fact: batch contract 2.2."""
        settings = self._state.settings
        path = f"/subscriptions/{settings.subscription_id}/providers/{PROVIDER}/locations/{settings.region}"
        body: dict[str, Any] = {"id": f"{path}/{operation.shown_segment}/{operation.name}", "name": operation.name}
        if self._state.policies["generation"] == "G1":
            body["startTime"] = timestamp(operation.started)
            if operation.ended:
                body["endTime"] = timestamp(operation.ends)
            body["percentComplete"] = 100.0 if operation.ended else 0.0
        if self.shown_running(operation):
            return {**body, "status": operation.running_status}
        if operation.outcome == "Failed":
            return {"error": self._mfe_error(operation), **body, "status": "Failed"}
        return {**body, "status": operation.outcome}

    def _mfe_error(self, operation: Operation) -> dict[str, Any]:
        """Service fact: batch contract 2.2, 14.12, operations contract 2.1. (B8)"""
        if operation.is_plain:
            error = {"code": operation.error_code, "message": operation.error_message}
            return {**error, "details": [], "additionalInfo": []}
        policies = self._state.policies
        coded = policies["failed_operation_code"] == "present"
        inner: dict[str, Any] = {"message": operation.error_text}
        if coded:
            inner = {"code": operation.error_code, "statusCode": operation.error_status, **inner, "details": []}
        location = self._state.workspace("onlineEndpoints", operation.subject)
        info = {
            "id": operation.name.rsplit(":", 1)[1],
            "operationType": "OnlineEndpoint",
            "state": "Failed",
            "createdTime": timestamp(operation.started),
            "endTime": timestamp(operation.ends),
            "error": inner,
            "resourceLocation": f"/modelmanagement/v1.0{location}",
            "operationLog": "",
            "parentRequestId": str(uuid.uuid4()),
        }
        codes: dict[str, dict[str, Any]] = {"absent": {}, "null": {"code": None}}
        code = codes.get(policies["failed_operation_code"], {"code": operation.error_code})
        error = {**code, "message": operation.error_text}
        details = [{**error, "details": []}] if policies["failed_operation_details"] == "repeated" else []
        return {**error, "details": details, "additionalInfo": [{"type": "MmsOperation", "info": info}]}

    def plain_status(self, operation: Operation) -> dict[str, Any]:
        """Body of the status of a compute's or the workspace's operation. Service fact: asset contract 2.2, 3.2."""
        if self.shown_running(operation):
            return {"status": "InProgress"}
        if operation.outcome == "Canceled":
            return {"status": "Canceled"}
        if operation.outcome == "Failed":
            error = {"code": operation.error_code, "message": operation.error_message, "details": []}
            match self._state.policies["compute_failure"]:
                case "message":
                    return {"status": "Failed", "error": {"message": operation.error_message}}
                case "bare":
                    return {"status": "Failed"}
            return {"status": "Failed", "error": error}
        return {"status": "Succeeded", "percentComplete": 100.0}


def _failed_read() -> Response:
    """A status that cannot be read now says nothing about its operation.

    Service fact: operations contract 2.1 (`operation_status_500`).
    """
    answer = management_error(500, "ServiceError", "InternalServerError")
    del answer.headers["x-ms-response-type"]
    answer.headers["x-ms-failure-cause"] = "service"
    return answer
