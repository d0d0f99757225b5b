# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""States of an existing job: canceled, archived, restored, deleted."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Call, Run
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    OWN_PLACE,
    PLACE,
    Storage,
    datastore,
    default_datastore,
    finished,
    saw,
    unused,
)

# -- canceling -------------------------------------------------------------------------------------------------------

CANCEL = {"endpoint_name": "digits", "name": "today", "state": "canceled"}


def test_a_running_job_is_canceled(run: Run) -> None:
    running, ended = saw("Running", "today", key="today"), saw("Canceled", "today", key="today")
    cancel = Call("POST", "jobs/today/cancel", 200)
    going = saw("CancelRequested", "today", key="today")
    out = run(batch_job, CANCEL, running, cancel, going, ended)
    assert (out["changed"], out["batch_job"]["status"]) == (True, "Canceled")
    assert out["diff"]["before"] == {"name": "today", "status": "Running"}


def test_a_job_that_completes_before_it_is_canceled_is_not_changed(run: Run) -> None:
    running, ended = saw("Running", "today", key="today"), saw("Completed", "today", key="today")
    out = run(batch_job, CANCEL, running, Call("POST", "jobs/today/cancel", 200), ended)
    assert (out["changed"], out["batch_job"]["status"]) == (False, "Completed")


def test_canceling_is_predicted_and_not_asked_twice(run: Run) -> None:
    assert run(batch_job, CANCEL, saw("Running", "today", key="today"), check=True)["changed"]
    requested, ended = saw("CancelRequested", "today", key="today"), saw("Canceled", "today", key="today")
    assert run(batch_job, CANCEL, requested, ended)["batch_job"]["status"] == "Canceled"


@pytest.mark.parametrize("status", ["Completed", "Failed", "Canceled"])
def test_an_ended_job_stays_as_it_is(run: Run, status: str) -> None:
    out = run(batch_job, CANCEL, *finished(status))
    assert (out["changed"], out["batch_job"]["status"]) == (False, status)


def test_there_may_be_nothing_to_cancel(run: Run) -> None:
    out = run(batch_job, CANCEL, *unused())
    assert not out["changed"]
    assert "batch_job" not in out.result


# -- archiving and restoring -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "before"), [("archived", False), ("restored", True)])
def test_a_job_is_hidden_from_lists_and_shown_again(run: Run, state: str, before: bool) -> None:
    options = {**CANCEL, "state": state}
    current = finished(isArchived=before, jobs=None)
    predicted = run(batch_job, options, *current, check=True)
    put = Call("PUT", "jobs/today", 200, {})
    out = run(batch_job, options, *current, current[0], put, saw("Completed", "today", isArchived=not before))
    assert out["changed"]
    assert out["batch_job"]["archived"] is not before
    assert predicted["diff"] == out["diff"]
    assert out["diff"]["after"] == {"name": "today", "archived": not before}
    assert put.sent["properties"]["isArchived"] is not before
    assert put.sent["properties"]["experimentName"] == "digits"
    assert {"status", "services", "jobs", "description"} & put.sent["properties"].keys() == {"description"}
    assert not run(batch_job, options, *finished(isArchived=not before))["changed"]


# -- deleting --------------------------------------------------------------------------------------------------------

ABSENT = {**CANCEL, "state": "absent"}


def test_a_job_and_its_key_are_deleted(run: Run, storage: Storage) -> None:
    storage.note("today", definition="d", job="today")
    storage.blobs["batch-scoring/digits/today/predictions.csv"] = b"1"
    assert run(batch_job, ABSENT, *finished(), check=True)["changed"]
    gone = Call("DELETE", "jobs/today", 204)
    out = run(batch_job, ABSENT, *finished(output=OWN_PLACE), gone, default_datastore())
    assert out["changed"]
    assert out["diff"] == {"before": {"name": "today", "status": "Completed"}, "after": {}}
    assert storage.recorded("today") is None
    assert storage.blobs
    assert not run(batch_job, ABSENT, *unused())["changed"]


def test_outputs_are_deleted_if_the_task_asks(run: Run, storage: Storage) -> None:
    storage.blobs = {"batch-scoring/digits/today/predictions.csv": b"1", "scores/today.csv": b"2"}
    gone = Call("DELETE", "jobs/today", 204)
    options = {**ABSENT, "delete_outputs": True}
    current = finished(output=OWN_PLACE, created="2026-01-31T05:00:00Z")
    predicted = run(batch_job, options, *current, check=True)
    assert len(storage.blobs) == 2
    out = run(batch_job, options, *current, datastore(), gone, default_datastore())
    assert out["diff"] == predicted["diff"]
    assert out["diff"]["before"] == {"name": "today", "status": "Completed", "outputs": [OWN_PLACE]}
    assert list(storage.blobs) == ["scores/today.csv"]


def test_outputs_in_reserved_folders_are_not_deleted(run: Run, storage: Storage) -> None:
    storage.blobs = {"LocalUpload/0123/in": b"x", "scores/today.csv": b"2"}
    options = {**ABSENT, "delete_outputs": True}
    outputs = {
        "a": {"uri": PLACE},
        "b": {"uri": "azureml://datastores/workspaceblobstore/paths/LocalUpload"},
    }
    out = run(batch_job, options, *finished(created="2026-01-31T05:00:00Z", outputs=outputs))
    assert "delete_outputs" in out["msg"]
    assert len(storage.blobs) == 2


def test_files_older_than_the_job_are_not_deleted(run: Run, storage: Storage) -> None:
    storage.blobs = {"scores/today.csv": b"2"}
    gone = Call("DELETE", "jobs/today", 204)
    options = {**ABSENT, "delete_outputs": True}
    later = finished("Failed", output=PLACE, created="2026-01-31T07:00:00Z")
    run(batch_job, options, *later, datastore(), gone, default_datastore())
    assert storage.blobs


def test_a_job_that_runs_is_canceled_before_it_is_deleted(run: Run) -> None:
    cancel = Call("POST", "jobs/today/cancel", 200)
    ended = saw("Canceled", "today", key="today")
    gone = Call("DELETE", "jobs/today", 204)
    out = run(batch_job, ABSENT, saw("Running", "today", key="today"), cancel, ended, gone, default_datastore())
    assert out["changed"]


def test_all_attempts_of_a_key_are_deleted_the_last_one_first(run: Run, storage: Storage) -> None:
    storage.note("today", definition="d", job="today")
    storage.note("today--2", definition="d", job="today--2")
    first, second = saw("Failed", "today", key="today"), saw("Failed", "today--2", key="today--2")
    gone = [Call("DELETE", f"jobs/{name}", 204) for name in ("today--2", "today")]
    run(batch_job, ABSENT, first, second, default_datastore(), second, first, *gone)
    assert storage.notes == {}
