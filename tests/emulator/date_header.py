"""The header `Date`, which every answer has."""

from __future__ import annotations

from email.utils import format_datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .clock import Clock


def dated(app: ASGIApp, clock: Clock) -> ASGIApp:
    """`app`, whose answers have the time in their headers, unless they have one already."""

    async def with_date(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if not any(name.lower() == b"date" for name, _value in headers):
                    headers.append((b"date", format_datetime(clock.date(), usegmt=True).encode()))
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_dated)

    return with_date
