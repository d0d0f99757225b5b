"""Carries faults out, as a layer around every surface: it lets a request through, loses it, or spoils its answer."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .arm.operations import OUTCOME
from .clock import Clock
from .connection import breaker
from .entra import expired
from .errors import data_plane_error, gateway_error, management_error, storage_error
from .faults import Faults, Rule
from .retry_after import retry_after
from .settings import PROVIDER
from .token_filter import address_of, token_refusal

CONTROLS = "/emulator/"
FAULT = "emulator.fault"
"""Key of a scope under which the journal finds which fault has hit the request."""

_GARBLED = b"<html><head><title>Gateway</title></head><body><h1>The service is being moved</h1></body></html>"
_FLUSH_SECONDS = 0.05

# Status -> code and text, where a rule names none.
_CODES = {
    401: ("ExpiredAuthenticationToken", "The access token has expired."),
    403: ("AuthorizationFailed", "The client does not have authorization to perform the action over the scope."),
    404: ("NotFound", "The specified resource was not found."),
    409: ("Conflict", "Another operation is in progress. Please try again once it has ended."),
    429: ("TooManyRequests", "The request is being throttled. Please try again after '{seconds}' seconds."),
    500: ("SystemError", "SystemError"),
    502: ("BadGateway", "The gateway did not receive a response from the service."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable. Please try again later."),
    504: ("GatewayTimeout", "The gateway did not receive a response from the service in time."),
}
_ARM_CODES = {
    429: (
        "SubscriptionRequestsThrottled",
        "Number of requests for the subscription exceeded. Please try again after '{seconds}' seconds.",
    ),
    502: (
        "BadGatewayConnection",
        f"The network connectivity issue encountered for '{PROVIDER}'; cannot fulfill the request.",
    ),
}
_STATUS_CODES = {500: ("ServiceError", "InternalServerError")}
"""Of the URLs of operations. Service fact: operations contract 2, 2.1."""
_STORAGE_CODES = {
    401: "InvalidAuthenticationInfo",
    403: "AuthorizationPermissionMismatch",
    404: "BlobNotFound",
    409: "BlobAlreadyExists",
    500: "InternalError",
    503: "ServerBusy",
}


def around(app: ASGIApp, surface: str, faults: Faults, clock: Clock) -> ASGIApp:
    """`app`, where the rules of `faults` say what goes wrong; the emulator's own controls are spared."""

    async def spoiled(scope: Scope, receive: Receive, send: Send) -> None:
        spared = not faults or scope["type"] != "http" or scope["path"].startswith(CONTROLS)
        rule = None if spared else faults.find(_describe(scope, surface))
        if rule is None:
            await app(scope, receive, send)
            return
        scope[FAULT] = rule.fault
        await _EFFECTS[rule.fault](_Request(app, surface, clock, scope, receive, send), rule)

    return spoiled


def _describe(scope: Scope, surface: str) -> dict[str, str]:
    headers = dict(scope["headers"])
    return {
        "surface": surface,
        "host": headers.get(b"host", b"").decode("latin-1"),
        "method": scope["method"],
        "path": unquote(scope["path"]),
        "query": unquote(scope["query_string"].decode("latin-1")),
    }


@dataclass
class _Answer:
    """What the application answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


@dataclass
class _Request:
    """A request that a fault has hit."""

    app: ASGIApp
    surface: str
    clock: Clock
    scope: Scope
    receive: Receive
    send: Send

    async def through(self) -> None:
        """Let it be handled and answered as ever."""
        await self.app(self.scope, self.receive, self.send)

    async def handled(self) -> _Answer:
        """Let it be handled; the answer is kept back."""
        answer = _Answer(500, [], b"")

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                answer.body += message.get("body", b"")

        await self.app(self.scope, self.receive, collect)
        return answer

    async def answer(self, answer: _Answer, body: bytes, *, partly: bool = False) -> None:
        """Send the answer's head and then `body`; `partly` leaves it open at the end."""
        await self.send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": partly})

    async def lose(self, *, with_reset: bool = False) -> None:
        """End the connection, and return when it has ended."""
        breaker(self.scope)(with_reset)
        while (await self.receive())["type"] != "http.disconnect":
            pass


async def _drop(request: _Request, rule: Rule) -> None:
    if rule.settings["when"] == "after":
        await request.handled()
    await request.lose()


async def _reset(request: _Request, rule: Rule) -> None:
    answer = await request.handled()
    asked = rule.settings["bytes"]
    end = len(answer.body) // 2 if asked is None else int(asked)
    await request.answer(answer, answer.body[:end], partly=True)
    # A reset throws away what the kernel has not sent yet.
    await asyncio.sleep(_FLUSH_SECONDS)
    await request.lose(with_reset=True)


async def _delay(request: _Request, rule: Rule) -> None:
    if rule.settings["when"] == "before":
        await asyncio.sleep(rule.settings["seconds"])
        await request.through()
        return
    answer = await request.handled()
    await asyncio.sleep(rule.settings["seconds"])
    await request.answer(answer, answer.body)


async def _answer(request: _Request, rule: Rule) -> None:
    if rule.settings["when"] == "after":
        await request.handled()
    response = _error(request, rule.settings)
    await response(request.scope, request.receive, request.send)


async def _expired_token(request: _Request, _rule: Rule) -> None:
    now = datetime.now(timezone.utc)
    response = _error(request, {"status": 401, "message": expired(now, now)})
    if request.surface == "scoring":
        response = token_refusal("expired", 401, address_of(Request(request.scope)))
    await response(request.scope, request.receive, request.send)


async def _truncate(request: _Request, _rule: Rule) -> None:
    answer = await request.handled()
    half = answer.body[: len(answer.body) // 2]
    answer.headers = _with_length(answer.headers, half)
    await request.answer(answer, half)


async def _garble(request: _Request, _rule: Rule) -> None:
    answer = await request.handled()
    kept = [(name, value) for name, value in answer.headers if name.lower() != b"content-type"]
    answer.headers = [*_with_length(kept, _GARBLED), (b"content-type", b"text/html")]
    await request.answer(answer, _GARBLED)


async def _operation(request: _Request, rule: Rule) -> None:
    OUTCOME.set(rule.settings["ends"])
    await request.through()


_EFFECTS = {
    "drop": _drop,
    "reset": _reset,
    "delay": _delay,
    "answer": _answer,
    "expired_token": _expired_token,
    "truncate": _truncate,
    "garble": _garble,
    "operation": _operation,
}


def _with_length(headers: list[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    return [*kept, (b"content-length", str(len(body)).encode())]


def _error(request: _Request, settings: dict[str, Any]) -> Response:
    """An error with this status, in the words of the surface that it comes from."""
    surface, status = request.surface, int(settings["status"])
    seconds = settings.get("retry_after")
    code, text = _words(request, status)
    code = settings.get("code") or (_STORAGE_CODES.get(status, code) if surface == "blob" else code)
    message = settings.get("message") or text.format(seconds=f"{seconds or 1:g}")
    headers = {"x-ms-request-id": str(uuid.uuid4()), "x-ms-correlation-request-id": str(uuid.uuid4())}
    if seconds is not None:
        headers["Retry-After"] = retry_after(seconds, settings["form"], request.clock)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    if surface == "blob":
        return storage_error(status, code, message, headers)
    if surface == "login":
        text = f"AADSTS90033: {message}"
        return JSONResponse({"error": "temporarily_unavailable", "error_description": text}, status, headers)
    if surface != "management":
        return data_plane_error(status, code, message, headers=headers)
    if status in (409, 500):
        error = management_error(status, code, message)
        error.headers.update(headers)
        if _is_status(request):
            error.headers["x-ms-failure-cause"] = "service"
        return error
    cause = {"x-ms-failure-cause": "service"} if status == 502 else {}
    return gateway_error(status, code, message, {**headers, **cause})


def _words(request: _Request, status: int) -> tuple[str, str]:
    """Code and text of a status, as the surface words them."""
    known = _CODES
    if request.surface == "management":
        known = {**_CODES, **_ARM_CODES, **(_STATUS_CODES if _is_status(request) else {})}
    return known.get(status, ("UserError", "The request failed."))


def _is_status(request: _Request) -> bool:
    return "operationsstatus/" in request.scope["path"].lower()
