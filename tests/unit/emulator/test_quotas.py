"""Usages, quotas and sizes of a subscription in a region, and the shares of workspaces."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.arm.vm_sizes import FAMILIES, find_family
from tests.unit.emulator.conftest import Workspace


def cluster(size: str, nodes: int, priority: str = "Dedicated") -> dict[str, Any]:
    scale = {"minNodeCount": nodes, "maxNodeCount": nodes + 1}
    inner = {"vmSize": size, "vmPriority": priority, "scaleSettings": scale}
    return {"location": "eastus", "properties": {"computeType": "AmlCompute", "properties": inner}}


def region(workspace: Workspace, what: str, method: str = "GET", body: Any = None, name: str = "eastus") -> Any:
    path = f"/subscriptions/{workspace.settings.subscription_id}/providers/Microsoft.MachineLearningServices"
    url = f"{path}/locations/{name}/{what}"
    params = {"api-version": "2024-04-01"}
    return workspace.http.request(method, url, params=params, json=body, headers=workspace.headers)


def usages(workspace: Workspace, **more: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Current value and limit by name and type."""
    found = region(workspace, "usages", **more).json()["value"]
    prefix = "Microsoft.MachineLearningServices/"
    return {
        (one["name"]["value"], one["type"].removeprefix(prefix).removesuffix("/usages")): (
            one["currentValue"],
            one["limit"],
        )
        for one in found
    }


def test_usages_count_computes_and_their_cores(workspace):
    workspace.policy(quota_limits="standard dsv2_family=6,cores=20,clusters=3")
    workspace.done(workspace.send("PUT", "computes/one", cluster("standard_ds3_v2", 1)))
    workspace.done(workspace.send("PUT", "computes/two", cluster("Standard_DS3_v2", 2, "LowPriority")))
    workspace.done(workspace.send("PUT", "computes/odd", cluster("Standard_M8ms", 5)))
    instance = {"computeType": "ComputeInstance", "properties": {"vmSize": "Standard_F2s_v2"}}
    workspace.done(workspace.send("PUT", "computes/mine", {"location": "eastus", "properties": instance}))
    found = usages(workspace)
    assert found["TotalClusters", "totalClusters"] == (4, 3)
    assert found["TotalDedicatedCores", "totalDedicatedCores"] == (6, 20)
    assert found["standardDSv2Family", "vmFamily/dedicatedCores"] == (4, 6)
    assert found["standardDSv2Family", "vmFamily/lowPriorityCores"] == (8, -1)
    assert found["standardFSv2Family", "vmFamily/dedicatedCores"] == (2, 100)
    assert found["standardNCFamily", "vmFamily/dedicatedCores"] == (0, 0)


def test_a_stopped_instance_uses_no_cores(workspace):
    instance = {"computeType": "ComputeInstance", "properties": {"vmSize": "Standard_F2s_v2"}}
    workspace.done(workspace.send("PUT", "computes/mine", {"location": "eastus", "properties": instance}))
    workspace.done(workspace.send("POST", "computes/mine/stop"))
    assert usages(workspace)["standardFSv2Family", "vmFamily/dedicatedCores"] == (0, 100)


def test_blanks_of_a_family_are_underscores_in_its_id(workspace):
    (found,) = (
        one
        for one in region(workspace, "usages").json()["value"]
        if one["name"]["value"] == "Standard NCASv3_T4 Family" and "dedicatedCores" in one["type"]
    )
    assert found["id"].endswith("/usages/Standard_NCASv3_T4_Family")
    assert found["name"]["localizedValue"] == "Standard  NCASv3_T4  Family Cluster Dedicated vCPUs"


def test_another_region_uses_nothing(workspace):
    workspace.done(workspace.send("PUT", "computes/one", cluster("Standard_DS3_v2", 1)))
    assert usages(workspace, name="westus2")["TotalClusters", "totalClusters"] == (0, 200)


def test_quotas_come_in_pairs(workspace):
    first, second = region(workspace, "quotas").json()["value"][:2]
    assert first["name"] == second["name"]
    assert (first["type"].split("/")[1], second["type"].split("/")[1]) == ("vmFamily", "workspaces")
    assert (first["location"], second["location"]) == (None, "eastus")
    assert second["id"].startswith(workspace.settings.workspace_path + "/quotas/")


def entry(workspace: Workspace, family: str, limit: Any) -> dict[str, Any]:
    kind = "Microsoft.MachineLearningServices/workspaces/dedicatedCores/quotas"
    return {"id": workspace.path(f"quotas/{family}"), "type": kind, "limit": limit, "unit": "Count"}


@pytest.mark.parametrize(
    ("family", "limit", "status"),
    [
        ("standardDSv2Family", 50, "Success"),
        ("standardDSv2Family", 101, "InvalidQuotaExceedsSubscriptionLimit"),
        ("standardDSv2Family", 3, "InvalidQuotaBelowClusterMinimum"),
        ("noFamily", 3, "InvalidVMFamilyName"),
        ("standardDSv2Family", "many", "Failure"),
    ],
)
def test_a_share_is_set_or_the_reason_is_given(workspace, family, limit, status):
    workspace.done(workspace.send("PUT", "computes/one", cluster("Standard_DS3_v2", 1)))
    sent = {"value": [entry(workspace, family, limit)], "location": "eastus"}
    answer = region(workspace, "updateQuotas", "POST", sent)
    assert answer.json() == {"value": [{**sent["value"][0], "status": status}]}
    shares = [one["limit"] for one in region(workspace, "quotas").json()["value"] if "DSv2" in one["id"]]
    assert shares == [100, limit if status == "Success" else 100]


def test_a_workspace_of_somebody_else_has_no_share(workspace):
    other = {
        **entry(workspace, "standardDSv2Family", 5),
        "id": "/subscriptions/s/workspaces/w/quotas/standardDSv2Family",
    }
    answer = region(workspace, "updateQuotas", "POST", {"value": [other]})
    assert answer.json()["value"][0]["status"] == "Failure"


def test_usages_of_workspaces_are_a_switch(workspace):
    region(workspace, "updateQuotas", "POST", {"value": [entry(workspace, "standardDSv2Family", 50)]})
    assert ("standardDSv2Family", "workspaces/dedicatedCores") not in usages(workspace)
    workspace.policy(workspace_quota_usages="shown")
    assert usages(workspace)["standardDSv2Family", "workspaces/dedicatedCores"] == (0, 50)


def test_sizes_name_their_family_and_prices(workspace):
    found = {one["name"]: one for one in region(workspace, "vmSizes").json()["value"]}
    assert found["Standard_DS3_v2"]["vCPUs"] == 4
    assert "estimatedVMPrices" not in found["Standard_DS3_v2"]
    tiers = [(one["osType"], one["vmTier"]) for one in found["Standard_D16ads_v5"]["estimatedVMPrices"]["values"]]
    assert len(tiers) > len(set(tiers))
    assert {one["family"] for one in found.values()} == set(FAMILIES)


def test_families_are_found_in_any_spelling():
    assert find_family("STANDARD_NCASV3 T4_FAMILY") == "Standard NCASv3_T4 Family"
    assert find_family("none") is None


def test_a_limit_is_a_number(workspace):
    with pytest.raises(ValueError, match="whole numbers"):
        workspace.policy(quota_limits="cores=many")
