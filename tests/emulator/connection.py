"""The HTTP connection below a request, where a fault can end it: what ASGI itself has no word for."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .header_names import SpellingTransport

EXTENSION = "emulator.break_connection"
"""Key below `extensions` of a scope: a function that ends the connection at once; its argument says how."""

_NO_LINGER = struct.pack("ii", 1, 0)


class Connection(HttpToolsProtocol):
    """uvicorn's connection, which lets the application end it and spells header names as the service does."""

    def __init__(self, *arguments: Any, spells: Callable[[], bool] = lambda: True, **options: Any) -> None:
        """`spells` says whether header names are spelled as in production."""
        super().__init__(*arguments, **options)
        self._spells = spells

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.cycle.transport = SpellingTransport(self.cycle.transport, self._spells)  # type: ignore[assignment]  # it is asked to write only

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions: dict[str, Any] = {EXTENSION: self._end}
        self.scope["extensions"] = extensions

    def _end(self, with_reset: bool) -> None:
        """Close without another byte; with a TCP reset if asked, else with an ordinary end."""
        if with_reset:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()


def breaker(scope: MutableMapping[str, Any]) -> Callable[[bool], None]:
    """What ends the connection of a request. Without a real connection below it, ConnectionResetError is raised."""

    def without_connection(_with_reset: bool) -> None:
        raise ConnectionResetError("the connection was broken by a fault")

    found: Callable[[bool], None] = (scope.get("extensions") or {}).get(EXTENSION, without_connection)
    return found
