"""Jobs from Preparing to their end: results, failures with the documented words, cancel, and how ARM shows them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.jobs import Job
from tests.emulator.scoring_plan import UNSUPPORTED_INPUT
from tests.unit.emulator.data_plane import DataPlane, folder_input, output

SLOW_ONCE = """
import pathlib, time
def init(): pass
def run(mini_batch):
    once = pathlib.Path({path!r})
    if not once.exists():
        once.touch()
        time.sleep(600)
    return [len(mini_batch)] * len(mini_batch)
"""
FOREVER = "import time\ndef init(): pass\ndef run(mini_batch):\n    time.sleep(600)\n"


def test_results_lie_below_the_child_run(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        assert await plane.end_of(name) == "Completed"
        job = plane.state.jobs.get(name)
        assert job is not None
        assert job.child_run_id not in name
        assert plane.blob(f"azureml/{job.child_run_id}/score/predictions.csv") == "a.png\nb.png\n"

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize(
    ("place", "expected"),
    [(output("p/mine.csv"), "p/mine.csv"), (output("q", "UriFolder"), "q/predictions.csv")],
)
def test_results_go_where_the_call_says_and_only_once(tmp_path: Path, place: dict[str, Any], expected: str) -> None:
    async def script(plane: DataPlane) -> None:
        plane.state.policies.set("model_output_types", "any")
        sent = {"inputData": folder_input(), "outputData": place}
        assert await plane.end_of(await plane.submit(sent)) == "Completed"
        assert plane.blob(expected) == "a.png\nb.png\n"
        again = await plane.submit(sent)
        assert await plane.end_of(again) == "Failed"
        assert "Output already exists" in error_of(plane, again)

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"inputData": folder_input("empty")}, "Dataset initialization failed"),
        (
            {"inputData": {"i": {"jobInputType": "UriFolder", "uri": "https://e.org/c"}}},
            "ScriptExecution.StreamAccess.Authentication",
        ),
        ({"inputData": folder_input(jobInputType="MLTable")}, UNSUPPORTED_INPUT),
        (
            {"inputData": folder_input(), "outputData": {"o": {"jobOutputType": "UriFile", "uri": "azureml://x/y"}}},
            "x/y",
        ),
    ],
)
def test_input_and_output_that_do_not_serve_fail_the_job(tmp_path: Path, sent: dict[str, Any], error: str) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit(sent)
        assert await plane.end_of(name) == "Failed"
        assert error in error_of(plane, name)

    DataPlane(tmp_path).play(script)


def test_a_deployment_keeps_its_settings_for_jobs_that_run(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        deployment = plane.state.resources.get(plane.state.workspace("batchEndpoints", "ep", "deployments", "blue"))
        assert deployment is not None
        deployment.properties["retrySettings"]["maxRetries"] = 7
        job = plane.state.jobs.get(name)
        assert job is not None
        assert job.settings["retrySettings"]["maxRetries"] == 3

    DataPlane(tmp_path).play(script)


def test_a_job_prepares_until_its_time_has_come(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.state.settings.__dict__["operation_seconds"] = 3600.0
        name = await plane.submit()
        await asyncio.sleep(0.15)
        job = plane.state.jobs.get(name)
        assert job is not None
        assert job.status == "Preparing"
        plane.state.clock.advance(3600)
        assert await plane.end_of(name) == "Completed"
        assert job.started is not None
        assert (job.started - job.created).total_seconds() >= 3600

    DataPlane(tmp_path).play(script)


def test_a_running_job_can_be_canceled_and_stays_so(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("blue", FOREVER)
        name = await plane.submit()
        job = plane.state.jobs.get(name)
        assert job is not None
        while job.status != "Running":
            await asyncio.sleep(0.01)
        await plane.state.jobs.cancel(name)
        assert job.status == "CancelRequested"
        assert await plane.end_of(name) == "Canceled"
        await plane.state.jobs.cancel(name)
        assert job.status == "Canceled"

    DataPlane(tmp_path).play(script)


def test_a_finished_job_stays_finished(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        await plane.end_of(name)
        await plane.state.jobs.cancel(name)
        assert await plane.end_of(name) == "Completed"

    DataPlane(tmp_path).play(script)


def test_a_deleted_job_is_ended_and_gone(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("blue", FOREVER)
        name = await plane.submit(headers={"repeatability-request-id": "1"})
        job = plane.state.jobs.get(name)
        assert job is not None
        await plane.state.jobs.delete(name)
        assert plane.state.jobs.get(name) is None
        while not job.is_over:
            await asyncio.sleep(0.01)
        assert await plane.submit(headers={"repeatability-request-id": "1"}) != name

    DataPlane(tmp_path).play(script)


def test_the_management_view_is_the_recorded_one(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit(
            {"inputData": folder_input(), "properties": {"experimentName": "mine"}, "tags": {"t": "v"}}
        )
        await plane.end_of(name)
        job = plane.state.jobs.get(name)
        assert job is not None
        view = plane.state.jobs.management_view(job, "2024-10-01")
        properties = view["properties"]
        assert view["id"] == f"{plane.state.settings.workspace_path}/jobs/{name}"
        assert list(properties) == [
            *("description", "tags", "properties", "displayName", "status", "experimentName", "services", "computeId"),
            *(
                "isArchived",
                "identity",
                "componentId",
                "jobType",
                "settings",
                "jobs",
                "inputs",
                "outputs",
                "sourceJobId",
            ),
        ]
        assert properties["description"] == "Pipeline submission for endpoint: ep, deployment: blue."
        assert (properties["jobType"], properties["status"]) == ("Pipeline", "Completed")
        assert properties["experimentName"] == "mine"
        assert properties["tags"]["t"] == "v"
        assert properties["services"]["Studio"]["endpoint"].startswith(f"https://ml.azure.com/runs/{name}?wsid=/subscr")
        assert set(view["systemData"]) == {"createdAt", "createdBy", "createdByType"}

    DataPlane(tmp_path).play(script)


def test_jobs_are_listed_newest_first_and_by_deployment(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.deploy("green", FOREVER)
        first = await plane.submit()
        second = await plane.submit(headers={"azureml-model-deployment": "green"})
        assert [job.name for job in plane.state.jobs.list("EP")] == [second, first]
        assert [job.name for job in plane.state.jobs.list("ep", "blue")] == [first]
        assert plane.state.jobs.list("other") == []

    DataPlane(tmp_path).play(script)


async def status_of(job: Job, expected: str) -> None:
    """Return once a job has a status; it must come without much wall time."""
    for _try in range(500):
        if job.status == expected:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{job.status}, not {expected}")


def error_of(plane: DataPlane, name: str) -> str:
    job = plane.state.jobs.get(name)
    assert job is not None
    return job.error


def test_a_long_job_costs_no_wall_time(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        name = await plane.submit()
        job = plane.state.jobs.get(name)
        assert job is not None
        course = [(599, "Queued"), (2, "Preparing"), (30, "Running"), (10700, "Running"), (200, "Completed")]
        for seconds, status in course:
            plane.state.clock.advance(seconds)
            await status_of(job, status)
            if status == "Running":
                while not any(plane.blobs.root.rglob("predictions.csv")):
                    await asyncio.sleep(0.01)
        assert job.ended is not None
        assert (job.ended - job.created).total_seconds() >= 600 + 30 + 10800

    DataPlane(tmp_path, job_course="Queued:600,Preparing:30,Running:10800").play(script)


@pytest.mark.parametrize(("last", "over"), [("Failed", True), ("Canceled", True), ("NotResponding", False)])
def test_a_course_may_say_how_a_job_ends(tmp_path: Path, last: str, over: bool) -> None:
    async def script(plane: DataPlane) -> None:
        job = plane.state.jobs.get(await plane.submit())
        assert job is not None
        while job.status != last:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.02)
        assert (job.status, job.is_over) == (last, over)

    DataPlane(tmp_path, job_course=f"Preparing:0,{last}").play(script)


def test_a_killed_worker_is_replaced_and_its_mini_batch_tried_again(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        once = tmp_path / "once"
        plane.deploy("blue", SLOW_ONCE.format(path=str(once)), maxConcurrencyPerInstance=1)
        name = await plane.submit()
        while not once.exists():
            await asyncio.sleep(0.01)
        assert plane.state.jobs.kill_worker(name)
        assert await plane.end_of(name) == "Completed"
        assert not plane.state.jobs.kill_worker(name)
        job = plane.state.jobs.get(name)
        assert job is not None
        assert plane.blob(f"azureml/{job.child_run_id}/score/predictions.csv") == "2\n2\n"

    DataPlane(tmp_path).play(script)
