"""Switches of the scoring host and its jobs beside those of `test_open_questions`: what a client sees under each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.emulator.data_plane import DataPlane, folder_input, output

IN = "azureml://datastores/workspaceblobstore/paths/in"
PIPELINE = {"deploymentConfigurationType": "PipelineComponent", "settings": {}}


async def shown(plane: DataPlane, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await plane.call("scoring", "GET", f"/ep/jobs/{name}")).json()["properties"]
    return answer


@pytest.mark.parametrize(("policy", "status"), [("folded", 201), ("kept", 404)])
def test_a_host_may_have_case(tmp_path: Path, policy: str, status: int) -> None:
    async def script(plane: DataPlane) -> None:
        body = {"properties": {"inputData": folder_input()}}
        assert (await plane.call("scoring", "POST", "/EP/jobs", json=body)).status_code == status
        assert (await plane.invoke()).status_code == 201

    DataPlane(tmp_path, endpoint_host_case=policy).play(script)


@pytest.mark.parametrize(
    ("policy", "keys"),
    [
        ("envelope", {"error", "correlation", "environment", "location", "time", "componentName"}),
        ("error", {"error"}),
        ("text", None),
    ],
)
def test_a_refusal_has_one_of_three_bodies(tmp_path: Path, policy: str, keys: set[str] | None) -> None:
    async def script(plane: DataPlane) -> None:
        answer = await plane.invoke(headers={"azureml-model-deployment": "none"})
        assert "The deployment 'none' does not exist" in answer.text
        if keys is None:
            assert answer.headers["content-type"].startswith("text/plain")
        else:
            assert set(answer.json()) == keys
        assert (await plane.call("scoring", "GET", "/ep/jobs/none")).status_code == 404

    DataPlane(tmp_path, scoring_errors=policy).play(script)


@pytest.mark.parametrize("status", [400, 422])
def test_bad_input_is_refused_with_one_of_two_statuses(tmp_path: Path, status: int) -> None:
    async def script(plane: DataPlane) -> None:
        assert (await plane.invoke({})).status_code == status

    DataPlane(tmp_path, bad_input_status=str(status)).play(script)


@pytest.mark.parametrize(
    ("policy", "keys"), [("echoed", {"dataset", "outputDataset"}), ("converted", {"inputData", "outputData"})]
)
def test_a_body_of_2021_is_echoed_or_converted(tmp_path: Path, policy: str, keys: set[str]) -> None:
    async def script(plane: DataPlane) -> None:
        store = plane.state.workspace("datastores", "workspaceblobstore")
        sent = {
            "dataset": {"dataInputType": "DataUrl", "path": IN},
            "outputDataset": {"datastoreId": store, "path": "out"},
        }
        properties = (await plane.invoke(sent)).json()["properties"]
        assert {"dataset", "outputDataset", "inputData", "outputData"} & properties.keys() == keys
        if policy == "converted":
            assert properties["inputData"]["dataset"]["uri"] == IN
            assert properties["outputData"]["score"]["uri"] == f"azureml:{store}/paths/out"

    DataPlane(tmp_path, dataset_answer=policy).play(script)


@pytest.mark.parametrize("policy", ["absent", "shown"])
def test_a_failed_job_may_tell_why(tmp_path: Path, policy: str) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit({"inputData": folder_input("empty")})
        await plane.end_of(name)
        properties = await shown(plane, name)
        assert ("error" in properties) is (policy == "shown")
        if policy == "shown":
            assert "Dataset initialization failed" in properties["error"]["message"]

    DataPlane(tmp_path, failed_job_error=policy).play(script)


@pytest.mark.parametrize(
    ("policy", "states"),
    [("submission", ["Succeeded", "Succeeded", "Succeeded"]), ("job", ["InProgress", "Failed", "Canceled"])],
)
def test_the_provisioning_state_speaks_of_the_submission_or_the_job(
    tmp_path: Path, policy: str, states: list[str]
) -> None:
    async def script(plane: DataPlane) -> None:
        seen = []
        for course in ("Queued", "Failed", "Canceled"):
            plane.state.policies.set("job_course", course)
            name = await plane.submit()
            if course != "Queued":
                await plane.end_of(name)
            seen.append((await shown(plane, name))["provisioningState"])
        assert seen == states

    DataPlane(tmp_path, job_provisioning=policy).play(script)


def test_an_output_may_be_told_from_the_start(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.state.policies.set("job_course", "Queued")
        name = await plane.submit({"inputData": folder_input(), "outputData": output("out/rows.csv")})
        assert (await shown(plane, name))["output"]["path"] == "out"
        nowhere = {"o": {"jobOutputType": "UriFile", "uri": "azureml://x/y"}}
        name = await plane.submit({"inputData": folder_input(), "outputData": nowhere})
        assert (await shown(plane, name))["output"] == {"datastoreId": None, "path": None}

    DataPlane(tmp_path, finished_output="always").play(script)


@pytest.mark.parametrize(("policy", "keys"), [("null", {"value", "nextLink"}), ("absent", {"value"})])
def test_the_last_page_of_jobs_has_no_link(tmp_path: Path, policy: str, keys: set[str]) -> None:
    async def script(plane: DataPlane) -> None:
        path = f"/mferp/managementfrontend{plane.state.settings.workspace_path}/batchEndpoints/ep/jobs"
        version = {"api-version": "2020-09-01-dataplanepreview"}
        answer = await plane.call("api", "GET", path, params=version)
        assert set(answer.json()) == keys
        assert (await plane.call("api", "GET", path)).status_code == 400

    DataPlane(tmp_path, last_page_link=policy).play(script)


@pytest.mark.parametrize(("policy", "name"), [("kept", "rows"), ("score", "score")])
def test_the_output_of_a_pipeline_deployment_keeps_its_name_or_not(tmp_path: Path, policy: str, name: str) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("steps", "", deploymentConfiguration=PIPELINE)
        sent = {"inputData": folder_input(), "outputData": {"rows": output("out/rows.csv")["output"]}}
        answer = await plane.invoke(sent, headers={"azureml-model-deployment": "steps"})
        assert set(answer.json()["properties"]["outputData"]) == {name}

    DataPlane(tmp_path, pipeline_outputs=policy).play(script)


def test_results_go_to_the_default_datastore(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        place = {"datastoreType": "AzureBlob", "accountName": "account", "containerName": "other"}
        body = {"properties": {**place, "credentials": {"credentialsType": "None"}, "isDefault": True}}
        assert (await plane.manage("PUT", "datastores/mine", body)).status_code == 201
        name = await plane.submit()
        assert await plane.end_of(name) == "Completed"
        job = plane.state.jobs.get(name)
        assert job is not None
        assert (plane.blobs.root / "other" / "azureml" / job.child_run_id / "score" / "predictions.csv").is_file()

    DataPlane(tmp_path, default_datastore_change="put").play(script)
