"""Resources around a workspace that other providers serve: its storage account, its key vault, and what a test adds.

Service fact: operations contract 3.2.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .state import State


class Surroundings:
    """Resources by ARM id, and changes of the workspace's own answer."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._changes: dict[str, dict[str, Any] | None] = {}

    def change(self, resources: Any) -> None:
        """Lay bodies over those of the resources with these ids; null removes one. Raises ValueError."""
        if not isinstance(resources, dict) or not all(str(path).startswith("/subscriptions/") for path in resources):
            raise ValueError("send an object of ARM ids, each with the body to lay over that of the resource, or null")
        if wrong := [path for path, body in resources.items() if not isinstance(body, dict | None)]:
            raise ValueError(f"the body of {wrong[0]} is no object")
        for path, body in resources.items():
            known = self._changes.get(_key(path)) or {}
            self._changes[_key(path)] = None if body is None else merged(known, {"id": path, **body})

    def clear(self) -> None:
        """Have the resources of the start."""
        self._changes.clear()

    def over(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer of a resource that the emulator itself serves, with its changes."""
        return merged(body, self._changes.get(_key(path)) or {})

    def find(self, path: str) -> dict[str, Any] | None:
        """A resource of another provider, None if there is none."""
        key = _key(path)
        if key in self._changes and self._changes[key] is None:
            return None
        base = next((body for body in self._defaults() if _key(body["id"]) == key), None)
        change = self._changes.get(key)
        if base is None and change is None:
            return None
        return merged(base or _bare(str((change or {})["id"]), self._state.settings.region), change or {})

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """All of them."""
        paths = [body["id"] for body in self._defaults()]
        paths += [body["id"] for key, body in self._changes.items() if body and key not in map(_key, paths)]
        return (found for path in paths if (found := self.find(path)) is not None)

    def _defaults(self) -> Iterator[dict[str, Any]]:
        settings, storage = self._state.settings, self._state.storage
        group = f"/subscriptions/{settings.subscription_id}/resourceGroups/{settings.resource_group}/providers"
        account = storage.account_name
        yield {
            **_bare(f"{group}/Microsoft.Storage/storageAccounts/{account}", settings.region),
            "sku": {"name": "Standard_LRS", "tier": "Standard"},
            "kind": "StorageV2",
            "properties": {
                "provisioningState": "Succeeded",
                "primaryEndpoints": {"blob": f"https://{storage.endpoint}/{account}/"},
                "primaryLocation": settings.region,
                "statusOfPrimary": "available",
                "supportsHttpsTrafficOnly": True,
                "isHnsEnabled": False,
                "minimumTlsVersion": "TLS1_2",
                "allowBlobPublicAccess": False,
                "allowSharedKeyAccess": True,
                "publicNetworkAccess": "Enabled",
                "networkAcls": {
                    "bypass": "AzureServices",
                    "virtualNetworkRules": [],
                    "ipRules": [],
                    "defaultAction": "Allow",
                },
                "privateEndpointConnections": [],
            },
        }
        yield {
            **_bare(f"{group}/Microsoft.Keyvault/vaults/kv-emulator", settings.region),
            "properties": {"provisioningState": "Succeeded", "publicNetworkAccess": "Enabled"},
        }


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid over `base`, object by object."""
    result = copy.deepcopy(dict(base))
    for name, value in over.items():
        known = result.get(name)
        result[name] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def _bare(path: str, region: str) -> dict[str, Any]:
    segments = path.strip("/").split("/")
    kind = "/".join([segments[5], *segments[6::2]]) if len(segments) > 6 else segments[-2]
    return {"id": path, "name": segments[-1], "type": kind, "location": region, "tags": {}, "properties": {}}


def _key(path: str) -> str:
    return path.strip("/").lower()
