# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service without HTTP, operations or time: it accepts bodies and answers as the recorded service does."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from ansible_collections.mlops.azureml.plugins.module_utils._service.arm import Accepted

Json = dict[str, Any]

CONTINUE = "continue_on_step_failure"
SERVICES_OWN = {"BatchEndpointCreationApiVersion": "2024-10-01", "azureml.onlineendpointid": "/x"}
WORDS = {word.lower(): word for word in ("AADToken", "Key", "AMLToken", "Info", "Warning", "Debug")}
NEW_DEPLOYMENT = {
    "errorThreshold": -1,
    "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
    "miniBatchSize": 10,
    "loggingLevel": "Info",
    "maxConcurrencyPerInstance": 1,
    "outputAction": "AppendRow",
    "outputFileName": "predictions.csv",
    "resources": {"instanceCount": 1, "instanceType": None, "properties": None},
}


class Double:
    """Takes the place of the ARM client. ``writes`` are those of tasks, by method and path."""

    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        self.writes: list[tuple[str, str]] = []
        self._resources: dict[str, Json] = {workspace.lower(): {"location": "eastus"}}
        self._secrets: dict[str, Json] = {}

    # -- what the engine calls ------------------------------------------------------------------------------------

    def get(self, path: str, **_how: Any) -> Json | None:
        return copy.deepcopy(self._resources.get(path.lower()))

    def list(self, path: str, **_how: Any) -> Iterator[Json]:
        above = f"{path.lower()}/"
        return (copy.deepcopy(one) for key, one in self._resources.items() if key.startswith(above))

    def put(self, path: str, body: Json, **_how: Any) -> Accepted:
        self.writes.append(("PUT", path))
        self.place(path, body)
        return self._accepted(path)

    def patch(self, path: str, body: Json, **_how: Any) -> Accepted:
        self.writes.append(("PATCH", path))
        _merge(self._resources[path.lower()], body)
        return self._accepted(path)

    def delete(self, path: str, **_how: Any) -> Accepted:
        self.writes.append(("DELETE", path))
        for key in [key for key in self._resources if f"{key}/".startswith(f"{path.lower()}/")]:
            del self._resources[key]
        return self._accepted(path)

    def post(self, path: str, _body: Json | None = None, **_how: Any) -> Accepted:
        resource, _slash, action = path.rpartition("/")
        if action == "listSecrets":
            return Accepted(200, copy.deepcopy(self._secrets[resource.lower()]), None, None, path)
        self.writes.append(("POST", path))
        reached = {"start": "Running", "stop": "Stopped"}[action]
        self._resources[resource.lower()]["properties"]["properties"]["state"] = reached
        return self._accepted(path)

    def wait(self, _accepted: Accepted, **_how: Any) -> None:
        """Operations have ended when they are accepted."""

    def settle(self, _path: str, **_how: Any) -> None:
        """Resources are settled at once."""

    def _accepted(self, path: str) -> Accepted:
        return Accepted(201, None, None, None, path)

    # -- what a body becomes ---------------------------------------------------------------------------------------

    def place(self, path: str, body: Json, *, state: str = "Succeeded") -> None:
        """Store a resource as a PUT of this body would."""
        old = self._resources.get(path.lower())
        current = {"id": path, "name": path.rpartition("/")[2], "tags": {}, **copy.deepcopy(body)}
        collection = path.split("/")[-2]
        if collection == "datastores":
            self._secrets[path.lower()] = current["properties"].get("credentials", {}).pop("secrets", {})
        if collection in ANSWERS:
            current["properties"]["provisioningState"] = state
            ANSWERS[collection](current, old)
        self._resources[path.lower()] = current


def _merge(current: Json, body: Json) -> None:
    """Lay a PATCH over a resource: a map adds to the one that it meets."""
    for key, value in body.items():
        if isinstance(value, dict) and isinstance(current.get(key), dict):
            _merge(current[key], value)
        else:
            current[key] = value


def _compute(current: Json, old: Json | None) -> None:
    """Assets contract 3.4 to 3.7."""
    outer = current["properties"]
    inner = outer["properties"]
    outer |= {"createdOn": "2024", "modifiedOn": "2025", "description": outer.get("description")}
    if outer["computeType"] == "Kubernetes":
        inner.setdefault("namespace", "default")
        return
    inner["vmSize"] = old["properties"]["properties"]["vmSize"] if old else inner["vmSize"]
    inner.setdefault("subnet", None)
    inner.setdefault("enableNodePublicIp", True)
    if outer["computeType"] == "ComputeInstance":
        inner["state"] = (old or {}).get("properties", {}).get("properties", {}).get("state", "Running")
        return
    scale = {"minNodeCount": 0, **inner["scaleSettings"]}
    inner["scaleSettings"] = {**scale, "nodeIdleTimeBeforeScaleDown": scale.get("nodeIdleTimeBeforeScaleDown", "PT2M")}
    if inner.get("remoteLoginPortPublicAccess", "NotSpecified") == "NotSpecified":
        inner["remoteLoginPortPublicAccess"] = "Enabled"
    if inner.get("userAccountCredentials"):
        inner["userAccountCredentials"]["adminUserPassword"] = None
    defaults = {"vmPriority": "Dedicated", "osType": "Linux", "isolatedNetwork": False, "currentNodeCount": 0}
    inner |= {**defaults, **inner}
    outer.setdefault("disableLocalAuth", False)


def _endpoint(current: Json, old: Json | None) -> None:
    """Batch contract 3.1, 3.2: properties can be added, not altered."""
    properties = current["properties"]
    kept = (old or {}).get("properties", {}).get("properties", {})
    properties["properties"] = {**(properties.get("properties") or {}), **SERVICES_OWN, **kept}
    properties["authMode"] = WORDS[properties["authMode"].lower()]
    properties.setdefault("description", None)
    properties.setdefault("defaults", {"deploymentName": None})
    properties["scoringUri"] = "https://x/jobs"


def _deployment(current: Json, _old: Json | None) -> None:
    """Batch contract 4.2, 4.5."""
    properties = current["properties"]
    given = copy.deepcopy(properties)
    properties |= {**copy.deepcopy(NEW_DEPLOYMENT), **given}
    for group in ("retrySettings", "resources"):
        properties[group] = {**NEW_DEPLOYMENT[group], **given.get(group, {})}
    properties["resources"]["properties"] = properties["resources"]["properties"] or None
    for key in ("description", "codeConfiguration", "environmentId", "model", "compute", "deploymentConfiguration"):
        properties.setdefault(key, None)
    properties.setdefault("environmentVariables", {})
    properties.setdefault("properties", {})
    settings = (properties["deploymentConfiguration"] or {}).get("settings")
    if settings and CONTINUE in settings:
        settings[f"ComponentDeployment.Settings.{CONTINUE}"] = settings.pop(CONTINUE)


# What a body becomes, by collection.
ANSWERS = {
    "computes": _compute,
    "batchEndpoints": _endpoint,
    "deployments": _deployment,
}
