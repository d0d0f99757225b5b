"""The front of ARM: token, address, api-version, workspace; then the handler for the path."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..entra import AuthError, Caller
from ..errors import Refused, gateway_error, management_error
from ..settings import PROVIDER
from ..state import State
from ..workspaces import Workspaces, note
from . import (
    assets,
    authorization,
    batch_deployments,
    batch_endpoints,
    computes,
    datastores,
    diagnose,
    jobs,
    online_endpoints,
    operation_status,
    other_providers,
    publish,
    quotas,
    registries,
    schedules,
    uploads,
    vm_sizes,
    workspace,
)
from .address import Address, joined, not_served, read_address
from .answer_headers import add_headers
from .budget import Budgets, kind_of
from .call import NULL, Answer, Call
from .versions import offers, registered

Handler = Callable[[Call], Awaitable[Answer]]

_RESTRICTED = ("usages", "quotas", "vmSizes", "updateQuotas")
"""What of a region takes a right of its own; the status of an operation takes none."""
_WORKSPACES = "workspaces"
_REGISTRIES = "registries"
_ROUTES: dict[str, Handler] = {}
for kind in (workspace, operation_status, quotas, vm_sizes, registries):
    _ROUTES.update(kind.ROUTES)
for kind in (
    *(computes, datastores, assets, uploads, publish, batch_endpoints, batch_deployments, jobs),
    *(schedules, diagnose, online_endpoints),
):
    for route, handler in kind.ROUTES.items():
        method, _blank, below = route.partition(" ")
        _ROUTES[f"{method} {_WORKSPACES}/*/{below}"] = handler

_HANDLERS = {route.partition(" ")[0] + " " + route.partition(" ")[2].lower(): _ROUTES[route] for route in _ROUTES}
"""Handlers by method and path in lower case: `listKeys` of computes is spelled otherwise than that of endpoints."""
_SPELLING = {
    segment.lower(): segment for route in _ROUTES for segment in route.split(" ", 1)[1].split("/") if segment != "*"
}
_AUTH_CODES = {
    "missing": "AuthenticationFailed",
    "malformed": "InvalidAuthenticationToken",
    "expired": "ExpiredAuthenticationToken",
    "audience": "InvalidAuthenticationTokenAudience",
}
_WRONG_AUDIENCE = "The access token has been obtained for the wrong audience or resource."


def management(workspaces: Workspaces) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that takes every ARM request."""
    budgets = Budgets(workspaces.first)

    async def handle(request: Request) -> Response:
        began = time.perf_counter()
        left = None
        try:
            caller = _authenticate(workspaces.first, request)
            left = budgets.take(caller, request.method, request.url.path)
            response = _render(await _dispatch(workspaces, request, caller))
        except Refused as refusal:
            response = refusal.response
        state = workspaces.at(request.url.path) or workspaces.first
        bucket = f"{kind_of(request.method, request.url.path)}s"
        add_headers(state, response, bucket, time.perf_counter() - began, left)
        return response

    return handle


async def _dispatch(workspaces: Workspaces, request: Request, caller: Caller) -> Answer:
    if other_providers.serves(workspaces, request):
        _api_version(request)
        return other_providers.answer(workspaces, request, caller, await _json(request))
    address, api_version = read_address(request), _api_version(request)
    reach = _reach(workspaces, address)
    types = [_SPELLING.get(kind.lower(), kind) for kind in address.types]
    is_below = address.outermost == _WORKSPACES and bool(address.names)
    known = registered((*types[1:], "")[0] if is_below else types[0])
    if api_version not in known:
        raise Refused(_unregistered(api_version, known, "/".join(types), reach[0].settings.region))
    state = _workspace(reach, address) if is_below else reach[0]
    if is_below:
        note(request.scope, state)
    if unknown := [kind for kind in types if kind.lower() not in _SPELLING]:
        raise Refused(_unknown_type("/".join(types), unknown[0], api_version))
    handler = _HANDLERS.get(f"{request.method} {address.route}")
    if handler is None or not offers(types[-1], api_version):
        message = f"The requested resource does not support http method '{request.method}'."
        raise Refused(management_error(405, "UserError", message))
    if types[-1] in _RESTRICTED or address.outermost != "locations":
        action = authorization.action_of(request.method, tuple(types))
        authorization.require(workspaces.access, caller, action, request.url.path.rstrip("/"))
    if is_below and state.is_private and state.policies["private_management"] == "403" and len(types) > 1:
        raise Refused(_not_from_here(state.settings.workspace_name))
    below = (types[1:], address.names[1:]) if is_below else (types, address.names)
    base = state.settings.workspace_path if is_below else f"/subscriptions/{address.subscription}/providers/{PROVIDER}"
    call = Call(
        state=state,
        reach=reach,
        caller=caller,
        method=request.method,
        group=address.group,
        path="/".join([base, *joined(*below)]),
        names=below[1],
        api_version=api_version,
        query=request.query_params,
        raw_query=str(request.url.query),
        body=await _json(request),
    )
    return await handler(call)


def _api_version(request: Request) -> str:
    version = request.query_params.get("api-version", "")
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise Refused(gateway_error(400, "MissingApiVersionParameter", message))
    return version


def _reach(workspaces: Workspaces, address: Address) -> Sequence[State]:
    """The workspaces of the subscription, or of the resource group, that a path names. Raises Refused."""
    found = workspaces.of_subscription(address.subscription)
    if not found:
        message = f"The subscription '{address.subscription}' could not be found."
        raise Refused(gateway_error(404, "SubscriptionNotFound", message))
    if address.group and address.outermost != _REGISTRIES:
        found = workspaces.of_group(address.subscription, address.group)
    if not found:
        message = f"Resource group '{address.group}' could not be found."
        raise Refused(gateway_error(404, "ResourceGroupNotFound", message))
    if not address.types or (address.outermost == _WORKSPACES and address.names and not address.group):
        raise not_served()
    return found


def _workspace(reach: Sequence[State], address: Address) -> State:
    """The workspace that a path leads to. Raises Refused when it is absent."""
    name = address.names[0]
    for state in reach:
        if state.settings.workspace_name.lower() == name.lower() and not state.is_deleted:
            return state
    raise Refused(_no_workspace(reach[0].settings.resource_group, name, nested=len(address.types) > 1))


def _authenticate(state: State, request: Request) -> Caller:
    try:
        return state.entra.verify(request, "management")
    except AuthError as error:
        authority = f"{state.settings.url('login')}/{state.settings.tenant_id}"
        challenge = f'Bearer authorization_uri="{authority}", error="invalid_token"'
        message = _WRONG_AUDIENCE if error.code == "audience" else error.message
        refusal = gateway_error(401, _AUTH_CODES[error.code], message, {"WWW-Authenticate": challenge})
        raise Refused(refusal) from error


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


def _not_from_here(name: str) -> Response:
    """Nobody has recorded what the provider says from outside a private network. (C7)"""
    message = f"Public network access is disabled for workspace '{name}'. Use a private endpoint to reach it."
    return management_error(403, "UserError", message, inner=("Forbidden",))


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
