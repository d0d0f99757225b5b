# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Settings of the container registry that batch jobs cannot work with.

Service fact: operations contract 3.2.1.
"""

from __future__ import annotations

import typing as t

from .._names.arm_id import parse as parse_id
from .._names.json_types import JsonObject
from .finding import ERROR, WARNING, Finding, Found
from .intended import Intended, read_at
from .private_links import APPROVED, connections, unapproved
from .surfaces import REGISTRY, Surfaces

_ENABLED = "enabled"


def check(_intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``registry_quarantine``, ``registry_customer_key``, ``registry_network``, ``registry_absent``.

    A workspace may have no registry until its first image is built.
    """
    path = str(observed.properties.get("containerRegistry") or "")
    if parse_id(path) is None:
        return
    name = path.rpartition("/")[2]
    registry = observed.around(path, "the container registry", REGISTRY)
    if registry is None:
        yield Finding(
            "registry_absent",
            ERROR,
            path,
            f"the container registry {name} does not exist",
            "Images of environments are kept in it.",
            "Restore it, or give the workspace another one.",
        )
        return
    yield from unapproved(registry, f"the container registry {name}")
    severity = ERROR if observed.is_private else WARNING
    if _is_on(registry, "properties.policies.quarantinePolicy.status"):
        yield _unsupported("registry_quarantine", severity, path, f"the container registry {name} has quarantine")
    if _is_on(registry, "properties.encryption.status"):
        what = f"the container registry {name} is encrypted with a key of the customer"
        yield _unsupported("registry_customer_key", severity, path, what)
    yield from _closed(registry, path, name, observed)


def _closed(registry: JsonObject, path: str, name: str, observed: Surfaces) -> t.Iterator[Found]:
    """A registry without public access that has no private endpoint either."""
    is_open = read_at(registry, "properties.publicNetworkAccess", "Enabled") == "Enabled"
    is_managed = read_at(observed.workspace, "properties.managedNetwork.isolationMode", "Disabled") != "Disabled"
    has_link = any(one.status == APPROVED for one in connections(registry))
    if not (is_open or is_managed or has_link):
        yield Finding(
            "registry_network",
            ERROR,
            path,
            f"the container registry {name} is closed to public networks and has no approved private endpoint",
            "Nodes could not load the image of the environment.",
            "Create a private endpoint for it in the network of the clusters.",
        )


def _is_on(registry: JsonObject, at: str) -> bool:
    return str(read_at(registry, at, "")).lower() == _ENABLED


def _unsupported(kind: str, severity: str, path: str, what: str) -> Finding:
    why = "Batch endpoints in private networks do not support it."
    return Finding(kind, severity, path, what, why, "Turn it off, or give the workspace another registry.")
