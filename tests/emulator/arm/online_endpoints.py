"""Online endpoints and their deployments as lists show them; they serve nothing here.

Source: OnlineEndpoints_List, OnlineDeployments_List and the examples of both in Microsoft's azure-rest-api-specs
(machinelearningservices, 2024-10-01). Bodies are kept as they were sent: clients of batch scoring only read them.
"""

from __future__ import annotations

from typing import Any

from ..settings import PROVIDER
from ..state import Resource
from .call import Answer, Call
from .listing import listed, page


async def listing(call: Call) -> Answer:
    return page(call, listed(call), _render)


async def put(call: Call) -> Answer:
    """The keys outside ``properties`` that matter to nobody here are dropped."""
    sent = call.body if isinstance(call.body, dict) else {}
    now = call.state.clock.now()
    resource = Resource(call.path, dict(sent.get("properties") or {}), created=now, modified=now)
    call.state.resources.put(resource)
    return Answer(201, _render(resource))


def _render(resource: Resource) -> dict[str, Any]:
    kind = "onlineEndpoints/deployments" if "/deployments/" in resource.path else "onlineEndpoints"
    return {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/{kind}",
        "properties": {**resource.properties, "provisioningState": resource.provisioning_state},
    }


ROUTES = {
    "GET onlineEndpoints": listing,
    "PUT onlineEndpoints/*": put,
    "GET onlineEndpoints/*/deployments": listing,
    "PUT onlineEndpoints/*/deployments/*": put,
}
