"""Versions that go from a workspace into a registry, by import or by publish."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from .errors import Refused, management_error
from .registries import Registries, Transfer
from .state import Resource, State

_URIS = ("modelUri", "dataUri", "codeUri")
NO_CONTENT = 204
"""How the URL of an import ends. Service fact: operations contract 4.2."""


async def import_version(
    registries: Registries,
    registry: Resource,
    state: State,
    source: Resource,
    *,
    name: str | None = None,
    version: str | None = None,
) -> Transfer:
    """Begin to copy a version of a workspace into a registry, by default under its own name and version.

    What it is made from goes along: tags, description, flavors, blobs. Raises Refused when the destination exists and
    the switch says so. (C3)
    """
    below = state.workspace()
    kind, own_name, _versions, own_version = source.path[len(below) :].strip("/").split("/")
    path = f"{registry.path}/{kind}/{name or own_name}/versions/{version or own_version}"
    policy = state.policies["existing_destination"]
    exists = registries.resources.get(path) is not None
    if exists and policy == "409":
        message = f"The asset {path.rsplit('/', 3)[1]}:{source.name} already exists in the registry {registry.name}."
        raise Refused(management_error(409, "UserError", message, inner=("Conflict",)))
    properties = await _copied(registries, registry, state, source)
    settings = state.settings
    place = f"locations/{settings.region}/workspaces/{settings.workspace_guid}"
    properties["originAssetId"] = f"azureml://{place}/{kind}/{own_name}/versions/{own_version}"
    resource = Resource(path, properties, created=state.clock.now(), modified=source.modified)

    def finish() -> None:
        if not exists:
            registries.resources.put(resource)

    transfer = registries.begin(str(uuid.uuid4()), finish, NO_CONTENT)
    if exists and policy == "failed":
        transfer.error = f"The asset already exists in the registry {registry.name}."
    if source.path.split("/")[-3].lower() in state.policies.names("failing_names"):
        transfer.error = "The asset could not be copied."
    return transfer


async def _copied(registries: Registries, registry: Resource, state: State, source: Resource) -> dict[str, Any]:
    properties = copy.deepcopy(source.properties)
    for name in ("stage", "autoDeleteSetting", "datasets"):
        properties.pop(name, None)
    properties |= {"isArchived": False, "jobName": None} if "modelUri" in properties else {"isArchived": False}
    for name in _URIS:
        if properties.get(name):
            properties[name] = await registries.copy(state, str(properties[name]), registry.name)
    return properties
