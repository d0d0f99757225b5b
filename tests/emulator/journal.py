"""A record of every request, kept by a middleware around all surfaces."""

from __future__ import annotations

import json
from collections import deque
from typing import Any
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .clock import Clock, timestamp
from .fault_layer import FAULT
from .workspaces import WORKSPACE, path_of

LIMIT = 200_000
HIDDEN = "/emulator/"


class Journal:
    """What was asked so far, in the order in which the answers began."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: deque[tuple[str | None, str]] = deque(maxlen=LIMIT)
        """ARM id of the workspace, None for what concerns no single one; the line."""

    def clear(self, workspace: str | None = None) -> None:
        """Forget everything, or what was about one workspace."""
        kept = [] if workspace is None else [line for line in self._lines if line[0] != workspace]
        self._lines.clear()
        self._lines.extend(kept)

    def text(self, workspace: str | None = None) -> str:
        """JSON lines, all of them or those about one workspace."""
        return "".join(f"{line}\n" for about, line in self._lines if workspace in (None, about))

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
                about = scope.get(WORKSPACE)
                self._lines.append((about, entry.line(about, scope.get(FAULT))))

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
            "path": path_of(scope),
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

    def line(self, workspace: str | None, fault: str | None) -> str:
        return json.dumps({**self._fields, "workspace": workspace, "fault": fault})
