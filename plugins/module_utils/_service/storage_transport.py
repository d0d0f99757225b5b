# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The network below the storage library: proxies as everywhere, and a limit for the whole of each request.

The library limits each read by itself, so a server that sends one byte a second is never too slow. Needs
azure-storage-blob, so it is imported with the first request to storage.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
import typing as t

from .._clock import Clock
from .proxies import find_proxy
from .retry import BUDGET

if t.TYPE_CHECKING:
    from azure.core.exceptions import ServiceRequestTimeoutError
    from azure.core.pipeline.transport import RequestsTransport
    from azure.storage.blob import ExponentialRetry
    from requests import Session
    from requests.adapters import HTTPAdapter
else:
    RequestsTransport = HTTPAdapter = ExponentialRetry = object
    with contextlib.suppress(ImportError):  # the caller says so
        from azure.core.exceptions import ServiceRequestTimeoutError
        from azure.core.pipeline.transport import RequestsTransport
        from azure.storage.blob import ExponentialRetry
        from requests import Session
        from requests.adapters import HTTPAdapter

CONNECT_TIMEOUT = 10.0
ANSWER_TIMEOUT = 60.0
SLOWEST = 64 << 10
"""Bytes in a second. A body gets the time that it takes at this speed, besides the time for the answer."""


class Limit(threading.local):
    """The time that the request of this thread has, and how long requests have failed to keep it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._end: float | None = None
        self._late = False
        self._failing_since = 0.0

    def begin(self, seconds: float) -> bool:
        """Begin a request; False if those before it were late for so long that it is not worth a try."""
        now = self._clock.now()
        if not self._late:
            self._failing_since = now
        elif now - self._failing_since >= BUDGET:
            self._late = False  # for the next operation
            return False
        self._late = False
        self._end = now + seconds
        return True

    def left(self) -> float:
        """Seconds for the next step. Raises TimeoutError when there are none."""
        if self._end is None:
            return ANSWER_TIMEOUT
        left = self._end - self._clock.now()
        if left <= 0:
            self._late = True
            raise TimeoutError("the limit of the whole request")
        return min(left, ANSWER_TIMEOUT)


class TimedSocket(ssl.SSLSocket):
    """A TLS connection on which nothing waits beyond the limit of its request."""

    limit: t.ClassVar[Limit]

    def read(self, *arguments: t.Any) -> t.Any:
        return self._within_limit(super().read, *arguments)

    def send(self, *arguments: t.Any) -> int:
        sent: int = self._within_limit(super().send, *arguments)
        return sent

    def do_handshake(self, *arguments: t.Any) -> None:
        self._within_limit(super().do_handshake, *arguments)

    def _within_limit(self, step: t.Callable[..., t.Any], *arguments: t.Any) -> t.Any:
        self.settimeout(self.limit.left())
        try:
            return step(*arguments)
        except TimeoutError:
            self.limit.left()  # notes a request that is late
            raise


class _Adapter(HTTPAdapter):
    """Connections that trust what the context trusts, and nothing from the environment."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *arguments: t.Any, **options: t.Any) -> None:
        super().init_poolmanager(*arguments, **{**options, "ssl_context": self._context})

    def proxy_manager_for(self, proxy: str, **options: t.Any) -> t.Any:
        return super().proxy_manager_for(proxy, **{**options, "ssl_context": self._context})

    def build_connection_pool_key_attributes(self, *arguments: t.Any, **options: t.Any) -> t.Any:
        host, _files = super().build_connection_pool_key_attributes(*arguments, **options)
        return host, {"ssl_context": self._context}

    def cert_verify(self, *arguments: t.Any) -> None:
        """Add no authority to the context."""


class StorageTransport(RequestsTransport):  # type: ignore[misc]  # azure-core exports it without its type
    """Sends the requests of one container.

    :param context: the TLS context for this transport alone
    """

    def __init__(self, context: ssl.SSLContext, clock: Clock) -> None:
        self._limit = Limit(clock)
        context.sslsocket_class = type("TimedSocket", (TimedSocket,), {"limit": self._limit})
        session = Session()
        session.trust_env = False
        session.mount("https://", _Adapter(context))
        super().__init__(session=session)

    def send(self, request: t.Any, **options: t.Any) -> t.Any:
        proxy = find_proxy(request.url)
        if proxy:
            proxy.check("socks")
        size = str(request.headers.get("Content-Length") or "")
        if not self._limit.begin(ANSWER_TIMEOUT + (int(size) if size.isdigit() else 0) / SLOWEST):
            raise ServiceRequestTimeoutError("several requests took too long")
        options["proxies"] = {"https": proxy.address} if proxy else {}
        options.pop("connection_verify", None)
        return super().send(request, **options)


class StorageRetry(ExponentialRetry):
    """The retries of one request: they end within the budget of all requests, however slow the server is."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(initial_backoff=1, increment_base=2, retry_total=5)
        self._clock = clock

    def configure_retries(self, request: t.Any) -> dict[str, t.Any]:
        settings: dict[str, t.Any] = super().configure_retries(request)
        return {**settings, "began": self._clock.now()}

    def increment(self, settings: dict[str, t.Any], *arguments: t.Any, **options: t.Any) -> bool:
        allowed = super().increment(settings, *arguments, **options)
        return bool(allowed) and self._clock.now() - settings["began"] < BUDGET
