"""Resource Graph: workspaces, batch endpoints, deployments, registries and what is around them, as rows of one table.

Service fact: operations contract 7.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ..access import Access
from ..entra import Caller
from ..errors import Refused, gateway_error
from ..settings import PROVIDER
from ..state import State
from ..workspaces import Workspaces
from . import registries, workspace
from .call import Answer
from .graph_query import BadQuery, Row, run, shows_ids

PATH = "/providers/Microsoft.ResourceGraph/resources"
_MOST = 1000
_FORMATS = ("objectArray", "table")


def answer(workspaces: Workspaces, access: Access, caller: Caller, body: Any) -> Answer:
    """One page of the rows that the caller may read. Raises Refused."""
    body = body if isinstance(body, dict) else {}
    query, options = body.get("query"), body.get("options") or {}
    if not isinstance(query, str) or not query.strip():
        raise _bad("Please provide a query.")
    top = options.get("$top", _MOST)
    if not isinstance(top, int) or not 1 <= top <= _MOST:
        raise _bad(f"The value of $top must be between 1 and {_MOST}.")
    asked = [str(one).lower() for one in body.get("subscriptions") or ()]
    rows = [row for row in _rows(workspaces) if not asked or row["subscriptionId"].lower() in asked]
    rows = [row for row in rows if access.allows(caller.object_id, f"{row['type']}/read", row["id"])]
    try:
        found = run(query, rows)
    except BadQuery as error:
        raise _bad(f"Query is invalid. Please refer to the documentation: {error}.") from error
    return _page(found, query, options, top)


def _page(found: list[Row], query: str, options: dict[str, Any], top: int) -> Answer:
    start = _start(options)
    page = found[start : start + top]
    more = start + top < len(found)
    document: dict[str, Any] = {
        "totalRecords": len(found),
        "count": len(page),
        "data": page if options.get("resultFormat", _FORMATS[0]) != "table" else _table(page),
        "facets": [],
        "resultTruncated": str(more and not shows_ids(query)).lower(),
    }
    if more and shows_ids(query):
        document["$skipToken"] = base64.b64encode(str(start + top).encode()).decode()
    headers = {"x-ms-user-quota-remaining": "14", "x-ms-user-quota-resets-after": "00:00:05"}
    return Answer(200, document, headers)


def _start(options: dict[str, Any]) -> int:
    token = options.get("$skipToken")
    if not token:
        return int(options.get("$skip") or 0)
    try:
        return int(base64.b64decode(token))
    except ValueError as error:
        raise _bad("The skip token is not valid.") from error


def _table(page: list[Row]) -> dict[str, Any]:
    names = list(page[0]) if page else []
    return {
        "columns": [{"name": name, "type": "string"} for name in names],
        "rows": [[row[name] for name in names] for row in page],
    }


def _rows(workspaces: Workspaces) -> Iterator[Row]:
    """All resources, as they were some seconds ago if the switch says so."""
    seen = set()
    for state in workspaces:
        for body in _bodies(state):
            if body["id"].lower() not in seen:
                seen.add(body["id"].lower())
                yield _row(state, body)


def _bodies(state: State) -> Iterator[dict[str, Any]]:
    moment = state.clock.now() - timedelta(seconds=state.policies.seconds("resource_graph_lag"))
    if not state.is_deleted:
        yield workspace.render(state)
    for resource in state.resources:
        below = resource.path.removeprefix(f"{state.settings.workspace_path}/").split("/")
        if below[0] == "batchEndpoints" and resource.created <= moment:
            yield {
                "id": resource.path,
                "name": resource.name,
                "type": "/".join([PROVIDER, "workspaces", *below[::2]]),
                "location": resource.location,
                "tags": resource.tags,
                "identity": resource.identity,
                "properties": {**resource.properties, "provisioningState": resource.provisioning_state},
            }
    for registry in state.registries.list(state.settings.subscription_id, ""):
        yield registries.render(state, registry)
    yield from (body for body in state.surroundings if body["id"].lower() != state.settings.workspace_path.lower())


def _row(state: State, body: dict[str, Any]) -> Row:
    segments = body["id"].strip("/").split("/")
    return {
        "id": body["id"],
        "name": body["name"],
        "type": str(body["type"]).lower(),
        "tenantId": state.settings.tenant_id,
        "kind": body.get("kind") or "",
        "location": body.get("location"),
        "resourceGroup": segments[3].lower(),
        "subscriptionId": segments[1],
        "managedBy": "",
        "sku": body.get("sku"),
        "plan": None,
        "properties": body.get("properties"),
        "tags": body.get("tags"),
        "identity": body.get("identity"),
        "zones": None,
        "extendedLocation": None,
    }


def _bad(message: str) -> Refused:
    return Refused(gateway_error(400, "BadRequest", message))
