"""The two check lists for an emulator of the service, item by item (batch contract 12, asset contract 11)."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.emulator.data_plane import DataPlane, folder_input, output

ENDPOINT = "batchEndpoints/digits-ep"
BLUE = f"{ENDPOINT}/deployments/blue"
IMAGE = {"image": "library/python:latest"}
MODEL = {"modelUri": "azureml://datastores/workspaceblobstore/paths/m"}
STATES = ("Preparing", "Running", "Completed")
ITEMS = {"batch": 9, "assets": 18}
CHECKED: set[tuple[str, int]] = set()


def item(contract: str, number: int) -> Callable[[Any], Any]:
    """Marks a test as the check of one item."""
    CHECKED.add((contract, number))
    return lambda test: test


def test_every_item_is_checked() -> None:
    assert {(name, number) for name, count in ITEMS.items() for number in range(1, count + 1)} == CHECKED


def put(workspace: Any, below: str, properties: dict[str, Any], **query: Any) -> Any:
    return workspace.send("PUT", below, {"properties": properties}, **query)


@pytest.fixture
def deployed(assets):
    assets.done(assets.endpoint())
    assets.done(assets.send("PUT", BLUE, assets.deployment()))
    return assets


# Batch contract 12


@item("batch", 1)
@pytest.mark.parametrize(
    ("method", "below", "status"),
    [
        ("GET", "batchEndpoints", 200),
        ("GET", ENDPOINT, 200),
        ("PATCH", ENDPOINT, 200),
        ("DELETE", ENDPOINT, 202),
        ("POST", f"{ENDPOINT}/listkeys", 200),
        ("GET", f"{ENDPOINT}/deployments", 200),
        ("GET", BLUE, 200),
        ("PATCH", BLUE, 200),
        ("DELETE", BLUE, 202),
        ("GET", "jobs", 200),
        ("GET", "datastores", 200),
        ("POST", "datastores/workspaceblobstore/listSecrets", 200),
    ],
)
def test_the_management_plane_is_served(deployed, method, below, status):
    body = {"tags": {}} if method == "PATCH" else None
    assert deployed.send(method, below, body).status_code == status


@item("batch", 1)
def test_the_data_plane_is_served(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        workspace = plane.state.settings.workspace_path
        front, history = f"/mferp/managementfrontend{workspace}", f"/history/v1.0{workspace}"
        await plane.end_of(name)
        for surface, path in (
            ("scoring", f"/ep/jobs/{name}"),
            ("api", "/discovery"),
            ("api", f"{front}/batchEndpoints/ep/jobs"),
            ("api", f"{front}/batchEndpoints/ep/jobs/{name}"),
            ("api", f"{front}/batchEndpoints/ep/deployments/blue/jobs"),
            ("api", f"{history}/runs/{name}/children"),
        ):
            query = {"api-version": "2020-09-01-dataplanepreview"} if "mferp" in path else {}
            assert (await plane.call(surface, "GET", path, params=query)).status_code == 200, path
        assert (await plane.call("api", "POST", f"{history}/rundata", json={"runId": name})).status_code == 200

    DataPlane(tmp_path).play(script)


@item("batch", 2)
def test_a_put_is_bound_filled_and_accepted(assets):
    created = assets.endpoint()
    assert (created.status_code, created.json()["properties"]["authMode"]) == (201, "AADToken")
    assert created.json()["properties"]["scoringUri"] is None
    assert list(created.json()["properties"]["properties"]) == [
        "BatchEndpointCreationApiVersion",
        "azureml.onlineendpointid",
    ]
    assert created.headers["Location"] == str(created.request.url)
    assert "Azure-AsyncOperation" in created.headers
    assets.done(created)
    assert assets.get(ENDPOINT)["properties"]["scoringUri"]
    assert assets.done(assets.endpoint()).status_code == 201
    shown = assets.send("PUT", BLUE, assets.deployment(loggingLevel="debug", miniBatchSize="5")).json()["properties"]
    assert (shown["loggingLevel"], shown["miniBatchSize"], shown["errorThreshold"]) == ("Debug", 5, -1)
    assert shown["retrySettings"] == {"maxRetries": 3, "timeout": "PT30S"}


@item("batch", 2)
def test_keys_of_the_data_plane_have_no_case(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        uri = "azureml://datastores/workspaceblobstore/paths/in"
        answer = await plane.invoke({"INPUTDATA": {"i": {"JobInputType": "urifolder", "URI": uri}}})
        assert answer.json()["properties"]["inputData"]["i"]["jobInputType"] == "UriFolder"

    DataPlane(tmp_path).play(script)


@item("batch", 3)
@pytest.mark.parametrize(("outcome", "state"), [("Succeeded", "Succeeded"), ("Failed", "Failed")])
def test_an_operation_is_seen_running_twice_before_it_ends(workspace, outcome, state):
    workspace.policy(operation_reads="2", failing_names="" if outcome == "Succeeded" else "digits-ep")
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    workspace.wait()
    seen = [workspace.follow(url).json()["status"] for _read in range(3)]
    assert seen == ["Updating", "Updating", outcome]
    assert workspace.get(ENDPOINT)["properties"]["provisioningState"] == state


@item("batch", 3)
def test_only_the_very_url_of_an_operation_is_honoured(workspace):
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    assert 3500 < len(url) < 4500
    assert workspace.follow(url).status_code == 200
    for changed in (url[:-1], url.partition("&t=")[0], url.replace("mfeOperationsStatus", "mfeOperationResults")):
        assert workspace.follow(changed).status_code == 403


@item("batch", 4)
def test_a_deleted_endpoint_is_gone_with_its_deployments(deployed):
    answer = deployed.send("DELETE", ENDPOINT)
    deployed.done(answer)
    gone = deployed.send("GET", ENDPOINT)
    error = gone.json()["error"]
    assert (answer.status_code, answer.content) == (202, b"null")
    assert (gone.status_code, error["code"]) == (404, "UserError")
    assert error["additionalInfo"][-1]["info"]["value"] == {
        "code": "NotFound",
        "innerError": {"code": "EndpointNotFound", "innerError": None},
    }
    deployed.wait(31)
    later = deployed.send("GET", ENDPOINT)
    assert (later.json()["error"]["code"], later.headers["x-ms-failure-cause"]) == ("ResourceNotFound", "gateway")
    deployed.done(deployed.endpoint())
    assert deployed.get(f"{ENDPOINT}/deployments") == {"value": []}


@item("batch", 4)
@pytest.mark.parametrize(("policy", "content"), [("empty", b""), ("null", b"null")])
def test_the_body_of_an_accepted_delete(deployed, policy, content):
    deployed.policy(delete_body=policy)
    assert deployed.send("DELETE", BLUE).content == b""
    assert deployed.send("DELETE", ENDPOINT).content == content


@item("batch", 5)
def test_a_name_is_held_in_the_whole_region(workspace):
    answer = workspace.endpoint("taken")
    assert answer.status_code == 400
    assert "must be unique within the region" in answer.json()["error"]["message"]


@item("batch", 6)
def test_what_the_service_refuses_is_refused(deployed):
    without_model = deployed.deployment()
    del without_model["properties"]["model"]
    assert deployed.endpoint("other-ep", tags={"a": ""}).status_code == 400
    assert deployed.endpoint("other-ep", tags={"a": None}).status_code == 400
    assert deployed.send("PUT", BLUE, without_model).status_code == 400
    assert deployed.send("GET", "batchEndpoints/none").status_code == 404


@item("batch", 6)
def test_what_the_scoring_host_refuses_is_refused(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        management = plane.state.entra.issue(plane.state.settings.url("management"))
        assert (await plane.invoke(token=management)).status_code == 403
        folder = await plane.invoke({"inputData": folder_input(), "outputData": output("p", "UriFolder")})
        assert folder.status_code == 400
        plane.put("batchEndpoints/ep", {"defaults": {"deploymentName": None}})
        assert (await plane.invoke()).status_code == 404
        assert (await plane.call("scoring", "POST", "/none/jobs", json={})).status_code == 404

    DataPlane(tmp_path).play(script)


@item("batch", 7)
def test_an_invoke_starts_one_job_that_proceeds(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        header = {"repeatability-request-id": "1"}
        sent = {"inputData": folder_input(), "outputData": output("p/mine.csv")}
        answer = await plane.invoke(sent, headers=header)
        name = answer.json()["name"]
        assert (answer.status_code, answer.headers["azureml-model-deployment"]) == (201, "blue")
        assert re.fullmatch("batchjob-[0-9a-f-]{36}", name)
        assert list(answer.json()["properties"]["outputData"]) == ["score"]
        assert (await plane.invoke(sent, headers=header)).json()["name"] == name
        job = plane.state.jobs.get(name)
        assert job is not None
        seen = [job.status]
        while not job.is_over:
            await asyncio.sleep(0.001)
            seen += [job.status] if job.status != seen[-1] else []
        assert tuple(seen) in (STATES, STATES[1:])
        assert await plane.end_of(await plane.submit(sent)) == "Failed"

    DataPlane(tmp_path).play(script)


@item("batch", 8)
def test_cancel_names_its_operation_in_location_only(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        answer = await plane.manage("POST", f"jobs/{name}/cancel")
        assert (answer.status_code, answer.content) == (202, b"null")
        assert f"/mfeOperationResults/jc:{plane.state.settings.workspace_guid}:{name}?" in answer.headers["Location"]
        assert "Azure-AsyncOperation" not in answer.headers
        assert answer.headers["x-ms-async-operation-timeout"] == "PT1H"

    DataPlane(tmp_path, job_course="Preparing:600").play(script)


@item("batch", 9)
def test_a_last_page_has_no_link(deployed):
    for below in ("batchEndpoints", f"{ENDPOINT}/deployments", "jobs", "computes", "models", "datastores"):
        assert set(deployed.get(below)) == {"value"}


@item("batch", 9)
def test_a_last_page_of_jobs_in_the_data_plane_has_no_link(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        await plane.submit()
        front = f"/mferp/managementfrontend{plane.state.settings.workspace_path}/batchEndpoints/ep"
        for below in ("jobs", "deployments/blue/jobs"):
            query = {"api-version": "2020-09-01-dataplanepreview"}
            answer = await plane.call("api", "GET", f"{front}/{below}", params=query)
            assert set(answer.json()) == {"value"}

    DataPlane(tmp_path).play(script)


# Asset contract 11

CLUSTER = {
    "computeType": "AmlCompute",
    "properties": {"vmSize": "Standard_DS2_v2", "scaleSettings": {"maxNodeCount": 2}},
}


def cluster(workspace: Any, **changes: Any) -> Any:
    return workspace.send("PUT", "computes/cpu", {"location": "eastus", "properties": {**CLUSTER, **changes}})


@item("assets", 1)
def test_a_compute_is_shown_in_passing_and_then_as_it_is(workspace):
    passing = {"vmSize": "STANDARD_DS2_V2", "resourceId": "clusters/cpu", "state": "Creating"}
    workspace.done(cluster(workspace))
    again = cluster(workspace)
    properties = again.json()["properties"]
    assert again.status_code == 201
    assert properties["properties"]["vmSize"] == passing["vmSize"]
    assert properties["resourceId"].endswith(passing["resourceId"])
    assert properties["provisioningState"] == passing["state"]
    workspace.done(again)
    settled = workspace.get("computes/cpu")["properties"]
    assert (settled["properties"]["vmSize"], settled["resourceId"]) == ("Standard_DS2_v2", None)
    assert settled["properties"]["scaleSettings"]["nodeIdleTimeBeforeScaleDown"] == "PT2M"
    assert settled["properties"]["remoteLoginPortPublicAccess"] == "Enabled"
    scale = {"properties": {"properties": {"scaleSettings": {"maxNodeCount": 4}}}}
    patched = workspace.send("PATCH", "computes/cpu", scale)
    assert (patched.status_code, patched.json()["properties"]["provisioningState"]) == (202, "Updating")


@item("assets", 2)
def test_a_compute_operation_tells_its_status_only(workspace):
    answer = cluster(workspace)
    url = answer.headers["Azure-AsyncOperation"]
    assert "/locations/eastus/computeOperationsStatus/" in url
    assert "&service=new&t=" in url
    assert not {"Location", "Retry-After"} & set(answer.headers)
    assert workspace.follow(url).json() == {"status": "InProgress"}
    workspace.wait()
    assert workspace.follow(url).json() == {"status": "Succeeded", "percentComplete": 100.0}


@item("assets", 3)
def test_conda_text_becomes_json_and_the_label_moves(workspace):
    shown = put(workspace, "environments/e/versions/1", {**IMAGE, "condaFile": "name: x\ndependencies: [pip]\n"}).json()
    assert shown["properties"]["condaFile"] == '{\n  "name": "x",\n  "dependencies": [\n    "pip"\n  ]\n}'
    second = put(workspace, "environments/e/versions/2", IMAGE).json()["properties"]
    assert (second["condaFile"], second["properties"]) == ("", {"azureml.labels": "latest"})
    assert workspace.get("environments/e/versions/1")["properties"]["properties"] == {"azureml.labels": ""}


@item("assets", 4)
def test_uris_of_models_and_data_are_respelled(workspace):
    long = "azureml://subscriptions/s/resourcegroups/rg/workspaces/w/datastores/d/paths/p"
    model = put(workspace, "models/m/versions/1", {"modelUri": long}).json()["properties"]["modelUri"]
    data = {"dataType": "uri_file", "dataUri": "azureml://datastores/d/paths/p"}
    shown = put(workspace, "data/d/versions/1", data).json()["properties"]["dataUri"]
    assert model == long.replace("resourcegroups", "resourceGroups")
    long_form = r"azureml://subscriptions/[^/]+/resource[gG]roups/[^/]+/workspaces/[^/]+/datastores/"
    assert re.fullmatch(f"{long_form}d/paths/p", shown)
    folder = put(workspace, "data/f/versions/1", {**data, "dataType": "uri_folder"}).json()["properties"]["dataUri"]
    assert re.fullmatch(f"{long_form}d/paths/p/", folder)
    for number, uri in enumerate(("azureml://jobs/j/outputs/artifacts/m", "runs:/j/m")):
        place = put(workspace, f"models/j/versions/{number}", {"modelUri": uri}).json()["properties"]["modelUri"]
        assert re.fullmatch(f"{long_form}workspaceartifactstore/paths/ExperimentRun/dcid.j/m", place)


@item("assets", 5)
@pytest.mark.parametrize(
    ("below", "content", "archived"), [("environments/e", IMAGE, False), ("models/m", MODEL, True)]
)
def test_a_stage_in_the_body_disables_the_archive_of_environments_only(workspace, below, content, archived):
    put(workspace, f"{below}/versions/1", content)
    sent = {**content, "isArchived": True, "stage": "Development"}
    with_stage = put(workspace, f"{below}/versions/1", sent).json()["properties"]
    assert with_stage["isArchived"] is archived
    without = put(workspace, f"{below}/versions/1", {**content, "isArchived": True}).json()["properties"]
    assert (without["isArchived"], without["stage"]) == (True, "Archived")


@item("assets", 5)
@pytest.mark.parametrize("stage", [{}, {"stage": "Archived"}])
def test_a_restored_model_is_in_development(workspace, stage):
    put(workspace, "models/m/versions/1", {**MODEL, "stage": "Production"})
    put(workspace, "models/m/versions/1", {**MODEL, "isArchived": True})
    restored = put(workspace, "models/m/versions/1", {**MODEL, "isArchived": False, **stage}).json()["properties"]
    assert (restored["isArchived"], restored["stage"]) == (False, "Development")


@item("assets", 6)
@pytest.mark.parametrize("below", ["environments/e", "environments/e/versions/1"])
def test_a_put_of_environments_is_always_201_and_leaves_the_times(workspace, below):
    body = IMAGE if "versions" in below else {"description": "d"}
    answers = []
    for more in ({}, {}, {"tags": {"a": "1"}}, {"isArchived": True}):
        answers.append(put(workspace, below, {**body, **more}))
        workspace.wait(1)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert all(answer.headers["Location"] == str(answer.request.url) for answer in answers)
    data = [answer.json()["systemData"] for answer in answers]
    assert {one["createdAt"] for one in data} == {one["lastModifiedAt"] for one in data}
    assert len({one["createdAt"] for one in data}) == 1


@item("assets", 6)
@pytest.mark.parametrize(("below", "more"), [("models/m", {}), ("data/d", {"dataType": "uri_file"})])
def test_a_second_put_of_a_container_of_models_or_data_is_200(workspace, below, more):
    answers = [put(workspace, below, {"description": text, **more}) for text in ("one", "two")]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert "Location" not in answers[1].headers


@item("assets", 7)
def test_versions_of_an_unknown_name(workspace):
    assert workspace.send("GET", "models/none/versions").status_code == 404
    assert workspace.get("codes/none/versions") == {"value": []}


@item("assets", 8)
def test_a_search_by_hash_ignores_the_name(workspace):
    put(workspace, "codes/one/versions/1", {"codeUri": "https://a/c/x", "properties": {"hash_sha256": "ab"}})
    assert len(workspace.get("codes/two/versions", hash="ab")["value"]) == 1


@item("assets", 9)
def test_a_pending_upload_is_a_new_container_each_time(workspace, emulator):
    below, body = "codes/c/versions/1/startPendingUpload", {"pendingUploadType": "TemporaryBlobReference"}
    first, second = (workspace.send("POST", below, body).json() for _call in range(2))
    place = first["blobReferenceForConsumption"]
    assert first["pendingUploadType"] == "None"
    assert place["blobUri"] != second["blobReferenceForConsumption"]["blobUri"]
    assert re.match(r"https://[^/]+:\d+/", place["blobUri"])
    assert "sp=rcwl" in place["credential"]["sasUri"]
    assert len(emulator.state.storage.containers) == 2


@item("assets", 10)
@pytest.mark.parametrize(
    ("credentials", "body", "status", "kind"),
    [
        ("AccountKey", None, 200, "AccountKey"),
        ("AccountKey", {"expirableSecret": True, "expireAfterHours": 1}, 200, "Sas"),
        ("None", None, 400, None),
        ("None", {"expirableSecret": True}, 400, None),
    ],
)
def test_secrets_follow_the_body_and_the_credentials(workspace, credentials, body, status, kind):
    place = {"datastoreType": "AzureBlob", "accountName": "a", "containerName": "c"}
    secrets = {"secretsType": "AccountKey", "key": "a2V5"}
    sent = {"credentialsType": credentials, **({"secrets": secrets} if credentials != "None" else {})}
    put(workspace, "datastores/d", {**place, "credentials": sent})
    answer = workspace.send("POST", "datastores/d/listSecrets", body, api_version="2025-12-01")
    assert (answer.status_code, answer.json().get("secretsType")) == (status, kind)
    if kind == "Sas":
        assert answer.json()["sasToken"].startswith("?")
    if status == 400:
        assert answer.json()["error"]["message"] == "No secrets for credentials of type None."


@item("assets", 11)
def test_scalars_of_a_component_are_text(workspace):
    spec = {"name": "c", "is_deterministic": True, "inputs": {"n": {"type": "number", "default": 3}}}
    shown = put(workspace, "components/c/versions/1", {"description": "d", "componentSpec": spec}).json()["properties"]
    assert shown["description"] is None
    assert shown["componentSpec"]["is_deterministic"] == "True"
    assert shown["componentSpec"]["inputs"]["n"] == {"type": "number", "default": "3", "optional": "False"}


@item("assets", 12)
def test_cancel_of_a_job_may_be_at_once(workspace):
    command = {"jobType": "Command", "command": "date", "environmentId": "azureml:AzureML-x:1"}
    put(workspace, "jobs/j", command)
    for expected in ("Canceled", "Canceled"):
        answer = workspace.send("POST", "jobs/j/cancel")
        assert (answer.status_code, answer.content, "Location" in answer.headers) == (200, b"", False)
        assert workspace.get("jobs/j")["properties"]["status"] == expected


@item("assets", 13)
def test_a_404_of_the_gateway_has_another_shape(workspace):
    elsewhere = f"{workspace.settings.workspace_path.rsplit('/', 1)[0]}/other/models/m"
    answer = workspace.http.get(elsewhere, params={"api-version": "2024-10-01"}, headers=workspace.headers)
    assert set(answer.json()["error"]) == {"code", "message"}
    assert "x-ms-response-type" not in answer.headers
    assert workspace.send("GET", "models/m").headers["x-ms-response-type"] == "error"


@item("assets", 14)
def test_pages_hold_fifty_and_lists_may_lag(workspace):
    for number in range(51):
        put(workspace, f"codes/m/versions/{number}", {"codeUri": "https://a/c"})
    link = workspace.get("codes/m/versions")["nextLink"]
    token = link.partition("$skipToken=")[2]
    decoded = json.loads(gzip.decompress(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))))
    assert decoded["ShardToShardContinuationToken"]["Multitenant"] == {
        "NextSkip": 50,
        "IsShardDone": False,
        "DidShardFail": False,
        "TotalCount": 51,
    }
    assert "nextLink" not in workspace.follow(link).json()
    workspace.policy(list_lag="60")
    put(workspace, "codes/m/versions/new", {"codeUri": "https://a/c"})
    assert workspace.get("codes/m/versions/new")
    assert workspace.get("codes/m/versions", _top=1)["value"] == []


@item("assets", 15)
@pytest.mark.parametrize(
    ("method", "below", "bucket"),
    [
        ("GET", "models", "reads"),
        ("PUT", "models/m", "writes"),
        ("POST", "datastores/workspaceblobstore/listSecrets", "writes"),
        ("DELETE", "models/m", "deletes"),
    ],
)
def test_every_answer_tells_what_is_left(workspace, method, below, bucket):
    headers = workspace.send(method, below, {"properties": {}} if method == "PUT" else None).headers
    left = [name for name in headers if "ratelimit-remaining" in name]
    prefix = "x-ms-ratelimit-remaining-subscription"
    assert set(left) == {f"{prefix}-{bucket}", f"{prefix}-global-{bucket}"}


@item("assets", 16)
def test_maps_left_out_are_null_for_data_only(workspace):
    data = put(workspace, "data/d/versions/1", {"dataType": "uri_file", "dataUri": "https://a/x"}).json()["properties"]
    model = put(workspace, "models/m/versions/1", MODEL).json()["properties"]
    code = put(workspace, "codes/c/versions/1", {"codeUri": "https://a/c"}).json()["properties"]
    environment = put(workspace, "environments/e/versions/1", IMAGE).json()["properties"]
    assert (data["tags"], data["properties"]) == (None, None)
    assert (model["tags"], model["properties"], code["tags"], code["properties"]) == ({}, {}, {}, {})
    assert environment["tags"] == {}
    assert put(workspace, "models/empty", {}).json()["properties"]["latestVersion"] is None


@item("assets", 17)
@pytest.mark.parametrize("below", ["models/m/versions/1", "models/m", "datastores/d"])
def test_assets_are_deleted_at_once(workspace, below):
    put(workspace, "models/m/versions/1", MODEL)
    place = {"datastoreType": "AzureBlob", "accountName": "a", "containerName": "c"}
    put(workspace, "datastores/d", {**place, "credentials": {"credentialsType": "None"}})
    answer = workspace.send("DELETE", below)
    assert (answer.status_code, answer.content) == (200, b"")
    assert workspace.send("GET", below).status_code == 404


@item("assets", 18)
def test_fields_come_and_go_with_the_version(workspace):
    put(workspace, "environments/e/versions/1", IMAGE)
    fields = {
        version: set(workspace.get("environments/e/versions/1", api_version=version)["properties"])
        for version in ("2022-05-01", "2022-10-01", "2023-04-01-preview", "2024-04-01")
    }
    assert fields["2022-10-01"] - fields["2022-05-01"] == {"autoRebuild"}
    assert fields["2024-04-01"] - fields["2022-10-01"] == {"provisioningState", "stage"}
    assert fields["2023-04-01-preview"] - fields["2024-04-01"] == {"autoDeleteSetting", "intellectualProperty"}


# The tables of statuses, headers and names beside the lists


@pytest.mark.parametrize("below", ["batchEndpoints", ENDPOINT, "models/m/versions/1", "computes/none"])
def test_every_answer_of_the_provider_has_its_headers(deployed, below):
    headers = deployed.send("GET", below).headers
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert (headers["cache-control"], headers["pragma"], headers["expires"]) == ("no-cache", "no-cache", "-1")
    assert headers["x-ms-response-type"] in ("standard", "error")
    assert re.fullmatch(r"\d+\.\d+", headers["x-request-time"])
    for name in ("x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id"):
        assert headers[name]
    assert headers["azureml-served-by-cluster"]
    assert not {"retry-after", "etag"} & set(headers)


@pytest.mark.parametrize(
    ("below", "body"),
    [
        ("batchEndpoints/{name}", {"location": "eastus", "properties": {"authMode": "AADToken"}}),
        ("computes/{name}", {"location": "eastus", "properties": CLUSTER}),
    ],
)
@pytest.mark.parametrize(
    ("name", "accepted"), [("abc", True), ("a-1", True), ("a", False), ("1ab", False), ("a_b", False)]
)
def test_names_follow_the_documented_rules(workspace, below, body, name, accepted):
    assert (workspace.send("PUT", below.format(name=name), body).status_code == 201) is accepted


@pytest.mark.parametrize(("name", "accepted"), [("a", True), ("1_a-b", True), ("_a", False), ("a.b", False)])
def test_names_of_assets_follow_the_specified_rule(workspace, name, accepted):
    assert (put(workspace, f"codes/{name}/versions/1.0.x", {"codeUri": "https://a/c"}).status_code == 201) is accepted


def test_answers_are_spread_over_lines_and_lists_are_not(deployed):
    assert deployed.send("GET", ENDPOINT).text.startswith('{\n  "id": ')
    assert "\n" not in deployed.send("GET", "batchEndpoints").text
    assert list(deployed.get(ENDPOINT)) == ["id", "name", "type", "properties", "systemData", "tags", "location"]


def test_times_are_spelled_as_the_service_spells_them(deployed):
    data = deployed.get(ENDPOINT)["systemData"]
    assert list(data) == ["createdAt", "createdBy", "lastModifiedAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{5,7}\+00:00", data["createdAt"])
