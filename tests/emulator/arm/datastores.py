"""Datastores: the four of the system, the user's own, and their secrets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ..errors import Refused, management_error
from ..settings import PROVIDER
from ..state import Resource, State
from .asset_kinds import INTELLECTUAL
from .call import Answer, Call
from .listing import listed, page, page_size, visible
from .names import check_name
from .shapes import Choice, Field, Flag, Number, Object, Shape, TextMap, body, shape
from .system_data import of_asset
from .versions import Span

COUNT = 30
_MADE = datetime(2024, 6, 5, 18, 47, 2, 417_355, tzinfo=timezone.utc)
"""When the workspace got its own datastores: long ago, so that no list lags behind it."""
_ACCOUNT_SHOWN = Span("2023-10-01", "2022-10-01-preview")
_CREDENTIALS = ("AccountKey", "Certificate", "None", "Sas", "ServicePrincipal")
_PLACES = {
    "AzureBlob": ("accountName", "containerName"),
    "AzureFile": ("accountName", "fileShareName"),
    "AzureDataLakeGen2": ("accountName", "filesystem"),
    "AzureDataLakeGen1": ("storeName",),
}
_SECRETS = shape(
    Field("secretsType", Choice(("AccountKey", "Certificate", "Sas", "ServicePrincipal"))),
    *(Field(name) for name in ("key", "certificate", "sasToken", "clientSecret")),
)
CREDENTIALS = shape(
    Field("credentialsType", Choice(_CREDENTIALS), required="must not be empty."),
    Field("secrets", Object(_SECRETS), write_only=True),
    *(Field(name, hide_null=True) for name in ("authorityUrl", "clientId", "resourceUrl", "tenantId", "thumbprint")),
)
_PUBLIC_SUFFIX = "core.windows.net"
_STORAGE_RESOURCE = "https://storage.azure.com/"


def _shape(kind: str) -> Shape:
    required = "must not be empty."
    return body(
        shape(
            Field("description"),
            Field("tags", TextMap()),
            Field("properties", TextMap(stringify=True)),
            Field("isDefault", Flag(), read_only=True),
            Field("credentials", Object(CREDENTIALS), required=required),
            Field("subscriptionId", versions=_ACCOUNT_SHOWN),
            Field("resourceGroup", versions=_ACCOUNT_SHOWN),
            Field("datastoreType", Choice(tuple(_PLACES)), required=required),
            *(Field(name, required=required) for name in _PLACES[kind]),
            Field("endpoint"),
            Field("protocol", default="https"),
            Field("serviceDataAccessAuthIdentity", default="None"),
            INTELLECTUAL,
        )
    )


SHAPES = {kind: _shape(kind) for kind in _PLACES}
EXPIRABLE = Span("2025-12-01", "2024-07-01-preview")
SECRETS_REQUEST = shape(Field("expirableSecret", Flag()), Field("expireAfterHours", Number(1)))


def create_system_datastores(state: State) -> None:
    """The datastores that every workspace has. Service fact: asset contract 4.1, 4.2."""
    storage = state.storage
    state.default_datastore = "workspaceblobstore"
    share = f"code-{state.settings.workspace_guid}"
    places = {
        "workspaceblobstore": ("AzureBlob", {"containerName": storage.default_container}),
        "workspaceartifactstore": ("AzureBlob", {"containerName": "azureml"}),
        "workspaceworkingdirectory": ("AzureFile", {"fileShareName": share}),
        "workspacefilestore": ("AzureFile", {"fileShareName": f"azureml-filestore-{state.settings.workspace_guid}"}),
    }
    for name, (kind, place) in places.items():
        properties = {
            "credentials": {"credentialsType": "AccountKey"},
            "subscriptionId": state.settings.subscription_id,
            "resourceGroup": state.settings.resource_group,
            "datastoreType": kind,
            "accountName": storage.account_name,
            **place,
            "endpoint": storage.endpoint,
            "protocol": "https",
            "serviceDataAccessAuthIdentity": "WorkspaceSystemAssignedIdentity" if kind == "AzureBlob" else "None",
        }
        resource = Resource(state.workspace("datastores", name), properties, created=_MADE, modified=_MADE)
        resource.extra["system"] = True
        resource.secrets = {"secretsType": "AccountKey", "key": storage.account_key}
        state.resources.put(resource)


async def listing(call: Call) -> Answer:
    found = visible(call, listed(call))
    asked = call.query.get("isDefault")
    if asked is not None:
        found = [item for item in found if _is_default(call.state, item) is (asked.lower() == "true")]
    names = {name.strip().lower() for name in call.query.get("names", "").split(",") if name.strip()}
    if names:
        found = [item for item in found if item.name.lower() in names]
    search = call.query.get("searchText", "").lower()
    found = [item for item in found if search in item.name.lower()]
    return page(call, found, lambda item: render(call, item), size=page_size(call, "count", COUNT))


async def get(call: Call) -> Answer:
    return Answer(200, render(call, _existing(call)))


async def put(call: Call) -> Answer:
    """Service fact: asset contract 4.1 (201 on create, 200 without `Location` on update)."""
    check_name(call, "Datastore", call.names[0])
    call, becomes_default = _default_wanted(call)
    properties = call.body.get("properties") if isinstance(call.body, dict) else None
    kind = properties.get("datastoreType") if isinstance(properties, dict) else None
    sent = call.bind(SHAPES.get(kind if isinstance(kind, str) else "", SHAPES["AzureBlob"]), "Datastore")
    stored = SHAPES[sent["properties"]["datastoreType"]].fill(sent)["properties"]
    _fill(call.state, stored)
    secrets = {
        key: text for key, text in (stored["credentials"].pop("secrets", None) or {}).items() if text is not None
    }
    now = call.state.clock.now()
    existing = call.state.resources.get(call.path)
    if becomes_default:
        call.state.default_datastore = call.names[0]
    if existing is None:
        resource = Resource(call.path, stored, created=now, modified=now, secrets=secrets)
        call.state.resources.put(resource)
        return Answer(201, render(call, resource), {"Location": call.url(call.path, call.raw_query)})
    existing.properties = stored
    existing.secrets = secrets or existing.secrets
    existing.modified = now
    return Answer(200, render(call, existing))


def _fill(state: State, stored: dict[str, Any]) -> None:
    """What the service fills in. Service fact: asset contract 14.22, 14.33."""
    suffix = state.storage.endpoint if state.policies["datastore_endpoint"] == "cloud" else _PUBLIC_SUFFIX
    stored["endpoint"] = stored["endpoint"] or suffix
    credentials = stored["credentials"]
    if credentials["credentialsType"] == "ServicePrincipal":
        credentials["resourceUrl"] = credentials["resourceUrl"] or _STORAGE_RESOURCE


def _default_wanted(call: Call) -> tuple[Call, bool]:
    """The call without `isDefault`, where that may be put, and whether it is true. (A16)"""
    properties = call.body.get("properties") if isinstance(call.body, dict) else None
    taken = call.state.policies["default_datastore_change"] == "put"
    if not taken or not isinstance(properties, dict) or not isinstance(properties.get("isDefault"), bool):
        return call, False
    left = {name: value for name, value in properties.items() if name != "isDefault"}
    return replace(call, body={**call.body, "properties": left}), properties["isDefault"]


async def delete(call: Call) -> Answer:
    if call.state.resources.delete(call.path):
        return Answer(200)
    if call.state.policies["delete_absent"] == "404":
        raise Refused(_not_found(call))
    return Answer(204)


async def list_secrets(call: Call) -> Answer:
    """Service fact: asset contract 4.3."""
    resource = _existing(call)
    kind = resource.properties["credentials"]["credentialsType"]
    if kind == "None":
        raise Refused(management_error(400, "UserError", "No secrets for credentials of type None."))
    asked = call.bind(SECRETS_REQUEST, "Secrets") if call.body is not None else {}
    expirable = asked.get("expirableSecret") and EXPIRABLE.covers(call.api_version)
    if expirable and kind == "AccountKey":
        sas = call.state.storage.account_sas("rcuwdl", asked.get("expireAfterHours", 1))
        return Answer(200, {"secretsType": "Sas", "sasToken": f"?{sas}"})
    return Answer(200, {"secretsType": kind, **resource.secrets})


def _is_default(state: State, resource: Resource) -> bool:
    """(A16)"""
    answer = state.policies["default_datastores"]
    if resource.name.lower() == state.default_datastore.lower():
        return answer != "none"
    return resource.name == "workspaceartifactstore" and answer == "two"


def render(call: Call, resource: Resource) -> dict[str, Any]:
    """The answer for one datastore."""
    template = SHAPES[resource.properties["datastoreType"]]
    stored = {**resource.properties, "isDefault": _is_default(call.state, resource)}
    properties = template.render({"properties": stored}, call.api_version)["properties"]
    data = of_asset(resource)
    if resource.extra.get("system"):
        # The system made it; the first back end said so in createdBy, too.
        maker = {"By": "Azure Machine Learning", "ByType": "Application"}
        data = {name: value for name, value in data.items() if not name.startswith("createdBy")}
        if call.state.policies["generation"] == "G1":
            data |= {f"created{name}": value for name, value in maker.items()}
        data |= {f"lastModified{name}": value for name, value in maker.items()}
    return {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/datastores",
        "properties": properties,
        "systemData": data,
    }


def _existing(call: Call) -> Resource:
    resource = call.state.resources.get(call.path.removesuffix("/listSecrets"))
    if resource is None:
        raise Refused(_not_found(call))
    return resource


def _not_found(call: Call) -> Any:
    message = f"Could not find datastore with name: {call.names[0]} in the workspace."
    return call.not_found("DatastoreNotFound", message)


ROUTES = {
    "GET datastores": listing,
    "GET datastores/*": get,
    "PUT datastores/*": put,
    "DELETE datastores/*": delete,
    "POST datastores/*/listSecrets": list_secrets,
}
