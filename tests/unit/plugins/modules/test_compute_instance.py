# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module ``compute``: instances, which one can start and stop."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import compute
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    WORKSPACE,
    Call,
    Run,
    act,
    get,
    poll,
    put,
    stored,
)

AT = "computes/ci1"
VERSION = "2025-12-01"  # the first stable one that returns the idle time (assets contract 1.3)
OBJECT, TENANT = "11111111-0000-0000-0000-000000000000", "22222222-0000-0000-0000-000000000000"


def instance(state: str = "Running", **properties: Any) -> dict[str, Any]:
    """An instance as the service answers a GET (assets contract 3.6)."""
    return {
        "id": f"{WORKSPACE}/{AT}",
        "name": "ci1",
        "location": "eastus",
        "tags": {},
        "properties": {
            "computeType": "ComputeInstance",
            "description": None,
            "resourceId": None,
            "provisioningState": "Succeeded",
            "properties": {
                "vmSize": "STANDARD_DS3_V2",
                "applicationSharingPolicy": "Personal",
                "computeInstanceAuthorizationType": "personal",
                "sshSettings": {
                    "sshPublicAccess": "Disabled",
                    "adminPublicKey": None,
                    "adminUserName": "azureuser",
                    "sshPort": 22,
                },
                "personalComputeInstanceSettings": {"assignedUser": {"objectId": OBJECT, "tenantId": TENANT}},
                "idleTimeBeforeShutdown": "PT30M",
                "state": state,
                "lastOperation": {"operationName": "Start"},
                "connectivityEndpoints": {"publicIpAddress": "1.2.3.4"},
                "applications": [],
                "createdBy": {"userName": "Some User"},
                "versions": {"runtime": "1"},
                "errors": [],
                **properties,
            },
        },
    }


EVERYTHING: dict[str, Any] = {
    "name": "ci1",
    "type": "computeinstance",
    "size": "STANDARD_DS3_V2",
    "location": "eastus",
    "idle_time_before_shutdown_minutes": 30,
    "ssh_public_access_enabled": True,
    "ssh_settings": {"ssh_key_value": "ssh-rsa AAAA"},
    "create_on_behalf_of": {"user_object_id": OBJECT, "user_tenant_id": TENANT},
    "application_sharing_policy": "shared",
    "enable_node_public_ip": False,
}
NEW = {"name": "ci1", "type": "computeinstance", "size": "STANDARD_DS3_V2", "location": "eastus"}


def at(call: Call) -> Call:
    """The same call, in the api-version of instances."""
    versioned = copy.copy(call)
    versioned.version = VERSION
    return versioned


def current(state: str = "Running", **properties: Any) -> Call:
    return at(get(AT, instance(state, **properties)))


def test_every_option_reaches_the_wire(run: Run) -> None:
    written = at(put(AT))
    run(compute, EVERYTHING, at(get(AT)), written, poll("InProgress"), poll(), stored(written, current().body))
    assert written.sent == {
        "location": "eastus",
        "properties": {
            "computeType": "ComputeInstance",
            "disableLocalAuth": False,
            "properties": {
                "vmSize": "STANDARD_DS3_V2",
                "idleTimeBeforeShutdown": "PT30M",
                "sshSettings": {"sshPublicAccess": "Enabled", "adminPublicKey": "ssh-rsa AAAA"},
                "personalComputeInstanceSettings": {"assignedUser": {"objectId": OBJECT, "tenantId": TENANT}},
                "applicationSharingPolicy": "Shared",
                "enableNodePublicIp": False,
                "enableSSO": True,
            },
        },
    }


@pytest.mark.parametrize("public", [None, False])
def test_a_new_instance_without_size_and_ssh_is_as_az_makes_it(run: Run, public: bool | None) -> None:
    written = at(put(AT))
    task = {
        "name": "ci1",
        "type": "computeinstance",
        "location": "eastus",
        "ssh_public_access_enabled": public,
        "ssh_settings": {"ssh_key_value": "ssh-rsa AAAA"},
    }
    run(compute, task, at(get(AT)), written, poll(), stored(written, current().body))
    assert written.sent["properties"]["disableLocalAuth"] is True
    assert written.sent["properties"]["properties"]["vmSize"] == "STANDARD_DS3_V2"


def test_an_existing_instance_is_adopted(run: Run) -> None:
    task = {
        "name": "ci1",
        "type": "computeinstance",
        "state": "started",
        "size": "Standard_DS3_v2",
        "idle_time_before_shutdown_minutes": 30,
        "ssh_public_access_enabled": False,
        "create_on_behalf_of": {"user_object_id": OBJECT.upper(), "user_tenant_id": TENANT},
        "application_sharing_policy": "personal",
    }
    done = run(compute, task, current())
    assert not done["changed"]
    shown = done["compute"]
    assert (shown["type"], shown["state"], shown["idle_time_before_shutdown_minutes"]) == (
        "computeinstance",
        "Running",
        30,
    )


def test_a_change_sends_nothing_that_only_the_service_writes(run: Run) -> None:
    written = at(put(AT))
    task = {"name": "ci1", "type": "computeinstance", "idle_time_before_shutdown_minutes": 60}
    run(compute, task, current(), written, poll(), current(idleTimeBeforeShutdown="PT1H"))
    assert written.sent["properties"]["properties"] == {
        "vmSize": "STANDARD_DS3_V2",
        "applicationSharingPolicy": "Personal",
        "computeInstanceAuthorizationType": "personal",
        "sshSettings": {"sshPublicAccess": "Disabled"},
        "personalComputeInstanceSettings": {"assignedUser": {"objectId": OBJECT, "tenantId": TENANT}},
        "idleTimeBeforeShutdown": "PT1H",
    }


def test_without_a_type_it_is_looked_at_again_in_its_own_version(run: Run) -> None:
    done = run(compute, {"name": "ci1"}, get(AT, instance()), current())
    assert done["compute"]["type"] == "computeinstance"


class TestConditions:
    @pytest.mark.parametrize(
        ("state", "word"), [("started", "Running"), ("started", "JobRunning"), ("stopped", "Stopped")]
    )
    @pytest.mark.parametrize("check", [True, False])
    def test_in_the_state_already(self, run: Run, state: str, word: str, check: bool) -> None:
        task = {"name": "ci1", "type": "computeinstance", "state": state}
        assert not run(compute, task, current(word), check=check)["changed"]

    @pytest.mark.parametrize(
        ("state", "word", "action", "passing", "reported"),
        [
            ("stopped", "Running", "stop", "Stopping", "started"),
            ("stopped", "JobRunning", "stop", "Stopping", "started"),
            ("started", "Stopped", "start", "Starting", "stopped"),
            ("started", "UserSetupFailed", "start", "Starting", "usersetupfailed"),
        ],
    )
    def test_brought_about(self, run: Run, state: str, word: str, action: str, passing: str, reported: str) -> None:
        task = {"name": "ci1", "type": "computeinstance", "state": state}
        there = "Stopped" if state == "stopped" else "Running"
        calls = [
            at(act(f"{AT}/{action}")),
            poll("InProgress"),
            poll(),
            current(passing),
            current(there),
            current(there),
        ]
        done = run(compute, task, current(word), *calls)
        assert done["diff"] == {"before": {"name": "ci1", "state": reported}, "after": {"name": "ci1", "state": state}}
        assert done["compute"]["state"] == there
        assert done["steps"] == [f"{action} compute ci1"]
        check = run(compute, task, current(word), check=True)
        assert (check["diff"], check["steps"], check["compute"]["state"]) == (done["diff"], done["steps"], there)

    def test_on_its_way_already(self, run: Run) -> None:
        task = {"name": "ci1", "type": "computeinstance", "state": "stopped"}
        reads = [current("Stopping"), current("Stopped"), current("Stopped")]
        assert run(compute, task, current("Stopping"), *reads)["changed"]

    def test_what_ends_badly_is_told(self, run: Run) -> None:
        task = {"name": "ci1", "type": "computeinstance", "state": "started"}
        bad = current("Unusable")
        done = run(compute, task, current("Stopped"), at(act(f"{AT}/start")), poll(), bad, bad)
        assert done["msg"] == (
            "compute ci1 is not started: the service reports Unusable. "
            "Find the reason in the studio, and repair or delete it."
        )

    def test_without_waiting_the_action_is_the_end(self, run: Run) -> None:
        task = {"name": "ci1", "type": "computeinstance", "state": "stopped", "wait": False}
        done = run(compute, task, current(), at(act(f"{AT}/stop")), current("Stopping"))
        assert done["compute"]["state"] == "Stopping"

    def test_a_new_one_that_shall_not_run(self, run: Run) -> None:
        made = [at(put(AT)), poll(), current()]
        stopped = [at(act(f"{AT}/stop")), poll(), current("Stopped"), current("Stopped")]
        done = run(compute, {**NEW, "state": "stopped"}, at(get(AT)), *made, *stopped)
        assert done["diff"] == {
            "before": {},
            "after": {
                "name": "ci1",
                "size": "STANDARD_DS3_V2",
                "location": "eastus",
                "disable_local_auth": True,
                "enable_sso": True,
                "state": "stopped",
            },
        }

    def test_a_new_one_runs_by_itself(self, run: Run) -> None:
        assert run(compute, {**NEW, "state": "started"}, at(get(AT)), at(put(AT)), poll(), current())["changed"]
