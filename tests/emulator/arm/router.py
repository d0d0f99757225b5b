"""The front of ARM: token, api-version, workspace; then the handler for the path; then the headers of every answer."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from ..entra import AuthError, Caller
from ..errors import Refused, gateway_error, management_error
from ..settings import PROVIDER
from ..state import State
from . import assets, batch_deployments, batch_endpoints, computes, datastores, jobs, uploads, workspaces
from .budget import Budgets
from .call import NULL, Answer, Call
from .operations import COMPUTE, MFE, MFE_RESULT, WORKSPACE
from .versions import offers, registered

Handler = Callable[[Call], Awaitable[Answer]]

ROUTES: dict[str, Handler] = {}
for room in (workspaces, computes, datastores, assets, uploads, batch_endpoints, batch_deployments, jobs):
    ROUTES.update(room.ROUTES)

_HANDLERS = {route.partition(" ")[0] + " " + route.partition(" ")[2].lower(): ROUTES[route] for route in ROUTES}
"""Handlers by method and path in lower case: `listKeys` of computes is spelled otherwise than that of endpoints."""
_SPELLING = {
    segment.lower(): segment for route in ROUTES for segment in route.split(" ", 1)[1].split("/") if segment != "*"
}
_BUCKET_OF = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}
_BUCKETS = {"reads": (249, 3749), "writes": (199, 2999), "deletes": (199, 2999)}
_FIRST_BUCKETS = {"reads": (11999, 0), "writes": (1199, 0), "deletes": (14999, 0)}
"""What a subscription has left in a bucket, and over all regions (0: not told). Service fact: asset contract 1.4."""
_AUTH_CODES = {
    "missing": "AuthenticationFailed",
    "malformed": "InvalidAuthenticationToken",
    "expired": "ExpiredAuthenticationToken",
    "audience": "InvalidAuthenticationTokenAudience",
}


_WRONG_AUDIENCE = "The access token has been obtained for the wrong audience or resource."


def management(state: State) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that takes every ARM request."""
    budgets = Budgets(state)

    async def handle(request: Request) -> Response:
        began = time.perf_counter()
        left = None
        try:
            caller = _authenticate(state, request)
            left = budgets.take(request.method, request.url.path)
            answer = await _dispatch(state, request, caller)
            response = _render(answer)
        except Refused as refusal:
            response = refusal.response
        _add_headers(state, response, request, time.perf_counter() - began, left)
        return response

    return handle


async def _dispatch(state: State, request: Request, caller: Caller) -> Answer:
    segments = _segments(request)
    if len(segments) < 2 or segments[0].lower() != "subscriptions":
        raise Refused(gateway_error(404, "NotFound", "The requested path is not served by Azure Resource Manager."))
    api_version = request.query_params.get("api-version", "")
    if not api_version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise Refused(gateway_error(400, "MissingApiVersionParameter", message))
    if segments[1].lower() != state.settings.subscription_id.lower():
        message = f"The subscription '{segments[1]}' could not be found."
        raise Refused(gateway_error(404, "SubscriptionNotFound", message))
    if len(segments) == 8 and segments[4].lower() == "locations":
        return _operation(state, segments[6], segments[7], str(request.url.query))
    return await _below_workspace(state, request, caller, segments, api_version)


def _segments(request: Request) -> list[str]:
    """The parts of the path, decoded one by one: a name may hold what else has a meaning in an URL."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    segments = [unquote(part) for part in raw.decode("latin-1").partition("?")[0].split("/") if part]
    if any("/" in segment for segment in segments):
        raise Refused(gateway_error(400, "InvalidResourceName", "The name of a resource cannot hold a slash."))
    return segments


def _authenticate(state: State, request: Request) -> Caller:
    try:
        return state.entra.verify(request, "management")
    except AuthError as error:
        authority = f"{state.settings.url('login')}/{state.settings.tenant_id}"
        challenge = f'Bearer authorization_uri="{authority}", error="invalid_token"'
        message = _WRONG_AUDIENCE if error.code == "audience" else error.message
        refusal = gateway_error(401, _AUTH_CODES[error.code], message, {"WWW-Authenticate": challenge})
        raise Refused(refusal) from error


async def _below_workspace(
    state: State, request: Request, caller: Caller, segments: list[str], api_version: str
) -> Answer:
    settings = state.settings
    if len(segments) < 4 or segments[2].lower() != "resourcegroups":
        raise Refused(gateway_error(404, "NotFound", "The requested path is not served by Azure Resource Manager."))
    if segments[3].lower() != settings.resource_group.lower():
        message = f"Resource group '{segments[3]}' could not be found."
        raise Refused(gateway_error(404, "ResourceGroupNotFound", message))
    if len(segments) < 7 or [part.lower() for part in segments[4:7]] != ["providers", PROVIDER.lower(), "workspaces"]:
        raise Refused(gateway_error(404, "NotFound", "The requested path is not served by Azure Resource Manager."))
    rest = segments[8:]
    literals = [_SPELLING.get(segment.lower(), segment) for segment in rest[0::2]]
    known = registered(literals[0] if literals else "")
    if api_version not in known:
        raise Refused(_unregistered(api_version, known, "/".join(["workspaces", *literals]), settings.region))
    if len(segments) > 7 and (state.is_deleted or segments[7].lower() != settings.workspace_name.lower()):
        raise Refused(_no_workspace(settings.resource_group, segments[7], nested=bool(rest)))
    if unknown := [literal for literal in literals if literal.lower() not in _SPELLING]:
        raise Refused(_unknown_type("/".join(["workspaces", *literals]), unknown[0], api_version))
    names = tuple(rest[1::2])
    route = "/".join(_interleave(literals, ("*",) * len(names)))
    base = settings.workspace_path if len(segments) > 7 else settings.workspace_path.rsplit("/", 1)[0]
    call = Call(
        state=state,
        caller=caller,
        method=request.method,
        path="/".join([base, *_interleave(literals, names)]),
        names=names,
        api_version=api_version,
        query=request.query_params,
        raw_query=str(request.url.query),
        body=await _json(request),
    )
    handler = _HANDLERS.get(f"{request.method} {route.lower() or ('workspace' if len(segments) > 7 else 'workspaces')}")
    if handler is None or not offers(literals[-1] if literals else "", api_version):
        message = f"The requested resource does not support http method '{request.method}'."
        raise Refused(management_error(405, "UserError", message))
    return await handler(call)


def _interleave(literals: list[str], names: tuple[str, ...]) -> list[str]:
    merged = []
    for index, literal in enumerate(literals):
        merged += [literal, *names[index : index + 1]]
    return merged


async def _json(request: Request) -> Any:
    content = await request.body()
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError as error:
        message = f"The request content was invalid and could not be deserialized: '{error}'."
        raise Refused(gateway_error(400, "InvalidRequestContent", message)) from error


def _unregistered(api_version: str, known: list[str], resource_type: str, region: str) -> Response:
    """Service fact: batch contract 9.1 (`error_no_registered_provider`)."""
    supported = ", ".join(known)
    message = (
        f"No registered resource provider found for location '{region}' and API version '{api_version}' for type "
        f"'{resource_type}'. The supported api-versions are '{supported}'. The supported locations are '{region}'."
    )
    return gateway_error(400, "NoRegisteredProviderFound", message)


def _unknown_type(resource_type: str, segment: str, api_version: str) -> Response:
    message = (
        f"The resource type '{segment}' of '{resource_type}' could not be found in the namespace '{PROVIDER}' for "
        f"api version '{api_version}'."
    )
    return gateway_error(404, "InvalidResourceType", message)


def _no_workspace(resource_group: str, name: str, *, nested: bool) -> Response:
    """Service fact: asset contract 1.5.2."""
    if nested:
        message = f"Can not perform requested operation on nested resource. Parent resource '{name}' not found."
        return gateway_error(404, "ParentResourceNotFound", message)
    message = (
        f"The Resource '{PROVIDER}/workspaces/{name}' under resource group '{resource_group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return gateway_error(404, "ResourceNotFound", message)


def _operation(state: State, family: str, name: str, query: str) -> Answer:
    operations = state.operations
    operation = operations.find(family, name, query)
    if family.lower() == MFE.lower():
        return Answer(200, operations.mfe_status(operation))
    if family.lower() in (COMPUTE.lower(), WORKSPACE.lower()):
        return Answer(200, operations.plain_status(operation))
    if operations.shown_running(operation):
        settings = state.settings
        path = f"/subscriptions/{settings.subscription_id}/providers/{PROVIDER}/locations/{settings.region}"
        return Answer(
            202, {}, {"Location": f"{settings.url('management')}{path}/{MFE_RESULT}/{operation.name}?{query}"}
        )
    return Answer(200)


def _render(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    lists = isinstance(answer.body, Mapping) and "value" in answer.body
    if answer.body is NULL:
        content = "null"
    else:
        content = json.dumps(answer.body, indent=None if lists else 2, ensure_ascii=False)
    headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
    return Response(content, answer.status, headers)


def _add_headers(state: State, response: Response, request: Request, seconds: float, left: int | None) -> None:
    """Service fact: batch contract 1, asset contract 1.4. `left` is what remains of a budget in force."""
    headers = response.headers
    correlation = str(uuid.uuid4())
    headers["Cache-Control"] = "no-cache"
    headers["Pragma"] = "no-cache"
    headers["Expires"] = "-1"
    headers["x-ms-request-id"] = str(uuid.uuid4())
    headers["x-ms-correlation-request-id"] = correlation
    headers["x-ms-routing-request-id"] = f"EASTUS:{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}:{correlation}"
    if "x-ms-failure-cause" in headers:
        return
    headers.setdefault("x-ms-response-type", "standard")
    headers["x-request-time"] = f"{seconds:.3f}"
    first = state.policies["generation"] == "G1"
    if not first:
        headers["Vary"] = "Accept-Encoding"
    if "Azure-AsyncOperation" in headers:
        headers["x-ms-operation-identifier"] = (
            f"tenantId={state.settings.tenant_id},objectId={state.entra.object_id}/{state.settings.region}/{uuid.uuid4()}"
        )
    headers["x-aml-cluster" if first else "azureml-served-by-cluster"] = "vienna-eastus-01"
    if "x-ms-ratelimit-remaining-subscription-resource-requests" not in headers:
        bucket = _BUCKET_OF.get(request.method, "writes")
        most, most_global = (_FIRST_BUCKETS if first else _BUCKETS)[bucket]
        remaining = most - secrets.randbelow(5) if left is None else left
        headers[f"x-ms-ratelimit-remaining-subscription-{bucket}"] = str(remaining)
        if most_global:
            headers[f"x-ms-ratelimit-remaining-subscription-global-{bucket}"] = str(most_global - secrets.randbelow(5))
