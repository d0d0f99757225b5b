"""Switches whose answers no other test turns: what a client sees under each."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.unit.emulator.data_plane import DataPlane, folder_input

ENDPOINT = "batchEndpoints/digits-ep"
BLUE = f"{ENDPOINT}/deployments/blue"
MODEL = {"properties": {"modelUri": "https://a/c/x"}}


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["message"]


@pytest.fixture
def deployed(assets):
    assets.done(assets.endpoint())
    assets.done(assets.send("PUT", BLUE, assets.deployment()))
    return assets


@pytest.mark.parametrize(
    ("policy", "location", "operation"), [("location", True, False), ("async", False, True), ("both", True, True)]
)
def test_a_patch_names_its_operation(deployed, policy, location, operation):
    deployed.policy(patch_status="202", patch_headers=policy)
    headers = deployed.send("PATCH", ENDPOINT, {"tags": {}}).headers
    assert ("Location" in headers, "Azure-AsyncOperation" in headers) == (location, operation)


@pytest.mark.parametrize(
    ("policy", "status", "named"),
    [("both", 202, {"Location", "Azure-AsyncOperation"}), ("location", 202, {"Location"}), ("at_once", 200, set())],
)
def test_a_deployment_is_deleted(deployed, policy, status, named):
    deployed.policy(deployment_delete=policy)
    answer = deployed.send("DELETE", BLUE)
    assert answer.status_code == status
    assert {name for name in ("Location", "Azure-AsyncOperation") if name in answer.headers} == named
    deployed.wait()
    assert deployed.send("GET", BLUE).status_code == 404


@pytest.mark.parametrize("below", ["computes/cpu", "models/digits/versions/1", "codes/digits", "environments/digits"])
def test_what_a_deployment_uses_may_be_kept_from_deletion(deployed, below):
    query = {"underlyingResourceAction": "Delete"}
    deployed.policy(delete_in_use="409")
    assert deployed.send("DELETE", below, **query).status_code == 409
    deployed.policy(delete_in_use="accepted")
    assert deployed.send("DELETE", below, **query).status_code in (200, 202)


def test_computes_may_differ_by_case(assets):
    assert assets.send("GET", "computes/CPU").status_code == 200
    assets.http.post("/emulator/reset")
    assets.policy(compute_name_case="kept")
    cluster = {"computeType": "AmlCompute", "properties": {"scaleSettings": {"maxNodeCount": 2}}}
    for name in ("cpu", "CPU"):
        assets.send("PUT", f"computes/{name}", {"location": "eastus", "properties": cluster})
    assert {item["name"] for item in assets.get("computes")["value"]} == {"cpu", "CPU"}


def test_an_endpoint_name_may_lose_its_case(workspace):
    workspace.policy(endpoint_name_case="lowered")
    assert workspace.endpoint("Digits-EP").json()["name"] == "digits-ep"
    workspace.wait()
    assert workspace.get("batchEndpoints/Digits-EP")["id"].endswith("/digits-ep")


def test_inherited_tags_are_shown_and_checked(workspace):
    workspace.policy(inherited_tags="costs=7")
    assert workspace.endpoint(tags={"a": "b"}).json()["tags"] == {"costs": "7", "a": "b"}
    workspace.policy(inherited_tags="costs=7,owner=")
    status, message = error(workspace.endpoint("other-ep"))
    assert status == 400
    assert '"PropertyName": "Tags.Values[1]"' in message


def test_a_read_only_key_of_a_body_is_refused_or_ignored(assets):
    body = {"properties": {**MODEL["properties"], "provisioningState": "Failed"}, "name": "x"}
    status, message = error(assets.send("PUT", "models/m/versions/1", body))
    assert status == 400
    assert "'provisioningState' is read-only" in message
    assert "'name' is read-only" in message
    assets.policy(read_only_properties="ignored")
    shown = assets.send("PUT", "models/m/versions/1", body).json()
    assert (shown["name"], shown["properties"]["provisioningState"]) == ("1", "Succeeded")


@pytest.mark.parametrize(
    ("policy", "body", "where"),
    [
        ("max_tags", {**MODEL["properties"], "tags": {"a": "1", "b": "2"}}, "Properties.Tags"),
        ("max_text", {**MODEL["properties"], "tags": {"a": "12"}}, "Tags.A"),
    ],
)
def test_sizes_may_be_limited(workspace, policy, body, where):
    assert workspace.send("PUT", "models/m/versions/1", {"properties": body}).status_code == 201
    workspace.policy(**{policy: "1"})
    status, message = error(workspace.send("PUT", "models/m/versions/1", {"properties": body}))
    assert status == 400
    assert f'"PropertyName": "{where}"' in message


@pytest.mark.parametrize("below", ["datastores/none", "jobs/none", "environments/e/versions/9", "codes/c"])
def test_an_absent_thing_names_its_code_in_three_ways(workspace, below):
    answers = {}
    for policy in ("details", "inner", "bare"):
        workspace.policy(not_found_body=policy)
        answer = workspace.send("GET", below)
        assert answer.status_code == 404
        body = answer.json()["error"]
        answers[policy] = (len(body["details"]), body["additionalInfo"][-1]["type"])
    assert answers == {"details": (1, "Time"), "inner": (0, "InnerError"), "bare": (0, "Time")}


def test_an_absent_compute_names_its_code_in_three_ways(workspace):
    answers = {}
    for policy in ("details", "inner", "bare"):
        workspace.policy(not_found_body=policy)
        answer = workspace.send("GET", "computes/none")
        assert answer.status_code == 404
        body = answer.json()["error"]
        answers[policy] = (len(body["details"]), body["innerError"] is not None)
    assert answers == {"details": (1, False), "inner": (0, True), "bare": (0, False)}


@pytest.mark.parametrize(("policy", "count"), [("absent", 0), ("present", 1)])
def test_a_refused_change_may_have_details(workspace, policy, count):
    workspace.policy(conflict_details=policy)
    workspace.send("PUT", "environments/e/versions/1", {"properties": {"image": "i"}})
    answer = workspace.send("PUT", "environments/e/versions/1", {"properties": {"image": "j"}})
    assert (answer.status_code, len(answer.json()["error"]["details"])) == (409, count)


def test_reads_may_be_counted(workspace):
    workspace.policy(read_budget="10")
    lefts = [workspace.send("GET", "").headers["x-ms-ratelimit-remaining-subscription-reads"] for _read in range(10)]
    assert lefts[:3] == ["9", "8", "7"]
    answer = workspace.send("GET", "")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "SubscriptionRequestsThrottled")
    assert int(answer.headers["Retry-After"]) >= 1
    assert workspace.send("PUT", "models/m/versions/1", MODEL).status_code == 201
    workspace.wait(int(answer.headers["Retry-After"]))
    assert workspace.send("GET", "").status_code == 200


def test_pages_and_their_links_may_have_another_form(workspace):
    for number in range(3):
        workspace.send("PUT", f"models/m/versions/{number}", MODEL)
    workspace.policy(page_size="2", next_link="skip")
    first = workspace.get("models/m/versions")
    assert "$skip=" in first["nextLink"]
    assert "$skipToken" not in first["nextLink"]
    assert [item["name"] for item in workspace.follow(first["nextLink"]).json()["value"]] == ["0"]


def test_batch_lists_may_begin_with_the_oldest(deployed):
    deployed.done(deployed.endpoint("second-ep"))
    deployed.done(deployed.send("PUT", f"{ENDPOINT}/deployments/green", deployed.deployment()))
    for policy, first in (("oldest", ("digits-ep", "blue")), ("newest", ("second-ep", "green"))):
        deployed.policy(batch_order=policy)
        listed = (deployed.get("batchEndpoints"), deployed.get(f"{ENDPOINT}/deployments"))
        assert tuple(found["value"][0]["name"] for found in listed) == first


def test_an_unknown_order_is_refused_or_ignored(workspace):
    workspace.send("PUT", "models/m/versions/1", MODEL)
    assert workspace.send("GET", "models/m/versions", _orderBy="name").status_code == 400
    workspace.policy(unknown_order="ignored")
    assert len(workspace.get("models/m/versions", _orderBy="name")["value"]) == 1


def test_a_lagging_list_shows_what_was_deleted(workspace):
    workspace.send("PUT", "models/m/versions/1", MODEL)
    workspace.wait(100)
    workspace.policy(list_lag="30")
    workspace.send("DELETE", "models/m/versions/1")
    assert [item["name"] for item in workspace.get("models/m/versions")["value"]] == ["1"]
    workspace.wait(31)
    assert workspace.get("models/m/versions") == {"value": []}


@pytest.mark.parametrize(
    ("policy", "names"),
    [("one", ["workspaceblobstore"]), ("none", []), ("two", ["workspaceblobstore", "workspaceartifactstore"])],
)
def test_datastores_that_say_they_are_default(workspace, policy, names):
    workspace.policy(default_datastores=policy)
    assert [item["name"] for item in workspace.get("datastores", isDefault="true")["value"]] == names


@pytest.mark.parametrize(("policy", "status"), [("404", 404), ("403", 403)])
def test_an_old_operation_is_forgotten(workspace, policy, status):
    workspace.policy(operation_lifetime="60", expired_operation_status=policy)
    url = workspace.done(workspace.endpoint()).headers["Azure-AsyncOperation"]
    workspace.wait(61)
    assert workspace.follow(url).status_code == status


def test_a_code_uri_may_have_to_lead_somewhere(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        for folder, status in (("nothing", 400), ("code/blue/src", 201)):
            body = {"properties": {"codeUri": f"{plane.blobs.container_url('home')}/{folder}"}}
            answer = await plane.manage("PUT", f"codes/{status}/versions/1", body)
            assert answer.status_code == status

    DataPlane(tmp_path, code_uri_check="exists").play(script)


@pytest.mark.parametrize(("policy", "statuses"), [("409", (409,)), ("400", (400,)), ("renamed", (201,))])
def test_a_job_name_that_is_taken(tmp_path: Path, policy: str, statuses: tuple[int]) -> None:
    async def script(plane: DataPlane) -> None:
        named = {"inputData": folder_input(), "name": "mine"}
        await plane.submit(named)
        answer = await plane.invoke(named)
        assert (answer.status_code,) == statuses
        assert answer.json().get("name") != "mine"

    DataPlane(tmp_path, job_name_clash=policy).play(script)


def test_a_job_name_that_is_taken_may_give_its_job(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        named = {"inputData": folder_input(), "name": "mine"}
        await plane.submit(named)
        answer = await plane.invoke(named)
        assert (answer.status_code, answer.json()["name"], len(plane.state.jobs.list())) == (200, "mine", 1)

    DataPlane(tmp_path, job_name_clash="existing").play(script)


def test_a_request_id_may_be_forgotten(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        header = {"repeatability-request-id": "1"}
        first = await plane.submit(headers=header)
        assert await plane.submit(headers=header) == first
        plane.state.clock.advance(61)
        second = await plane.submit(headers=header)
        assert second != first
        assert await plane.submit(headers=header) == second

    DataPlane(tmp_path, repeatability_lifetime="60").play(script)


@pytest.mark.parametrize(
    ("policy", "statuses"), [("accepted", [201, 201]), ("urls", [201, 400]), ("refused", [400, 400])]
)
def test_bodies_of_2021_may_be_refused(tmp_path: Path, policy: str, statuses: list[int]) -> None:
    async def script(plane: DataPlane) -> None:
        plane.put("data/d/versions/1", {"dataUri": "azureml://datastores/workspaceblobstore/paths/in"})
        url = {"dataInputType": "DataUrl", "path": "azureml://datastores/workspaceblobstore/paths/in"}
        version = {"dataInputType": "DatasetVersion", "datasetName": "d", "datasetVersion": "1"}
        assert [(await plane.invoke({"dataset": sent})).status_code for sent in (url, version)] == statuses

    DataPlane(tmp_path, dataset_bodies=policy).play(script)


@pytest.mark.parametrize(
    ("policy", "sent"),
    [
        ("missing_input", {}),
        ("malformed_uri", {"inputData": {"i": {"jobInputType": "UriFolder", "uri": "://"}}}),
    ],
)
def test_bad_input_may_be_accepted_and_fail_the_job(tmp_path: Path, policy: str, sent: dict[str, Any]) -> None:
    async def script(plane: DataPlane) -> None:
        assert (await plane.invoke(sent)).status_code == 400
        plane.state.policies.set(policy, "accepted")
        assert await plane.end_of(await plane.submit(sent)) == "Failed"

    DataPlane(tmp_path).play(script)


def test_a_finished_job_may_tell_where_its_output_is(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        await plane.end_of(name)
        job = plane.state.jobs.get(name)
        assert job is not None
        assert plane.state.jobs.data_plane_view(job)["properties"]["output"] == {"datastoreId": None, "path": None}
        plane.state.policies.set("finished_output", "filled")
        assert plane.state.jobs.data_plane_view(job)["properties"]["output"] == {
            "datastoreId": f"{plane.state.settings.workspace_path}/datastores/workspaceblobstore",
            "path": f"azureml/{job.child_run_id}/score",
        }

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize(("policy", "left"), [("kept", 2), ("removed", 1)])
def test_jobs_may_go_with_their_deployment(tmp_path: Path, policy: str, left: int) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("green", "def init(): pass\ndef run(batch): return batch\n")
        for deployment in ("blue", "green"):
            await plane.submit(headers={"azureml-model-deployment": deployment})
        gone = plane.state.resources.get(plane.state.workspace("batchEndpoints", "ep", "deployments", "green"))
        assert gone is not None
        plane.state.remove(gone)
        await asyncio.sleep(0)
        assert len(plane.state.jobs.list()) == left

    DataPlane(tmp_path, jobs_of_deleted=policy).play(script)


@pytest.mark.parametrize("policy", ["azureml.pipelinejob", "azureml.batchjob"])
def test_jobs_of_pipeline_deployments_tell_their_kind(tmp_path: Path, policy: str) -> None:
    async def script(plane: DataPlane) -> None:
        pipeline = {"deploymentConfigurationType": "PipelineComponent", "settings": {}}
        plane.deploy("steps", "", deploymentConfiguration=pipeline)
        literal = {"mode": {"jobInputType": "Literal", "value": "append"}}
        sent = {"inputData": {**folder_input(), **literal}}
        body = (await plane.invoke(sent, headers={"azureml-model-deployment": "steps"})).json()
        assert body["properties"]["tags"]["azureml.jobtype"] == policy
        assert set(body["properties"]["inputData"]) == {"input1", "mode"}

    DataPlane(tmp_path, pipeline_job_type=policy).play(script)


def test_lists_of_jobs_lag_too(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        await plane.submit()
        assert list(plane.state.jobs.listed()) == []
        plane.state.clock.advance(31)
        assert len(list(plane.state.jobs.listed())) == 1

    DataPlane(tmp_path, list_lag="30").play(script)
