"""azure.azcollection's own modules against the local workspace, and what our modules make of their work.

Its distribution takes minutes to install, and its SDK polls an operation every thirty seconds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_workspace import LocalWorkspace
from tests.integration.plays import Played
from tests.integration.stories import FILES, PAGES, deploy

from .conftest import HERE, Tasks

pytestmark = pytest.mark.on_request
NOT_FINISHED = {"Preparing", "Running"}


@pytest.fixture(scope="module")
def part(neighbour: Callable[..., Tasks], started: LocalWorkspace) -> Callable[[str], Tasks]:
    """Runs the part of `clients/neighbour.yml` with this tag, in a workspace that is empty at first."""
    started.reset()
    folder = json.dumps({"folder": str(FILES)})  # `-e folder=PATH` would end at the first blank of the path
    return lambda tag: neighbour(HERE / "clients" / "neighbour.yml", "--tags", tag, "-e", folder)


@pytest.fixture(scope="module")
def made(part: Callable[[str], Tasks]) -> Tasks:
    return part("make")


def result(tasks: Tasks, task: str, key: str) -> Any:
    """What a task that went well returned."""
    assert tasks[task].outcome == "ok", tasks[task].result.get("msg")
    return tasks[task].result[key]


def test_each_resource_is_created_once(made: Tasks) -> None:
    changed = {
        "Create the compute": True,
        "Create the compute again": False,
        "Update the compute": True,
        "Register the environment": True,
        "Register the environment again": False,
        "Register the model": True,
        "Register the model again": False,
        "Register the data": True,
        "Create the endpoint": True,
        "Create the endpoint again": False,
        "Create the deployment": True,
        "Create the datastore": True,
        "Create the datastore again": False,
        "Register the component": True,
    }
    assert {task: (made[task].outcome, made[task].changed) for task in changed} == {
        task: ("ok", expected) for task, expected in changed.items()
    }


def test_info_modules_read_what_was_created(made: Tasks, started: LocalWorkspace) -> None:
    [compute] = result(made, "Read computes", "ml_computes")
    assert (compute["name"], compute["size"], compute["max_instances"]) == ("words-cluster", "Standard_DS3_v2", 2)
    [environment] = result(made, "Read environments", "ml_environments")
    assert (environment["image"], environment["conda_file"]) == (
        "library/python:3.11",
        {"dependencies": ["python=3.11"]},
    )
    [model] = result(made, "Read models", "ml_models")
    assert (model["version"], Path(model["path"]).name) == ("1", "times.txt")
    [endpoint] = result(made, "Read endpoints", "ml_batch_endpoints")
    assert (endpoint["description"], endpoint["tags"]) == ("Counts words", {"team": "text"})
    assert endpoint["defaults"] == {"deployment_name": "blue"}
    [deployment] = result(made, "Read deployments", "ml_batch_deployments")
    assert deployment["model"] == f"azureml:{started.path}/models/words/versions/1"


def test_info_modules_read_the_rest_of_the_workspace(made: Tasks, started: LocalWorkspace) -> None:
    [data] = result(made, "Read data", "ml_data_assets")
    assert (data["version"], data["type"], Path(data["path"]).name) == ("1", "uri_folder", "pages")
    [job] = result(made, "Read the job", "ml_jobs")
    assert (job["name"], job["experiment_name"]) == (
        made["Score"].result["ml_batch_endpoint_invoke"]["name"],
        "words-batch",
    )
    [datastore] = result(made, "Read the datastore", "ml_datastores")
    assert (datastore["type"], datastore["container_name"]) == ("azure_blob", "scans")
    [component] = result(made, "Read the component", "ml_components")
    assert (component["version"], component["command"]) == ("1", "echo counted")
    [workspace] = result(made, "Read the workspace", "ml_workspaces")
    assert workspace["name"] == started.settings["AZUREML_WORKSPACE"]


def test_its_jobs_run(made: Tasks, started: LocalWorkspace) -> None:
    invoked = [made[task] for task in ("Score", "Score with the deployment")]
    assert [one.outcome for one in invoked] == ["ok", "ok"]
    names = {one.result["ml_batch_endpoint_invoke"]["name"] for one in invoked}
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(job["properties"]["status"] in NOT_FINISHED for job in started.jobs):
        time.sleep(0.2)
    assert {job["name"]: job["properties"]["status"] for job in started.jobs} == dict.fromkeys(names, "Completed")


def test_our_modules_adopt_what_it_made(made: Tasks, started: LocalWorkspace, play: Callable[..., Played]) -> None:
    assert made["Create the deployment"].outcome == "ok"
    # It has no module for code: the deployment brought its own, under a name that the SDK invented.
    [code] = [path for path in started.current if path.startswith("codes/") and "/versions/" in path]
    story = deploy(batch_deploy_codes=[])
    story["batch_deploy_deployments"] = story["batch_deploy_deployments"][:1]
    story["batch_deploy_deployments"][0]["code_configuration"]["code"] = f"{started.path}/{code}"
    started.forget()
    assert play("mlops.azureml.deploy", **story).well().changed == []
    assert play([PAGES]).well().changed == []
    assert started.writes == []


def test_it_removes_what_it_made(part: Callable[[str], Tasks], made: Tasks, started: LocalWorkspace) -> None:
    assert made["Create the endpoint"].outcome == "ok"
    removed = part("remove")
    assert {task: (one.outcome, one.changed) for task, one in removed.items()} == {
        "Delete the deployment": ("ok", True),
        "Delete the endpoint": ("ok", True),
        "Delete the compute": ("ok", True),
    }
    left = {path.partition("/")[0] for path in started.current}
    assert left.isdisjoint({"batchEndpoints", "computes"})


def test_its_own_faults_are_as_the_readme_says(made: Tasks) -> None:
    [endpoint] = result(made, "Read endpoints", "ml_batch_endpoints")
    assert "dropped" not in endpoint["tags"]
    fault = made["Register data with its type as an option"]
    assert fault.outcome == "failed"
    assert '"data_type": [\n    "Unknown field."' in fault.result["msg"]
