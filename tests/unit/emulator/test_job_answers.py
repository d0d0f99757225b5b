"""How jobs are answered: overrides, pipeline jobs, failed jobs, lists (batch contract 14.19 to 14.21, 14.27, 14.31)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.settings import PROVIDER
from tests.unit.emulator.data_plane import ECHO, DataPlane, folder_input

VERSION = {"api-version": "2020-09-01-dataplanepreview"}
STEPS = {"azureml-model-deployment": "steps"}


def pipeline(**settings: str) -> dict[str, Any]:
    component = {"referenceType": "Id", "assetId": "azureml://registries/r/components/c/versions/1"}
    return {"deploymentConfigurationType": "PipelineComponent", "componentId": component, "settings": settings}


async def listed(plane: DataPlane, below: str = "jobs") -> Any:
    path = f"/mferp/managementfrontend{plane.state.settings.workspace_path}/batchEndpoints/ep/{below}"
    return (await plane.call("api", "GET", path, params=VERSION)).json()


def test_the_job_of_a_pipeline_deployment(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        settings = {"default_compute": "azureml:cpu", "continue_on_step_failure": "False"}
        plane.deploy("steps", "", deploymentConfiguration=pipeline(**settings))
        sent = {"my_folder": {"uri": "azureml:pipelinedata:1", "jobInputType": "UriFolder"}}
        answer = await plane.invoke({"inputData": sent}, headers=STEPS)
        body, workspace = answer.json(), plane.state.settings.workspace_path
        name, properties = body["name"], body["properties"]
        assert (answer.status_code, answer.headers["azureml-model-deployment"]) == (201, "steps")
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name)
        assert body["id"] == f"{workspace}/batchEndpoints//jobs/{name}"
        assert body["type"] == f"{PROVIDER}/workspaces/batchEndpoints/jobs"
        assert list(properties) == [
            *("provisioningState", "inputData", "compute", "output", "status"),
            *("interactionEndpoints", "tags", "properties", "name"),
        ]
        assert properties["inputData"]["my_folder"]["uri"] == "azureml:pipelinedata:1"
        assert properties["compute"]["target"] is None
        assert properties["tags"] == {
            "azureml.deploymentname": "steps",
            "azureml.batchrun": "true",
            "azureml.jobtype": "azureml.pipelinejob",
        }
        expected = {
            "azureml.runLineageType": "batchDeployment",
            "runSource": "BatchDeployment",
            "azureml.parameters": "{}",
            "azureml.continue_on_step_failure": "True",
            "azureml.continue_on_failed_optional_input": "True",
            "azureml.enforceRerun": "False",
            "azureml.defaultComputeName": "cpu",
            "azureml.defaultDataStoreName": "workspaceblobstore",
            "azureml.pipelineComponent": "pipelinerun",
        }
        assert expected.items() <= properties["properties"].items()
        assert properties["properties"]["azureml.sourcepipelinerunid"]
        shown = await plane.call("scoring", "GET", f"/ep/jobs/{name}")
        assert (shown.status_code, shown.json()["id"]) == (200, body["id"])

    DataPlane(tmp_path).play(script)


def test_a_pipeline_may_stop_at_a_failed_step(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        own = {"ComponentDeployment.Settings.continue_on_step_failure": "False"}
        plane.deploy("steps", "", deploymentConfiguration=pipeline(), properties=own)
        body = (await plane.invoke(headers=STEPS)).json()
        assert body["properties"]["properties"]["azureml.continue_on_step_failure"] == "False"

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize(
    ("settings", "word"), [({}, "no default compute"), ({"default_compute": "cpu"}, "no pipeline")]
)
def test_the_job_of_a_pipeline_deployment_fails(tmp_path: Path, settings: dict[str, str], word: str) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("steps", "", deploymentConfiguration=pipeline(**settings))
        name = await plane.submit(headers=STEPS)
        assert await plane.end_of(name) == "Failed"
        job = plane.state.jobs.get(name)
        assert job is not None
        assert word in job.error

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize(("outputs", "fails"), [(("rows", "rows"), True), (("rows", "more"), False)])
def test_a_pipeline_that_binds_an_output_twice_fails(tmp_path: Path, outputs: tuple[str, str], fails: bool) -> None:
    async def script(plane: DataPlane) -> None:
        steps = {
            f"step{number}": {"outputs": {"result": f"${{{{parent.outputs.{name}}}}}"}}
            for number, name in enumerate(outputs)
        }
        plane.put("components/twice/versions/1", {"componentSpec": {"type": "pipeline", "jobs": steps}})
        configuration = pipeline(default_compute="cpu")
        configuration["componentId"]["assetId"] = plane.state.workspace("components", "twice", "versions", "1")
        plane.deploy("steps", "", deploymentConfiguration=configuration)
        name = await plane.submit(headers=STEPS)
        await plane.end_of(name)
        job = plane.state.jobs.get(name)
        assert job is not None
        assert (job.error == "PipelineRun contains duplicate PipelineRun output names") is fails

    DataPlane(tmp_path).play(script)


def test_a_call_that_names_a_compute_hides_the_target(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        sent = {"inputData": folder_input(), "compute": {"instanceCount": 2, "isLocal": True}}
        properties = (await plane.invoke(sent)).json()["properties"]
        assert properties["compute"] == {
            "target": None,
            "instanceCount": 2,
            "isLocal": True,
            "location": None,
            "instanceType": None,
            "properties": None,
        }
        assert json.loads(properties["properties"]["azureml.parameters"])["NodeCount"] == "2"

    DataPlane(tmp_path).play(script)


def test_an_output_dataset_beside_input_data_is_answered_in_full(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        store = plane.state.workspace("datastores", "workspaceblobstore")
        sent = {"inputData": folder_input(), "outputDataset": {"datastoreId": store, "path": "tests1/output"}}
        properties = (await plane.invoke(sent)).json()["properties"]
        assert properties["outputDataset"] == {
            "description": None,
            "tags": None,
            "properties": None,
            "isAnonymous": False,
            "datastoreId": store,
            "path": "tests1/output",
            "datasetType": "Simple",
        }
        parameters = json.loads(properties["properties"]["azureml.parameters"])
        assert (parameters["output_datastore_id"], parameters["output_relative_path_in_datastore"]) == (
            store,
            "tests1/output",
        )
        assert "output_uri" not in parameters

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize("generation", ["G2", "G1"])
def test_a_failed_job_names_the_place_of_its_logs(tmp_path: Path, generation: str) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit({"inputData": folder_input("empty")})
        await plane.end_of(name)
        job = plane.state.jobs.get(name)
        assert job is not None
        shown = (await plane.call("scoring", "GET", f"/ep/jobs/{name}")).json()["properties"]
        assert (shown["status"], shown["provisioningState"], "error" in shown) == ("Failed", "Succeeded", False)
        assert shown["output"] == {
            "datastoreId": plane.state.workspace("datastores", "workspaceartifactstore"),
            "path": f"ExperimentRun/dcid.{job.child_run_id}",
        }
        assert (plane.blobs.root / "azureml" / shown["output"]["path"]).is_dir()
        done = await plane.submit()
        await plane.end_of(done)
        shown = (await plane.call("scoring", "GET", f"/ep/jobs/{done}")).json()["properties"]
        nowhere = {"datastoreId": None, "path": None}
        assert shown.get("output") == (nowhere if generation == "G2" else None)

    DataPlane(tmp_path, generation=generation).play(script)


def test_a_list_of_jobs_is_short_and_begins_with_the_oldest(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        assert await listed(plane) == {"value": []}
        assert await listed(plane, "deployments/blue/jobs") == {"value": []}
        names = [await plane.submit() for _job in range(2)]
        found = await listed(plane, "deployments/blue/jobs")
        assert set(found) == {"value"}
        assert [item["name"] for item in found["value"]] == names
        assert list(found["value"][0]["properties"]) == [
            *("provisioningState", "output", "status", "interactionEndpoints", "tags", "properties", "name"),
        ]

    DataPlane(tmp_path).play(script)


def test_a_list_of_jobs_in_the_first_generation(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        store = plane.state.workspace("datastores", "workspaceblobstore")
        place = {"datastoreId": store, "path": "bla1"}
        name = await plane.submit({"inputData": folder_input("empty"), "outputDataset": place})
        await plane.end_of(name)
        item = (await listed(plane))["value"][0]
        assert set(item["properties"]) == {
            *("provisioningState", "outputDataset", "output", "outputFileName", "status"),
            *("interactionEndpoints", "tags", "properties", "name"),
        }
        assert set(item["systemData"]) == {"createdAt", "createdBy", "createdByType"}

    DataPlane(tmp_path, generation="G1").play(script)


def test_a_list_of_jobs_may_be_whole_and_begin_with_the_newest(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        names = [await plane.submit() for _job in range(2)]
        found = (await listed(plane))["value"]
        assert [item["name"] for item in found] == names[::-1]
        assert "inputData" in found[0]["properties"]

    DataPlane(tmp_path, job_order="newest", job_list_items="whole").play(script)


def test_a_list_of_jobs_may_be_refused(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        assert (await listed(plane))["error"]["code"] == "UserError"
        listing = await plane.manage("GET", "jobs")
        assert [job["name"] for job in listing.json()["value"]] == [name]

    DataPlane(tmp_path, data_plane_lists="refused").play(script)


@pytest.mark.parametrize(("policy", "end"), [("fails", "Failed"), ("left", "Completed")])
def test_rows_that_exist_already(tmp_path: Path, policy: str, end: str) -> None:
    async def script(plane: DataPlane) -> None:
        plane.blobs.write("home", "out/rows.csv", "before\n")
        uri = "azureml://datastores/workspaceblobstore/paths/out/rows.csv"
        sent = {"inputData": folder_input(), "outputData": {"o": {"jobOutputType": "UriFile", "uri": uri}}}
        assert await plane.end_of(await plane.submit(sent)) == end
        assert plane.blob("out/rows.csv") == "before\n"

    DataPlane(tmp_path, existing_output=policy).play(script)


@pytest.mark.parametrize(
    ("returned", "rows"),
    [
        ("pandas.DataFrame({'a': ['x y', 'z'], 'b': [1, 2.5]})", '"x y" 1.0\nz 2.5\n'),
        ("[['heart.csv', 0], ['b', 1]]", "['heart.csv', 0]\n['b', 1]\n"),
        ("['one\\ntwo', 3]", "one\ntwo\n3\n"),
        ("numpy.array([1, 2])", "1\n2\n"),
    ],
)
def test_rows_are_written_as_the_script_returns_them(tmp_path: Path, returned: str, rows: str) -> None:
    """Batch contract 14.34."""
    code = f"import numpy, pandas\ndef init(): pass\ndef run(batch): return {returned}\n"

    async def script(plane: DataPlane) -> None:
        plane.deploy("blue", code)
        name = await plane.submit()
        assert await plane.end_of(name) == "Completed"
        job = plane.state.jobs.get(name)
        assert job is not None
        assert plane.blob(f"azureml/{job.child_run_id}/score/predictions.csv") == rows

    DataPlane(tmp_path).play(script)


def test_a_pipeline_deployment_keeps_the_names_of_literals(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("steps", ECHO, deploymentConfiguration=pipeline())
        literal = {"mode": {"jobInputType": "Literal", "value": "append"}}
        body = (await plane.invoke({"inputData": {**folder_input(), **literal}}, headers=STEPS)).json()
        assert json.loads(body["properties"]["properties"]["azureml.parameters"]) == {"mode": "append"}

    DataPlane(tmp_path).play(script)
