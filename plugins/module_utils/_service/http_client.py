# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Transport: one HTTP client per task, with retries, typed errors and redaction."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import ssl
import sys
import traceback
import typing as t
import uuid
from collections.abc import Callable, Container, Mapping
from pathlib import Path

from .._cache import Cache, NoCache
from .._clock import Clock
from .._errors import ConnectionFailed, Delivery, InvalidOption, MissingLibrary
from .._names.redaction import redact
from .._names.url import is_https, without_query
from .answer import UNAUTHORIZED, Answer
from .proxies import Proxy, find_proxy
from .retry import ATTEMPTS, BUDGET, THROTTLED, UNCERTAIN, Retry
from .throttling import Throttling
from .trust import Trust

HTTPX_IMPORT_ERROR: str | None = None
if t.TYPE_CHECKING:
    import httpx
else:
    # httpx loads its command line, and that loads rich where it is installed: a third of the time, for nothing here.
    left_out = {} if "httpx" in sys.modules else {"httpx._main": None}
    sys.modules.update(left_out)
    try:
        import httpx
    except ImportError:
        HTTPX_IMPORT_ERROR = traceback.format_exc()
    for name in left_out:
        del sys.modules[name]

USER_AGENT = "mlops.azureml/0.1.0"

CONNECT_TIMEOUT = 10.0
ANSWER_TIMEOUT = 60.0
# The last attempt within a wait gets at least this long, or a wait that is nearly over would never see its end.
SHORTEST_TIMEOUT = 1.0
LARGEST_ANSWER = 64 << 20

READ_METHODS = frozenset({"GET", "HEAD"})
# With full bodies and fixed names, as this collection sends them, a second PUT or DELETE has the effect of the first.
IDEMPOTENT_METHODS = READ_METHODS | {"PUT", "DELETE"}


class HttpClient:
    """One client per task. It opens connections with the first request, and reuses them.

    :param ca_file: PEM file of the certificate authorities to trust in place of the default ones
    :param register_secret: called with each secret that is sent or received, so that output can mask it
    :param trust: keeps the TLS contexts of the process
    :param cache: shares the pauses that a service asks for with other tasks
    :param transport: httpx transport to use instead of the network
    """

    def __init__(
        self,
        *,
        ca_file: str | None = None,
        register_secret: Callable[[str], None],
        clock: Clock,
        trust: Trust | None = None,
        cache: Cache | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._ca_file = ca_file
        self._mask = register_secret
        self._clock = clock
        self._trust = trust or Trust()
        self._throttling = Throttling(cache or NoCache(), clock)
        self._transport = transport
        self._secrets: set[str] = set()
        self._client: httpx.Client | None = None

    def register_secret(self, secret: str) -> None:
        """Cut this text out of every error from now on, and mask it in output."""
        if secret not in self._secrets:
            self._secrets.add(secret)
            self._mask(secret)

    def hide_secrets(self, text: str) -> str:
        """The text without the secrets of this task, and without anything that looks like one."""
        return redact(text, self._secrets)

    def trust_fingerprint(self) -> str:
        """A text that is another one for other trusted authorities."""
        file = Path(self._ca_file) if self._ca_file else None
        return hashlib.sha256(file.read_bytes()).hexdigest() if file and file.is_file() else ""

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def send(
        self,
        method: str,
        url: str,
        *,
        json: t.Any = None,
        headers: Mapping[str, str] | None = None,
        token: Callable[[bool], str] | None = None,
        safe_to_repeat: bool | None = None,
        timeout: float = ANSWER_TIMEOUT,
        within: float | None = None,
        accept: Container[int] = (),
        repeat: bool = True,
        what: str | None = None,
    ) -> Answer:
        """Send one request, repeat it as the retry policy allows, and return the answer.

        :param json: body to send as JSON
        :param token: returns the bearer token; called with True for a fresh one after a 401
        :param safe_to_repeat: whether the request may be sent again although an earlier attempt may have been
            processed. By default GET, HEAD, PUT and DELETE may, POST and PATCH may not
        :param timeout: seconds for one attempt, from the connection to the end of the answer
        :param within: seconds for all attempts of a request inside a wait, in place of the retry policy's
        :param accept: error statuses to return instead of raising
        :param repeat: False to send the request once, whatever becomes of it
        :param what: the action, for messages: ``delete computes/cpu in workspace ws``
        :raises ServiceError: the service refuses (also NotFoundError, ConflictError, ThrottledError)
        :raises ConnectionFailed: no usable answer; its ``delivery`` says whether the request may have been processed
        :raises CredentialError: from ``token``
        """
        what = what or f"{method} {without_query(url)}"
        request = self._request(method, url, json=json, headers=headers)
        repeatable = method in IDEMPOTENT_METHODS if safe_to_repeat is None else safe_to_repeat
        rereadable = method in READ_METHODS or safe_to_repeat is True
        outcome: Answer | ConnectionFailed | None = None
        budget = BUDGET if within is None else min(within, BUDGET)
        retry = Retry(self._clock, budget=budget, attempts=ATTEMPTS if repeat else 1)
        for _attempt in retry:
            self._throttling.wait(method, url, retry.left)
            limit = timeout if within is None else min(timeout, max(retry.left, SHORTEST_TIMEOUT))
            request.extensions["timeout"] = httpx.Timeout(limit, connect=min(limit, CONNECT_TIMEOUT)).as_dict()
            outcome = self._authorized(request, token, what)
            if isinstance(outcome, Answer):
                retry.wait_at_least(outcome.retry_after)
                if outcome.status == THROTTLED:
                    self._throttling.note(method, url, outcome.retry_after or 0.0)
                if outcome.ok and not outcome.is_json:
                    outcome = _broken(outcome, what)
            if not _worth_repeating(outcome, repeatable=repeatable, rereadable=rereadable):
                break
        if isinstance(outcome, Answer) and (outcome.ok or outcome.status in accept):
            return outcome
        raise outcome.error(what) if isinstance(outcome, Answer) else t.cast("ConnectionFailed", outcome)

    def _authorized(
        self, request: httpx.Request, token: Callable[[bool], str] | None, what: str
    ) -> Answer | ConnectionFailed:
        """One attempt. After a 401 it is repeated once with a fresh token: the old one may have expired meanwhile."""
        if token is None:
            return self._once(request, what)
        for fresh in (False, True):
            secret = token(fresh)
            self.register_secret(secret)
            request.headers["Authorization"] = f"Bearer {secret}"
            outcome = self._once(request, what)
            if isinstance(outcome, ConnectionFailed) or outcome.status != UNAUTHORIZED:
                break
        return outcome

    def _once(self, request: httpx.Request, what: str) -> Answer | ConnectionFailed:
        """Send one request. A transient failure is returned, any other is raised.

        Not raised while the library's exception is handled: tracebacks would show its text, which holds the URL.
        """
        try:
            response = self._connected().send(request, stream=True)
            with contextlib.closing(response):
                content = _read(response, what)
        except httpx.HTTPError as error:
            failure, transient = _no_answer(error, request, what)
        else:
            return Answer(
                method=request.method,
                url=without_query(str(request.url)),
                status=response.status_code,
                headers=response.headers,
                content=content,
                received=self._clock.now(),
                secrets=frozenset(self._secrets),
            )
        if not transient:
            raise failure
        return failure

    def _request(self, method: str, url: str, *, json: t.Any, headers: Mapping[str, str] | None) -> httpx.Request:
        # All requests carry secrets: bearer tokens, keys, signed URLs.
        if not is_https(url):
            raise InvalidOption(f"'{without_query(url)}' is not the address of a host that begins with https://.")
        client = self._connected()
        try:
            return client.build_request(
                method,
                url,
                json=json,
                headers={"Accept": "application/json", "x-ms-client-request-id": str(uuid.uuid4()), **(headers or {})},
            )
        except httpx.InvalidURL:
            pass
        raise InvalidOption(f"'{without_query(url)}' is not an address that can be called.")

    def _connected(self) -> httpx.Client:
        if HTTPX_IMPORT_ERROR is not None:
            raise MissingLibrary("httpx", HTTPX_IMPORT_ERROR)
        if self._client is None:
            # These log each URL with its query, and a controller may write its log to a file.
            for name in ("httpx", "httpcore"):
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = httpx.Client(
                transport=self._transport or self._network(), trust_env=False, headers={"User-Agent": USER_AGENT}
            )
        return self._client

    def _network(self) -> httpx.BaseTransport:
        from .transport import Transport  # needs httpx

        return Transport(self._trust.context(self._ca_file), self._clock)


def _read(response: httpx.Response, what: str) -> bytes:
    """The decompressed body. Raises ConnectionFailed for one that is absurdly large, before it fills the memory."""
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise ConnectionFailed(
                f"Could not {what}: the answer of host {response.url.host} is larger than {LARGEST_ANSWER >> 20} MiB. "
                "Check the address and the proxies in between.",
                delivery=Delivery.ANSWERED,
                url=without_query(str(response.url)),
            )
    return b"".join(parts)


def _worth_repeating(outcome: Answer | ConnectionFailed, *, repeatable: bool, rereadable: bool) -> bool:
    """``repeatable``: a second request does no harm; ``rereadable``: it also returns the answer again."""
    if isinstance(outcome, ConnectionFailed):
        return {
            Delivery.NOT_SENT: True,
            Delivery.UNKNOWN: repeatable,
            Delivery.ANSWERED: rereadable,
        }[outcome.delivery]
    return outcome.status == THROTTLED or (outcome.status in UNCERTAIN and repeatable)


def _broken(answer: Answer, what: str) -> ConnectionFailed:
    return ConnectionFailed(
        f"Could not {what}: the answer (status {answer.status}, {answer.shape}) is not readable "
        "JSON. The request was processed; a proxy in between may have damaged the answer. Run the task again.",
        delivery=Delivery.ANSWERED,
        url=answer.url,
    )


def _no_answer(error: httpx.HTTPError, request: httpx.Request, what: str) -> tuple[ConnectionFailed, bool]:
    """The failure in our words, for the library's may quote the URL with its query; and whether it is transient."""
    unsent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError))
    reason, transient = _reason(error, find_proxy(str(request.url)), unsent=unsent)
    doubt = "" if unsent or request.method in READ_METHODS else " The request may have been processed."
    failure = ConnectionFailed(
        f"Could not {what}: {reason} (host {request.url.host}).{doubt}",
        delivery=Delivery.NOT_SENT if unsent else Delivery.UNKNOWN,
        url=without_query(str(request.url)),
    )
    return failure, transient


def _reason(error: httpx.HTTPError, proxy: Proxy | None, *, unsent: bool) -> tuple[str, bool]:
    """The reason, for the message, and whether it is transient."""
    if isinstance(error, httpx.ProxyError) and proxy:
        # Its text is the proxy's own status line, as in "407 Proxy Authentication Required".
        return f"{proxy.title} refuses the connection, {error}", str(error)[:1] == "5"
    if isinstance(error, httpx.LocalProtocolError):
        return "the request cannot be sent, one of its headers is malformed", False
    detail = ""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLCertVerificationError):
            return (
                f"the host's certificate is not trusted, {chain.verify_message}; give its authority as ca_file",
                False,
            )
        if isinstance(chain, OSError) and chain.strerror:
            detail = f", {chain.strerror}"
        chain = chain.__cause__ or chain.__context__
    if isinstance(error, httpx.TimeoutException):
        detail = ", it took too long"
    if unsent and proxy:
        return f"no connection through {proxy.title}{detail}; check the proxy, the address and the network", True
    if unsent:
        return f"no connection{detail}; check the address, the network and the proxy settings", True
    return f"the connection broke before the answer was complete{detail}", True
