# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The clusters that will run jobs, existing and planned ones, and how many nodes they need."""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.entry import Entry
from .._names.json_types import JsonObject
from .._names.references import expand
from .finding import Unreadable
from .intended import COMPUTES, Intended, read_at, references
from .surfaces import Surfaces

INNER = "properties.properties"
CLUSTER, INSTANCE = "AmlCompute", "ComputeInstance"
LOW_PRIORITY = "LowPriority"
_DEFAULT_SIZE, _DEFAULT_MAXIMUM = "STANDARD_DS3_V2", 4


@dataclasses.dataclass(frozen=True)
class Cluster:
    """A cluster or compute instance as it will be once the entries are applied.

    - ``subject``: the entry, or the ARM id of one that is only referred to
    - ``nodes``: how many nodes a job of the task takes; ``at`` names the entry that asks for most
    - ``running``: nodes that it has now
    """

    subject: str
    name: str
    path: str
    kind: str
    size: str
    region: str
    priority: str
    minimum: int
    maximum: int
    running: int
    is_new: bool
    identity: t.Mapping[str, t.Any]
    subnet: str | None
    nodes: int = 0
    at: str = ""

    @property
    def is_low_priority(self) -> bool:
        return self.priority == LOW_PRIORITY

    @property
    def needed(self) -> int:
        """Nodes beyond those that it has now."""
        least = self.minimum if self.kind == CLUSTER else 1
        return max(max(least, min(self.nodes, self.maximum)) - self.running, 0)


def find_clusters(intended: Intended, observed: Surfaces) -> list[Cluster]:
    """The clusters and instances of the entries, and those that deployments and jobs run on.

    Others, such as Kubernetes, are left out. Raises Unreadable.
    """
    demands = list(_demands(intended, observed))
    found: dict[str, Cluster] = {}
    for entry in intended.computes:
        path = intended.workspace.child(COMPUTES, entry.name)
        found[path.lower()] = _planned(entry, path, intended, observed)
    for path, _nodes, _at in demands:
        if path.lower() not in found:
            current = observed.child(path, "a compute")
            if current is not None:
                found[path.lower()] = _cluster(path, path, {}, current, observed.region)
    return [
        _with_demand(cluster, [(nodes, at) for path, nodes, at in demands if path.lower() == cluster.path.lower()])
        for cluster in found.values()
        if cluster.kind in (CLUSTER, INSTANCE)
    ]


def _demands(intended: Intended, observed: Surfaces) -> t.Iterator[tuple[str, int, str]]:
    """ARM id of a compute, nodes, and the entry that needs them."""
    counts = {}
    for deployment in intended.deployments:
        path = _compute_of(deployment, intended)
        if path is not None:
            count = int(read_at(deployment.options, "resources.instance_count", 1))
            counts[deployment.name.lower()] = (path, count)
            yield path, count, deployment.at
    for job in intended.jobs:
        route = _route_of(job, intended, observed, counts)
        if route is not None:
            yield route[0], int(job.options.get("instance_count") or route[1]), job.at


def _route_of(
    job: Entry, intended: Intended, observed: Surfaces, planned: t.Mapping[str, tuple[str, int]]
) -> tuple[str, int] | None:
    """Compute and nodes of the deployment that a job goes to, None if it is not known yet."""
    endpoint = intended.scoring_endpoint
    name = job.options.get("deployment_name") or intended.default
    if endpoint is None:
        return None
    if name is None:
        path = intended.workspace.child("batchEndpoints", endpoint)
        name = read_at(observed.child(path, "the endpoint"), "properties.defaults.deploymentName")
    if name is None or str(name).lower() in planned:
        return planned.get(str(name).lower())
    path = intended.workspace.child("batchEndpoints", endpoint, "deployments", str(name))
    current = observed.child(path, "a deployment")
    compute = read_at(current, "properties.compute")
    return (str(compute), int(read_at(current, "properties.resources.instanceCount", 1))) if compute else None


def _compute_of(deployment: Entry, intended: Intended) -> str | None:
    for _option, kind, text in references(deployment):
        if kind == COMPUTES:
            try:
                return expand(text, COMPUTES, intended.workspace)
            except ValueError:  # a check of its own reports it
                return None
    return None


def _planned(entry: Entry, path: str, intended: Intended, observed: Surfaces) -> Cluster:
    try:
        current = observed.child(path, "a compute")
    except Unreadable:
        current = None
    return _cluster(entry.at, path, intended.json(entry), current, observed.region, kind=_kind(entry))


def _kind(entry: Entry) -> str | None:
    return t.cast("str | None", entry.table.constants.get("properties.computeType"))


def _cluster(
    subject: str,
    path: str,
    given: t.Mapping[str, t.Any],
    current: JsonObject | None,
    region: str,
    kind: str | None = None,
) -> Cluster:
    """The current resource with what the entry gives laid over it."""

    def value(at: str, default: t.Any) -> t.Any:
        return given[at] if given.get(at) is not None else read_at(current, at, default)

    scale = f"{INNER}.scaleSettings"
    return Cluster(
        subject=subject,
        name=path.rpartition("/")[2],
        path=path,
        kind=kind or str(read_at(current, "properties.computeType", "")),
        size=str(value(f"{INNER}.vmSize", _DEFAULT_SIZE)),
        region=str(value("location", region)),
        priority=str(value(f"{INNER}.vmPriority", "Dedicated")),
        minimum=int(value(f"{scale}.minNodeCount", 0)),
        maximum=int(value(f"{scale}.maxNodeCount", 1 if kind == INSTANCE else _DEFAULT_MAXIMUM)),
        running=_running(current),
        is_new=current is None,
        identity={**read_at(current, "identity", {}), **(given.get("identity") or {})},
        subnet=value(f"{INNER}.subnet.id", None),
    )


def _running(current: JsonObject | None) -> int:
    if read_at(current, "properties.computeType") == INSTANCE:
        return int(read_at(current, f"{INNER}.state") == "Running")
    return int(read_at(current, f"{INNER}.currentNodeCount", 0))


def _with_demand(cluster: Cluster, demands: t.Sequence[tuple[int, str]]) -> Cluster:
    if not demands:
        return cluster
    nodes, at = max(demands, key=lambda demand: demand[0])
    return dataclasses.replace(cluster, nodes=nodes, at=at)
