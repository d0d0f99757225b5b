# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the identity of each cluster may use the data of the jobs.

Service fact: operations contract 3.1.2 (stores without credentials are read with the identity of the cluster).
"""

from __future__ import annotations

import typing as t

from .clusters import Cluster, find_clusters
from .data_places import DataPlace, data_places
from .finding import ERROR, Finding, Found, Unknown, Unreadable
from .intended import Intended, read_at
from .rights import missing
from .surfaces import IDENTITY, Surfaces

_ROLES = "Storage Blob Data Reader for inputs, Storage Blob Data Contributor for the default datastore"


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``identity_absent``, ``identity_rights``."""
    clusters = [cluster for cluster in find_clusters(intended, observed) if cluster.nodes]
    for place in data_places(intended, observed) if clusters else ():
        if isinstance(place, Unknown):
            yield place
            continue
        for cluster in clusters:
            try:
                yield from _check_one(cluster, place, observed)
            except Unreadable as failed:
                yield failed.unknown


def _check_one(cluster: Cluster, place: DataPlace, observed: Surfaces) -> t.Iterator[Found]:
    kind = str(cluster.identity.get("type") or "None")
    if kind == "None":
        yield Finding(
            "identity_absent",
            ERROR,
            cluster.subject,
            f"cluster {cluster.name} has no identity, and {place.label} has no credentials",
            "Its nodes could not read the data.",
            f"Give the cluster an identity with {_ROLES}.",
        )
        return
    principals = list(_principals(cluster, observed))
    if not principals:
        yield Unknown(
            cluster.subject,
            f"whether cluster {cluster.name} may use {place.label} is not known",
            "Its identity exists only once the cluster does.",
            "None: create the cluster first, and run the check again",
        )
    elif all(missing(observed.grants(place.account, principal), place.actions) for principal in principals):
        names = ", ".join(action.name for action in place.actions)
        yield Finding(
            "identity_rights",
            ERROR,
            cluster.subject,
            f"the identity of cluster {cluster.name} may not use {place.label}",
            f"No role of it at {place.account} allows {names}.",
            f"Assign a role: {_ROLES}.",
        )


def _principals(cluster: Cluster, observed: Surfaces) -> t.Iterator[str]:
    """Object ids of the identities, as far as they exist."""
    if "SystemAssigned" in str(cluster.identity.get("type")) and cluster.identity.get("principalId"):
        yield str(cluster.identity["principalId"])
    for path, about in (cluster.identity.get("userAssignedIdentities") or {}).items():
        known = (about or {}).get("principalId")
        if known is None:
            known = read_at(observed.around(path, "a managed identity", IDENTITY), "properties.principalId")
        if known is not None:
            yield str(known)
