# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The network below the HTTP client: which proxy a request takes, and a limit for the whole of it.

httpx limits each read by itself, so a server that sends one byte a second is never too slow; and it fails on IPv6
addresses and networks in NO_PROXY. Needs httpx, so the client imports this file with its first request.
"""

from __future__ import annotations

import contextlib
import ssl
import typing as t

from .._clock import Clock
from .proxies import find_proxy

if t.TYPE_CHECKING:
    import httpcore
    import httpx
    from httpcore import NetworkBackend, NetworkStream
    from httpx import BaseTransport
else:
    BaseTransport = NetworkBackend = NetworkStream = object
    with contextlib.suppress(ImportError):  # the client says so
        import httpcore
        import httpx
        from httpcore import NetworkBackend, NetworkStream
        from httpx import BaseTransport


class Transport(BaseTransport):
    """Sends requests, one at a time, through the proxies that the environment names.

    The read timeout of a request is the limit for all of it, from the connection to the end of the answer. Raises
    InvalidOption for a proxy that cannot be used.
    """

    def __init__(self, trust: ssl.SSLContext, clock: Clock) -> None:
        self._trust = trust
        self._deadline = _Deadline(clock)
        self._transports: dict[str | None, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._deadline.begin(request.extensions["timeout"]["read"])
        proxy = find_proxy(str(request.url))
        address = proxy.address if proxy else None
        if address not in self._transports:
            if proxy:
                proxy.check()
            self._transports[address] = self._open(address)
        return self._transports[address].handle_request(request)

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    def _open(self, proxy: str | None) -> httpx.HTTPTransport:
        transport = httpx.HTTPTransport(
            verify=self._trust, trust_env=False, limits=httpx.Limits(keepalive_expiry=30.0), proxy=proxy
        )
        pool = t.cast("t.Any", transport)._pool  # httpx offers no way to give httpcore another network
        pool._network_backend = _TimedBackend(pool._network_backend, self._deadline)
        return transport


class _Deadline:
    """The end of the time that the present request has."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._end = 0.0

    def begin(self, seconds: float) -> None:
        self._end = self._clock.now() + seconds

    def cap(self, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
        """At most the time that is left. Raises ``late`` when there is none."""
        left = self._end - self._clock.now()
        if left <= 0:
            raise late("the limit of the whole request")
        return left if timeout is None else min(timeout, left)


class _TimedBackend(NetworkBackend):
    """Connections on which nothing waits beyond the deadline."""

    def __init__(self, backend: httpcore.NetworkBackend, deadline: _Deadline) -> None:
        self._backend = backend
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: t.Any = None,
    ) -> httpcore.NetworkStream:
        timeout = self._deadline.cap(timeout, httpcore.ConnectTimeout)
        return _TimedStream(
            self._backend.connect_tcp(host, port, timeout, local_address, socket_options), self._deadline
        )

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _TimedStream(NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.cap(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cap(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        timeout = self._deadline.cap(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._deadline)

    def get_extra_info(self, info: str) -> t.Any:
        return self._stream.get_extra_info(info)
