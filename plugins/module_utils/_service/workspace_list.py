# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The workspaces of subscriptions: by Resource Graph in few requests, or by the list of each subscription."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .._errors import ServiceError
from .._names.arm_id import PROVIDER
from .._names.json_types import Json, JsonObject
from .arm import Arm

GRAPH = "/providers/Microsoft.ResourceGraph/resources"
GRAPH_API_VERSION = "2021-03-01"
# The continuation needs the id of each row. Service fact: operations contract 7.
QUERY = (
    "resources | where type =~ 'microsoft.machinelearningservices/workspaces' "
    "| project id, name, resourceGroup, subscriptionId, location, kind, sku, tags"
)
_PAGE = 1000


@dataclass(frozen=True)
class FoundWorkspace:
    """One workspace of a list."""

    id: str
    name: str
    resource_group: str
    subscription_id: str
    location: str
    kind: str
    sku: str
    tags: dict[str, str]

    def shown(self) -> JsonObject:
        return dict(vars(self))


def by_graph(arm: Arm, subscriptions: Sequence[str]) -> Iterator[FoundWorkspace]:
    """Those that the caller may read, of these subscriptions or (none given) of the whole tenant.

    One request per 1,000 workspaces. They may be some seconds old. Raises ServiceError, ConnectionFailed.
    """
    options: JsonObject = {"$top": _PAGE, "resultFormat": "objectArray"}
    while True:
        body: JsonObject = {"query": QUERY, "options": options}
        if subscriptions:
            body["subscriptions"] = list(subscriptions)
        answer = arm.post(GRAPH, body, api_version=GRAPH_API_VERSION, safe_to_repeat=True).body
        if not isinstance(answer, dict):
            raise ServiceError("Could not list the workspaces: Resource Graph gave no JSON object. Run again.")
        for row in answer.get("data") or ():
            yield _found(row)
        token = answer.get("$skipToken")
        if not token:
            return
        options = {**options, "$skipToken": token}


def by_lists(arm: Arm, subscriptions: Sequence[str]) -> Iterator[FoundWorkspace]:
    """Those of each subscription, one request per page. Raises ServiceError, ConnectionFailed."""
    for subscription in subscriptions:
        for body in arm.list(f"/subscriptions/{subscription}/providers/{PROVIDER}/workspaces"):
            yield _found(body)


def _found(body: Json) -> FoundWorkspace:
    segments = str(body["id"]).strip("/").split("/")
    sku = body.get("sku")
    return FoundWorkspace(
        id=str(body["id"]),
        name=str(body["name"]),
        resource_group=segments[3],
        subscription_id=segments[1],
        location=str(body.get("location") or ""),
        kind=str(body.get("kind") or "Default"),
        sku=str((sku.get("name") if isinstance(sku, dict) else sku) or ""),
        tags={str(tag): str(value) for tag, value in (body.get("tags") or {}).items()},
    )


def in_scope(
    found: t.Iterable[FoundWorkspace], resource_group: str | None, name: str | None
) -> Iterator[FoundWorkspace]:
    """Those of one resource group, or of one name; None is any. Neither has a case."""
    for one in found:
        in_group = resource_group is None or one.resource_group.lower() == resource_group.lower()
        if in_group and (name is None or one.name.lower() == name.lower()):
            yield one
