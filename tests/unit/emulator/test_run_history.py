"""What clients ask after a job's end: discovery, the child run, where its results are, its logs, lists of jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.emulator.data_plane import DataPlane, folder_input, output

VERSION = {"api-version": "2020-09-01-dataplanepreview"}


async def history(plane: DataPlane, method: str, below: str, **options: Any) -> Any:
    path = f"/history/v1.0{plane.state.settings.workspace_path}/{below}"
    answer = await plane.call("api", method, path, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def front_end(plane: DataPlane, below: str, method: str = "GET", **options: Any) -> Any:
    path = f"/mferp/managementfrontend{plane.state.settings.workspace_path}/{below}"
    return await plane.call("api", method, path, **{"params": VERSION, **options})


def test_discovery_needs_no_token_and_names_the_api(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        answer = await plane.call("api", "GET", "/discovery", token=None)
        assert answer.json()["api"] == plane.state.settings.url("api")

    DataPlane(tmp_path).play(script)


def test_the_way_from_a_job_to_its_results(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        await plane.end_of(name)
        [child] = (await history(plane, "GET", f"runs/{name}/children"))["value"]
        assert (child["name"], child["status"]) == ("batchscoring", "Completed")
        assert (child["parentRunId"], child["rootRunId"]) == (name, name)
        assert child["dataContainerId"] == f"dcid.{child['runId']}"
        asked = {"runId": child["runId"], "selectRunMetadata": True, "selectRunDefinition": True}
        data = await history(plane, "POST", "rundata", json=asked)
        assert data["runMetadata"]["runId"] == child["runId"]
        assert data["runMetadata"]["outputs"] is None
        assert data["runDefinition"]["dataReferences"]["score"] == {
            "dataStoreName": "workspaceblobstore",
            "mode": "Mount",
            "pathOnDataStore": f"azureml/{child['runId']}/score",
            "pathOnCompute": None,
            "overwrite": False,
        }
        arguments = data["runDefinition"]["arguments"]
        assert arguments[arguments.index("--append_row_dataframe_header") + 1] == "False"
        assert arguments[arguments.index("--model_name") + 1] == "m"

    DataPlane(tmp_path).play(script)


def test_an_explicit_output_is_where_the_reference_points(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit({"inputData": folder_input(), "outputData": output("p/q/mine.csv")})
        await plane.end_of(name)
        [child] = (await history(plane, "GET", f"runs/{name}/children"))["value"]
        data = await history(plane, "POST", "rundata", json={"runId": child["runId"]})
        assert data["runDefinition"]["dataReferences"]["score"]["pathOnDataStore"] == "p/q"

    DataPlane(tmp_path).play(script)


def test_a_failed_run_tells_why_and_where_its_logs_are(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("blue", "def init(): pass\ndef run(mini_batch):\n    raise ValueError('no')\n")
        name = await plane.submit()
        await plane.end_of(name)
        [child] = (await history(plane, "GET", f"runs/{name}/children"))["value"]
        details = await history(plane, "GET", f"runs/{child['runId']}/details")
        assert "no succeeded mini batch item" in details["error"]["error"]["message"]
        address = details["logFiles"]["logs/user/error.txt"]
        assert address.startswith(f"https://localhost:5/account/azureml/ExperimentRun/dcid.{child['runId']}/logs/user/")
        assert address.endswith("?sr=c&sp=r&sig=azureml")
        assert (await history(plane, "GET", f"runs/{name}"))["error"]["error"]["message"] == (
            details["error"]["error"]["message"]
        )

    DataPlane(tmp_path).play(script)


def test_a_job_that_prepares_has_no_child_yet(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.state.settings.__dict__["operation_seconds"] = 3600.0
        name = await plane.submit()
        assert (await history(plane, "GET", f"runs/{name}/children"))["value"] == []

    DataPlane(tmp_path).play(script)


def test_either_token_reads_but_only_one_submits(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        token = plane.state.entra.issue(plane.state.settings.url("management"))
        await history(plane, "GET", f"runs/{name}", token=token)
        assert (await front_end(plane, "batchEndpoints/ep/jobs", token=token)).status_code == 200
        submitted = await front_end(plane, "batchEndpoints/ep/jobs", "POST", token=token, json={"properties": {}})
        assert submitted.status_code == 401
        path = f"/history/v1.0{plane.state.settings.workspace_path}/runs/{name}"
        assert (await plane.call("api", "GET", path, token=None)).status_code == 401

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize("below", ["runs/none", "runs/none/children", "nothing"])
def test_what_is_not_there_is_404(tmp_path: Path, below: str) -> None:
    async def script(plane: DataPlane) -> None:
        path = f"/history/v1.0{plane.state.settings.workspace_path}/{below}"
        assert (await plane.call("api", "GET", path)).status_code == 404
        assert (await plane.call("api", "GET", f"/history/v1.0/subscriptions/other/{below}")).status_code == 404

    DataPlane(tmp_path).play(script)


def test_jobs_are_listed_page_by_page(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.state.settings.__dict__["operation_seconds"] = 3600.0
        names = [await plane.submit() for _time in range(50)]
        assert "nextLink" not in (await front_end(plane, "batchEndpoints/ep/jobs")).json()
        names.append(await plane.submit())
        first = (await front_end(plane, "batchEndpoints/ep/jobs", params={**VERSION, "deployment": "blue"})).json()
        link = first["nextLink"]
        assert "deployment=blue" in link
        rest = (await plane.call("api", "GET", link)).json()
        assert "nextLink" not in rest
        assert [job["name"] for job in first["value"] + rest["value"]] == names

    DataPlane(tmp_path).play(script)


def test_the_front_end_takes_and_shows_jobs_of_a_deployment(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        jobs = "batchEndpoints/ep/deployments/blue/jobs"
        taken = await front_end(plane, jobs, "POST", json={"properties": {"inputData": folder_input()}})
        assert taken.status_code == 201
        shown = await front_end(plane, f"{jobs}/{taken.json()['name']}")
        assert shown.json()["id"] == taken.json()["id"]
        listed = await front_end(plane, jobs)
        assert [job["name"] for job in listed.json()["value"]] == [taken.json()["name"]]
        assert (await front_end(plane, "batchEndpoints/ep/deployments/green/jobs")).json()["value"] == []

    DataPlane(tmp_path).play(script)
