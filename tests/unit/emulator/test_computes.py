"""Compute clusters: what the answers look like in time (asset contract 3)."""

from __future__ import annotations

from typing import Any

import pytest

OPERATIONS = "computeOperationsStatus"


def body(**inner: Any) -> dict[str, Any]:
    properties = {"vmSize": "Standard_DS2_v2", "scaleSettings": {"maxNodeCount": 2}, **inner}
    return {"location": "eastus", "properties": {"computeType": "AmlCompute", "properties": properties}}


def test_creation_shows_a_transient_view_and_then_the_true_one(workspace):
    answer = workspace.send("PUT", "computes/cpu", body())
    shown = answer.json()
    assert answer.status_code == 201
    assert "Location" not in answer.headers
    assert "Retry-After" not in answer.headers
    assert f"/{OPERATIONS}/" in answer.headers["Azure-AsyncOperation"]
    assert shown["tags"] is None
    assert shown["properties"]["provisioningState"] == "Creating"
    assert "computeLocation" not in shown["properties"]
    assert shown["properties"]["provisioningWarnings"] is None
    cluster = shown["properties"]["properties"]
    assert cluster["vmSize"] == "STANDARD_DS2_V2"
    assert cluster["scaleSettings"]["nodeIdleTimeBeforeScaleDown"] is None
    assert cluster["remoteLoginPortPublicAccess"] == "NotSpecified"
    assert cluster["nodeStateCounts"] is None
    assert "propertyBag" not in cluster
    workspace.done(answer)
    shown = workspace.get("computes/cpu")
    cluster = shown["properties"]["properties"]
    assert shown["tags"] == {}
    assert shown["properties"]["computeLocation"] == "eastus"
    assert cluster["vmSize"] == "Standard_DS2_v2"
    assert cluster["scaleSettings"]["nodeIdleTimeBeforeScaleDown"] == "PT2M"
    assert cluster["remoteLoginPortPublicAccess"] == "Enabled"
    assert cluster["nodeStateCounts"]["idleNodeCount"] == 0
    assert "userAccountCredentials" not in cluster
    assert "identity" not in shown


def test_the_operation_runs_and_then_succeeds(workspace):
    url = workspace.send("PUT", "computes/cpu", body()).headers["Azure-AsyncOperation"]
    assert workspace.follow(url).json() == {"status": "InProgress"}
    assert workspace.get("computes/cpu")["properties"]["provisioningState"] == "Creating"
    workspace.wait()
    assert workspace.follow(url).json() == {"status": "Succeeded", "percentComplete": 100.0}


def test_an_update_answers_201_creating_and_keeps_the_old_size(workspace):
    created = workspace.done(workspace.send("PUT", "computes/cpu", body())).json()
    answer = workspace.send("PUT", "computes/cpu", body(vmSize="Standard_DS3_v2"))
    shown = answer.json()["properties"]
    assert (answer.status_code, shown["provisioningState"]) == (201, "Creating")
    assert shown["resourceId"].endswith("/providers/Microsoft.BatchAI/workspaces/ws-emulator/clusters/cpu")
    assert shown["properties"]["vmSize"] == "STANDARD_DS3_V2"
    workspace.done(answer)
    settled = workspace.get("computes/cpu")["properties"]
    assert settled["resourceId"] is None
    assert settled["properties"]["vmSize"] == "Standard_DS2_v2"
    assert settled["createdOn"] == created["properties"]["createdOn"]
    assert settled["modifiedOn"] > created["properties"]["modifiedOn"]


def test_a_password_is_never_answered(workspace):
    account = {"adminUserName": "u", "adminUserPassword": "hidden", "adminUserSshPublicKey": "ssh-rsa A"}
    answer = workspace.done(workspace.send("PUT", "computes/cpu", body(userAccountCredentials=account)))
    shown = workspace.send("GET", "computes/cpu")
    assert "hidden" not in answer.text + shown.text
    assert shown.json()["properties"]["properties"]["userAccountCredentials"]["adminUserSshPublicKey"] == "ssh-rsa A"


def test_patch_changes_the_scale_alone(workspace):
    workspace.done(workspace.send("PUT", "computes/cpu", body()))
    change = {"properties": {"properties": {"scaleSettings": {"maxNodeCount": 8}}}}
    answer = workspace.send("PATCH", "computes/cpu", change)
    assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (202, "Updating")
    workspace.done(answer)
    scale = workspace.get("computes/cpu")["properties"]["properties"]["scaleSettings"]
    assert (scale["maxNodeCount"], scale["minNodeCount"]) == (8, 0)


def test_delete_needs_its_action_and_takes_its_time(workspace):
    workspace.done(workspace.send("PUT", "computes/cpu", body()))
    assert workspace.send("DELETE", "computes/cpu").status_code == 400
    answer = workspace.send("DELETE", "computes/cpu", underlyingResourceAction="Delete")
    assert (answer.status_code, answer.content) == (202, b"")
    assert workspace.get("computes/cpu")["properties"]["provisioningState"] == "Deleting"
    workspace.done(answer)
    assert workspace.send("GET", "computes/cpu").status_code == 404
    assert workspace.send("DELETE", "computes/cpu", underlyingResourceAction="Delete").status_code == 204
    workspace.policy(delete_absent="404")
    assert workspace.send("DELETE", "computes/cpu", underlyingResourceAction="Delete").status_code == 404


def test_an_unsupported_size_is_accepted_and_fails_later(workspace):
    answer = workspace.send("PUT", "computes/cpu", body(vmSize="Huge"))
    assert answer.status_code == 201
    workspace.wait()
    status = workspace.follow(answer.headers["Azure-AsyncOperation"]).json()
    assert (status["status"], status["error"]["code"]) == ("Failed", "InvalidPropertyValue")
    shown = workspace.get("computes/cpu")["properties"]
    assert shown["provisioningState"] == "Failed"
    assert shown["provisioningErrors"][0]["error"]["code"] == "InvalidPropertyValue"


@pytest.mark.parametrize(("policy", "tags"), [("reset", {}), ("kept", {"a": "b"})])
def test_fields_left_out_are_reset_or_kept(workspace, policy, tags):
    workspace.policy(compute_omitted_fields=policy)
    workspace.done(workspace.send("PUT", "computes/cpu", {**body(), "tags": {"a": "b"}}))
    workspace.done(workspace.send("PUT", "computes/cpu", body()))
    assert workspace.get("computes/cpu")["tags"] == tags


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"scaleSettings": {"maxNodeCount": "many"}}, "Properties.Properties.ScaleSettings.MaxNodeCount"),
        ({"vmPriority": "Cheap"}, "Properties.Properties.VmPriority"),
        ({"colour": "red"}, "Properties.Properties.Colour"),
    ],
)
def test_wrong_values_and_unknown_keys_are_named(workspace, wrong, name):
    answer = workspace.send("PUT", "computes/cpu", body(**wrong))
    assert answer.status_code == 400
    assert f'"PropertyName": "{name}"' in answer.json()["error"]["message"]
    assert workspace.send("GET", "computes/cpu").status_code == 404


@pytest.mark.parametrize("name", ["1cpu", "c", "a" * 25, "under_score", "dash-"])
def test_names_follow_the_product_rule(workspace, name):
    assert workspace.send("PUT", f"computes/{name}", body()).status_code == 400
    workspace.policy(compute_names="any")
    assert workspace.send("PUT", f"computes/{name}", body()).status_code == 201


def test_a_kubernetes_cluster_is_attached(workspace):
    cluster = {"computeType": "Kubernetes", "resourceId": "/subscriptions/s/x", "properties": {"namespace": "ml"}}
    workspace.done(workspace.send("PUT", "computes/aks", {"location": "eastus", "properties": cluster}))
    shown = workspace.get("computes/aks")["properties"]
    assert (shown["isAttachedCompute"], shown["resourceId"]) == (True, "/subscriptions/s/x")
    assert shown["properties"]["extensionInstanceReleaseTrain"] == "stable"
    assert [item["name"] for item in workspace.get("computes")["value"]] == ["aks"]


def test_faults_have_the_envelope_of_the_provider(workspace):
    instance = {"computeType": "ComputeInstance", "properties": {"vmSize": "s", "enableNodePublicIp": False}}
    answer = workspace.send("PUT", "computes/one", {"properties": instance})
    body = answer.json()
    assert (answer.status_code, answer.headers["x-ms-response-type"]) == (400, "error")
    assert set(body) == {"error", "correlation", "environment", "location", "time", "componentName"}
    assert (body["error"]["code"], body["componentName"]) == ("UserError", "machinelearningcompute")
    assert body["error"]["message"] == "Provided EnableNodePublicIp 'False' requires workspace private endpoint."
    assert (body["error"]["details"], body["error"]["innerError"]) == ([], None)
    workspace.policy(compute_errors="management")
    assert set(workspace.send("PUT", "computes/one", {"properties": instance}).json()) == {"error"}


def test_a_priority_that_is_left_out_is_shown_afterwards(workspace):
    shown = []
    for priority in ({}, {"vmPriority": "LowPriority"}):
        properties = {"scaleSettings": {"maxNodeCount": 2}, **priority}
        body = {"properties": {"computeType": "AmlCompute", "properties": properties}}
        answer = workspace.done(workspace.send("PUT", f"computes/c{len(priority)}a", body)).json()
        settled = workspace.get(f"computes/c{len(priority)}a")
        shown.append([one["properties"]["properties"]["vmPriority"] for one in (answer, settled)])
    assert shown == [[None, "Dedicated"], ["LowPriority", "LowPriority"]]


def test_nodes_are_listed_with_their_addresses(workspace):
    properties = {"scaleSettings": {"maxNodeCount": 3, "minNodeCount": 2}}
    body = {"properties": {"computeType": "AmlCompute", "properties": properties}}
    workspace.done(workspace.send("PUT", "computes/cpu", body))
    answer = workspace.send("POST", "computes/cpu/listNodes")
    nodes = answer.json()["nodes"]
    assert (set(answer.json()), len(nodes)) == ({"computeType", "nodes"}, 2)
    assert {tuple(node) for node in nodes} == {("nodeId", "port", "publicIpAddress", "privateIpAddress", "nodeState")}
    assert "x-ms-ratelimit-remaining-subscription-writes" in answer.headers


def test_computes_come_oldest_first(workspace):
    body = {"properties": {"computeType": "AmlCompute", "properties": {"scaleSettings": {"maxNodeCount": 2}}}}
    for name in ("first", "second"):
        workspace.send("PUT", f"computes/{name}", body)
    assert [item["name"] for item in workspace.get("computes")["value"]] == ["first", "second"]
