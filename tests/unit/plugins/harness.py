# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For tests of modules: the requests of a module with their answers, and its output."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

ARM = "https://management.azure.com"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
WORKSPACE = f"{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.MachineLearningServices/workspaces/ws1"
OPERATION = f"{SUBSCRIPTION}/providers/Microsoft.MachineLearningServices/locations/eastus/mfeOperationsStatus/op1"

# None of these may be printed.
CLIENT_SECRET = "planted-client-secret-7f3a"
TOKEN = "planted-management-token-91bc"
SIGNATURE = "planted-operation-signature-55de"
SIGNED_OPERATION = f"{ARM}{OPERATION}?api-version=2024-10-01&t=1&c=certificate&s={SIGNATURE}&h=hash"

CONNECTION = {
    "subscription_id": "00000000-0000-0000-0000-000000000000",
    "resource_group": "rg1",
    "workspace_name": "ws1",
    "tenant": "tenant1",
    "client_id": "client1",
    "secret": CLIENT_SECRET,
}


@dataclass
class Call:
    """A request that the module has to make, and its answer. ``path`` is absolute or relative to the workspace."""

    method: str
    path: str
    status: int = 200
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    version: str = "2024-10-01"
    sent: Any = None  # the JSON that came with the request

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = self.path if self.path.startswith("/") else f"{WORKSPACE}/{self.path}".rstrip("/")
        assert (request.method, request.url.path) == (self.method, path)
        query = dict(request.url.params)
        assert query.pop("api-version") == self.version
        if self.path != OPERATION:
            assert query == self.query
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        self.sent = json.loads(request.content) if request.content else None
        return httpx.Response(self.status, json=self.body, headers=self.headers)


def get(path: str, body: Any = None, **query: str) -> Call:
    """A GET. Without a body the answer is the service's 404 for an absent resource."""
    return Call("GET", path, 404 if body is None else 200, body or not_found(path), query)


@dataclass
class Stored(Call):
    """A GET after a write: ``body`` with what came with the write, as a service shows it that stores all of it."""

    write: Call | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert self.write is not None
        self.body = _laid_over(self.body, self.write.sent)
        return super().__call__(request)


def stored(write: Call, body: Any = None) -> Call:
    """A GET after ``write`` to a resource that is otherwise as ``body``, by default the answer to the write."""
    return Stored("GET", write.path, 200, write.body if body is None else body, version=write.version, write=write)


_REPLACED = ("tags", "environmentVariables", "userAssignedIdentities", "credentials")
_NEVER_RETURNED = ("secrets", "adminUserPassword")


def _laid_over(body: Any, sent: Any) -> Any:
    """Groups of fields add to each other, values and maps replace each other. No secret is returned."""
    if not isinstance(sent, dict):
        return sent
    base = body if isinstance(body, dict) else {}
    return {
        **base,
        **{
            key: _laid_over({} if key in _REPLACED else base.get(key), value)
            for key, value in sent.items()
            if key not in _NEVER_RETURNED
        },
    }


def put(path: str, status: int = 201, body: Any = None, operation: bool = True) -> Call:
    headers = {"Azure-AsyncOperation": SIGNED_OPERATION} if operation else {}
    return Call("PUT", path, status, body, headers=headers)


def patch(path: str, status: int = 202) -> Call:
    return Call("PATCH", path, status, headers={"Azure-AsyncOperation": SIGNED_OPERATION})


def act(path: str, status: int = 202, body: Any = None) -> Call:
    """A POST."""
    return Call("POST", path, status, body, headers={"Azure-AsyncOperation": SIGNED_OPERATION} if status == 202 else {})


def delete(path: str, status: int = 202, body: Any = None, operation: bool = True, **query: str) -> Call:
    headers = {"Azure-AsyncOperation": SIGNED_OPERATION} if operation else {}
    return Call("DELETE", path, status, body, query, headers)


def poll(status: str = "Succeeded", *, after: float = 0, **more: Any) -> Call:
    """A poll of the operation that ``put`` or ``delete`` started; ``after`` is the Retry-After of its answer."""
    headers = {"Retry-After": str(after)} if after else {}
    return Call("GET", OPERATION, 200, {"status": status, **more}, headers=headers)


def no_users() -> Call:
    """What is read before something is deleted that deployments may refer to: there are no endpoints."""
    return get("batchEndpoints", {"value": []})


def no_jobs() -> Call:
    """What is read before something is deleted on which jobs may run: there are none."""
    return get("jobs", {"value": []}, jobType="Pipeline", listViewType="All")


def not_found(path: str) -> dict[str, Any]:
    """The answer of the newest back end (batch contract 9.1)."""
    cause = {"code": "NotFound", "innerError": {"code": "EndpointNotFound", "innerError": None}}
    return error(
        "UserError", f"{path} does not exist.", additionalInfo=[{"type": "InnerError", "info": {"value": cause}}]
    )


def error(code: str, message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "details": [], **more}}


@dataclass
class Outcome:
    """The parsed output of a module, and its warnings."""

    result: dict[str, Any]
    warnings: list[str]

    def __getitem__(self, key: str) -> Any:
        return self.result[key]

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed"))


Run = Callable[..., Outcome]
