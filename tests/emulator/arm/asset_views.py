"""Asset versions and containers as they are answered."""

from __future__ import annotations

from typing import Any

from ..settings import PROVIDER
from ..state import Resource
from .asset_kinds import COMPONENT, ENVIRONMENT, AssetKind
from .call import Call
from .system_data import of_asset
from .version_views import archived_as_read


def render_version(kind: AssetKind, call: Call, resource: Resource) -> dict[str, Any]:
    """The answer for one version."""
    properties = kind.view(resource.properties, resource, call)
    return _render(kind, call, resource, properties, "/versions")


def render_container(kind: AssetKind, call: Call, resource: Resource) -> dict[str, Any]:
    """The answer for one container. Service fact: asset contract 1.9, 14.27."""
    latest = resource.extra["latest"]
    properties = {**resource.properties, "latestVersion": latest, "nextVersion": str(resource.extra["highest"] + 1)}
    timed = kind is COMPONENT and call.state.policies["component_next_version"] == "timed"
    if timed or (kind is ENVIRONMENT and call.state.policies["generation"] == "G1"):
        properties["nextVersion"] = f"{call.state.clock.now():%Y-%m-%d-%H-%M-%S-%f}0"
        properties["latestVersion"] = None if kind is COMPONENT else latest
    return _render(kind, call, resource, properties, "")


def _render(kind: AssetKind, call: Call, resource: Resource, properties: dict[str, Any], suffix: str) -> dict[str, Any]:
    template = kind.version if suffix else kind.container
    stored = {**properties, "isArchived": archived_as_read(resource, call), "provisioningState": "Succeeded"}
    return {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/{kind.collection}{suffix}",
        "properties": template.render({"properties": stored}, call.api_version)["properties"],
        "systemData": of_asset(resource),
    }
