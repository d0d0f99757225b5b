# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The Azure resource manager: its verbs, its pages, its long-running operations."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from .._clock import Clock
from .._errors import ConnectionFailed, OperationFailed, ParentNotFoundError, ServiceError, WaitTimeout
from .answer import ABSENT, ACCEPTED, ERRORS, Answer
from .clouds import Cloud, origin
from .error_body import ErrorBody, explain, read_error_body
from .http_client import HttpClient
from .retry import TRANSIENT, jittered

if t.TYPE_CHECKING:
    from .credentials import Credentials

API_VERSION = "2024-10-01"

Json = dict[str, t.Any]
Query = Mapping[str, t.Any]

# Service fact: batch contract 2.2, assets contract 3.2. Whatever is not listed is still going on.
ENDED_WELL = frozenset({"succeeded", "completed"})
ENDED_BADLY = frozenset({"failed", "canceled", "cancelled"})

FIRST_POLL = 0.5
POLL_GROWTH = 1.5
LONGEST_POLL = 15.0
# A subscription has about 250 reads to spend, refilled slowly (assets contract 1.4): with fewer left, polls are rare.
FEW_READS = 50

# Answers of an operation's URL that say nothing about the operation: it expired, or its signature did.
LOST = frozenset({401, 403, 404, 410})

# Codes with which the resource manager says that what should hold the resource is absent.
_NO_PARENT = frozenset(
    {"ResourceGroupNotFound", "SubscriptionNotFound", "InvalidSubscriptionId", "MissingSubscription"}
)


@dataclass(frozen=True)
class Accepted:
    """The service took a write. Its URLs are signed and its body may hold keys: none of them is shown."""

    status: int
    body: t.Any = field(repr=False)
    operation_url: str | None = field(repr=False)
    location: str | None = field(repr=False)
    path: str
    method: str = "PUT"
    api_version: str = API_VERSION


class Arm:
    """ARM calls of one identity in one cloud; paths begin with ``/subscriptions/``.

    :param progress: told each new state of a long wait
    """

    def __init__(
        self,
        http: HttpClient,
        cloud: Cloud,
        credentials: Credentials,
        *,
        clock: Clock,
        progress: Callable[[str], None] = lambda _message: None,
    ) -> None:
        self._http = http
        self._cloud = cloud
        self._credentials = credentials
        self._clock = clock
        self._progress = progress

    # -- verbs ---------------------------------------------------------------------------------------------------

    def get(
        self, path: str, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> Json | None:
        """Read a resource; None when it is absent (or is a workspace that is absent).

        :raises ParentNotFoundError: the workspace, group or subscription that should hold it is absent
        :raises ServiceError: any other refusal
        :raises ConnectionFailed: no usable answer
        """
        answer = self._call("GET", path, api_version, {**(query or {}), **more}, accept_absent=True)
        return None if answer.status == ABSENT else _object(answer, path)

    def look(self, path: str, *, api_version: str = API_VERSION) -> tuple[Json | None, float]:
        """Read a resource that is being waited for: what ``get`` gives, and how many seconds to leave it alone.

        That is what the service asks for, or more when few reads of the subscription are left. Raises as ``get``.
        """
        answer = self._call("GET", path, api_version, {}, accept_absent=True)
        return None if answer.status == ABSENT else _object(answer, path), _asked_pause(answer)

    def list(
        self, path: str, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> Iterator[Json]:
        """Read a collection, page by page as it is consumed. Raises as ``get`` does, NotFoundError for a 404.

        Service fact: assets contract 1.6 (the next link is followed as it stands; the last page has none).
        """
        what = f"list {describe(path)}"
        url: str | None = self._url(path, api_version, {**(query or {}), **more})
        seen = set()
        while url:
            seen.add(url)
            page = _object(self._send("GET", url, path, what=what), path)
            yield from page.get("value") or ()
            url = page.get("nextLink")
            if url and (url in seen or not self._ours(url)):
                raise ServiceError(f"Could not {what}: the link to the next page leads in a circle or to another host.")

    def put(
        self, path: str, body: Json, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> Accepted:
        """Create or replace a resource; ``wait`` for what it starts."""
        return self._write("PUT", path, api_version, {**(query or {}), **more}, json=body)

    def patch(
        self, path: str, body: Json, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> Accepted:
        """Change some fields. Not repeated after a failure that leaves open whether it was processed."""
        return self._write("PATCH", path, api_version, {**(query or {}), **more}, json=body)

    def delete(
        self, path: str, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> Accepted:
        """Delete a resource. Fine when it is absent already (status 204 or 404), not when its workspace is."""
        return self._write("DELETE", path, api_version, {**(query or {}), **more}, accept_absent=True)

    def post(
        self,
        path: str,
        body: Json | None = None,
        *,
        api_version: str = API_VERSION,
        query: Query | None = None,
        safe_to_repeat: bool = False,
        **more: t.Any,
    ) -> Accepted:
        """Do an action. Not repeated after a failure that leaves open whether it was processed, unless it is safe."""
        parameters = {**(query or {}), **more}
        return self._write("POST", path, api_version, parameters, json=body, safe_to_repeat=safe_to_repeat)

    # -- waiting -------------------------------------------------------------------------------------------------

    def wait(self, accepted: Accepted, *, timeout: float, what: str) -> None:
        """Wait until what a write started has ended well; read the resource afterwards to see what stands.

        Follows the operation that the service named. When that is lost on the way (it expired, or its signature
        did) or none was named, the resource itself is watched: until it is settled, or gone after a DELETE.
        An action (POST) without operation is taken as done: the caller looks at the resource anyway.

        :param timeout: seconds by the wall clock
        :param what: the thing in words, as ``batch endpoint digits``
        :raises OperationFailed: it ended as Failed or Canceled
        :raises WaitTimeout: it goes on; running the task again resumes the wait

        Service fact: batch contract 2, assets contract 3.2.
        """
        watch = self._watch(what, timeout)
        if accepted.operation_url and self._ours(accepted.operation_url):
            followed = watch.operation(accepted.operation_url)
        elif accepted.location and accepted.status == ACCEPTED and self._ours(accepted.location):
            # The Location of a 201 is the resource itself, not an operation.
            followed = watch.location(accepted.location)
        else:
            followed = accepted.status != ACCEPTED and not _under_way(accepted.body) and not accepted.operation_url
        if not followed and accepted.method != "POST":
            url = self._url(accepted.path, accepted.api_version, {})
            watch.resource(url, accepted.path, gone=accepted.method == "DELETE")

    def settle(
        self,
        path: str,
        *,
        timeout: float,
        what: str,
        api_version: str = API_VERSION,
        gone: bool = False,
        over: Callable[[Json], bool] = lambda _standing: True,
    ) -> None:
        """Wait until the resource itself is settled or (``gone``) absent: resumes a wait of an earlier run.

        :param over: what else must be true of the settled resource

        Raises as ``wait`` does.
        """
        self._watch(what, timeout).resource(self._url(path, api_version, {}), path, gone=gone, over=over)

    def _watch(self, what: str, timeout: float) -> _Watch:
        def ask(url: str) -> Answer:
            return self._ask("GET", url, what=f"follow {what}")

        return _Watch(ask, what, timeout, clock=self._clock, progress=self._progress)

    # -- below the verbs -------------------------------------------------------------------------------------------

    def _write(
        self,
        method: str,
        path: str,
        api_version: str,
        query: Query,
        *,
        json: Json | None = None,
        accept_absent: bool = False,
        safe_to_repeat: bool | None = None,
    ) -> Accepted:
        answer = self._call(
            method, path, api_version, query, json=json, accept_absent=accept_absent, safe_to_repeat=safe_to_repeat
        )
        operation_url = answer.headers.get("azure-asyncoperation")
        location = answer.headers.get("location")
        for url in (operation_url, location):
            # A plain resource URL is no secret; one with a signature in its query is.
            if url and "&" in url:
                self._http.register_secret(url)
        body = None if answer.status in ERRORS else answer.json()
        return Accepted(answer.status, body, operation_url, location, path, method, api_version)

    def _call(self, method: str, path: str, api_version: str, query: Query, **how: t.Any) -> Answer:
        return self._send(method, self._url(path, api_version, query), path, **how)

    def _send(
        self,
        method: str,
        url: str,
        path: str,
        *,
        what: str | None = None,
        json: Json | None = None,
        accept_absent: bool = False,
        safe_to_repeat: bool | None = None,
    ) -> Answer:
        what = what or f"{_ACTIONS[method]} {describe(path)}"
        answer = self._ask(method, url, what=what, json=json, safe_to_repeat=safe_to_repeat)
        return _checked(answer, path, what=what, accept_absent=accept_absent)

    def _ask(
        self, method: str, url: str, *, what: str, json: Json | None = None, safe_to_repeat: bool | None = None
    ) -> Answer:
        """Send one request with the management token and return its answer, also a refusing one."""
        return self._http.send(
            method, url, json=json, token=self._token, safe_to_repeat=safe_to_repeat, accept=ERRORS, what=what
        )

    def _ours(self, url: str) -> bool:
        """Is it on the resource manager's host? The management token goes nowhere else."""
        return origin(url) == origin(self._cloud.resource_manager)

    def _token(self, fresh: bool) -> str:
        return self._credentials.token(self._cloud.management_audience, fresh=fresh)

    def _url(self, path: str, api_version: str, query: Query) -> str:
        parameters = {
            "api-version": api_version,
            **{key: _text(value) for key, value in query.items() if value is not None},
        }
        address = f"{self._cloud.resource_manager}{quote(path, safe=_PATH_SAFE)}"
        return f"{address}?{urlencode(parameters, quote_via=quote, safe='$')}"


class _Watch:
    """One wait: paces the polls, tells what it sees, and ends at its deadline."""

    def __init__(
        self,
        ask: Callable[[str], Answer],
        what: str,
        timeout: float,
        *,
        clock: Clock,
        progress: Callable[[str], None],
    ) -> None:
        self._ask = ask
        self._what = what
        self._timeout = timeout
        self._clock = clock
        self._progress = progress
        self._deadline = clock.now() + timeout
        self._pause = FIRST_POLL
        self._state = "accepted"
        self._trouble = ""

    def operation(self, url: str) -> bool:
        """Follow a status URL to its end; False when it is lost and the resource must be asked instead."""
        while True:
            answer = self._poll(url)
            if answer.status in ERRORS:
                return False
            body = answer.json()
            status = str(body.get("status") or "running") if isinstance(body, dict) else "running"
            self._saw(status)
            if status.lower() in ENDED_WELL:
                return True
            if status.lower() in ENDED_BADLY:
                raise self._failed(status, answer.fault)
            self._rest(answer)

    def location(self, url: str) -> bool:
        """Follow a result URL: 202 while it runs, then 200 or 204; False when it is lost."""
        while True:
            answer = self._poll(url)
            if answer.status in LOST:
                return False
            if answer.status in ERRORS:
                raise self._failed(f"status {answer.status}", answer.fault)
            if answer.status != ACCEPTED:
                return True
            self._saw("running")
            self._rest(answer)

    def resource(
        self, url: str, path: str, *, gone: bool, over: Callable[[Json], bool] = lambda _standing: True
    ) -> None:
        """Look at the resource until it is settled, or absent."""
        while True:
            answer = _checked(self._poll(url), path, what=f"read {describe(path)}", accept_absent=True)
            if answer.status == ABSENT:
                return
            body = _object(answer, path)
            state = _state(body)
            self._saw(state or "standing")
            if not gone and state.lower() in ENDED_BADLY:
                raise self._failed(state, read_error_body(_provisioning_error(body)))
            if not gone and not _under_way(body) and over(body):
                return
            self._rest(answer)

    def _poll(self, url: str) -> Answer:
        """The next usable answer: the operation goes on without us, so trouble on the way to it may pass."""
        while True:
            answer = None
            try:
                answer = self._ask(url)
            except ConnectionFailed as error:
                self._trouble = error.message
            else:
                if answer.status not in TRANSIENT:
                    self._trouble = ""
                    return answer
                self._trouble = answer.error(f"follow {self._what}").message
            self._rest(answer)

    def _rest(self, answer: Answer | None) -> None:
        """Sleep until the next poll; raises WaitTimeout when the time is up."""
        left = self._deadline - self._clock.now()
        if left <= 0:
            raise WaitTimeout(
                f"{self._what}: not finished after {self._timeout:.0f} s, the last state was '{self._state}'. "
                f"{f'The last look failed: {self._trouble} ' if self._trouble else ''}"
                "It goes on in the service; run the task again to resume the wait.",
                last_state=self._state,
            )
        pause = jittered(self._pause)
        self._pause = min(self._pause * POLL_GROWTH, LONGEST_POLL)
        if answer is not None:
            pause = max(pause, _asked_pause(answer))
        self._clock.sleep(min(pause, left))

    def _saw(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self._progress(f"{self._what}: {state}")

    def _failed(self, state: str, fault: ErrorBody) -> OperationFailed:
        return OperationFailed(
            f"{self._what}: the operation ended as {state}: {explain(fault)}",
            error={"code": fault.code, "message": fault.text},
        )


def describe(path: str) -> str:
    """Say in words what a path names: ``computes/cpu in workspace ws (resource group rg)``."""
    match = _WORKSPACE_PATH.fullmatch(path)
    if match is None:
        return path
    place = f"workspace {match['workspace']} (resource group {match['group']})"
    rest = (match["rest"] or "").strip("/")
    return f"{rest} in {place}" if rest else place


def _checked(answer: Answer, path: str, *, what: str, accept_absent: bool) -> Answer:
    """Raise what a refusing answer means; an absent resource may be accepted, absent surroundings never."""
    if answer.status not in ERRORS:
        return answer
    if _parent_missing(answer, path):
        raise answer.error(what, ParentNotFoundError)
    if accept_absent and answer.status == ABSENT:
        return answer
    raise answer.error(what)


def _parent_missing(answer: Answer, path: str) -> bool:
    """Is it the workspace, group or subscription that is absent, rather than the resource asked for?

    Service fact: assets contract 1.5 item 2. What the gateway says in other words counts as yes: a wrong workspace
    must never look like an absent resource.
    """
    code, text = answer.fault.code, answer.fault.text
    if code in _NO_PARENT:
        return True
    if answer.status != ABSENT:
        return False
    match = _WORKSPACE_PATH.fullmatch(path)
    nested = match is not None and bool((match["rest"] or "").strip("/"))
    if code == "ResourceNotFound":
        named = re.search(r"'[^'/]+/workspaces/[^'/]+'", text, re.IGNORECASE)
        return nested and named is not None
    if code == "ParentResourceNotFound":
        # 'ws/endpoint' as the parent: the workspace is there, and what lies below the absent endpoint is absent too.
        named = re.search(r"Parent resource '[^'/]+/[^']+'", text, re.IGNORECASE)
        return named is None
    return answer.headers.get("x-ms-failure-cause", "").lower() == "gateway"


def _object(answer: Answer, path: str) -> Json:
    body = answer.json()
    if not isinstance(body, dict):
        raise ConnectionFailed(f"Could not read {describe(path)}: the answer is not a JSON object.", sent=True)
    return body


def _state(body: t.Any) -> str:
    properties = body.get("properties") if isinstance(body, dict) else None
    state = properties.get("provisioningState") if isinstance(properties, dict) else None
    return state if isinstance(state, str) else ""


def _under_way(body: t.Any) -> bool:
    return _state(body).lower() not in {"", *ENDED_WELL, *ENDED_BADLY}


def _provisioning_error(body: Json) -> t.Any:
    """The first of a compute's provisioning errors. Service fact: assets contract 3.2."""
    errors = body["properties"].get("provisioningErrors")
    return errors[0] if isinstance(errors, list) and errors else None


def _asked_pause(answer: Answer) -> float:
    return max(answer.retry_after or 0.0, LONGEST_POLL if _reads_left(answer) < FEW_READS else 0.0)


def _reads_left(answer: Answer) -> int:
    text = answer.headers.get("x-ms-ratelimit-remaining-subscription-reads", "")
    return int(text) if text.isdigit() else FEW_READS


def _text(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_ACTIONS = {"GET": "read", "PUT": "create or update", "PATCH": "update", "DELETE": "delete", "POST": "call"}
_PATH_SAFE = "/:@!$&'()*+,;=-._~"
_WORKSPACE_PATH = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/(?P<group>[^/]+)/providers/[^/]+/workspaces/(?P<workspace>[^/]+)(?P<rest>/.*)?",
    re.IGNORECASE,
)
