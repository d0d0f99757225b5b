# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_endpoint
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    SIGNED_OPERATION,
    WORKSPACE,
    Run,
    delete,
    error,
    get,
    no_jobs,
    poll,
    put,
    stored,
)

AT = "batchEndpoints/digits"
URI = "https://digits.eastus.inference.ml.azure.com/jobs"
ME = "/subscriptions/s/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me"
SERVICES_OWN = {"BatchEndpointCreationApiVersion": "2023-10-01", "azureml.onlineendpointid": f"{WORKSPACE}/{AT}"}


def endpoint(state: str = "Succeeded", **properties: Any) -> dict[str, Any]:
    """An endpoint as the service answers a GET (batch contract 3.1)."""
    return {
        "id": f"{WORKSPACE}/{AT}",
        "name": "digits",
        "type": "Microsoft.MachineLearningServices/workspaces/batchEndpoints",
        "properties": {
            "description": "funny",
            "properties": {"p1": "v1", **SERVICES_OWN},
            "scoringUri": None if state == "Creating" else URI,
            "swaggerUri": None,
            "authMode": "AADToken",
            "defaults": {"deploymentName": "blue"},
            "provisioningState": state,
            **properties,
        },
        "systemData": {"createdAt": "2023-12-02T02:19:42.3435775+00:00", "createdBy": "Some User"},
        "tags": {"t1": "v1"},
        "location": "eastus",
    }


EVERYTHING = {
    "name": "digits",
    "description": "funny",
    "tags": {"t1": "v1"},
    "properties": {"p1": "v1"},
    "defaults": {"deployment_name": "blue"},
    "identity": {"type": "user_assigned", "user_assigned_identities": [{"resource_id": ME}]},
    "auth_mode": "key",
}
ACTING_AS_ME = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {ME: {"clientId": "c"}}}}
BLUE = get(f"{AT}/deployments/blue", {"name": "blue"})


def test_every_option_reaches_the_wire(run: Run) -> None:
    written = put(AT)
    calls = [BLUE, get("", {"location": "eastus"}), written, poll("Updating"), poll(), stored(written, endpoint())]
    done = run(batch_endpoint, EVERYTHING, get(AT), *calls)
    assert written.sent == {
        "location": "eastus",
        "tags": {"t1": "v1"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {ME: {}}},
        "properties": {
            "authMode": "Key",
            "description": "funny",
            "properties": {"p1": "v1"},
            "defaults": {"deploymentName": "blue"},
        },
    }
    assert done["batch_endpoint"] == {
        "id": f"{WORKSPACE}/{AT}",
        "name": "digits",
        "location": "eastus",
        "description": "funny",
        "tags": {"t1": "v1"},
        "properties": {"p1": "v1", **SERVICES_OWN},
        "defaults": {"deployment_name": "blue"},
        "identity": {"type": "user_assigned", "user_assigned_identities": [{"resource_id": ME}]},
        "auth_mode": "key",
        "scoring_uri": URI,
        "provisioning_state": "Succeeded",
    }


@pytest.mark.parametrize(
    "current",
    [
        endpoint(authMode="Key"),
        endpoint(authMode="key"),
        endpoint(
            authMode="Key",
            properties={"p1": "v1", "AzureAsyncOperationUri": "https://x", "azureml.onlineendpointid": "y"},
        ),
    ],
)
def test_an_endpoint_that_another_client_made_is_adopted(run: Run, current: Any) -> None:
    done = run(batch_endpoint, EVERYTHING, get(AT, {**current, **ACTING_AS_ME}))
    assert not done["changed"]
    assert done["batch_endpoint"]["auth_mode"] == "key"


@pytest.mark.parametrize(
    "identity",
    [
        {},
        {"identity": {"type": "None", "principalId": "0", "tenantId": "0"}},  # the first back end (batch contract 3.2)
    ],
)
def test_no_identity_is_told_in_two_ways(run: Run, identity: dict[str, Any]) -> None:
    task = {"name": "digits", "identity": {"type": "none"}, "auth_mode": "aad_token"}
    assert not run(batch_endpoint, task, get(AT, {**endpoint(), **identity}))["changed"]


def test_an_identity_that_somebody_gave_it_stays(run: Run) -> None:
    written = put(AT)
    after = {**endpoint(description="new"), **ACTING_AS_ME}
    task = {"name": "digits", "description": "new"}
    run(batch_endpoint, task, get(AT, {**endpoint(), **ACTING_AS_ME}), written, poll(), get(AT, after))
    assert written.sent["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {ME: {}}}


def test_a_property_that_the_service_does_not_alter_is_told(run: Run) -> None:
    """Properties can be added, not altered (batch contract 3.1)."""
    task = {"name": "digits", "properties": {"p1": "v2"}}
    done = run(batch_endpoint, task, get(AT, endpoint()), put(AT), poll(), get(AT, endpoint()))
    assert "the service accepted the write, but did not store all of it: properties is {'p1': 'v1'" in done.warnings[0]


def test_tags_that_a_policy_left_empty_are_not_sent_back(run: Run) -> None:
    """The service returns them, and refuses them (batch contract, open question 19)."""
    written = put(AT)
    current = {**endpoint(), "tags": {"t1": "v1", "owner": ""}}
    assert not run(batch_endpoint, {"name": "digits", "tags": {"t1": "v1"}}, get(AT, current))["changed"]
    task = {"name": "digits", "tags": {"t2": "v2"}}
    after = {**current, "tags": {"t1": "v1", "t2": "v2", "owner": ""}}
    run(batch_endpoint, task, get(AT, current), written, poll(), get(AT, after))
    assert written.sent["tags"] == {"t1": "v1", "t2": "v2"}


def test_nothing_set_and_nothing_asked_are_the_same(run: Run) -> None:
    bare = endpoint(description=None, defaults={"deploymentName": None})
    done = run(batch_endpoint, {"name": "digits", "description": "", "tags": {}, "properties": {}}, get(AT, bare))
    assert not done["changed"]


def test_another_default_keeps_everything_else(run: Run) -> None:
    written = put(AT)
    green = get(f"{AT}/deployments/green", {"name": "green"})
    task = {"name": "digits", "defaults": {"deployment_name": "green"}}
    done = run(batch_endpoint, task, get(AT, endpoint()), green, written, poll(), stored(written, endpoint()))
    assert done["diff"] == {
        "before": {"name": "digits", "defaults": {"deployment_name": "blue"}},
        "after": {"name": "digits", "defaults": {"deployment_name": "green"}},
    }
    assert written.sent == {
        "location": "eastus",
        "tags": {"t1": "v1"},
        "properties": {
            "description": "funny",
            "properties": {"p1": "v1", **SERVICES_OWN},
            "authMode": "AADToken",
            "defaults": {"deploymentName": "green"},
        },
    }


def test_a_default_that_does_not_exist_is_found_before_any_write(run: Run) -> None:
    """Whether the service would refuse or keep it is not known (batch contract, question 7)."""
    task = {"name": "digits", "defaults": {"deployment_name": "gren"}}
    done = run(batch_endpoint, task, get(AT, endpoint()), get(f"{AT}/deployments/gren"))
    assert done["msg"].startswith(f"defaults.deployment_name: there is no {AT}/deployments/gren in workspace ws1")


def test_properties_are_added_and_the_services_own_stay(run: Run) -> None:
    written = put(AT)
    task = {"name": "digits", "properties": {"p2": 2}}
    run(batch_endpoint, task, get(AT, endpoint()), written, poll(), stored(written, endpoint()))
    assert written.sent["properties"]["properties"] == {"p1": "v1", "p2": "2", **SERVICES_OWN}


def test_the_url_of_an_operation_is_never_shown(run: Run) -> None:
    """An older back end keeps it among the properties (batch contract 3.2)."""
    current = endpoint(properties={"AzureAsyncOperationUri": SIGNED_OPERATION})
    done = run(batch_endpoint, {"name": "digits", "properties": {"p2": "x"}}, get(AT, current), check=True)
    assert done["batch_endpoint"]["properties"] == {"p2": "x"}
    assert done["diff"]["before"]["properties"] == {}


@pytest.mark.parametrize("name", ["ab", "1digits", "digits-", "dig--its", "dig_its", "d" * 33, "digits.x"])
def test_a_bad_name_is_found_before_any_request(run: Run, name: str) -> None:
    assert (
        f"name: '{name}' cannot be the name of a batch endpoint: 3 to 32" in run(batch_endpoint, {"name": name})["msg"]
    )


@pytest.mark.parametrize("name", ["abc", "Digits-1", "a-b-c", "d" * 32])
def test_good_names_pass(run: Run, name: str) -> None:
    assert run(batch_endpoint, {"name": name}, get(f"batchEndpoints/{name}"), check=True)["changed"]


def test_an_empty_tag_is_found_before_any_request(run: Run) -> None:
    done = run(batch_endpoint, {"name": "digits", "tags": {"owner": ""}})
    assert done["msg"].startswith("tags: the value of owner is empty: the service refuses empty values")


def test_a_name_that_is_taken_in_the_region_is_told_with_a_way_out(run: Run) -> None:
    reported = "The specified endpoint name 'digits' is not available. Endpoint names must be unique within the region."
    taken = put(AT, 400, error("UserError", reported), operation=False)
    done = run(batch_endpoint, {"name": "digits"}, get(AT), get("", {"location": "eastus"}), taken)
    assert reported in done["msg"]
    assert "choose another one, for instance with a suffix" in done["msg"]


def test_deleting(run: Run) -> None:
    calls = [get(AT, endpoint()), no_jobs(), delete(AT), poll("Updating"), poll(), get(AT)]
    assert run(batch_endpoint, {"name": "digits", "state": "absent"}, *calls)["changed"]
