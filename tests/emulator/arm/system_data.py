"""The `systemData` block, which each back end fills differently (asset contract 1.10, batch contract 1)."""

from __future__ import annotations

from typing import Any

from ..state import Resource

USER = "Emulator Client"
_KIND = "User"


def of_asset(resource: Resource) -> dict[str, Any]:
    """Of a version, container or datastore."""
    data = {"createdAt": resource.created_at, "createdBy": USER, "createdByType": _KIND}
    data["lastModifiedAt"] = resource.modified_at
    if resource.modified_by:
        data |= {"lastModifiedBy": USER, "lastModifiedByType": _KIND}
    return data


def of_batch(resource: Resource) -> dict[str, Any]:
    """Of an endpoint or deployment."""
    return {"createdAt": resource.created_at, "createdBy": USER, "lastModifiedAt": resource.modified_at}
