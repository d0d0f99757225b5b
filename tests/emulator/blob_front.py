"""The blob surface: passes requests on to Azurite as they are, and lets Entra tokens in.

Azurite signs and checks over what the client sent, so path, query and headers (Host too) stay byte for byte. Host
style (`<account>.blob.localhost`) and path style (`localhost/<account>`) therefore both work, as Azurite distinguishes
them by the Host header.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone

import httpcore
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .azurite import Azurite
from .entra import STORAGE, AuthError
from .errors import storage_error
from .state import State
from .storage import Storage
from .workspaces import Workspaces, note, path_of

_BETWEEN_HOPS = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"expect", b"date"})
_ALL_PERMISSIONS = "rwdlacup"


def front(workspaces: Workspaces, azurite: Azurite) -> ASGIApp:
    """ASGI application for the blob surface; the account that a request names says whose blobs it is about."""
    # Azurite drops idle connections after five seconds; the pool lets go of them before that.
    pool = httpcore.AsyncConnectionPool(max_connections=64, keepalive_expiry=3.0)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        request = Request(scope, receive)
        account = account_of(request.headers.get("host", ""), path_of(scope))
        state = workspaces.of_account(account)
        if state is not None:
            note(scope, state)
        storage = state.storage if state else workspaces.registries.storage
        answer = _refusal(workspaces.first, request) or await _forward(storage, azurite.port, pool, request)
        await answer(scope, receive, send)

    return application


def account_of(host: str, path: str) -> str:
    """The account that a request names, in the host style or in the path style."""
    return host.partition(".blob.")[0] if ".blob." in host else path.strip("/").partition("/")[0]


async def _forward(storage: Storage, port: int, pool: httpcore.AsyncConnectionPool, request: Request) -> Response:
    target = request.scope["raw_path"]
    query = request.scope["query_string"]
    headers = [(name, value) for name, value in request.headers.raw if name not in _BETWEEN_HOPS]
    if _has_entra_token(request):
        # Azurite's own way with tokens demands TLS on its port and checks no signature. The token has been verified
        # here; Azurite is shown an account SAS instead.
        query = b"&".join(part for part in (query, storage.account_sas(_ALL_PERMISSIONS).encode()) if part)
    answer = await pool.handle_async_request(
        httpcore.Request(
            request.method.encode(),
            httpcore.URL(
                scheme=b"http",
                host=b"127.0.0.1",
                port=port,
                target=target + (b"?" + query if query else b""),
            ),
            headers=headers,
            content=_body(request) if _announces_a_body(request) else b"",
        )
    )
    passed = StreamingResponse(_content(answer), status_code=answer.status)
    passed.raw_headers = [(name.lower(), value) for name, value in answer.headers if name.lower() not in _BETWEEN_HOPS]
    return passed


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


async def _content(answer: httpcore.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_stream():
            yield chunk
    finally:
        await answer.aclose()


def _announces_a_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _has_entra_token(request: Request) -> bool:
    return request.headers.get("authorization", "").lower().startswith("bearer ")


def _refusal(state: State, request: Request) -> Response | None:
    """The storage service's answer to a token or a SAS that is no longer, or was never, good for it."""
    if _has_entra_token(request):
        try:
            state.entra.verify(request, STORAGE)
        except AuthError as error:
            challenge = f"Bearer authorization_uri={state.settings.url('login')}/{state.settings.tenant_id}"
            headers = {"WWW-Authenticate": f"{challenge} resource_id={STORAGE}"}
            return storage_error(401, "InvalidAuthenticationInfo", error.message, headers)
    # Azurite goes by the wall clock: whether virtual time has run past a SAS is seen here.
    expiry = _expiry(request.query_params)
    if expiry is not None and expiry <= state.clock.now():
        return storage_error(403, "AuthenticationFailed", "Signature not valid in the specified time frame.")
    return None


def _expiry(query: QueryParams) -> datetime | None:
    if "sig" not in query:
        return None
    try:
        moment = datetime.fromisoformat(query.get("se", "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
