"""A compute as it is answered: the passing view while an operation runs, and the true one afterwards."""

from __future__ import annotations

import copy
from typing import Any

from ..settings import PROVIDER
from ..state import Resource, State
from . import compute_instances
from .operations import Operation
from .versions import Span

_LATER = Span("2023-04-01")
"""Not yet answered in 2022, answered in 2023."""


def transient(state: State, resource: Resource, api_version: str) -> dict[str, Any]:
    """The view while an operation runs. Service fact: asset contract 3.4."""
    updated = resource.extra.get("updated", False) or resource.provisioning_state == "Updating"
    view = settled(state, resource, api_version)
    properties = view["properties"]
    if not updated:
        view["tags"] = resource.tags
        properties.pop("computeLocation")
        if "provisioningWarnings" in properties:
            properties["provisioningWarnings"] = None
    if properties["computeType"] != "AmlCompute":
        return view
    if updated:
        group = f"/subscriptions/{state.settings.subscription_id}/resourceGroups/{state.settings.resource_group}"
        inner = f"providers/Microsoft.BatchAI/workspaces/{state.settings.workspace_name}/clusters/{resource.name}"
        properties["resourceId"] = f"{group}/{inner}"
    stored = resource.properties["properties"]
    cluster = properties["properties"]
    cluster["vmSize"] = resource.extra.get("requested_size", stored["vmSize"]).upper()
    cluster["scaleSettings"] = dict(stored["scaleSettings"])
    if not resource.extra.get("names_priority", True) and state.policies["generation"] != "G1":
        cluster["vmPriority"] = None  # Service fact: asset contract 14.20.
    cluster["remoteLoginPortPublicAccess"] = stored["remoteLoginPortPublicAccess"]
    for name in ("currentNodeCount", "targetNodeCount", "nodeStateCounts", "allocationState"):
        cluster[name] = None
    for name in ("userAccountCredentials", "allocationStateTransitionTime", "propertyBag"):
        cluster.pop(name, None)
    return view


def settled(state: State, resource: Resource, api_version: str) -> dict[str, Any]:
    """The view after the operation. Service fact: asset contract 3.3, 3.4."""
    stored = resource.properties
    failed = resource.provisioning_state == "Failed" and resource.operation is not None
    properties = {
        "createdOn": resource.created_at,
        "modifiedOn": resource.modified_at,
        "disableLocalAuth": stored["disableLocalAuth"],
        "description": stored["description"],
        "resourceId": stored["resourceId"] if stored["computeType"] == "Kubernetes" else None,
        "computeType": stored["computeType"],
        "computeLocation": stored["computeLocation"],
        "provisioningState": resource.provisioning_state,
        "provisioningErrors": _errors(resource.operation) if failed and resource.operation else None,
        "provisioningWarnings": {},
        "isAttachedCompute": stored["computeType"] == "Kubernetes",
        "properties": _inner(state, resource, api_version),
    }
    if not _LATER.covers(api_version):
        del properties["provisioningWarnings"]
        properties["properties"].pop("enableBatchPrivateLink", None)
    view = {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/computes",
        "location": resource.location,
        "tags": resource.tags or {},
    }
    if resource.identity:
        view["identity"] = _identity(state, resource.identity)
    return {**view, "properties": properties}


def _inner(state: State, resource: Resource, api_version: str) -> dict[str, Any]:
    kind = resource.properties["computeType"]
    if kind == "AmlCompute":
        return _cluster(state, resource)
    if kind == compute_instances.KIND:
        return compute_instances.view(resource, api_version)
    return copy.deepcopy(dict(resource.properties["properties"]))


def _cluster(state: State, resource: Resource) -> dict[str, Any]:
    cluster = copy.deepcopy(resource.properties["properties"])
    account = cluster.pop("userAccountCredentials")
    scale = cluster["scaleSettings"]
    scale["nodeIdleTimeBeforeScaleDown"] = scale["nodeIdleTimeBeforeScaleDown"] or "PT2M"
    nodes = scale["minNodeCount"]
    states = ("preparing", "running", "idle", "unusable", "leaving", "preempted")
    access = cluster["remoteLoginPortPublicAccess"]
    if state.policies["generation"] == "G1":
        cluster["vmSize"] = cluster["vmSize"].upper()
    head = {"vmSize": cluster.pop("vmSize"), "vmPriority": cluster.pop("vmPriority"), "scaleSettings": scale}
    if account:
        head["userAccountCredentials"] = {**account, "adminUserPassword": None}
    return {
        **head,
        "subnet": cluster["subnet"],
        "currentNodeCount": nodes,
        "targetNodeCount": nodes,
        "nodeStateCounts": {f"{name}NodeCount": nodes if name == "idle" else 0 for name in states},
        "allocationState": "Steady",
        "allocationStateTransitionTime": resource.modified_at,
        "errors": None,
        "remoteLoginPortPublicAccess": "Enabled" if access == "NotSpecified" else access,
        "osType": cluster["osType"],
        "virtualMachineImage": cluster["virtualMachineImage"],
        "isolatedNetwork": cluster["isolatedNetwork"],
        "enableNodePublicIp": cluster["enableNodePublicIp"],
        "enableBatchPrivateLink": cluster["enableBatchPrivateLink"],
        "propertyBag": cluster["propertyBag"] or {},
    }


def _identity(state: State, identity: dict[str, Any]) -> dict[str, Any]:
    view = copy.deepcopy(identity)
    ids = {"principalId": state.settings.workspace_guid, "clientId": state.settings.client_id}
    if "SystemAssigned" in str(view.get("type")):
        view |= {"principalId": ids["principalId"], "tenantId": state.settings.tenant_id}
    for name in view.get("userAssignedIdentities") or {}:
        view["userAssignedIdentities"][name] = dict(ids)
    return view


def _errors(operation: Operation) -> list[dict[str, Any]]:
    return [{"error": {"code": operation.error_code, "message": operation.error_message, "details": []}}]
