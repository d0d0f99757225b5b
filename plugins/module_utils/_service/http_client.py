# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Transport: one HTTP client per invocation, with the house's retry policy, errors and redaction."""

from __future__ import annotations

import email.utils
import hashlib
import json as jsonlib
import logging
import random
import re
import ssl
import traceback
import typing as t
import uuid
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .._clock import Clock
from .._errors import (
    ConflictError,
    ConnectionFailed,
    InvalidOption,
    MissingLibrary,
    NotFoundError,
    ServiceError,
    ThrottledError,
    redact,
)
from .error_body import ErrorBody, explain, read_error_body

HTTPX_IMPORT_ERROR: str | None = None
if t.TYPE_CHECKING:
    import httpx
else:
    try:
        import httpx
    except ImportError:
        HTTPX_IMPORT_ERROR = traceback.format_exc()

USER_AGENT = "mlops.azureml/0.1.0"

TRIES = 6
RETRY_BUDGET = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
CONNECT_TIMEOUT = 10.0
ANSWER_TIMEOUT = 60.0

GOOD = range(200, 300)
UNAUTHORIZED = 401
THROTTLED = 429
# Answers that say nothing about whether the request was processed.
PASSING_TROUBLE = frozenset({408, 500, 502, 503, 504})
READING_VERBS = frozenset({"GET", "HEAD"})
# With full bodies and fixed names, as this collection sends them, a second PUT or DELETE does what the first one did.
REPEATABLE_VERBS = READING_VERBS | {"PUT", "DELETE"}

_ERRORS: Mapping[int, type[ServiceError]] = {404: NotFoundError, 409: ConflictError, 429: ThrottledError}


@dataclass(frozen=True)
class Answer:
    """What the service said, read to its end. ``url`` has no query; ``received``: when, by the clock of this host."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    received: float = field(repr=False)
    secrets: frozenset[str] = field(repr=False, default=frozenset())

    def json(self) -> t.Any:
        """The parsed body, None when it is empty. Raises ValueError when it is not JSON."""
        return jsonlib.loads(self.content) if self.content.strip() else None

    @property
    def ok(self) -> bool:
        return self.status in GOOD

    @property
    def is_json(self) -> bool:
        """Can ``json`` be called?"""
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
        """Seconds the service asks to wait; None when it does not say."""
        return _retry_after(self.headers, self.received)

    @property
    def fault(self) -> ErrorBody:
        """What an error answer says; a body that is no JSON is only described, never quoted."""
        fault = (
            read_error_body(self.json()) if self.is_json else ErrorBody(None, f"the answer is not JSON ({self.shape})")
        )
        return ErrorBody(fault.code, redact(fault.text, self.secrets))

    @property
    def shape(self) -> str:
        """Type and size of the body, in words."""
        return f"{self.headers.get('content-type', 'unknown type').split(';')[0]}, {len(self.content)} bytes"

    def error(self, what: str, kind: type[ServiceError] | None = None) -> ServiceError:
        """Make the exception for this answer; ``what`` says the failed action: ``delete computes/cpu``."""
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


class Attempts:
    """The retry policy: yields the number of each try, and sleeps before all but the first.

    Ends after ``tries`` tries, or when the next one would begin later than ``budget`` seconds after the first.
    Pauses double from try to try, with jitter, and are never shorter than what ``wait_at_least`` asked for.
    """

    def __init__(
        self,
        *,
        tries: int = TRIES,
        budget: float = RETRY_BUDGET,
        clock: Clock,
    ) -> None:
        self._tries = tries
        self._deadline = clock.now() + budget
        self._clock = clock
        self._asked = 0.0

    def wait_at_least(self, seconds: float | None) -> None:
        """The service asked for this pause before the next try."""
        self._asked = seconds or 0.0

    def __iter__(self) -> Iterator[int]:
        for number in range(1, self._tries + 1):
            if number > 1:
                pause = max(self._asked, jittered(min(FIRST_PAUSE * 2 ** (number - 2), LONGEST_PAUSE)))
                if self._clock.now() + pause > self._deadline:
                    return
                self._clock.sleep(pause)
            self._asked = 0.0
            yield number


def jittered(seconds: float) -> float:
    """Spread a pause over 75 to 125 % of its length, so that parallel tasks do not knock in step."""
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 - no secret hangs on it


class HttpClient:
    """One client per invocation: connections are kept and reused, and made only when the first request is sent.

    :param ca_file: PEM file of the authorities to trust instead of the default ones
    :param register_secret: told every secret that passes through, so that it can be masked in output
    :param transport: httpx transport to use instead of the network
    """

    def __init__(
        self,
        *,
        ca_file: str | None = None,
        register_secret: Callable[[str], None],
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._ca_file = ca_file
        self._tell_secret = register_secret
        self._clock = clock
        self._transport = transport
        self._secrets: set[str] = set()
        self._client: httpx.Client | None = None

    def register_secret(self, secret: str) -> None:
        """From now on this text is cut out of every error, and masked in output."""
        if secret not in self._secrets:
            self._secrets.add(secret)
            self._tell_secret(secret)

    def trust_mark(self) -> str:
        """A text that differs when other authorities are trusted."""
        file = Path(self._ca_file) if self._ca_file else None
        return hashlib.sha256(file.read_bytes()).hexdigest() if file and file.is_file() else ""

    def close(self) -> None:
        """Give the connections back; the next request opens new ones."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def send(
        self,
        method: str,
        url: str,
        *,
        json: t.Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        token: Callable[[bool], str] | None = None,
        safe_to_repeat: bool | None = None,
        timeout: float | None = None,
        accept: Container[int] = (),
        what: str | None = None,
        expect_json: bool = True,
    ) -> Answer:
        """Send one logical request, repeated as the retry policy allows, and return its answer.

        :param json: body to send as JSON; ``content`` is the raw alternative
        :param token: gives the bearer token; called with True to get a fresh one after a 401
        :param safe_to_repeat: may this be sent again although an earlier try may have been processed? By default
            GET, HEAD, PUT and DELETE may, POST and PATCH may not
        :param timeout: seconds to wait for (each part of) an answer, 60 by default
        :param accept: error statuses to return instead of raising
        :param what: the action in words for errors, as ``delete computes/cpu in workspace ws``
        :param expect_json: an answer of status 2xx that is not JSON counts as broken
        :raises ServiceError: the service refuses (or a child: NotFoundError, ConflictError, ThrottledError)
        :raises ConnectionFailed: no usable answer; its ``sent`` says whether the request may have been processed
        :raises CredentialError: from ``token``
        """
        what = what or f"{method} {_without_query(url)}"
        request = self._request(method, url, json=json, content=content, headers=headers, timeout=timeout)
        repeatable = method in REPEATABLE_VERBS if safe_to_repeat is None else safe_to_repeat
        rereadable = method in READING_VERBS or safe_to_repeat is True
        outcome: Answer | ConnectionFailed | None = None
        attempts = Attempts(clock=self._clock)
        for _attempt in attempts:
            outcome = self._authorized(request, token, what)
            if isinstance(outcome, Answer):
                attempts.wait_at_least(outcome.retry_after)
                if outcome.ok and expect_json and not outcome.is_json:
                    outcome = _broken(outcome, what)
            if not _worth_repeating(outcome, repeatable=repeatable, rereadable=rereadable):
                break
        if isinstance(outcome, Answer) and (outcome.ok or outcome.status in accept):
            return outcome
        raise outcome.error(what) if isinstance(outcome, Answer) else t.cast("ConnectionFailed", outcome)

    def _authorized(
        self, request: httpx.Request, token: Callable[[bool], str] | None, what: str
    ) -> Answer | ConnectionFailed:
        """One try; a 401 is tried once more with a fresh token, for the old one may have expired on the way."""
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
        """One request on the wire; a failure that may pass is returned, another one raised.

        Never raised while the library's exception is handled: its text, with the URL, would come out in tracebacks.
        """
        try:
            response = self._connected().send(request)
        except httpx.HTTPError as error:
            failure, passing = _no_answer(error, request, what)
        else:
            return Answer(
                method=request.method,
                url=_without_query(str(request.url)),
                status=response.status_code,
                headers=response.headers,
                content=response.content,
                received=self._clock.now(),
                secrets=frozenset(self._secrets),
            )
        if not passing:
            raise failure
        return failure

    def _request(
        self,
        method: str,
        url: str,
        *,
        json: t.Any,
        content: bytes | None,
        headers: Mapping[str, str] | None,
        timeout: float | None,
    ) -> httpx.Request:
        # Everything sent here is confidential: bearer tokens, keys, addresses with signatures.
        if not re.match(r"https://[^/?#]", url):
            raise InvalidOption(f"'{_without_query(url)}' is not called: its address must begin with https://.")
        try:
            return self._connected().build_request(
                method,
                url,
                json=json,
                content=content,
                headers={"Accept": "application/json", "x-ms-client-request-id": str(uuid.uuid4()), **(headers or {})},
                timeout=httpx.Timeout(timeout or ANSWER_TIMEOUT, connect=CONNECT_TIMEOUT),
            )
        except httpx.InvalidURL:
            pass
        raise InvalidOption(f"'{_without_query(url)}' is not an address that can be called.")

    def _connected(self) -> httpx.Client:
        if HTTPX_IMPORT_ERROR is not None:
            raise MissingLibrary("httpx", HTTPX_IMPORT_ERROR)
        if self._client is None:
            # These log every URL with its query, and a controller may write what is logged to a file.
            for name in ("httpx", "httpcore"):
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = httpx.Client(
                verify=_trust(self._ca_file),
                transport=self._transport,
                headers={"User-Agent": USER_AGENT},
                limits=httpx.Limits(keepalive_expiry=30.0),
            )
        return self._client


def _trust(ca_file: str | None) -> ssl.SSLContext | bool:
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except FileNotFoundError:
        reason = "there is no such file"
    except ssl.SSLError:
        reason = "it holds no certificate in PEM form"
    except OSError as error:
        reason = error.strerror or "it cannot be read"
    raise InvalidOption(f"ca_file '{ca_file}' cannot be used: {reason}.")


def _worth_repeating(outcome: Answer | ConnectionFailed, *, repeatable: bool, rereadable: bool) -> bool:
    """``repeatable``: a second time does no harm; ``rereadable``: it would also bring the answer again."""
    if isinstance(outcome, ConnectionFailed):
        return {False: True, None: repeatable, True: rereadable}[outcome.sent]
    return outcome.status == THROTTLED or (outcome.status in PASSING_TROUBLE and repeatable)


def _broken(answer: Answer, what: str) -> ConnectionFailed:
    return ConnectionFailed(
        f"Could not {what}: the answer (status {answer.status}, {answer.shape}) is not readable "
        "JSON. The request was processed; a proxy in between may have spoilt the answer. Run the task again.",
        sent=True,
        url=answer.url,
    )


def _no_answer(error: httpx.HTTPError, request: httpx.Request, what: str) -> tuple[ConnectionFailed, bool]:
    """The failure in our own words, for the library's may hold the URL with its query; and whether it may pass."""
    unsent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError))
    reason, passing = _reason(error, unsent=unsent)
    doubt = "" if unsent or request.method in READING_VERBS else " The request may have been processed."
    failure = ConnectionFailed(
        f"Could not {what}: {reason} (host {request.url.host}).{doubt}",
        sent=False if unsent else None,
        url=_without_query(str(request.url)),
    )
    return failure, passing


def _reason(error: httpx.HTTPError, *, unsent: bool) -> tuple[str, bool]:
    """The reason in words, and whether it may pass by itself."""
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
    if unsent:
        return f"no connection{detail}; check the address, the network and the proxy settings", True
    return f"the connection broke before the answer was complete{detail}", True


def _retry_after(headers: Mapping[str, str], received: float) -> float | None:
    milliseconds = headers.get("x-ms-retry-after-ms", "")
    if milliseconds.isdecimal():
        return int(milliseconds) / 1000
    text = headers.get("retry-after", "")
    return float(text) if text.isdecimal() else _seconds_until(text, headers.get("date"), received)


def _seconds_until(date: str, now: str | None, received: float) -> float | None:
    """Measured from the service's own clock where it tells it, for ours may be wrong."""
    try:
        moment = email.utils.parsedate_to_datetime(date).timestamp()
        start = email.utils.parsedate_to_datetime(now).timestamp() if now else received
    except (TypeError, ValueError):
        return None
    return max(moment - start, 0.0)


def _without_query(url: str) -> str:
    return url.split("?", 1)[0]
