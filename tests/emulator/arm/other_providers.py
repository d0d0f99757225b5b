"""What ARM serves beside machine learning: authorization, Resource Graph, and the resources around a workspace."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request

from ..access import Access
from ..entra import Caller
from ..errors import Refused, resource_not_found
from ..settings import PROVIDER
from ..workspaces import Workspaces, path_of
from . import authorization, resource_graph
from .call import Answer

_RESOURCE = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/[^/]+/providers/(?P<provider>[^/]+)/[^/]+/[^/]+(?:/[^/]+/[^/]+)*/?",
    re.IGNORECASE,
)


def serves(workspaces: Workspaces, request: Request) -> bool:
    """Whether a request is about what another provider serves."""
    path = path_of(request.scope)
    if request.method == "POST":
        return _is_query(path)
    return request.method == "GET" and (authorization.PATH.fullmatch(path) or _resource(workspaces, path)) is not None


def answer(workspaces: Workspaces, request: Request, caller: Caller, body: Any) -> Answer:
    """What such a request is answered. Raises Refused."""
    path, access = path_of(request.scope), workspaces.access
    if _is_query(path):
        return resource_graph.answer(workspaces, access, caller, body)
    if found := authorization.PATH.fullmatch(path):
        return authorization.answer(access, caller, found, request.query_params.get("$filter", ""))
    return _around(workspaces, access, caller, path)


def _is_query(path: str) -> bool:
    return path.rstrip("/").lower() == resource_graph.PATH.lower()


def _resource(workspaces: Workspaces, path: str) -> re.Match[str] | None:
    """A resource of another provider in a subscription that is known."""
    found = _RESOURCE.fullmatch(path)
    if found is None or found["provider"].lower() == PROVIDER.lower():
        return None
    return found if workspaces.of_subscription(found["subscription"]) else None


def _around(workspaces: Workspaces, access: Access, caller: Caller, path: str) -> Answer:
    provider, *below = path.strip("/").split("/")[5:]
    authorization.require(access, caller, "/".join([provider, *below[::2], "read"]), path.rstrip("/"))
    for state in workspaces:
        if (found := state.surroundings.find(path)) is not None:
            return Answer(200, found)
    raise Refused(resource_not_found(path))
