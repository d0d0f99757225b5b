"""Real scripts on real files: what operators meet, and what the modules tell them of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._assets import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._batch_jobs import Score
from ansible_collections.mlops.azureml.plugins.module_utils._converge import Converge
from ansible_collections.mlops.azureml.plugins.module_utils._job_list import ListJobs
from ansible_collections.mlops.azureml.plugins.module_utils._job_results import FetchResults
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT
from ansible_collections.mlops.azureml.plugins.modules.code import CODE

from .engine import Done, Engine
from .local_workspace import LocalWorkspace
from .stories import ENDPOINT, FILES

Give = Callable[..., Done]


@pytest.fixture
def engine(deployed: LocalWorkspace, tmp_path: Path) -> Engine:
    return Engine(deployed.settings, tmp_path / "cache")


@pytest.fixture
def strange(engine: Engine) -> Iterator[Callable[..., str]]:
    """Deploy the strange script with these settings beside the story's deployments; gives the deployment's name."""
    code = engine.run(Publish(CODE), name="strange", path=str(FILES / "scripts"))["code"]["id"]
    made: list[str] = []

    def deploy(**settings: Any) -> str:
        made.append(f"strange-{uuid.uuid4().hex[:8]}")
        done = engine.run(
            Converge(BATCH_DEPLOYMENT),
            endpoint_name=ENDPOINT,
            name=made[-1],
            model="azureml:words:1",
            code_configuration={"code": code, "scoring_script": "strange.py"},
            environment="azureml:words-env:1",
            compute="words-cluster",
            **{"mini_batch_size": 1, "retry_settings": {"max_retries": 1, "timeout": 20}, **settings},
        )
        assert not done.failed, done.message
        return made[-1]

    yield deploy
    for name in made:
        engine.run(Converge(BATCH_DEPLOYMENT), endpoint_name=ENDPOINT, name=name, state="absent")


@pytest.fixture
def give(engine: Engine, tmp_path: Path) -> Give:
    """Score files with these contents, which are written to a local folder first."""

    def score(deployment: str | None, contents: dict[str, str], **options: Any) -> Done:
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        for name, text in contents.items():
            (folder / name).write_text(text)
        wanted = {"deployment_name": deployment, "inputs": {"files": {"path": str(folder)}}, **options}
        return engine.run(Score(), endpoint_name=ENDPOINT, **{"name": uuid.uuid4().hex, **wanted})

    return score


def rows(engine: Engine, done: Done, **options: Any) -> Any:
    assert not done.failed, done.message
    fetched = engine.run(FetchResults(), name=done["batch_job"]["name"], rows=True, **options)
    assert not fetched.failed, fetched.message
    return fetched["batch_job_results"]["rows"]


# -- what comes out ----------------------------------------------------------------------------------------------------


def test_files_by_the_hundred_in_mini_batches(engine: Engine, strange: Callable[..., str], give: Give) -> None:
    deployment = strange(mini_batch_size=16, max_concurrency_per_instance=2)
    done = give(deployment, {f"{number:03}.txt": "x" * (number % 7) for number in range(200)})
    found = rows(engine, done, columns=["file", "letters", "half"])
    assert {row["file"]: row["letters"] for row in found} == {f"{n:03}.txt": n % 7 for n in range(200)}


def test_data_frames_are_written_with_spaces(engine: Engine, strange: Callable[..., str], give: Give) -> None:
    done = give(strange(environment_variables={"FRAME": "1"}), {"a.txt": "one", "b.txt": "three"})
    assert sorted(rows(engine, done, separator=" ")) == [["a.txt", 3, 1.5], ["b.txt", 5, 2.5]]


def test_a_script_that_writes_its_own_files(
    engine: Engine, strange: Callable[..., str], give: Give, tmp_path: Path
) -> None:
    deployment = strange(output_action="summary_only", environment_variables={"SUMMARY": "1"})
    done = give(deployment, {"a.txt": "one", "b.txt": "two"})
    fetched = engine.run(FetchResults(), name=done["batch_job"]["name"], dest=str(tmp_path / "dest"))
    assert [file["name"] for file in fetched["batch_job_results"]["files"]] == ["a.txt", "b.txt"]
    assert (tmp_path / "dest" / "b.txt").read_text() == "1"


def test_names_of_all_peoples(engine: Engine, strange: Callable[..., str], give: Give) -> None:
    names = {"größe 1.txt": "a", "数字.txt": "bb", "a+b & c#.txt": "ccc"}
    assert {row[0] for row in rows(engine, give(strange(), names))} == set(names)


def test_failures_below_the_threshold_are_no_failure(engine: Engine, strange: Callable[..., str], give: Give) -> None:
    done = give(strange(error_threshold=1), {"a.txt": "good", "b.txt": "fail"})
    assert [row[0] for row in rows(engine, done)] == ["a.txt"]


# -- what goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "contents", "cause", "told"),
    [
        ({"error_threshold": 0}, {"a.txt": "good", "b.txt": "fail"}, "init() or run()", "cannot read b.txt"),
        ({}, {"a.txt": "fail"}, "run() failed, or returned nothing", "cannot read a.txt"),
        ({"environment_variables": {"IMPORTS": "no_such_package"}}, {"a.txt": "x"}, "does not hold", "no_such_package"),
        ({"environment_variables": {"IMPORTS": "azureml"}}, {"a.txt": "x"}, "azureml-core", "azureml"),
        (
            {"retry_settings": {"max_retries": 1, "timeout": 1}, "error_threshold": 0},
            {"a.txt": "hang"},
            "longer than the deployment allows",
            "took longer than 1 s",
        ),
        ({"error_threshold": 0}, {"a.txt": "crash"}, "init() or run()", ""),
    ],
    ids=["above the threshold", "nothing succeeds", "import", "azureml-core", "hang", "crash"],
)
def test_a_failure_explains_itself(
    strange: Callable[..., str], give: Give, settings: dict[str, Any], contents: dict[str, str], cause: str, told: str
) -> None:
    done = give(strange(**settings), contents)
    assert done.failed
    assert cause in done["cause"]
    assert told in "\n".join((*done["errors"], *done["progress"]))
    assert done["hint"] in done.message
    assert done["failed_step"]["name"] == "batchscoring"
    assert done["batch_job"]["studio_url"].startswith("https://")


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ({"path": "azureml://datastores/workspaceblobstore/paths/no/such/folder"}, "cannot be mounted"),
        ({"path": "azureml://datastores/workspaceblobstore/paths/LocalUpload", "type": "mltable"}, "not supported"),
    ],
)
def test_an_input_that_cannot_be_read(give: Give, words: dict[str, Any], cause: str) -> None:
    done = give(None, {}, inputs={"files": words})
    assert done.failed
    assert cause in done["cause"]


def test_an_output_that_appears_after_the_start(deployed: LocalWorkspace, give: Give) -> None:
    """A job without name that somebody else starts is not in the way until it writes; the failure is explained."""
    place = {"score": {"path": f"azureml://datastores/workspaceblobstore/paths/shared/{uuid.uuid4().hex}.csv"}}
    deployed.control.post("/emulator/policies", json={"job_course": "Queued:15"}).raise_for_status()
    try:
        late = give(None, {"a.txt": "one"}, outputs=place, wait=False)
    finally:
        deployed.control.post("/emulator/policies", json={"job_course": ""}).raise_for_status()
    assert not give(None, {"a.txt": "one"}, outputs=place, name=None).failed
    done = give(None, {}, inputs=None, name=late["batch_job"]["key"])
    assert done.failed
    assert "never overwrites" in done["cause"]


# -- around a job ------------------------------------------------------------------------------------------------------


def test_an_output_that_exists_is_reported_at_once(deployed: LocalWorkspace, give: Give) -> None:
    place = {"score": {"path": f"azureml://datastores/workspaceblobstore/paths/taken/{uuid.uuid4().hex}.csv"}}
    assert not give(None, {"a.txt": "one"}, outputs=place).failed
    deployed.forget()
    begin = time.monotonic()
    done = give(None, {"a.txt": "one"}, outputs=place)
    seconds = time.monotonic() - begin
    assert "exists already" in done.message
    assert deployed.invokes == []
    assert deployed.writes == []
    print(f"\nan existing output is told after {seconds:.2f} s")
    assert seconds < 1
    assert not give(None, {"a.txt": "one"}, outputs=place, output_policy="overwrite").failed
    assert not give(None, {"a.txt": "one"}, outputs=place, output_policy="unique").failed


def test_a_job_is_canceled_archived_found_and_deleted(
    engine: Engine, deployed: LocalWorkspace, strange: Callable[..., str], give: Give
) -> None:
    started = give(strange(), {"a.txt": "hang"}, wait=False)
    key = {"endpoint_name": ENDPOINT, "name": started["batch_job"]["key"]}

    def listed(**filters: Any) -> list[str]:
        return [job["name"] for job in engine.run(ListJobs(), **filters)["batch_jobs"]]

    assert engine.run(Score(), state="canceled", **key)["batch_job"]["status"] == "Canceled"
    assert not engine.run(Score(), state="canceled", **key).changed
    name = started["batch_job"]["name"]
    assert listed(endpoint_name=ENDPOINT, status=["canceled"]).count(name) == 1
    assert name not in listed(endpoint_name=ENDPOINT, status=["Completed"])
    assert engine.run(Score(), state="archived", **key)["batch_job"]["archived"] is True
    assert not engine.run(Score(), state="archived", **key).changed
    assert name in listed(list_view="archived")
    assert name not in listed(list_view="active")
    assert engine.run(Score(), state="restored", **key).changed
    assert engine.run(Score(), state="absent", **key).changed
    assert name not in listed(endpoint_name=ENDPOINT)
    assert not engine.run(Score(), state="absent", **key).changed


def test_a_phase_that_takes_too_long_ends_the_task_and_the_job(deployed: LocalWorkspace, give: Give) -> None:
    deployed.control.post("/emulator/policies", json={"job_course": "Queued:100000"}).raise_for_status()
    try:
        done = give(None, {"a.txt": "one"}, phase_timeouts={"queued": 1}, on_timeout="cancel")
    finally:
        deployed.control.post("/emulator/policies", json={"job_course": ""}).raise_for_status()
    assert "has been queued for" in done.message
    assert done["batch_job"]["status"] == "Canceled"
    assert [state["status"] for state in done["batch_job"]["timeline"]][-1] == "Canceled"
