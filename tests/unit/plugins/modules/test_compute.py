# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import compute
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    WORKSPACE,
    Run,
    delete,
    get,
    no_users,
    patch,
    poll,
    put,
    stored,
)

AT = "computes/cpu1"
NETWORKS = "providers/Microsoft.Network/virtualNetworks"
SUBNET = f"/subscriptions/s/resourceGroups/net/{NETWORKS}/v/subnets/ml"
IMAGE = "/subscriptions/s/resourceGroups/img/providers/Microsoft.Compute/images/i"
ME = "/subscriptions/s/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me"
PASSWORD = "planted-node-password-41cd"


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
    "identity": {"type": "user_assigned", "user_assigned_identities": [{"resource_id": ME}]},
    "os_type": "windows",
    "ssh_settings": {"admin_username": "me", "admin_password": PASSWORD, "ssh_key_value": "ssh-rsa AAAA"},
    "disable_local_auth": False,
    "isolated_network": True,
    "virtual_machine_image": IMAGE,
}


def test_every_option_reaches_the_wire(run: Run) -> None:
    written = put(AT)
    done = run(compute, EVERYTHING, get(AT), written, poll("InProgress"), poll(), stored(written, cluster()))
    assert PASSWORD not in str(done.result)
    assert written.sent == {
        "location": "East US",
        "tags": {"team": "vision"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {ME: {}}},
        "properties": {
            "computeType": "AmlCompute",
            "description": "nightly",
            "disableLocalAuth": False,
            "properties": {
                "osType": "Windows",
                "vmSize": "Standard_DS2_v2",
                "vmPriority": "LowPriority",
                "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 2, "nodeIdleTimeBeforeScaleDown": "PT1M40S"},
                "remoteLoginPortPublicAccess": "Disabled",
                "userAccountCredentials": {
                    "adminUserName": "me",
                    "adminUserPassword": PASSWORD,
                    "adminUserSshPublicKey": "ssh-rsa AAAA",
                },
                "enableNodePublicIp": False,
                "subnet": {"id": SUBNET},
                "isolatedNetwork": True,
                "virtualMachineImage": {"id": IMAGE},
            },
        },
    }


def test_a_subnet_by_its_name_is_one_of_the_workspaces_resource_group(run: Run) -> None:
    written = put(AT)
    network = {"vnet_name": "v", "subnet": "ml"}
    task = {"name": "cpu1", "size": "Standard_DS2_v2", "max_instances": 2, "location": "eastus"}
    run(compute, {**task, "network_settings": network}, get(AT), written, poll(), stored(written, cluster()))
    group = f"/subscriptions/{'0' * 8}-0000-0000-0000-{'0' * 12}/resourceGroups/rg1"
    assert written.sent["properties"]["properties"]["subnet"] == {"id": f"{group}/{NETWORKS}/v/subnets/ml"}


def test_the_smallest_task_takes_the_region_of_the_workspace(run: Run) -> None:
    written = put(AT)
    task = {"name": "cpu1", "size": "Standard_DS2_v2", "max_instances": 2}
    run(compute, task, get(AT), get("", {"location": "westus"}), written, poll(), get(AT, cluster()))
    assert written.sent == {
        "location": "westus",
        "properties": {
            "computeType": "AmlCompute",
            "disableLocalAuth": True,
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
        "network_settings": {"vnet_name": None, "subnet": None},
        "identity": {"type": "none", "user_assigned_identities": []},
        "os_type": "linux",
        "ssh_settings": {"admin_username": "me", "ssh_key_value": "ssh"},
        "disable_local_auth": False,
        "isolated_network": False,
        "virtual_machine_image": None,
        "current_instances": 1,
        "allocation_state": "Steady",
        "provisioning_state": "Succeeded",
    }


def test_scaling_is_a_patch_that_touches_nothing_else(run: Run) -> None:
    """A PUT would leave out the password of the nodes, which nobody can read (assets contract, question 13)."""
    scaled = {"maxNodeCount": 5, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT2M"}
    written = patch(AT)
    task = {"name": "cpu1", "max_instances": 5, "idle_time_before_scale_down": 120}
    done = run(compute, task, get(AT, cluster()), written, poll(), get(AT, cluster(scaleSettings=scaled)))
    assert done["diff"] == {
        "before": {"name": "cpu1", "max_instances": 2, "idle_time_before_scale_down": 100},
        "after": {"name": "cpu1", "max_instances": 5, "idle_time_before_scale_down": 120},
    }
    assert done["compute"]["size"] == "Standard_DS2_v2"  # not the transient answer
    assert done.warnings == []
    assert written.sent == {"properties": {"properties": {"scaleSettings": scaled}}}


@pytest.mark.parametrize("password", [{}, {"ssh_settings": {"admin_password": PASSWORD}}])
def test_another_change_keeps_everything_else_and_sends_nothing_read_only(run: Run, password: dict[str, Any]) -> None:
    written = put(AT)
    identity = {"type": "UserAssigned", "userAssignedIdentities": {ME: {"principalId": "p", "clientId": "c"}}}
    after = {**cluster(), "identity": identity, "tags": {"team": "vision"}}
    task = {"name": "cpu1", "tags": {"team": "vision"}, **password}
    run(compute, task, get(AT, {**cluster(), "identity": identity}), written, poll(), get(AT, after))
    expected = {"adminUserName": "me", "adminUserSshPublicKey": "ssh"}
    assert written.sent == {
        "location": "eastus",
        "tags": {"team": "vision"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {ME: {}}},
        "properties": {
            "disableLocalAuth": False,
            "description": "nightly",
            "computeType": "AmlCompute",
            "computeLocation": "eastus",
            "properties": {
                "vmSize": "Standard_DS2_v2",
                "vmPriority": "Dedicated",
                "scaleSettings": {"maxNodeCount": 2, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT1M40S"},
                "userAccountCredentials": {**expected, "adminUserPassword": PASSWORD} if password else expected,
                "remoteLoginPortPublicAccess": "Enabled",
                "osType": "Linux",
                "isolatedNetwork": False,
                "enableNodePublicIp": True,
                "propertyBag": {},
            },
        },
    }


def test_a_password_alone_is_no_reason_to_write(run: Run) -> None:
    task = {"name": "cpu1", "ssh_settings": {"admin_username": "me", "admin_password": PASSWORD}}
    assert not run(compute, task, get(AT, cluster()))["changed"]


def test_another_size_takes_a_new_cluster_with_the_settings_of_the_old(run: Run) -> None:
    written = put(AT)
    task = {"name": "cpu1", "size": "Standard_NC6", "max_instances": 2, "recreate": True}
    gone = delete(AT, underlyingResourceAction="Delete")
    calls = [no_users(), gone, poll(), get(AT), written, poll(), get(AT, cluster(vmSize="Standard_NC6"))]
    done = run(compute, task, get(AT, cluster()), *calls)
    assert done["diff"]["after"] == {"name": "cpu1", "size": "Standard_NC6"}
    assert run(compute, task, get(AT, cluster()), no_users(), check=True)["diff"] == done["diff"]
    assert written.sent == {
        "location": "eastus",
        "tags": {},
        "properties": {
            "computeType": "AmlCompute",
            "description": "nightly",
            "disableLocalAuth": False,
            "properties": {
                "vmSize": "Standard_NC6",
                "vmPriority": "Dedicated",
                "scaleSettings": {"maxNodeCount": 2, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT1M40S"},
                "userAccountCredentials": {"adminUserName": "me", "adminUserSshPublicKey": "ssh"},
                "remoteLoginPortPublicAccess": "Enabled",
                "osType": "Linux",
                "isolatedNetwork": False,
                "enableNodePublicIp": True,
            },
        },
    }


def test_what_failed_is_created_again_when_the_task_allows(run: Run) -> None:
    """A size that the region does not have is mended so: the service would keep the old one (assets contract 3.5)."""
    task = {"name": "cpu1", "size": "Standard_NC6", "max_instances": 2, "recreate": True}
    gone = delete(AT, underlyingResourceAction="Delete")
    after = get(AT, cluster(vmSize="Standard_NC6"))
    done = run(compute, task, get(AT, cluster("Failed")), no_users(), gone, poll(), get(AT), put(AT), poll(), after)
    assert done["diff"]["before"] == {"name": "cpu1", "size": "Standard_DS2_v2", "provisioning_state": "Failed"}


def test_what_failed_for_another_reason_is_mended_in_place(run: Run) -> None:
    done = run(compute, {"name": "cpu1"}, get(AT, cluster("Failed")), put(AT), poll(), get(AT, cluster()))
    assert done["diff"]["after"] == {"name": "cpu1", "provisioning_state": "Succeeded"}


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("size", "Standard_NC6", "size is 'Standard_DS2_v2', the task asks for 'Standard_NC6'"),
        ("tier", "low_priority", "tier is 'dedicated', the task asks for 'low_priority'"),
        ("location", "westus", "location is 'eastus', the task asks for 'westus'"),
        ("ssh_public_access_enabled", False, "ssh_public_access_enabled is True, the task asks for False"),
        ("enable_node_public_ip", False, "enable_node_public_ip is True, the task asks for False"),
        (
            "network_settings",
            {"subnet": SUBNET},
            (
                "network_settings is {'vnet_name': None, 'subnet': None}, "
                f"the task asks for {{'vnet_name': 'v', 'subnet': '{SUBNET}'}}"
            ),
        ),
        ("os_type", "windows", "os_type is 'linux', the task asks for 'windows'"),
        ("ssh_settings", {"admin_username": "you"}, "ssh_settings.admin_username is 'me', the task asks for 'you'"),
        ("ssh_settings", {"ssh_key_value": "x"}, "ssh_settings.ssh_key_value is 'ssh', the task asks for 'x'"),
        ("disable_local_auth", True, "disable_local_auth is False, the task asks for True"),
        ("isolated_network", True, "isolated_network is False, the task asks for True"),
        ("virtual_machine_image", IMAGE, f"virtual_machine_image is None, the task asks for '{IMAGE}'"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_the_service_would_silently_not_do_is_refused(
    run: Run, option: str, value: Any, expected: str, check: bool
) -> None:
    """Another size is accepted by the service and ignored (assets contract 3.5)."""
    done = run(compute, {"name": "cpu1", option: value}, get(AT, cluster()), check=check)
    assert done.failed
    assert expected in done["msg"]


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"type": "amlcompute"}, "compute cpu1 cannot become another: type is 'kubernetes', the task asks for"),
        ({"max_instances": 5}, "max_instances is for the type amlcompute, and compute cpu1 is of the type kubernetes."),
        ({"state": "absent", "type": "amlcompute"}, "compute cpu1 cannot become another: type is 'kubernetes'"),
        ({"state": "stopped"}, "state: compute cpu1 cannot be stopped: only other kinds can."),
    ],
)
def test_another_kind_of_compute_under_this_name_is_not_touched(run: Run, task: dict[str, Any], complaint: str) -> None:
    other = cluster()
    other["properties"]["computeType"] = "Kubernetes"
    assert run(compute, {"name": "cpu1", **task}, get(AT, other))["msg"].startswith(complaint)


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_kind_that_is_not_managed_here_is_left_alone(run: Run, state: str) -> None:
    other = cluster()
    other["properties"]["computeType"] = "Databricks"
    done = run(compute, {"name": "cpu1", "state": state}, get(AT, other))
    assert done["msg"].startswith("compute cpu1 is of the type 'Databricks', which is not managed here.")


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"type": "amlcompute", "namespace": "x"}, "namespace is for the type kubernetes, and compute cpu1 is of"),
        ({"type": "computeinstance", "tier": "dedicated"}, "tier is for the type amlcompute, and compute cpu1"),
        ({"type": "kubernetes", "size": "x"}, "size is for the type amlcompute or computeinstance, and compute"),
        ({"type": "kubernetes", "ssh_settings": {"ssh_key_value": "x"}}, "ssh_settings.ssh_key_value is for the type"),
        ({"idle_time_before_shutdown_minutes": 5}, "idle_time_before_shutdown_minutes: 5 min is too short"),
        ({"min_instances": -1}, "min_instances: -1 is too small: the smallest value is 0."),
    ],
)
def test_what_is_wrong_whatever_stands_is_found_before_any_request(
    run: Run, task: dict[str, Any], complaint: str
) -> None:
    assert run(compute, {"name": "cpu1", **task})["msg"].startswith(complaint)


def test_in_transit_the_cluster_is_not_taken_for_another_one(run: Run) -> None:
    """While an operation runs, the service returns NotSpecified and no idle time (assets contract 3.4)."""
    transit = cluster("Creating", remoteLoginPortPublicAccess="NotSpecified", vmSize="STANDARD_DS2_V2")
    del transit["properties"]["properties"]["userAccountCredentials"]
    ssh = {"admin_username": "me", "ssh_key_value": "ssh"}
    task = {
        "name": "cpu1",
        "ssh_public_access_enabled": True,
        "size": "Standard_DS2_v2",
        "ssh_settings": ssh,
        "wait": False,
    }
    assert not run(compute, task, get(AT, transit))["changed"]


def test_a_new_cluster_without_size_and_limit_gets_those_of_az(run: Run) -> None:
    written = put(AT)
    done = run(compute, {"name": "cpu1", "location": "eastus"}, get(AT), written, poll(), get(AT, cluster()))
    sent = written.sent["properties"]
    assert sent["disableLocalAuth"] is True
    assert (sent["properties"]["vmSize"], sent["properties"]["scaleSettings"]) == (
        "STANDARD_DS3_V2",
        {"maxNodeCount": 4},
    )
    after = {"size": "STANDARD_DS3_V2", "max_instances": 4, "disable_local_auth": True}
    assert done["diff"]["after"] == {"name": "cpu1", "location": "eastus", **after}


@pytest.mark.parametrize(
    ("given", "disabled"),
    [
        ({"ssh_settings": {"admin_username": "u", "ssh_key_value": "ssh-rsa AAAA"}}, False),
        ({"ssh_settings": {"admin_username": "u"}, "disable_local_auth": True}, True),
        ({"disable_local_auth": False}, False),
        ({"ssh_public_access_enabled": True}, True),
    ],
)
def test_local_authentication_of_a_new_cluster_is_that_of_az(run: Run, given: dict[str, Any], disabled: bool) -> None:
    written = put(AT)
    run(compute, {"name": "cpu1", "location": "eastus", **given}, get(AT), written, poll(), stored(written, cluster()))
    assert written.sent["properties"]["disableLocalAuth"] is disabled


def test_a_recreated_cluster_with_a_user_has_local_authentication(run: Run) -> None:
    """What follows from other options follows their change; every other value stays."""
    current = cluster(userAccountCredentials=None)
    current["properties"]["disableLocalAuth"] = True
    written, gone = put(AT), delete(AT, underlyingResourceAction="Delete")
    task = {"name": "cpu1", "ssh_settings": {"admin_username": "u"}, "recreate": True}
    run(compute, task, get(AT, current), no_users(), gone, poll(), get(AT), written, poll(), stored(written, cluster()))
    assert written.sent["properties"]["disableLocalAuth"] is False
    assert written.sent["properties"]["properties"]["vmSize"] == current["properties"]["properties"]["vmSize"]


def test_a_recreated_cluster_keeps_its_local_authentication(run: Run) -> None:
    current = cluster(userAccountCredentials=None)
    current["properties"]["disableLocalAuth"] = False
    written, gone = put(AT), delete(AT, underlyingResourceAction="Delete")
    task = {"name": "cpu1", "size": "Standard_D13", "recreate": True}
    run(
        compute,
        task,
        get(AT, current),
        no_users(),
        gone,
        poll(),
        get(AT),
        written,
        poll(),
        get(AT, cluster(vmSize="Standard_D13")),
    )
    assert written.sent["properties"]["disableLocalAuth"] is False


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
    done = run(compute, {"name": "cpu1", "state": "absent"}, get(AT, cluster()), no_users(), gone, poll(), get(AT))
    assert done["changed"]
    assert "compute" not in done.result


@pytest.mark.parametrize("counts", [{"min_instances": 5, "max_instances": 1}, {"min_instances": 7}])
def test_more_nodes_at_the_least_than_at_the_most(run: Run, counts: dict[str, int]) -> None:
    out = run(compute, {"name": "cpu1", **counts}, get(AT, cluster()))
    assert out["msg"].startswith(f"min_instances would be {counts['min_instances']}, more than max_instances, ")


def test_a_new_cluster_too_has_no_more_at_the_least(run: Run) -> None:
    task = {"name": "cpu1", "size": "Standard_DS2_v2", "min_instances": 2, "max_instances": 1}
    assert "more than max_instances, 1" in run(compute, task, get(AT))["msg"]
