"""Quotas of a subscription in a region: what is used, what is allowed, and the shares of its workspaces.

Service fact: operations contract 1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..settings import PROVIDER
from ..state import State
from . import compute_instances
from .call import Answer, Call
from .listing import page
from .quota_limits import NO_OWN_LIMIT, QuotaLimits, own_share, set_share
from .shapes import Field, Json, shape
from .vm_sizes import FAMILIES, VmSize, find_family, find_size

_DEDICATED, _LOW = "Dedicated", "LowPriority"
_UPDATE = shape(Field("value", Json(list, "an array"), required="must not be empty."), Field("location"))
_ID = re.compile(r"(?P<owner>.*)/quotas/(?P<family>[^/]+)", re.IGNORECASE)


async def usages(call: Call) -> Answer:
    """Computes, cores in all, then each family, dedicated and of low priority; by default on one page. (C9)"""
    limits = QuotaLimits(call.state)
    machines = [machine for state in _in_region(call) for machine in _machines(state)]
    used = Counter[tuple[str, str]]()
    for size, priority, nodes in machines:
        if size is not None:
            used[size.family, priority] += nodes * size.vcpus
    dedicated = sum(cores for (_family, priority), cores in used.items() if priority == _DEDICATED)
    totals = [
        ("TotalClusters", "Total Clusters", "totalClusters", len(machines), limits.clusters),
        (
            "TotalDedicatedCores",
            "Total Cluster Dedicated Regional vCPUs",
            "totalDedicatedCores",
            dedicated,
            limits.cores,
        ),
    ]
    subscription = _subscription(call)
    value = []
    for priority, kind in ((_DEDICATED, "dedicatedCores"), (_LOW, "lowPriorityCores")):
        for family in FAMILIES:
            limit = limits.of(family) if priority == _DEDICATED else NO_OWN_LIMIT
            place = f"{subscription}/usages/{family.replace(' ', '_')}"
            shown = _localized(family, priority)
            value.append(_usage(family, shown, f"vmFamily/{kind}", used[family, priority], limit, place))
    if call.state.policies["workspace_quota_usages"] == "shown":
        value += [entry for state in _in_region(call) for entry in _shares(state)]
    regional = [_usage(name, shown, kind, current, limit, subscription) for name, shown, kind, current, limit in totals]
    is_first = call.state.policies["usages_order"] == "totals_first"
    return page(call, [*regional, *value] if is_first else [*value, *regional], dict, **_on_one_page(call, len(value)))


def _on_one_page(call: Call, families: int) -> dict[str, Any]:
    """How large the pages of usages are."""
    return {"size": call.state.policies.number("usages_page_size") or families + 10, "tokens": "numbers"}


def _shares(state: State) -> Iterator[dict[str, Any]]:
    """Usages of the families of which a workspace has a share of its own."""
    for family in FAMILIES:
        share = own_share(state, family)
        if share is not None:
            used = _dedicated(state, family)
            place = f"{state.settings.workspace_path}/usages/{family.replace(' ', '_')}"
            yield _usage(family, _localized(family, _DEDICATED), "workspaces/dedicatedCores", used, share, place)


async def quotas(call: Call) -> Answer:
    """For each family the subscription's limit, then the share of each workspace in the region."""
    limits = QuotaLimits(call.state)
    value = []
    for family in FAMILIES:
        value.append(_quota(family, limits.of(family), "vmFamily", _subscription(call), None))
        for state in _in_region(call):
            settings = state.settings
            share = limits.share(state, family)
            value.append(_quota(family, share, "workspaces", settings.workspace_path, settings.region))
    return Answer(200, {"value": value})


async def update(call: Call) -> Answer:
    """Set shares of workspaces; each entry is answered with what became of it."""
    entries = call.bind(_UPDATE, "Quota")["value"]
    return Answer(200, {"value": [_updated(call, entry if isinstance(entry, dict) else {}) for entry in entries]})


def _updated(call: Call, entry: dict[str, Any]) -> dict[str, Any]:
    answered = {name: entry.get(name) for name in ("id", "type", "limit")}
    return {**answered, "unit": entry.get("unit") or "Count", "status": _set(call, entry)}


def _set(call: Call, entry: dict[str, Any]) -> str:
    """Set the share that an entry asks for, unless it is not possible; the status of the entry."""
    found = _ID.fullmatch(str(entry.get("id")))
    family = find_family(found["family"]) if found else None
    if found is None or family is None:
        return "InvalidVMFamilyName"
    owner = next((state for state in _in_region(call) if state.is_at(found["owner"])), None)
    limit = entry.get("limit")
    if owner is None or not isinstance(limit, int):
        return "Failure"
    if limit > QuotaLimits(call.state).of(family):
        return "InvalidQuotaExceedsSubscriptionLimit"
    if limit < _dedicated(owner, family):
        return "InvalidQuotaBelowClusterMinimum"
    set_share(owner, family, limit)
    return "Success"


def _dedicated(state: State, family: str) -> int:
    """Dedicated cores of a family that a workspace uses."""
    machines = (machine for machine in _machines(state) if machine[1] == _DEDICATED)
    return sum(nodes * size.vcpus for size, _priority, nodes in machines if size and size.family == family)


def _in_region(call: Call) -> list[State]:
    """The workspaces of the subscription in the region that the path names."""
    region = call.names[0].lower()
    return [state for state in call.reach if state.settings.region == region and not state.is_deleted]


def _machines(state: State) -> Iterator[tuple[VmSize | None, str, int]]:
    """Size (None for an unknown one), priority and number of nodes of each cluster and instance of a workspace."""
    for compute in state.resources.each(state.workspace("computes")):
        inner = compute.properties["properties"]
        if compute.properties["computeType"] == compute_instances.KIND:
            yield find_size(inner["vmSize"]), _DEDICATED, int(compute.extra.get("power", "Running") == "Running")
        elif compute.properties["computeType"] == "AmlCompute":
            yield find_size(inner["vmSize"]), inner["vmPriority"] or _DEDICATED, inner["scaleSettings"]["minNodeCount"]


def _subscription(call: Call) -> str:
    return f"/subscriptions/{call.state.settings.subscription_id}"


def _localized(family: str, priority: str) -> str:
    """`standardDSv2Family` -> `Standard DSv2 Family Cluster Dedicated vCPUs`."""
    series = re.sub(r"^standard|family$", "", family, flags=re.IGNORECASE)
    return f"Standard {series} Family Cluster {priority} vCPUs"


def _usage(name: str, shown: str, kind: str, current: int, limit: int, place: str) -> dict[str, Any]:
    return {
        "unit": "Count",
        "currentValue": current,
        "limit": limit,
        "name": {"value": name, "localizedValue": shown},
        "type": f"{PROVIDER}/{kind}/usages",
        "id": place,
    }


def _quota(family: str, limit: int, owner: str, place: str, region: str | None) -> dict[str, Any]:
    return {
        "unit": "Count",
        "limit": limit,
        "name": {"value": family, "localizedValue": _localized(family, _DEDICATED)},
        "type": f"{PROVIDER}/{owner}/dedicatedCores/quotas",
        "id": f"{place}/quotas/{family.replace(' ', '_')}",
        "location": region,
    }


ROUTES = {
    "GET locations/*/usages": usages,
    "GET locations/*/quotas": quotas,
    "POST locations/*/updateQuotas": update,
}
