"""The letter case of header names in answers; uvicorn would send them all in lower case.

Service fact: batch contract 1 (production spells `Azure-AsyncOperation`, the test cluster in lower case).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

_SPELLED = (
    "Azure-AsyncOperation",
    "Cache-Control",
    "Content-Length",
    "Content-Type",
    "Expires",
    "Location",
    "Pragma",
    "Retry-After",
    "Server",
    "Vary",
    "WWW-Authenticate",
    "X-Request-ID",
)
_IN_PRODUCTION = {name.lower().encode(): name.encode() for name in _SPELLED}


class SpellingTransport:
    """The transport of one answer: spells the names in its head, and is otherwise the transport below."""

    def __init__(self, below: asyncio.Transport, is_asked: Callable[[], bool]) -> None:
        """`is_asked` says whether names are spelled as in production."""
        self._below = below
        self._is_asked = is_asked
        self._head_is_written = False

    def write(self, data: bytes) -> None:
        if not self._head_is_written and self._is_asked():
            data = _spelled(data)
        self._head_is_written = True
        self._below.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._below, name)


def _spelled(data: bytes) -> bytes:
    head, end, body = data.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    named = (line.partition(b":") for line in lines)
    spelled = [_IN_PRODUCTION.get(name, name) + colon + value for name, colon, value in named]
    return b"\r\n".join([status, *spelled]) + end + body
