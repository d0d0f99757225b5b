"""Switches of the management plane beside those of `test_open_questions`: what a client sees under each answer."""

from __future__ import annotations

import hashlib
import itertools
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.arm.budget import Budgets
from tests.emulator.entra import Caller
from tests.emulator.errors import Refused
from tests.unit.emulator.data_plane import ECHO, DataPlane, folder_input

ENDPOINT = "batchEndpoints/digits-ep"
BLUE = f"{ENDPOINT}/deployments/blue"
MODEL = {"properties": {"modelUri": "https://a/c/x"}}
PLACE = {"datastoreType": "AzureBlob", "accountName": "a", "containerName": "c"}
PIPELINE = {
    "deploymentConfigurationType": "PipelineComponent",
    "componentId": {"referenceType": "Id", "assetId": "azureml://registries/r/components/c/versions/1"},
}


@pytest.fixture
def deployed(assets):
    assets.done(assets.endpoint())
    assets.done(assets.send("PUT", BLUE, assets.deployment()))
    return assets


@pytest.mark.parametrize(
    ("policy", "code", "details", "extra"),
    [("inner", "UserError", 0, "InnerError"), ("details", "UserError", 1, "Time"), ("bare", "Conflict", 0, "Time")],
)
def test_a_conflict_tells_its_code_in_three_ways(assets, policy, code, details, extra):
    assets.policy(conflict_body=policy, concurrent_put="409")
    assets.endpoint()
    for answer in (assets.endpoint(), assets.send("PUT", BLUE, assets.deployment())):
        error = answer.json()["error"]
        assert answer.status_code == 409
        assert (error["code"], len(error["details"])) == (code, details)
        assert error["additionalInfo"][-1]["type"] == extra


def throttled(workspace: Any, **policies: str) -> Any:
    workspace.policy(read_budget="1", **policies)
    assert workspace.send("GET", "models").status_code == 200
    answer = workspace.send("GET", "models")
    assert answer.status_code == 429
    return answer


@pytest.mark.parametrize("code", ["TooManyRequests", "ResourceRequestsThrottled", "SubscriptionRequestsThrottled"])
def test_a_429_may_name_another_code(workspace, code):
    assert throttled(workspace, throttle_code=code).json()["error"]["code"] == code


def test_a_429_may_come_from_the_provider_or_without_a_body(workspace):
    assert "additionalInfo" not in throttled(workspace).json()["error"]
    workspace.policy(throttle_body="provider")
    answer = workspace.send("GET", "models")
    assert answer.json()["error"]["additionalInfo"]
    assert answer.headers["Retry-After"]
    workspace.policy(throttle_body="empty")
    answer = workspace.send("GET", "models")
    assert (answer.status_code, answer.content) == (429, b"")


def test_a_429_says_in_three_ways_how_long_to_wait(workspace):
    assert int(throttled(workspace).headers["Retry-After"]) == 10
    workspace.policy(throttle_retry_after="date")
    assert parsedate_to_datetime(workspace.send("GET", "models").headers["Retry-After"])
    workspace.policy(throttle_retry_after="absent")
    assert "Retry-After" not in workspace.send("GET", "models").headers


def test_a_429_names_the_kind_the_subscription_and_the_caller(workspace):
    message = throttled(workspace).json()["error"]["message"]
    subscription, actor = workspace.settings.subscription_id, workspace.emulator.state.entra.object_id
    assert message == (
        f"Number of 'read' requests for subscription '{subscription}' actor '{actor}' exceeded. "
        "Please try again after '10' seconds."
    )


@pytest.mark.parametrize(
    ("method", "policy", "size", "per_second"),
    [("GET", "read_budget", 250, 25), ("PUT", "write_budget", 200, 10), ("DELETE", "delete_budget", 200, 10)],
)
def test_each_kind_of_request_has_its_bucket_and_refill(workspace, method, policy, size, per_second):
    workspace.policy(**{policy: str(size)})
    budgets = Budgets(workspace.emulator.state)
    path, caller = workspace.path("models/m/versions/1"), Caller("c", "o", "t")
    moments = itertools.repeat(workspace.emulator.state.clock.now())
    workspace.emulator.state.clock.now = lambda: next(moments)
    for left in range(size - 1, -1, -1):
        assert budgets.take(caller, method, path) == left
    with pytest.raises(Refused):
        budgets.take(caller, method, path)
    moments = itertools.repeat(next(moments) + timedelta(seconds=1))
    assert budgets.take(caller, method, path) == per_second - 1


def test_deployments_are_counted_by_themselves(assets):
    assets.done(assets.endpoint())
    assets.policy(write_budget="1")
    answer = assets.send("PUT", BLUE, assets.deployment())
    assert (answer.status_code, answer.headers["x-ms-ratelimit-remaining-subscription-resource-requests"]) == (201, "0")
    assert assets.send("PUT", BLUE, assets.deployment()).status_code == 429
    assert assets.send("PUT", "models/m/versions/1", MODEL).status_code == 201
    assert assets.send("PUT", "models/m/versions/2", MODEL).status_code == 429
    assert assets.send("DELETE", "models/m/versions/1").status_code == 200


def test_writes_may_be_counted_too(workspace):
    workspace.policy(write_budget="1")
    assert workspace.send("PUT", "models/m/versions/1", MODEL).status_code == 201
    assert workspace.send("PUT", "models/m/versions/2", MODEL).status_code == 429
    assert workspace.send("GET", "models").status_code == 200


@pytest.mark.parametrize(("policy", "status"), [("shared", 429), ("apart", 200)])
def test_computes_may_be_counted_by_themselves(workspace, policy, status):
    workspace.policy(compute_budget=policy)
    throttled(workspace)
    assert workspace.send("GET", "computes").status_code == status


@pytest.mark.parametrize(
    ("policy", "keys"), [("coded", {"code", "message", "details"}), ("message", {"message"}), ("bare", None)]
)
def test_a_failed_compute_tells_more_or_less(workspace, policy, keys):
    workspace.policy(compute_failure=policy, failing_names="cpu")
    cluster = {"computeType": "AmlCompute", "properties": {"scaleSettings": {"maxNodeCount": 2}}}
    url = workspace.send("PUT", "computes/cpu", {"properties": cluster}).headers["Azure-AsyncOperation"]
    workspace.wait()
    status = workspace.follow(url).json()
    assert status["status"] == "Failed"
    assert (set(status["error"]) if "error" in status else None) == keys


@pytest.mark.parametrize(("policy", "listed"), [("entries", True), ("plain", False)])
@pytest.mark.parametrize("below", ["computes/a", "batchEndpoints/a--b", "models/a.b", "datastores/a.b"])
def test_a_bad_name_is_refused_with_entries_or_in_plain_words(workspace, policy, listed, below):
    workspace.policy(bad_name_body=policy)
    answer = workspace.send("PUT", below, {})
    assert answer.status_code == 400
    assert ('"PropertyName": "Name"' in answer.json()["error"]["message"]) is listed


@pytest.mark.parametrize(("policy", "tags"), [("shown", {"costs": "7", "a": "b"}), ("hidden", {"a": "b"})])
def test_inherited_tags_may_be_hidden(workspace, policy, tags):
    workspace.policy(inherited_tags="costs=7", inherited_tags_shown=policy)
    assert workspace.endpoint(tags={"a": "b"}).json()["tags"] == tags


@pytest.mark.parametrize(("policy", "answered"), [("null", None), ("kept", {})])
def test_empty_properties_of_resources(assets, policy, answered):
    assets.policy(empty_resource_properties=policy)
    assets.done(assets.endpoint())
    body = assets.deployment(resources={"instanceCount": 1, "properties": {}})
    assert assets.send("PUT", BLUE, body).json()["properties"]["resources"]["properties"] == answered


@pytest.mark.parametrize(("policy", "shown"), [("whole", 10), ("own", None), ("empty", 0)])
def test_a_pipeline_deployment_shows_all_or_its_own(assets, policy, shown):
    assets.policy(pipeline_answer=policy, pipeline_settings="kept")
    assets.done(assets.endpoint())
    body = {"location": "eastus", "properties": {"deploymentConfiguration": PIPELINE}}
    properties = assets.done(assets.send("PUT", BLUE, body)).json()["properties"]
    assert properties["deploymentConfiguration"]["componentId"] == PIPELINE["componentId"]
    assert properties.get("miniBatchSize") == shown


@pytest.mark.parametrize(("policy", "status", "count"), [("page", 200, 2), ("none", 200, 3), ("refused", 400, None)])
def test_more_may_be_asked_for_than_a_page_holds(workspace, policy, status, count):
    for number in range(4):
        workspace.send("PUT", f"models/m/versions/{number}", MODEL)
    workspace.policy(page_size="2", top_limit=policy)
    answer = workspace.send("GET", "models/m/versions", _top="3")
    assert answer.status_code == status
    assert count is None or len(answer.json()["value"]) == count


@pytest.mark.parametrize(
    ("policy", "named"),
    [("location", {"Location"}), ("async", {"Azure-AsyncOperation"}), ("both", {"Location", "Azure-AsyncOperation"})],
)
def test_a_jobs_deletion_names_its_operation(assets, policy, named):
    assets.policy(job_delete_headers=policy)
    job = {"jobType": "Command", "command": "x", "environmentId": assets.path("environments/digits/versions/1")}
    assets.send("PUT", "jobs/j", {"properties": job})
    answer = assets.send("DELETE", "jobs/j")
    assert answer.status_code == 202
    assert {name for name in ("Location", "Azure-AsyncOperation") if name in answer.headers} == named


def test_another_datastore_may_become_the_default(workspace):
    body = {"properties": {**PLACE, "credentials": {"credentialsType": "None"}, "isDefault": True}}
    assert workspace.send("PUT", "datastores/mine", body).status_code == 400
    workspace.policy(default_datastore_change="put")
    assert workspace.send("PUT", "datastores/mine", body).json()["properties"]["isDefault"] is True
    assert [item["name"] for item in workspace.get("datastores", isDefault="true")["value"]] == ["mine"]
    workspace.http.post("/emulator/reset")
    assert [item["name"] for item in workspace.get("datastores", isDefault="true")["value"]] == ["workspaceblobstore"]


@pytest.mark.parametrize(("lifetime", "left"), [("0", True), ("60", False)])
def test_an_abandoned_upload_may_be_collected(workspace, lifetime, left):
    workspace.policy(abandoned_upload_lifetime=lifetime)
    named, abandoned = (
        workspace.send("POST", f"codes/c/versions/{number}/startPendingUpload", {}).json() for number in (1, 2)
    )
    address = named["blobReferenceForConsumption"]["blobUri"]
    workspace.send("PUT", "codes/c/versions/1", {"properties": {"codeUri": f"{address}/src"}})
    workspace.wait(61)
    containers = workspace.http.get("/emulator/state").json()["blobs"]
    assert address.rpartition("/")[2] in containers
    assert (abandoned["blobReferenceForConsumption"]["blobUri"].rpartition("/")[2] in containers) is left


@pytest.mark.parametrize(("most", "status"), [("0", 201), ("2", 201), ("1", 400)])
@pytest.mark.parametrize(
    ("below", "properties"),
    [
        ("codes/c/versions/1", {"codeUri": "https://localhost:5/account/home/in"}),
        ("models/n/versions/1", {"modelUri": "azureml://datastores/workspaceblobstore/paths/in"}),
        ("data/d/versions/1", {"dataUri": "https://localhost:5/account/home/in", "dataType": "uri_folder"}),
    ],
)
def test_files_may_be_limited(tmp_path: Path, most: str, status: int, below: str, properties: dict[str, str]) -> None:
    async def script(plane: DataPlane) -> None:
        assert (await plane.manage("PUT", below, {"properties": properties})).status_code == status

    DataPlane(tmp_path, max_blobs=most).play(script)


@pytest.mark.parametrize(("policy", "statuses"), [("none", [201, 201, 201]), ("verified", [201, 400, 201])])
def test_the_hash_of_code_may_be_verified(tmp_path: Path, policy: str, statuses: list[int]) -> None:
    content = ECHO.encode()
    true = hashlib.sha256(b"1" + f"#score.py#{len(content)}".encode() + content).hexdigest()

    async def script(plane: DataPlane) -> None:
        seen = []
        for number, marks in enumerate(({"hash_sha256": true}, {"hash_sha256": "0" * 64}, {})):
            uri = f"{plane.blobs.container_url('home')}/code/blue/src"
            body = {"properties": {"codeUri": uri, "properties": marks}}
            seen.append((await plane.manage("PUT", f"codes/hashed/versions/{number}", body)).status_code)
        assert seen == statuses

    DataPlane(tmp_path, hash_check=policy).play(script)


@pytest.mark.parametrize("policy", ["null", "filled"])
def test_the_job_of_a_pipeline_deployment_shows_its_parts(tmp_path: Path, policy: str) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("steps", "", deploymentConfiguration={**PIPELINE, "settings": {}})
        name = await plane.submit({"inputData": folder_input()}, headers={"azureml-model-deployment": "steps"})
        shown = (await plane.manage("GET", f"jobs/{name}")).json()["properties"]
        if policy == "null":
            assert (shown["jobs"], shown["inputs"], shown["outputs"]) == (None, None, None)
        else:
            assert (shown["jobs"], shown["outputs"]) == ({}, {})
            assert shown["inputs"]["input1"]["jobInputType"] == "uri_folder"

    DataPlane(tmp_path, pipeline_job_view=policy).play(script)
