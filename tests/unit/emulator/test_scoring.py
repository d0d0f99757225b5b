"""Invokes: routing, tokens, bodies of both generations, the recorded answer, repetition."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.settings import PROVIDER
from tests.unit.emulator.data_plane import ECHO, DataPlane, folder_input, output


def test_the_answer_is_the_recorded_one(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        answer = await plane.invoke(
            {"inputData": {"input1": {"uri": "https://e.org/c/in", "jobInputType": "uriFolder"}}}
        )
        workspace = plane.state.settings.workspace_path
        body = answer.json()
        properties = body["properties"]
        assert answer.status_code == 201
        assert answer.headers["azureml-model-deployment"] == "blue"
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert answer.headers["server"] == "azureml-frontdoor"
        assert answer.headers["location"] == (
            f"{plane.state.settings.url('api')}/mferp/managementfrontend{workspace}/batchEndpoints/ep/deployments/blue"
            "?api-version=2020-09-01-dataplanepreview"
        )
        assert re.fullmatch(r"batchjob-[0-9a-f-]{36}", body["name"])
        assert body["id"] == f"{workspace}/batchEndpoints/ep/deployments/blue/jobs/{body['name']}"
        assert body["type"] == f"{PROVIDER}/workspaces/batchEndpoints/deployments/jobs"
        assert list(properties) == [
            *("provisioningState", "inputData", "compute", "output", "retrySettings", "status"),
            *("interactionEndpoints", "tags", "properties", "name"),
        ]
        assert properties["inputData"] == {
            "input1": {
                "description": None,
                "uri": "https://e.org/c/in",
                "mode": "ReadOnlyMount",
                "jobInputType": "UriFolder",
            }
        }
        assert properties["compute"] == {
            "target": f"{workspace}/computes/cpu",
            "instanceCount": None,
            "isLocal": False,
            "location": None,
            "instanceType": None,
            "properties": None,
        }
        assert (properties["provisioningState"], properties["status"]) == ("Succeeded", "Preparing")
        assert properties["retrySettings"] == {"maxRetries": 3, "timeout": "PT30S"}
        assert properties["tags"]["azureml.deploymentname"] == "blue"
        assert json.loads(properties["properties"]["azureml.parameters"]) == {
            "run_max_try": "3",
            "run_invocation_timeout": "30",
            "mini_batch_size": "10",
            "error_threshold": "-1",
            "logging_level": "INFO",
            "process_count_per_node": "2",
            "legacy_model_job": "False",
            "NodeCount": "1",
            "append_row_file_name": "predictions.csv",
        }
        assert re.fullmatch(r"[a-z]+_[a-z]+_[a-z0-9]{8}", properties["name"])

    DataPlane(tmp_path).play(script)


def test_the_first_generation_answers_other_fields(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        body = (await plane.invoke()).json()
        assert re.fullmatch(r"[0-9a-f-]{36}", body["name"])
        assert body["properties"]["miniBatchSize"] == 10
        assert body["properties"]["outputFileName"] == "predictions.csv"
        assert "output" not in body["properties"]
        assert set(body["properties"]["tags"]) == {"azureml.batchrun", "azureml.deploymentname"}

    DataPlane(tmp_path, generation="G1").play(script)


def test_the_output_is_renamed_and_its_file_moves_to_the_parameters(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        body = (await plane.invoke({"inputData": folder_input(), "outputData": output("p/mine.csv")})).json()
        assert list(body["properties"]["outputData"]) == ["score"]
        assert body["properties"]["outputData"]["score"]["mode"] == "ReadWriteMount"
        parameters = json.loads(body["properties"]["properties"]["azureml.parameters"])
        assert parameters["append_row_file_name"] == "mine.csv"
        assert parameters["output_uri"] == "azureml://datastores/workspaceblobstore/paths/p/mine.csv"

    DataPlane(tmp_path).play(script)


def test_keys_and_words_are_read_without_regard_to_case(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        uri = "azureml://datastores/workspaceblobstore/paths/in"
        sent = {"InputData": {"MyInput": {"JobInputType": "urifolder", "Uri": uri}}, "MiniBatchSize": "1"}
        answer = await plane.call("scoring", "POST", "/ep.eastus/jobs", json={"Properties": sent})
        properties = answer.json()["properties"]
        assert properties["inputData"]["MyInput"]["jobInputType"] == "UriFolder"
        assert json.loads(properties["properties"]["azureml.parameters"])["mini_batch_size"] == "1"

    DataPlane(tmp_path).play(script)


def test_a_call_overrides_the_deployment(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        overrides = {
            "miniBatchSize": 1,
            "errorThreshold": 5,
            "maxConcurrencyPerInstance": 1,
            "loggingLevel": "debug",
            "outputFileName": "other.csv",
            "retrySettings": {"maxRetries": 1, "timeout": "PT1M30S"},
            "compute": {"instanceCount": 2},
        }
        body = (await plane.invoke({"inputData": folder_input(), **overrides})).json()
        parameters = json.loads(body["properties"]["properties"]["azureml.parameters"])
        assert parameters == {
            "run_max_try": "1",
            "run_invocation_timeout": "90",
            "mini_batch_size": "1",
            "error_threshold": "5",
            "logging_level": "DEBUG",
            "process_count_per_node": "1",
            "legacy_model_job": "False",
            "NodeCount": "2",
            "append_row_file_name": "other.csv",
        }
        assert body["properties"]["retrySettings"] == {"maxRetries": 1, "timeout": "PT1M30S"}

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"inputData": {}},
        {"inputData": {"a": {"uri": "azureml://x"}}},
        {"inputData": {"a": {"jobInputType": "Folder", "uri": "azureml://x"}}},
        {"inputData": {"a": {"jobInputType": "UriFolder"}}},
        {"inputData": {"a": {"jobInputType": "UriFolder", "uri": 5}}},
        {"inputData": {"a": {"jobInputType": "UriFolder", "uri": "://"}}},
        {"inputData": {"a": {"jobInputType": "Literal", "value": []}}},
        {"inputData": {**folder_input(), "second": folder_input()["input1"]}},
        {"inputData": folder_input(), "outputData": {**output("a"), "second": output("b")["output"]}},
        {"inputData": folder_input(), "miniBatchSize": "many"},
        {"inputData": folder_input(), "retrySettings": {"timeout": "30"}},
        {"inputData": folder_input(), "unheardOf": 1},
        {"dataset": {"dataInputType": "DatasetVersion", "datasetName": "d"}},
        "text",
    ],
)
def test_a_malformed_body_is_refused_and_starts_nothing(tmp_path: Path, properties: Any) -> None:
    async def script(plane: DataPlane) -> None:
        answer = await plane.invoke(properties)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "UserError"
        assert plane.state.jobs.list() == []

    DataPlane(tmp_path).play(script)


def test_a_body_that_is_not_json_is_refused(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        assert (
            await plane.invoke(json=None, content=b"{,}", headers={"Content-Type": "application/json"})
        ).status_code == 400

    DataPlane(tmp_path).play(script)


def test_the_header_names_a_deployment_beside_the_default(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("green", ECHO)
        answer = await plane.invoke(headers={"azureml-model-deployment": "green"})
        assert answer.headers["azureml-model-deployment"] == "green"
        unknown = await plane.invoke(headers={"azureml-model-deployment": "red"})
        assert unknown.status_code == 404

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize("state", ["Creating", "Failed"])
def test_a_deployment_that_is_not_ready_takes_nothing(tmp_path: Path, state: str) -> None:
    async def script(plane: DataPlane) -> None:
        plane.put("batchEndpoints/ep/deployments/blue", {}, provisioning_state=state)
        assert (await plane.invoke()).status_code == 404

    DataPlane(tmp_path).play(script)


def test_an_unknown_endpoint_or_job_is_404(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        assert (await plane.call("scoring", "POST", "/other/jobs", json={})).status_code == 404
        assert (await plane.call("scoring", "GET", "/ep/jobs/none")).status_code == 404

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize("header", ["repeatability-request-id", "repeatability_request-id"])
def test_a_repeated_invoke_gives_the_first_job(tmp_path: Path, header: str) -> None:
    async def script(plane: DataPlane) -> None:
        first = await plane.submit(headers={header: "5e8c"})
        assert await plane.submit(headers={header: "5E8C"}) == first
        assert await plane.submit(headers={header: "other"}) != first
        plane.state.policies.set("repeatability", "ignored")
        assert await plane.submit(headers={header: "5e8c"}) != first

    DataPlane(tmp_path).play(script)


def test_only_the_spelling_in_force_counts(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        header = {"repeatability-request-id": "1"}
        assert await plane.submit(headers=header) != await plane.submit(headers=header)

    DataPlane(tmp_path, repeatability_header="underscore").play(script)


def test_the_body_may_name_the_job_once(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        named = {"inputData": folder_input(), "name": "mine"}
        assert await plane.submit(named) == "mine"
        assert (await plane.invoke(named)).status_code == 409
        plane.state.policies.set("job_name", "ignored")
        assert (await plane.submit(named)).startswith("batchjob-")

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize("honoured", [True, False])
def test_the_body_may_mark_the_job(tmp_path: Path, honoured: bool) -> None:
    async def script(plane: DataPlane) -> None:
        marks = {"tags": {"k": "v"}, "properties": {"p": "q", "experimentName": "mine"}, "description": "what for"}
        job = plane.state.jobs.get(await plane.submit({"inputData": folder_input(), **marks}))
        assert job is not None
        view = plane.state.jobs.management_view(job, "2024-10-01")["properties"]
        assert (view["tags"].get("k") == "v") is honoured
        assert (view["properties"].get("p") == "q") is honoured
        assert (view["description"] == "what for") is honoured
        assert view["experimentName"] == "mine"

    DataPlane(tmp_path, job_marks="honoured" if honoured else "ignored").play(script)


@pytest.mark.parametrize(
    "dataset",
    [
        {"dataInputType": "DataUrl", "Path": "https://localhost:5/account/home/in"},
        {"dataInputType": "DatasetVersion", "datasetName": "digits", "datasetVersion": "1"},
        {"dataInputType": "DatasetId", "datasetId": "{workspace}/data/digits/versions/1"},
    ],
)
def test_the_bodies_of_2021_run(tmp_path: Path, dataset: dict[str, str]) -> None:
    async def script(plane: DataPlane) -> None:
        workspace = plane.state.settings.workspace_path
        plane.put("data/digits/versions/1", {"dataUri": "azureml://datastores/workspaceblobstore/paths/in"})
        filled = {key: value.format(workspace=workspace) for key, value in dataset.items()}
        place = {"datastoreId": f"{workspace}/datastores/workspaceblobstore", "path": "mine"}
        name = await plane.submit({"dataset": filled, "outputDataset": place, "outputFileName": "p.csv"})
        assert await plane.end_of(name) == "Completed"
        assert plane.blob("mine/p.csv") == "a.png\nb.png\n"

    DataPlane(tmp_path).play(script)
