# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service without HTTP, operations or time: it takes bodies, and answers them as the real one was recorded to."""

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
    """Stands where the engine expects the resource manager. ``writes`` are those of tasks, by method and path."""

    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        self.writes: list[tuple[str, str]] = []
        self._standing: dict[str, Json] = {workspace.lower(): {"location": "eastus"}}
        self._secrets: dict[str, Json] = {}

    # -- what the engine asks for ----------------------------------------------------------------------------------

    def get(self, path: str, **_how: Any) -> Json | None:
        return copy.deepcopy(self._standing.get(path.lower()))

    def list(self, path: str, **_how: Any) -> Iterator[Json]:
        above = f"{path.lower()}/"
        return (copy.deepcopy(one) for key, one in self._standing.items() if key.startswith(above))

    def put(self, path: str, body: Json, **_how: Any) -> Accepted:
        self.writes.append(("PUT", path))
        self.place(path, body)
        return self._accepted(path)

    def patch(self, path: str, body: Json, **_how: Any) -> Accepted:
        self.writes.append(("PATCH", path))
        _merge(self._standing[path.lower()], body)
        return self._accepted(path)

    def delete(self, path: str, **_how: Any) -> Accepted:
        self.writes.append(("DELETE", path))
        for key in [key for key in self._standing if f"{key}/".startswith(f"{path.lower()}/")]:
            del self._standing[key]
        return self._accepted(path)

    def post(self, path: str, _body: Json | None = None, **_how: Any) -> Accepted:
        resource, _slash, action = path.rpartition("/")
        if action == "listSecrets":
            return Accepted(200, copy.deepcopy(self._secrets[resource.lower()]), None, None, path)
        self.writes.append(("POST", path))
        told = {"start": "Running", "stop": "Stopped"}[action]
        self._standing[resource.lower()]["properties"]["properties"]["state"] = told
        return self._accepted(path)

    def wait(self, _accepted: Accepted, **_how: Any) -> None:
        """Operations have ended when they are accepted."""

    def settle(self, _path: str, **_how: Any) -> None:
        """Resources are settled at once."""

    def _accepted(self, path: str) -> Accepted:
        return Accepted(201, None, None, None, path)

    # -- what it makes of a body -----------------------------------------------------------------------------------

    def place(self, path: str, body: Json, *, state: str = "Succeeded") -> None:
        """Let something stand as it would after a PUT of this body."""
        old = self._standing.get(path.lower())
        current = {"id": path, "name": path.rpartition("/")[2], "tags": {}, **copy.deepcopy(body)}
        collection = path.split("/")[-2]
        answered = {"computes": _compute, "batchEndpoints": _endpoint, "deployments": _deployment}
        if collection == "datastores":
            self._secrets[path.lower()] = current["properties"].get("credentials", {}).pop("secrets", {})
        if collection in answered:
            current["properties"]["provisioningState"] = state
            answered[collection](current, old)
        self._standing[path.lower()] = current


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
    told = current["properties"]
    kept = (old or {}).get("properties", {}).get("properties", {})
    told["properties"] = {**(told.get("properties") or {}), **SERVICES_OWN, **kept}
    told["authMode"] = WORDS[told["authMode"].lower()]
    told.setdefault("description", None)
    told.setdefault("defaults", {"deploymentName": None})
    told["scoringUri"] = "https://x/jobs"


def _deployment(current: Json, _old: Json | None) -> None:
    """Batch contract 4.2, 4.5."""
    told = current["properties"]
    given = copy.deepcopy(told)
    told |= {**copy.deepcopy(NEW_DEPLOYMENT), **given}
    for group in ("retrySettings", "resources"):
        told[group] = {**NEW_DEPLOYMENT[group], **given.get(group, {})}
    told["resources"]["properties"] = told["resources"]["properties"] or None
    for key in ("description", "codeConfiguration", "environmentId", "model", "compute", "deploymentConfiguration"):
        told.setdefault(key, None)
    told.setdefault("environmentVariables", {})
    told.setdefault("properties", {})
    settings = (told["deploymentConfiguration"] or {}).get("settings")
    if settings and CONTINUE in settings:
        settings[f"ComponentDeployment.Settings.{CONTINUE}"] = settings.pop(CONTINUE)
