# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import compute
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Run, delete, get, poll, put

AT = "computes/cpu1"
SUBNET = "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/ml"


def cluster(state: str = "Succeeded", **properties: Any) -> dict[str, Any]:
    """A cluster as the service answers a GET (assets contract 3.4)."""
    inner = {
        "vmSize": "Standard_DS2_v2",
        "vmPriority": "Dedicated",
        "scaleSettings": {"maxNodeCount": 2, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT1M40S"},
        "userAccountCredentials": {"adminUserName": "me", "adminUserPassword": None, "adminUserSshPublicKey": "ssh"},
        "subnet": None,
        "currentNodeCount": 1,
        "targetNodeCount": 1,
        "nodeStateCounts": {"idleNodeCount": 1},
        "allocationState": "Steady",
        "allocationStateTransitionTime": "2024-12-18T09:04:19.419+00:00",
        "errors": None,
        "remoteLoginPortPublicAccess": "Enabled",
        "osType": "Linux",
        "virtualMachineImage": None,
        "isolatedNetwork": False,
        "enableNodePublicIp": True,
        "enableBatchPrivateLink": False,
        "propertyBag": {},
        **properties,
    }
    return {
        "id": f"{WORKSPACE}/{AT}",
        "name": "cpu1",
        "type": "Microsoft.MachineLearningServices/workspaces/computes",
        "location": "eastus",
        "tags": {},
        "properties": {
            "createdOn": "2024-12-18T09:04:09.3520974+00:00",
            "modifiedOn": "2024-12-18T09:04:19.7774963+00:00",
            "disableLocalAuth": False,
            "description": "nightly",
            "resourceId": None,
            "computeType": "AmlCompute",
            "computeLocation": "eastus",
            "provisioningState": state,
            "provisioningErrors": None,
            "provisioningWarnings": {},
            "isAttachedCompute": False,
            "properties": inner,
        },
    }


EVERYTHING: dict[str, Any] = {
    "name": "cpu1",
    "type": "amlcompute",
    "description": "nightly",
    "location": "East US",
    "tags": {"team": "vision"},
    "size": "Standard_DS2_v2",
    "tier": "low_priority",
    "min_instances": 0,
    "max_instances": 2,
    "idle_time_before_scale_down": 100,
    "ssh_public_access_enabled": False,
    "enable_node_public_ip": False,
    "network_settings": {"subnet": SUBNET},
}


def test_every_option_reaches_the_wire(run: Run) -> None:
    written = put(AT)
    run(compute, EVERYTHING, get(AT), written, poll("InProgress"), poll(), get(AT, cluster()))
    assert written.sent == {
        "location": "East US",
        "tags": {"team": "vision"},
        "properties": {
            "computeType": "AmlCompute",
            "description": "nightly",
            "properties": {
                "osType": "Linux",
                "vmSize": "Standard_DS2_v2",
                "vmPriority": "LowPriority",
                "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 2, "nodeIdleTimeBeforeScaleDown": "PT1M40S"},
                "remoteLoginPortPublicAccess": "Disabled",
                "enableNodePublicIp": False,
                "subnet": {"id": SUBNET},
            },
        },
    }


def test_the_smallest_task_takes_the_region_of_the_workspace(run: Run) -> None:
    written = put(AT)
    task = {"name": "cpu1", "size": "Standard_DS2_v2", "max_instances": 2}
    run(compute, task, get(AT), get("", {"location": "westus"}), written, poll(), get(AT, cluster()))
    assert written.sent == {
        "location": "westus",
        "properties": {
            "computeType": "AmlCompute",
            "properties": {"osType": "Linux", "vmSize": "Standard_DS2_v2", "scaleSettings": {"maxNodeCount": 2}},
        },
    }


@pytest.mark.parametrize("size", ["Standard_DS2_v2", "STANDARD_DS2_V2", "standard_ds2_v2"])
def test_a_cluster_that_another_client_made_is_adopted(run: Run, size: str) -> None:
    task = {
        "name": "cpu1",
        "description": "nightly",
        "location": "East US",
        "tags": {},
        "size": size,
        "tier": "dedicated",
        "min_instances": 0,
        "max_instances": 2,
        "idle_time_before_scale_down": 100,
        "ssh_public_access_enabled": True,
        "enable_node_public_ip": True,
    }
    done = run(compute, task, get(AT, cluster(vmSize="STANDARD_DS2_V2")))
    assert not done["changed"]
    assert done["compute"] == {
        "id": f"{WORKSPACE}/{AT}",
        "name": "cpu1",
        "location": "eastus",
        "type": "amlcompute",
        "description": "nightly",
        "tags": {},
        "size": "STANDARD_DS2_V2",
        "tier": "dedicated",
        "min_instances": 0,
        "max_instances": 2,
        "idle_time_before_scale_down": 100,
        "ssh_public_access_enabled": True,
        "enable_node_public_ip": True,
        "network_settings": {"subnet": None},
        "current_instances": 1,
        "allocation_state": "Steady",
        "provisioning_state": "Succeeded",
    }


def test_scaling_keeps_everything_else_and_sends_nothing_read_only(run: Run) -> None:
    written = put(AT, 201, cluster("Creating", vmSize="STANDARD_DS2_V2"))
    scale = {"maxNodeCount": 5, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT1M40S"}
    after = cluster(scaleSettings=scale)
    task = {"name": "cpu1", "max_instances": 5}
    done = run(compute, task, get(AT, cluster()), written, poll(), get(AT, after))
    assert done["diff"] == {
        "before": {"name": "cpu1", "max_instances": 2},
        "after": {"name": "cpu1", "max_instances": 5},
    }
    assert done["compute"]["size"] == "Standard_DS2_v2"  # not the transient answer to the PUT
    assert written.sent == {
        "location": "eastus",
        "tags": {},
        "properties": {
            "disableLocalAuth": False,
            "description": "nightly",
            "computeType": "AmlCompute",
            "computeLocation": "eastus",
            "properties": {
                "vmSize": "Standard_DS2_v2",
                "vmPriority": "Dedicated",
                "scaleSettings": scale,
                "userAccountCredentials": {"adminUserName": "me", "adminUserSshPublicKey": "ssh"},
                "remoteLoginPortPublicAccess": "Enabled",
                "osType": "Linux",
                "isolatedNetwork": False,
                "enableNodePublicIp": True,
                "propertyBag": {},
            },
        },
    }


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("size", "Standard_NC6", "size is 'Standard_DS2_v2', the task wants 'Standard_NC6'"),
        ("tier", "low_priority", "tier is 'dedicated', the task wants 'low_priority'"),
        ("location", "westus", "location is 'eastus', the task wants 'westus'"),
        ("ssh_public_access_enabled", False, "ssh_public_access_enabled is True, the task wants False"),
        ("enable_node_public_ip", False, "enable_node_public_ip is True, the task wants False"),
        ("network_settings", {"subnet": SUBNET}, f"network_settings.subnet is None, the task wants '{SUBNET}'"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_the_service_would_silently_not_do_is_refused(
    run: Run, option: str, value: Any, told: str, check: bool
) -> None:
    """Another size is accepted by the service and ignored (assets contract 3.5)."""
    done = run(compute, {"name": "cpu1", option: value}, get(AT, cluster()), check=check)
    assert done.failed
    assert told in done["msg"]


def test_another_kind_of_compute_under_this_name_is_not_touched(run: Run) -> None:
    other = cluster()
    other["properties"]["computeType"] = "Kubernetes"
    done = run(compute, {"name": "cpu1", "max_instances": 5}, get(AT, other))
    assert "type is 'Kubernetes', the task wants 'amlcompute'" in done["msg"]


def test_in_transit_the_cluster_is_not_taken_for_another_one(run: Run) -> None:
    """While an operation runs the service tells NotSpecified and no idle time (assets contract 3.4)."""
    transit = cluster("Creating", remoteLoginPortPublicAccess="NotSpecified", vmSize="STANDARD_DS2_V2")
    task = {"name": "cpu1", "ssh_public_access_enabled": True, "size": "Standard_DS2_v2", "wait": False}
    assert not run(compute, task, get(AT, transit))["changed"]


def test_a_new_cluster_needs_a_size_and_a_limit(run: Run) -> None:
    assert "creating it needs size, max_instances" in run(compute, {"name": "cpu1"}, get(AT))["msg"]


@pytest.mark.parametrize("name", ["c", "1cpu", "cpu_1", "c" * 25, "cpu/1"])
def test_a_bad_name_is_found_before_any_request(run: Run, name: str) -> None:
    assert f"name: '{name}' cannot be the name of a compute: 3 to 24" in run(compute, {"name": name})["msg"]


def test_a_size_that_the_region_does_not_have_fails_with_the_services_reason(run: Run) -> None:
    reason = {"code": "InvalidPropertyValue", "message": "The VM size is not supported in this region."}
    failed = poll("Failed", error={"code": "Failed", "message": "Provisioning failed.", "details": [reason]})
    task = {"name": "cpu1", "size": "Standard_XX", "max_instances": 1, "location": "eastus"}
    done = run(compute, task, get(AT), put(AT), failed)
    assert "InvalidPropertyValue" in done["msg"]
    assert "The VM size is not supported in this region." in done["msg"]


def test_deleting_takes_the_nodes_along(run: Run) -> None:
    gone = delete(AT, underlyingResourceAction="Delete")
    done = run(compute, {"name": "cpu1", "state": "absent"}, get(AT, cluster()), gone, poll(), get(AT))
    assert done["changed"]
    assert "compute" not in done.result
