# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Network settings of the workspace and its storage account, and the private endpoints that they need.

Service fact: operations contract 3.2.1.
"""

from __future__ import annotations

import typing as t

from .._names.arm_id import parse as parse_id
from .._names.json_types import JsonObject
from .clusters import Cluster, find_clusters
from .finding import ERROR, WARNING, Finding, Found
from .intended import Intended, read_at
from .private_links import services, unapproved
from .storage_account import read_account
from .surfaces import Surfaces

SERVICES = ("blob", "file", "queue", "table")
_INSIDE = "Give the cluster a subnet with access, use a managed network, or open the account to it."


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``private_endpoint_pending``, ``storage_private_endpoint``, ``storage_network``, ``managed_network``."""
    yield from unapproved(observed.workspace, "the workspace")
    yield from _managed_network(observed)
    path = str(observed.properties.get("storageAccount") or "")
    if parse_id(path) is None:
        return
    account = read_account(path, observed)
    if account is None:
        yield _finding("storage_absent", path, f"the storage account {_name(path)} does not exist", "Restore it.")
        return
    yield from unapproved(account, f"the storage account {_name(path)}")
    if observed.is_private:
        yield from _private_endpoints(path, account, observed)
    elif is_closed(account):
        yield from _clusters_outside(path, account, intended, observed)


def is_closed(account: JsonObject) -> bool:
    """Whether an account refuses networks that it does not name."""
    access = read_at(account, "properties.publicNetworkAccess", "Enabled")
    return bool(access != "Enabled" or read_at(account, "properties.networkAcls.defaultAction", "Allow") == "Deny")


def _managed_network(observed: Surfaces) -> t.Iterator[Found]:
    network = observed.properties.get("managedNetwork") or {}
    status = read_at(network, "status.status")
    if network.get("isolationMode") not in (None, "Disabled") and status == "Inactive":
        yield Finding(
            "managed_network",
            WARNING,
            observed.id.path,
            "the managed network of the workspace is not provisioned",
            "The first cluster provisions it, which takes long, and may fail for a rule that nobody has tried.",
            "Provision it beforehand.",
        )


def _private_endpoints(path: str, account: JsonObject, observed: Surfaces) -> t.Iterator[Found]:
    """A private workspace needs all four; what could not be read may be one of them."""
    found, unread = services(path, account, observed)
    lacking = [service for service in SERVICES if service not in found]
    if lacking and unread:
        yield from (failed.unknown for failed in unread)
    elif lacking:
        yield _finding(
            "storage_private_endpoint",
            path,
            f"the storage account {_name(path)} has no approved private endpoint for {', '.join(lacking)}",
            f"Create private endpoints for {', '.join(lacking)} in the network of the workspace.",
            "Batch endpoints of a workspace without public access need blob, file, queue and table.",
        )


def _clusters_outside(path: str, account: JsonObject, intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """Clusters that no network rule lets in. Nodes in a subnet may come in through a private endpoint."""
    if read_at(observed.workspace, "properties.managedNetwork.isolationMode", "Disabled") != "Disabled":
        return
    for cluster in find_clusters(intended, observed):
        if cluster.subnet is None or not (_admits(account, cluster) or services(path, account, observed)[0]):
            yield _finding(
                "storage_network",
                cluster.subject,
                f"cluster {cluster.name} cannot reach the storage account {_name(path)}",
                _INSIDE,
                "The account is closed to public networks, and the cluster is in no subnet that it admits.",
            )


def _admits(account: JsonObject, cluster: Cluster) -> bool:
    rules = read_at(account, "properties.networkAcls.virtualNetworkRules", ())
    return str(cluster.subnet).lower() in (str(rule.get("id")).lower() for rule in rules)


def _finding(kind: str, subject: str, what: str, remedy: str, why: str = "Jobs keep their data in it.") -> Finding:
    return Finding(kind, ERROR, subject, what, why, remedy)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
