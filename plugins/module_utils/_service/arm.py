# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The Azure Resource Manager (ARM): reads, lists, writes, and waits for the operations that writes start."""

from __future__ import annotations

import contextlib
import datetime
import email.utils
import re
import typing as t
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from .._clock import Clock
from .._errors import ParentNotFoundError
from .._names.json_types import JsonObject
from .._names.url import origin
from .answer import ABSENT, ACCEPTED, ERRORS, Answer
from .clouds import Cloud
from .http_client import HttpClient
from .paging import read_items
from .polling import Polling, is_under_way, shortest_pause

if t.TYPE_CHECKING:
    from .credentials import Credentials

API_VERSION = "2024-10-01"

Query = Mapping[str, t.Any]

# Codes with which ARM reports that what contains the resource is absent.
_NO_PARENT = frozenset(
    {"ResourceGroupNotFound", "SubscriptionNotFound", "InvalidSubscriptionId", "MissingSubscription"}
)


@dataclass(frozen=True)
class Accepted:
    """A write that the service accepted. Its URLs are signed and its body may hold keys, so its repr has neither."""

    status: int
    body: t.Any = field(repr=False)
    operation_url: str | None = field(repr=False)
    location: str | None = field(repr=False)
    path: str
    method: str = "PUT"
    api_version: str = API_VERSION

    @property
    def has_ended(self) -> bool:
        """True if the answer is the end: no operation is under way."""
        return self.status != ACCEPTED and not self.operation_url and not is_under_way(self.body)


class Arm:
    """ARM requests of one identity in one cloud; paths begin with ``/subscriptions/``.

    :param progress: called with a message for each new state in a wait
    :param underway: holds during a wait, with what an interrupted task says about it
    """

    def __init__(
        self,
        http: HttpClient,
        cloud: Cloud,
        credentials: Credentials,
        *,
        clock: Clock,
        progress: Callable[[str], None] = lambda _message: None,
        underway: Callable[[str], t.ContextManager[None]] = lambda _note: contextlib.nullcontext(),
    ) -> None:
        self._http = http
        self._cloud = cloud
        self._credentials = credentials
        self._clock = clock
        self._progress = progress
        self._underway = underway

    # -- requests ------------------------------------------------------------------------------------------------

    def get(
        self, path: str, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> JsonObject | None:
        """Read a resource; None when it is absent (or is a workspace that is absent).

        :raises ParentNotFoundError: the workspace, resource group or subscription that contains it is absent
        :raises ServiceError: any other refusal
        :raises ConnectionFailed: no usable answer
        """
        answer = self._call("GET", path, api_version, {**(query or {}), **more}, accept_absent=True)
        return _resource(answer, path)

    def answer(self, path: str, *, api_version: str = API_VERSION, query: Query | None = None) -> Answer:
        """The whole answer to a read, with its headers. Raises as ``get``, and NotFoundError if it is absent."""
        return self._call("GET", path, api_version, query or {})

    def read_time(self, path: str) -> datetime.datetime | None:
        """The time by the service's clock, from its answer to a GET; None if the answer does not show it."""
        text = self.answer(path).headers.get("date")
        try:
            time = email.utils.parsedate_to_datetime(text) if text else None
        except (TypeError, ValueError):
            return None
        return time if time is None or time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)

    def poll(self, path: str, within: float, *, api_version: str = API_VERSION) -> tuple[JsonObject | None, float]:
        """Read a resource that the caller waits for: what ``get`` returns, and the seconds until the next poll.

        That is as long as the service asks, or longer when the subscription has few reads left. ``within``: seconds
        that are left of the wait. Raises as ``get``.
        """
        answer = self._call("GET", path, api_version, {}, accept_absent=True, within=within)
        return _resource(answer, path), shortest_pause(answer)

    def list(
        self, path: str, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> Iterator[JsonObject]:
        """Read a collection, each page when it is reached. Raises as ``get`` does, NotFoundError for a 404."""
        what = f"list {describe(path)}"
        first = self._url(path, api_version, {**(query or {}), **more})
        return read_items(first, lambda url: self._send("GET", url, path, what=what).json_object(what), what=what)

    def put(
        self, path: str, body: JsonObject, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> Accepted:
        """Create or replace a resource. ``wait`` for the operation that this starts."""
        return self._write("PUT", path, api_version, {**(query or {}), **more}, json=body)

    def patch(
        self, path: str, body: JsonObject, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> Accepted:
        """Update some fields. Not repeated after a failure that leaves open whether it was processed."""
        return self._write("PATCH", path, api_version, {**(query or {}), **more}, json=body)

    def delete(
        self, path: str, *, api_version: str = API_VERSION, query: Query | None = None, **more: t.Any
    ) -> Accepted:
        """Delete a resource. Succeeds if it is absent already (status 204 or 404), fails if its workspace is."""
        return self._write("DELETE", path, api_version, {**(query or {}), **more}, accept_absent=True)

    def post(
        self,
        path: str,
        body: JsonObject | None = None,
        *,
        api_version: str = API_VERSION,
        query: Query | None = None,
        safe_to_repeat: bool = False,
        **more: t.Any,
    ) -> Accepted:
        """Start an action. Repeated after a failure that leaves open whether it was processed only if that is safe."""
        parameters = {**(query or {}), **more}
        return self._write("POST", path, api_version, parameters, json=body, safe_to_repeat=safe_to_repeat)

    # -- waiting -------------------------------------------------------------------------------------------------

    def wait(self, accepted: Accepted, *, timeout: float, what: str) -> None:
        """Wait until the operation that a write started has succeeded. What it made is read by the caller.

        Polls the operation that the service named. If the service named none, or its URL expires meanwhile, polls the
        resource itself: until it is settled, or absent after a DELETE. An action (POST) without operation counts as
        done.

        :param timeout: seconds by the wall clock
        :param what: what is waited for, for messages: ``batch endpoint digits``
        :raises OperationFailed: the operation ended as Failed or Canceled
        :raises WaitTimeout: the operation is still under way; running the task again resumes the wait

        Service fact: batch contract 2, assets contract 3.2.
        """
        with self._underway(_note(what)):
            self._wait(accepted, self._polling(what, timeout))

    def _wait(self, accepted: Accepted, polling: Polling) -> None:
        if accepted.operation_url and self._ours(accepted.operation_url):
            ended = polling.operation(accepted.operation_url)
        elif accepted.location and accepted.status == ACCEPTED and self._ours(accepted.location):
            # The Location of a 201 is the resource itself, not an operation.
            ended = polling.result(accepted.location) is not None
        else:
            ended = accepted.has_ended
        if not ended and accepted.method != "POST":
            path, absent = accepted.path, accepted.method == "DELETE"
            polling.resource(self._url(path, accepted.api_version, {}), _reader(path), absent=absent)

    def outcome(self, accepted: Accepted, *, timeout: float, what: str) -> t.Any:
        """The JSON that an action returns: at once, or when the operation that it started has ended.

        None if there is none, or if the URL of the operation has expired. Raises as ``wait``.

        Service fact: operations contract 3.2.
        """
        if accepted.status != ACCEPTED or not accepted.location or not self._ours(accepted.location):
            return accepted.body
        answer = self._polling(what, timeout).result(accepted.location)
        return answer.json() if answer is not None else None

    def settle(
        self,
        path: str,
        *,
        timeout: float,
        what: str,
        api_version: str = API_VERSION,
        absent: bool = False,
        until: Callable[[JsonObject], bool] = lambda _current: True,
    ) -> None:
        """Wait until the resource itself is settled or (``absent``) absent: resumes the wait of an earlier run.

        :param until: what else has to be true of the settled resource

        Raises as ``wait`` does.
        """
        url = self._url(path, api_version, {})
        with self._underway(_note(what)):
            self._polling(what, timeout).resource(url, _reader(path), absent=absent, until=until)

    def _polling(self, what: str, timeout: float) -> Polling:
        def get(url: str, within: float) -> Answer:
            return self._request("GET", url, what=f"follow {what}", within=within)

        return Polling(get, what, timeout, clock=self._clock, progress=self._progress)

    # -- one request ---------------------------------------------------------------------------------------------

    def _write(
        self,
        method: str,
        path: str,
        api_version: str,
        query: Query,
        *,
        json: JsonObject | None = None,
        accept_absent: bool = False,
        safe_to_repeat: bool | None = None,
    ) -> Accepted:
        answer = self._call(
            method, path, api_version, query, json=json, accept_absent=accept_absent, safe_to_repeat=safe_to_repeat
        )
        operation_url = answer.headers.get("azure-asyncoperation")
        location = answer.headers.get("location")
        for url in (operation_url, location):
            # The URL of a resource is no secret; one with a signature in its query is.
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
        json: JsonObject | None = None,
        accept_absent: bool = False,
        safe_to_repeat: bool | None = None,
        within: float | None = None,
    ) -> Answer:
        what = what or f"{_ACTIONS[method]} {describe(path)}"
        answer = self._request(method, url, what=what, json=json, safe_to_repeat=safe_to_repeat, within=within)
        return _checked(answer, path, what=what, accept_absent=accept_absent)

    def _request(self, method: str, url: str, **how: t.Any) -> Answer:
        """Send one request with the management token and return its answer, also an error."""
        return self._http.send(method, url, token=self._token, accept=ERRORS, **how)

    def _ours(self, url: str) -> bool:
        """Whether the URL is on ARM's host: the management token is sent nowhere else."""
        return origin(url) == origin(self._cloud.resource_manager)

    def _token(self, fresh: bool) -> str:
        return self._credentials.token(self._cloud.management_audience, to=self._cloud.resource_manager, fresh=fresh)

    def _url(self, path: str, api_version: str, query: Query) -> str:
        parameters = {
            "api-version": api_version,
            **{key: _text(value) for key, value in query.items() if value is not None},
        }
        address = f"{self._cloud.resource_manager}{quote(path, safe=_PATH_SAFE)}"
        return f"{address}?{urlencode(parameters, quote_via=quote, safe='$')}"


def _note(what: str) -> str:
    return (
        f"{what}: the operation goes on in Azure, and cannot be canceled. Run the task again to wait for its end, or "
        "another one to change what it led to."
    )


def describe(path: str) -> str:
    """The path for messages: ``computes/cpu in workspace ws (resource group rg)``."""
    match = _WORKSPACE_PATH.fullmatch(path)
    if match is None:
        return path
    place = f"workspace {match['workspace']} (resource group {match['group']})"
    rest = (match["rest"] or "").strip("/")
    return f"{rest} in {place}" if rest else place


def _checked(answer: Answer, path: str, *, what: str, accept_absent: bool) -> Answer:
    """The answer; raises if it is an error. An absent resource may be accepted, an absent workspace never is."""
    if answer.status not in ERRORS:
        return answer
    if _parent_missing(answer, path):
        raise answer.error(what, ParentNotFoundError)
    if accept_absent and answer.status == ABSENT:
        return answer
    raise answer.error(what)


def _parent_missing(answer: Answer, path: str) -> bool:
    """Whether the workspace, resource group or subscription is absent, rather than the resource itself.

    Service fact: assets contract 1.5.2, batch contract 14.4. An unknown error of ARM's gateway counts as yes: a wrong
    workspace must never be taken for an absent resource.
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
        # With 'ws/endpoint' as the parent the workspace exists, and all that an absent endpoint contains is absent.
        named = re.search(r"Parent resource '[^'/]+/[^']+'", text, re.IGNORECASE)
        return named is None
    return answer.headers.get("x-ms-failure-cause", "").lower() == "gateway"


def _resource(answer: Answer, path: str) -> JsonObject | None:
    return None if answer.status == ABSENT else answer.json_object(f"read {describe(path)}")


def _reader(path: str) -> Callable[[Answer], JsonObject | None]:
    """Reads the resource at a path from an answer; None if it is absent."""

    def read(answer: Answer) -> JsonObject | None:
        return _resource(_checked(answer, path, what=f"read {describe(path)}", accept_absent=True), path)

    return read


def _text(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_ACTIONS = {"GET": "read", "PUT": "create or update", "PATCH": "update", "DELETE": "delete", "POST": "call"}
_PATH_SAFE = "/:@!$&'()*+,;=-._~"
_WORKSPACE_PATH = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/(?P<group>[^/]+)/providers/[^/]+/workspaces/(?P<workspace>[^/]+)(?P<rest>/.*)?",
    re.IGNORECASE,
)
