# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many items of a completed job failed, and what a task makes of it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Run, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    ANY,
    PLACE,
    TODAY,
    Storage,
    Submit,
    absent,
    datastore,
    default_datastore,
    finished,
    job,
    ready,
    saw,
)

API = "https://eastus.api.azureml.ms"
LOGS = "ExperimentRun/dcid.child-1"
OVERVIEW = f"{LOGS}/logs/job_progress_overview.txt"
REPORT = f"{LOGS}/logs/sys/job_report/processed_mini-batches.csv"
HEADER = (
    "Task Id,Dequeue Count,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds,"
    "Status,Error\n"
)


@pytest.fixture
def reads_counts() -> bool:
    return True


def report(*attempts: tuple[int, int, int, int]) -> bytes:
    """The table of attempts: mini batch, attempt, items, succeeded items."""
    rows = (f"{batch},{number},t,{items},{good},{items - good},1,1,1,S,\n" for batch, number, items, good in attempts)
    return (HEADER + "".join(rows)).encode()


def counted(name: str = "batchjob-1", run: str = "batchscoring") -> list[Any]:
    """What is read of the logs of a job: run history is found, and names its run."""

    def discover(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"api": API})

    def children(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/history/v1.0{WORKSPACE}/runs/{name}/children"
        return httpx.Response(200, json={"value": [{"runId": "child-1", "name": run, "status": "Completed"}]})

    logs = [datastore("workspaceartifactstore")] if run == "batchscoring" else []
    return [get("", {"properties": {"discoveryUrl": f"{API}/discovery"}}), discover, children, *logs]


HALF = report((0, 1, 25, 25), (1, 1, 25, 0), (1, 2, 25, 0))
WHOLE = report((0, 1, 25, 25), (1, 1, 25, 25))


def test_failed_items_are_counted_and_warned_of(run: Run, storage: Storage) -> None:
    storage.blobs[REPORT] = HALF
    done = run(batch_job, ANY, *ready(), Submit(), saw("Completed"), *counted())
    assert done["batch_job"]["item_counts"] == {"total": 50, "succeeded": 25, "failed": 25}
    assert done["batch_job"]["mini_batch_counts"] == {"total": 2, "succeeded": 1, "failed": 1, "retried": 1}
    failed, retried = done.warnings
    assert "25 of 50 items failed" in failed
    assert "1 of 2 mini batches were retried" in retried


def test_a_whole_job_has_counts_and_no_warning(run: Run, storage: Storage) -> None:
    storage.blobs[REPORT] = WHOLE
    done = run(batch_job, {**ANY, "max_failed_items": 0}, *ready(), Submit(), saw("Completed"), *counted())
    assert done["batch_job"]["item_counts"]["failed"] == 0
    assert done.warnings == []


@pytest.mark.parametrize(("limit", "fails"), [(24, True), (25, False), (0, True)])
def test_a_job_over_the_limit_fails_the_task(run: Run, storage: Storage, limit: int, fails: bool) -> None:
    storage.blobs[REPORT] = HALF
    done = run(batch_job, {**ANY, "max_failed_items": limit}, *ready(), Submit(), saw("Completed"), *counted())
    assert done.failed is fails
    assert done["batch_job"]["item_counts"]["failed"] == 25
    if fails:
        assert f"25 of 50 items failed (max_failed_items: {limit})" in done["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_it_fails_each_task_of_its_key_alike(run: Run, storage: Storage, check: bool) -> None:
    storage.blobs[REPORT] = HALF
    calls = [*finished(), *counted("today")]
    assert run(batch_job, {**TODAY, "max_failed_items": 1}, *calls, check=check).failed


def test_it_counts_as_failed_for_another_attempt(run: Run, storage: Storage) -> None:
    storage.blobs[REPORT] = HALF
    task = {**TODAY, "max_failed_items": 1, "resubmit": "on_failure", "wait": False}
    again = Submit("today--2")
    done = run(
        batch_job, task, *finished(), *counted("today"), absent("today--2"), default_datastore(), *ready(), again
    )
    assert done["changed"]
    assert done["batch_job"]["attempt"] == 2


UNKNOWN = [{}, {OVERVIEW: b"Status update 5\n"}, {REPORT: b"Batch;Items\n1;2\n"}, {OVERVIEW: b"\xff\xfe"}]


@pytest.mark.parametrize("blobs", UNKNOWN, ids=["none", "another overview", "another table", "no text"])
def test_unknown_counts_are_null_and_never_0(run: Run, storage: Storage, blobs: dict[str, bytes]) -> None:
    storage.blobs = dict(blobs)
    done = run(batch_job, ANY, *ready(), Submit(), saw("Completed"), *counted())
    assert done["batch_job"]["item_counts"] == {"total": None, "succeeded": None, "failed": None}
    assert "how many items failed is not known" in done.warnings[0]


@pytest.mark.parametrize(("on_unknown", "fails"), [("fail", True), ("warn", False)])
def test_unknown_counts_with_a_limit(run: Run, on_unknown: str, fails: bool) -> None:
    task = {**ANY, "max_failed_items": 5, "on_unknown_counts": on_unknown}
    done = run(batch_job, task, *ready(), Submit(), saw("Completed"), *counted())
    assert done.failed is fails
    assert fails or "not known" in done.warnings[0]


def test_a_log_in_several_files_is_one(run: Run, storage: Storage) -> None:
    storage.blobs[f"{LOGS}/logs/job_progress_overview.2026013105.txt"] = b"There are 2 tasks with 50 items.\n"
    storage.blobs[f"{LOGS}/logs/job_progress_overview.2026013106.txt"] = b"Processed 2 of 2 mini batches in 0:00:03.\n"
    done = run(batch_job, {**ANY}, *ready(), Submit(), saw("Completed"), *counted())
    assert done["batch_job"]["item_counts"] == {"total": 50, "succeeded": None, "failed": None}
    assert done["batch_job"]["mini_batch_counts"]["total"] == 2


def test_a_log_that_lost_a_part_gives_no_number(run: Run, storage: Storage) -> None:
    storage.blobs = {OVERVIEW: b"There are 3 tasks with 75 items.\n", REPORT: WHOLE}
    done = run(batch_job, {**ANY, "max_failed_items": 5}, *ready(), Submit(), saw("Completed"), *counted())
    assert done["batch_job"]["item_counts"] == {"total": 75, "succeeded": None, "failed": None}
    assert "how many of its items failed is not known" in done["msg"]


def test_logs_that_cannot_be_read_give_no_number(run: Run, storage: Storage) -> None:
    storage.blobs[REPORT] = WHOLE
    calls = [*ready(), Submit(), saw("Completed"), *counted()]
    storage.broken = ServiceError("no", status=403)
    assert run(batch_job, {**ANY, "max_failed_items": 5}, *calls).failed


def test_unknown_counts_start_no_other_attempt(run: Run) -> None:
    """Nothing says that an item failed: the task fails, and another job would not make the logs readable."""
    task = {**TODAY, "max_failed_items": 1, "resubmit": "on_failure"}
    done = run(batch_job, task, *finished(), *counted("today"))
    assert "how many of its items failed is not known" in done["msg"]


def test_a_pipeline_has_no_items(run: Run) -> None:
    calls = [*ready(), Submit(), saw("Completed"), *counted(run="prepare")]
    done = run(batch_job, {**ANY, "max_failed_items": 0}, *calls)
    assert not done.failed
    assert "item_counts" not in done["batch_job"]


# -- rows --------------------------------------------------------------------------------------------------------------


def rows_of(run: Run, storage: Storage, content: bytes, output: str = PLACE, **options: Any) -> Any:
    """The number of rows of a job that has completed, and whose file holds this."""
    storage.blobs |= {REPORT: WHOLE, "scores/today.csv": content}
    ended = finished(output=output, properties=of_file(output))
    done = run(
        batch_job, {**TODAY, "outputs": {"score": {"path": output}}, **options}, *ended, *counted("today"), datastore()
    )
    assert done.warnings == []
    return done["batch_job"]["row_count"]


def of_file(output: str) -> dict[str, str]:
    name = output.rpartition("/")[2]
    return {"azureml.parameters": json.dumps({"append_row_file_name": name, "output_uri": output})}


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"", 0),
        (b"1.png,7\n2.png,1\n", 2),
        (b"1.png,7\n2.png,1", 2),
        (b"['a.csv', 0]\n['b.csv', 1]\n", 2),
        (b'1.png,"two\nlines"\n', None),  # one row or two
        (b'"Tyre" size 17\n19 inch "rim\n', None),
        (b"x" * (4 << 20) + b"\n", None),
    ],
)
def test_rows_are_counted_where_it_costs_little(run: Run, storage: Storage, content: bytes, count: int | None) -> None:
    assert rows_of(run, storage, content) == count


def test_rows_that_cannot_be_read_are_not_counted(run: Run, storage: Storage) -> None:
    storage.blobs[REPORT] = WHOLE
    done = run(batch_job, ANY, *ready(), Submit(), saw("Completed"), *counted())
    assert done["batch_job"]["row_count"] is None  # nothing names the file
    del storage.blobs[REPORT]
    ended = finished(output=PLACE, properties=of_file(PLACE))
    task = {**TODAY, "outputs": {"score": {"path": PLACE}}}
    done = run(batch_job, task, *ended, *counted("today"), datastore())
    assert done["batch_job"]["row_count"] is None  # the file is absent


def test_a_limit_that_is_no_number_of_items(run: Run) -> None:
    assert run(batch_job, {**ANY, "max_failed_items": -1})["msg"].startswith("max_failed_items: -1 is no number")


def test_a_name_whose_job_failed_says_how_to_go_on(run: Run) -> None:
    other = job("today", "Failed", key="today", definition="of-other-options")
    done = run(batch_job, TODAY, get("jobs/today", other), absent("today--2"))
    assert "is Failed: resubmit: on_failure starts another attempt with the options of now" in done["msg"]


DEPLOYMENT = "batchEndpoints/digits/deployments/blue"


@pytest.mark.parametrize(
    ("given", "recorded", "deployed", "fails"),
    [
        (None, None, None, True),
        (None, None, -1, True),
        (None, None, 24, True),
        (None, None, 25, False),
        (None, -1, None, True),
        (None, 25, None, False),
        (25, -1, None, False),
        (24, 25, None, True),
        (-1, 25, None, True),
    ],
)
def test_the_limit_may_be_the_threshold_of_the_job(
    run: Run, storage: Storage, given: int | None, recorded: int | None, deployed: int | None, fails: bool
) -> None:
    """That of the task, else that which the job records, else that of its deployment; any number means none."""
    storage.blobs[REPORT] = HALF
    read = [get(DEPLOYMENT, {"properties": {"errorThreshold": deployed}})] if given is None and recorded is None else []
    task = {**ANY, "max_failed_items": "error_threshold", "error_threshold": given}
    done = run(batch_job, task, *ready(), Submit(), saw("Completed", threshold=recorded), *counted(), *read)
    assert done.failed is fails, done.result.get("msg")
    assert fails is ("25 of 50 items failed (max_failed_items: " in done.result.get("msg", ""))


def test_a_whole_job_needs_no_threshold(run: Run, storage: Storage) -> None:
    storage.blobs[REPORT] = WHOLE
    task = {**ANY, "max_failed_items": "error_threshold"}
    assert not run(batch_job, task, *ready(), Submit(), saw("Completed"), *counted()).failed
