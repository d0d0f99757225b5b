# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What the caller has to be allowed to do for the entries, by scope.

Service fact: operations contract 3.1.2. The actions of requests follow from their paths (operations contract 3.1.1).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .clusters import find_clusters
from .data_places import DataPlace, data_places
from .finding import Unknown, Unreadable
from .intended import DATA, Intended, references
from .rights import Action
from .surfaces import ML, Surfaces

_BELOW = f"{ML}/workspaces"
_REGISTRY_ASSET = re.compile(r"azureml://registries/(?P<name>[\w-]+)/", re.IGNORECASE)
_REGISTRIES = (
    "resources | where type =~ 'microsoft.machinelearningservices/registries' and name =~ '{name}' | project id, name"
)
# Without these a request of the roles is refused.
_SCORING = (
    *("batchEndpoints/read", "batchEndpoints/deployments/read", "batchEndpoints/jobs/write"),
    *("batchEndpoints/deployments/jobs/write", "datastores/read", "jobs/read", "experiments/runs/read"),
)
# The documentation lists these for whoever starts a job; which of them the service asks for was not recorded.
_DOCUMENTED = (
    *("batchEndpoints/write", "batchEndpoints/deployments/write", "data/versions/write"),
    *("datasets/registered/read", "datasets/registered/write", "datasets/unregistered/read"),
    *("datasets/unregistered/write", "datastores/write", "datastores/listsecrets/action"),
    *("listStorageAccountKeys/action", "computes/read", "computes/listKeys/action", "metadata/secrets/read"),
    *("metadata/snapshots/read", "metadata/artifacts/read", "metadata/artifacts/write", "experiments/read"),
    *("experiments/runs/write", "experiments/runs/submit/action", "metrics/resource/write", "modules/read"),
    *("models/read", "endpoints/pipelines/read", "endpoints/pipelines/write", "environments/read"),
    *("environments/write", "environments/build/action", "environments/readSecrets/action"),
)


@dataclasses.dataclass(frozen=True)
class Required:
    """Actions at one scope. ``advised``: those that the documentation lists, without which the task may still do."""

    scope: str
    label: str
    actions: tuple[Action, ...]
    advised: tuple[Action, ...] = ()


def required_actions(intended: Intended, observed: Surfaces) -> t.Iterator[Required | Unknown]:
    """All scopes at which the entries need something: workspace, storage, registries, subnets, identities."""
    home = intended.workspace
    essential = tuple(dict.fromkeys(_named(_of_workspace(intended))))
    advised = tuple(one for one in _named(_advised(intended)) if one not in essential)
    yield Required(home.path, f"workspace {home.name}", essential, advised)
    yield from _of_storage(intended, observed)
    yield from _of_registries(intended, observed)
    yield from _of_clusters(intended, observed)


def _named(parts: t.Iterable[str]) -> t.Iterator[Action]:
    return (Action(f"{_BELOW}/{part}") for part in parts)


def _of_workspace(intended: Intended) -> t.Iterator[str]:
    yield "read"
    if intended.endpoint:
        yield from ("batchEndpoints/read", "batchEndpoints/write")
    if intended.deployments:
        yield from ("batchEndpoints/deployments/read", "batchEndpoints/deployments/write")
    if intended.computes:
        yield from ("computes/read", "computes/write")
    for kind, entries in intended.assets.items():
        if entries:
            yield from (f"{kind}/read", f"{kind}/versions/read", f"{kind}/versions/write")
    if intended.uploads:
        yield from ("datastores/read", "datastores/listSecrets/action")
    if intended.is_scoring:
        yield from _SCORING
        if any(item.is_asset and item.collection == DATA for _job, item in intended.inputs()):
            yield "data/versions/read"


def _advised(intended: Intended) -> t.Iterator[str]:
    if intended.is_scoring:
        yield from _DOCUMENTED
    if intended.assets.get("codes"):
        yield "codes/versions/startPendingUpload/action"  # its name follows from the path, and no list has it


def _of_storage(intended: Intended, observed: Surfaces) -> t.Iterator[Required | Unknown]:
    """Data that the caller uploads, and that the job reads and writes with the caller's identity."""
    if not (intended.is_scoring or intended.uploads):
        return
    for place in data_places(intended, observed):
        if isinstance(place, DataPlace):
            yield Required(place.account, f"{place.label} (storage account)", place.actions)
        else:
            yield place


def _of_registries(intended: Intended, observed: Surfaces) -> t.Iterator[Required | Unknown]:
    """Registries whose assets are used. Service fact: operations contract 3.1.2."""
    texts = [text for entry in intended.deployments for _option, _kind, text in references(entry)]
    names = {found["name"].lower(): found["name"] for text in texts if (found := _REGISTRY_ASSET.match(text))}
    for name in names.values():
        actions = (Action(f"{ML}/registries/read"), Action(f"{ML}/registries/assets/read"))
        try:
            rows = observed.graph(_REGISTRIES.format(name=name))
        except Unreadable as failed:
            yield failed.unknown
            continue
        if rows:
            yield Required(str(rows[0]["id"]), f"registry {name}", actions)
        else:
            why = "Resource Graph shows no such registry to the caller, and it may be in another subscription."
            yield Unknown(f"registry {name}", f"whether registry {name} may be used is not known", why, actions[0].name)


def _of_clusters(intended: Intended, observed: Surfaces) -> t.Iterator[Required]:
    """Subnets that planned clusters join, and identities that are assigned to them or to the endpoint."""
    planned = {entry.at for entry in intended.computes}
    for cluster in find_clusters(intended, observed):
        if cluster.subnet and cluster.subject in planned:
            join = Action("Microsoft.Network/virtualNetworks/subnets/join/action")
            yield Required(cluster.subnet, f"the subnet of cluster {cluster.name}", (join,))
    entries = [*intended.computes, *([intended.endpoint] if intended.endpoint else [])]
    assign = Action("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action")
    for entry in entries:
        given = intended.json(entry).get("identity") or {}
        for path in given.get("userAssignedIdentities") or {}:
            yield Required(path, f"the identity of {entry.name}", (assign,))
