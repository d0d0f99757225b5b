"""A record of every request, kept by a middleware around all surfaces."""

from __future__ import annotations

import json
from collections import deque
from typing import Any
from urllib.parse import unquote, unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .clock import Clock, timestamp
from .fault_layer import FAULT

LIMIT = 200_000
HIDDEN = "/emulator/"


class Journal:
    """What was asked so far, in the order in which the answers began."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: deque[str] = deque(maxlen=LIMIT)

    def clear(self) -> None:
        """Forget everything."""
        self._lines.clear()

    def text(self) -> str:
        """JSON lines."""
        return "".join(f"{line}\n" for line in self._lines)

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app`, with every request noted, except those to the emulator's own controls."""

        async def noted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith(HIDDEN):
                await app(scope, receive, send)
                return
            entry = _Entry(scope, timestamp(self._clock.now()))
            try:
                await app(scope, entry.receiving(receive), entry.sending(send))
            finally:
                self._lines.append(entry.line(scope.get(FAULT)))

        return noted


class _Entry:
    """One request while it is under way."""

    def __init__(self, scope: Scope, time: str) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        self._fields: dict[str, Any] = {
            "time": time,
            "method": scope["method"],
            "host": headers.get("host", ""),
            "path": unquote(scope.get("raw_path", b"").decode("latin-1").partition("?")[0]) or scope["path"],
            "query_keys": [unquote_plus(part.partition("=")[0]) for part in query.split("&") if part],
            "status": None,
            "bytes_in": 0,
            "bytes_out": 0,
            "client_request_id": headers.get("x-ms-client-request-id"),
        }

    def receiving(self, receive: Receive) -> Receive:
        async def counted() -> Message:
            message = await receive()
            self._fields["bytes_in"] += len(message.get("body", b""))
            return message

        return counted

    def sending(self, send: Send) -> Send:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._fields["status"] = message["status"]
            self._fields["bytes_out"] += len(message.get("body", b""))
            await send(message)

        return counted

    def line(self, fault: str | None) -> str:
        return json.dumps({**self._fields, "fault": fault})
