# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Private connections of a resource, and which of its services they are for.

Service fact: operations contract 3.2.1.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._names.json_types import JsonObject
from .finding import ERROR, Finding, Unreadable
from .intended import read_at
from .surfaces import NETWORK, Surfaces

APPROVED = "Approved"


@dataclasses.dataclass(frozen=True)
class Connection:
    """One connection by its id, its status, and the private endpoint behind it."""

    id: str
    status: str
    endpoint: str


def connections(resource: JsonObject | None) -> list[Connection]:
    """The private endpoint connections in the answer of a workspace, a storage account or a container registry."""
    state = "properties.privateLinkServiceConnectionState.status"
    return [
        Connection(
            str(one.get("id") or read_at(one, "properties.privateEndpoint.id", "")),
            str(read_at(one, state, "")),
            str(read_at(one, "properties.privateEndpoint.id", "")),
        )
        for one in read_at(resource, "properties.privateEndpointConnections", ())
    ]


def unapproved(resource: JsonObject | None, label: str) -> t.Iterator[Finding]:
    """``private_endpoint_pending``: a connection that nobody has approved, or that was refused or cut."""
    for one in connections(resource):
        if one.status != APPROVED:
            yield Finding(
                "private_endpoint_pending",
                ERROR,
                one.id,
                f"a private endpoint connection of {label} is {one.status or 'without a status'}",
                "Nothing passes through it.",
                "Approve the connection on the resource, or remove it and create another one.",
            )


def services(path: str, resource: JsonObject | None, observed: Surfaces) -> tuple[set[str], list[Unreadable]]:
    """The services of a resource (``blob``, ``file`` ...) with an approved private endpoint; what could not be read.

    The connection does not say which service it is for: the private endpoint does, and the rules of the workspace's
    managed network.
    """
    found = set(_managed(path, observed))
    unread = []
    for one in connections(resource):
        if one.status == APPROVED:
            try:
                endpoint = observed.around(one.endpoint, "a private endpoint", NETWORK)
            except Unreadable as failed:
                unread.append(failed)
                continue
            found.update(_groups(endpoint, path))
    return found, unread


def _groups(endpoint: JsonObject | None, path: str) -> t.Iterator[str]:
    for kind in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for one in read_at(endpoint, f"properties.{kind}", ()):
            if str(read_at(one, "properties.privateLinkServiceId", "")).lower() == path.lower():
                yield from (str(group).lower() for group in read_at(one, "properties.groupIds", ()))


def _managed(path: str, observed: Surfaces) -> t.Iterator[str]:
    rules = read_at(observed.workspace, "properties.managedNetwork.outboundRules", {})
    for rule in rules.values():
        target = rule.get("destination")
        is_active = isinstance(target, dict) and rule.get("status") in (None, "Active")
        if is_active and str(target.get("serviceResourceId")).lower() == path.lower():
            yield str(target.get("subresourceTarget")).lower()
