# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the quota of subscription, region and workspace suffices for the clusters and the nodes of the jobs.

Service fact: operations contract 1.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._names.json_types import JsonObject
from .clusters import CLUSTER, Cluster, find_clusters
from .finding import ERROR, WARNING, Finding, Found, Unknown, Unreadable
from .intended import Intended, read_at
from .surfaces import ML, Surfaces
from .vm_sizes import find_size

FAMILY, LOW, TOTAL, COMPUTES = (
    "vmfamily/dedicatedcores",
    "vmfamily/lowprioritycores",
    "totaldedicatedcores",
    "totalclusters",
)
TOTAL_LOW = "totallowprioritycores"
WORKSPACE = "workspaces/dedicatedcores"
_ASK = "Ask for more quota, take a smaller size or fewer nodes, or remove clusters that use it."
_PARTS = re.compile(r"[\s_]+")


@dataclasses.dataclass(frozen=True)
class Usage:
    """One entry: a limit, and what is used of it. A negative limit means that there is none."""

    limit: int
    current: int

    @property
    def left(self) -> int | None:
        return None if self.limit < 0 else self.limit - self.current

    def lacks(self, needed: int) -> bool:
        return self.left is not None and needed > 0 and needed > self.left


class Usages:
    """The usages, or quotas, of a region by kind and family; the order of the answer does not matter."""

    def __init__(self, entries: t.Iterable[JsonObject], workspace: str) -> None:
        self._found: dict[tuple[str, str], Usage] = {}
        for entry in entries:
            kind = str(entry.get("type")).lower().removeprefix(f"{ML.lower()}/").rpartition("/")[0]
            is_ours = str(entry.get("id")).lower().startswith(f"{workspace.lower()}/")
            if kind != WORKSPACE or is_ours:
                name = _folded(str(read_at(entry, "name.value", "")))
                usage = Usage(int(entry["limit"]), int(entry.get("currentValue") or 0))
                self._found[kind, name if "/" in kind else ""] = usage

    def of(self, kind: str, family: str = "") -> Usage | None:
        return self._found.get((kind, _folded(family)))


@dataclasses.dataclass(frozen=True)
class _Need:
    """Cores that clusters of one family, or of all, take beyond what they have."""

    clusters: tuple[Cluster, ...]
    cores: int

    @property
    def names(self) -> str:
        return ", ".join(cluster.name for cluster in self.clusters)


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``quota_family``, ``quota_region``, ``quota_workspace``, ``quota_computes``: too little is left.

    ``instance_count``, ``cluster_limit``: more nodes than a cluster, or its family, can have. Raises Unreadable.
    """
    clusters = find_clusters(intended, observed)
    yield from _instance_counts(clusters)
    for region in dict.fromkeys(cluster.region.lower() for cluster in clusters):
        try:
            yield from _region([one for one in clusters if one.region.lower() == region], region, observed)
        except Unreadable as failed:
            yield failed.unknown


def _instance_counts(clusters: t.Iterable[Cluster]) -> t.Iterator[Found]:
    for cluster in clusters:
        if cluster.kind == CLUSTER and cluster.nodes > cluster.maximum:
            yield Finding(
                "instance_count",
                ERROR,
                cluster.at,
                f"a job takes {cluster.nodes} nodes, and cluster {cluster.name} has at most {cluster.maximum}",
                "The job would wait for nodes that never come.",
                "Raise max_instances of the cluster, or lower instance_count.",
            )


def _region(clusters: list[Cluster], region: str, observed: Surfaces) -> t.Iterator[Found]:
    usages = Usages(observed.of_region("usages", region), observed.id.path)
    yield from _number_of_computes(clusters, region, usages)
    sizes = observed.of_region("vmSizes", region)
    sized = [(cluster, size) for cluster in clusters if (size := find_size(sizes, cluster.size)) is not None]
    families: dict[tuple[str, bool], list[tuple[Cluster, JsonObject]]] = {}
    for cluster, size in sized:
        families.setdefault((str(size["family"]), cluster.is_low_priority), []).append((cluster, size))
    for (family, is_low), members in families.items():
        yield from _family(family, is_low, members, usages, observed, region)
    for is_low, kind in ((False, TOTAL), (True, TOTAL_LOW)):
        need = _need([member for member in sized if member[0].is_low_priority == is_low])
        yield from _lacking("quota_region", need, usages.of(kind), f"all families in {region}")


def _number_of_computes(clusters: list[Cluster], region: str, usages: Usages) -> t.Iterator[Found]:
    new = [cluster for cluster in clusters if cluster.is_new]
    usage = usages.of(COMPUTES)
    if usage is not None and usage.lacks(len(new)):
        yield Finding(
            "quota_computes",
            ERROR,
            new[0].subject,
            f"{len(new)} computes are to be created, and {region} has {usage.left} left",
            f"{usage.current} of {usage.limit} are in use.",
            "Delete computes that are not used, or ask for more quota.",
        )


def _family(
    family: str,
    is_low: bool,
    members: list[tuple[Cluster, JsonObject]],
    usages: Usages,
    observed: Surfaces,
    region: str,
) -> t.Iterator[Found]:
    priority = "low-priority " if is_low else ""
    label = f"{priority}family {family} in {region}"
    usage, need = usages.of(LOW if is_low else FAMILY, family), _need(members)
    if usage is None:
        yield Unknown(
            members[0][0].subject,
            f"the quota of {label} is not known",
            "The usages of the region do not list it.",
            f"{ML}/locations/usages/read at the subscription",
        )
        return
    yield from _lacking("quota_family", need, usage, label)
    yield from _cluster_limits(members, usage, label)
    if not is_low and not usage.lacks(need.cores):
        yield from _share(family, need, usages, observed, region)


def _cluster_limits(members: list[tuple[Cluster, JsonObject]], usage: Usage, label: str) -> t.Iterator[Found]:
    """A cluster that can never have all its nodes, although its jobs may do with fewer."""
    for cluster, size in members:
        cores = cluster.maximum * int(size["vCPUs"])
        if cluster.kind == CLUSTER and 0 <= usage.limit < cores and not usage.lacks(_cores(cluster, size)):
            yield Finding(
                "cluster_limit",
                WARNING,
                cluster.subject,
                f"{cluster.name} may grow to {cluster.maximum} nodes with {cores} vCPUs, and {label} has {usage.limit}",
                "It would never reach its maximum.",
                _ASK,
            )


def _share(family: str, need: _Need, usages: Usages, observed: Surfaces, region: str) -> t.Iterator[Found]:
    """The share that the workspace may have of the family; usages of workspaces may not be listed, quotas are."""
    share = usages.of(WORKSPACE, family)
    if share is None:
        share = Usages(observed.of_region("quotas", region), observed.id.path).of(WORKSPACE, family)
    yield from _lacking("quota_workspace", need, share, f"the workspace's share of family {family}")


def _lacking(kind: str, need: _Need, usage: Usage | None, label: str) -> t.Iterator[Found]:
    if usage is not None and usage.lacks(need.cores):
        yield Finding(
            kind,
            ERROR,
            need.clusters[0].subject,
            f"{need.names} needs {need.cores} vCPUs more, and {label} has {usage.left} left",
            f"{usage.current} of {usage.limit} vCPUs are in use. Clusters are not created, and jobs fail.",
            _ASK,
        )


def _need(members: t.Sequence[tuple[Cluster, JsonObject]]) -> _Need:
    return _Need(tuple(cluster for cluster, _size in members), sum(_cores(*member) for member in members))


def _cores(cluster: Cluster, size: JsonObject) -> int:
    return cluster.needed * int(size["vCPUs"])


def _folded(name: str) -> str:
    """Names are spelled in several ways: case, blanks and underscores do not matter."""
    return _PARTS.sub("", name).lower()
