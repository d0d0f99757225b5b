"""Registries as resources of a resource group; their assets are served by the regional host.

Service fact: operations contract 4.1.
"""

from __future__ import annotations

import uuid
from typing import Any

from ..errors import Refused, management_error, resource_not_found
from ..registries import random_name, registry_path
from ..settings import PROVIDER
from ..state import Resource, State
from . import names
from .call import Answer, Call
from .operations import REGISTRY
from .shapes import IDENTITY, SKU, Choice, Field, Json, Listed, Object, TextMap, body, shape

_REQUIRED = "must not be empty."
_REGION = shape(
    Field("location", required=_REQUIRED),
    Field("storageAccountDetails", Json(list, "an array")),
    Field("acrDetails", Json(list, "an array")),
)
BODY = body(
    shape(
        Field("regionDetails", Listed(Object(_REGION)), required=_REQUIRED),
        Field("intellectualPropertyPublisher"),
        Field("publicNetworkAccess", Choice(("Enabled", "Disabled")), default="Enabled"),
        Field("managedResourceGroupTags", TextMap(), write_only=True),
        *(Field(name, read_only=True) for name in ("discoveryUrl", "managedResourceGroup", "mlFlowRegistryUri")),
        Field("privateEndpointConnections", Json(list, "an array"), read_only=True),
    ),
    Field("location", required=_REQUIRED),
    Field("tags", TextMap(filled=True), default={}),
    Field("identity", Object(IDENTITY)),
    Field("kind"),
    Field("sku", Object(SKU)),
)


async def listing(call: Call) -> Answer:
    """All of a resource group, or of a subscription."""
    found = call.state.registries.list(call.state.settings.subscription_id, call.group)
    return Answer(200, {"value": [render(call.state, item) for item in found]})


async def get(call: Call) -> Answer:
    return Answer(200, render(call.state, _existing(call)))


async def put(call: Call) -> Answer:
    """202 without a body; the registry is there when the operation has ended."""
    names.check_name(call, "Registry", call.names[0])
    whole = BODY.fill(call.bind(BODY, "Registry"))
    registries, settings = call.state.registries, call.state.settings
    path = registry_path(settings.subscription_id, call.group, call.names[0])
    other = registries.find(call.names[0])
    if other is not None and other.path.lower() != path.lower():
        raise Refused(management_error(409, "UserError", f"The registry name '{call.names[0]}' is not available."))
    now = call.state.clock.now()
    resource = other or Resource(path, {}, created=now, modified=now)
    if other is None:
        resource.extra["managed"] = f"azureml-rg-{call.names[0]}_{uuid.uuid4()}"
        resource.extra["id"] = str(uuid.uuid4())

    def finish(succeeded: bool) -> None:
        if succeeded:
            resource.properties, resource.tags = whole["properties"], whole["tags"]
            resource.location = whole["location"].lower().replace(" ", "")
            resource.identity = whole["identity"]
            resource.extra.setdefault("details", _made(resource, settings.subscription_id))
            registries.resources.put(resource)

    return _accepted(call, finish, whole["location"])


async def delete(call: Call) -> Answer:
    resource = call.state.registries.find(call.names[0])
    if resource is None and call.state.policies["delete_absent"] == "204":
        return Answer(204)
    resource = _existing(call)

    def finish(succeeded: bool) -> None:
        if succeeded:
            call.state.registries.resources.delete(resource.path)

    return _accepted(call, finish, str(resource.location))


def _accepted(call: Call, finish: Any, region: str) -> Answer:
    operation = call.state.operations.start("", finish, subject=call.names[0])
    urls = {
        kind: call.state.operations.url(operation, REGISTRY, call.api_version, kind, region=region)
        for kind in ("async", "location")
    }
    return Answer(202, None, {"Azure-AsyncOperation": urls["async"], "Location": urls["location"]})


def _made(resource: Resource, subscription: str) -> list[dict[str, Any]]:
    """The accounts that the service makes for each region."""
    group = f"/subscriptions/{subscription}/resourceGroups/{resource.extra['managed']}"
    details = []
    for region in resource.properties["regionDetails"]:
        storage, images = random_name(), random_name()
        account = {
            "storageAccountName": storage,
            "storageAccountType": "standard_lrs",
            "storageAccountHnsEnabled": False,
            "armResourceId": {"resourceId": f"{group}/providers/Microsoft.Storage/storageAccounts/{storage}"},
        }
        registry = {
            "acrAccountName": images,
            "acrAccountSku": "Premium",
            "armResourceId": {"resourceId": f"{group}/providers/Microsoft.ContainerRegistry/registries/{images}"},
        }
        details.append(
            {
                "location": region["location"],
                "storageAccountDetails": [{"userCreatedStorageAccount": None, "systemCreatedStorageAccount": account}],
                "acrDetails": [{"userCreatedAcrAccount": None, "systemCreatedAcrAccount": registry}],
            }
        )
    return details


def render(state: State, resource: Resource) -> dict[str, Any]:
    """The answer for one registry."""
    settings, properties = state.settings, resource.properties
    api = settings.url("api")
    subscription = resource.path.split("/")[2]
    return {
        "tags": resource.tags,
        "location": resource.location,
        "identity": {
            "type": "SystemAssigned",
            **(resource.identity or {}),
            "principalId": resource.extra["id"],
            "tenantId": settings.tenant_id,
        },
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/registries",
        "properties": {
            "regionDetails": resource.extra["details"],
            "intellectualPropertyPublisher": properties["intellectualPropertyPublisher"],
            "publicNetworkAccess": properties["publicNetworkAccess"],
            "discoveryUrl": f"{api}/registrymanagement/v1.0/registries/{resource.name}/discovery",
            "managedResourceGroup": {
                "resourceId": f"/subscriptions/{subscription}/resourceGroups/{resource.extra['managed']}"
            },
            "mlFlowRegistryUri": f"azureml://{api.removeprefix('https://')}/mlflow/v1.0{resource.path}",
            "privateEndpointConnections": [],
        },
        "systemData": None,
    }


def _existing(call: Call) -> Resource:
    found = call.state.registries.find(call.names[0])
    path = registry_path(call.state.settings.subscription_id, call.group, call.names[0])
    if found is None or found.path.lower() != path.lower():
        raise Refused(resource_not_found(path))
    return found


ROUTES = {
    "GET registries": listing,
    "GET registries/*": get,
    "PUT registries/*": put,
    "DELETE registries/*": delete,
}
