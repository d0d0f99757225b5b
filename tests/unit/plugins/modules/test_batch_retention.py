# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scoring jobs and their files; versions, deployments and uploads are in ``emulated/test_retention.py``.

Every option has a case here or there.
"""

from __future__ import annotations

import datetime
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._retention import read_jobs
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.plugins.modules import batch_retention
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    SUBSCRIPTION,
    WORKSPACE,
    Call,
    Outcome,
    Run,
    delete,
    get,
    poll,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import NOW, Storage, job

API = "https://eastus.api.azureml.ms"
ACCOUNT = f"{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.Storage/storageAccounts/account1"
OF_WORKSPACE = {"workspaceId": "guid1", "storageAccount": ACCOUNT, "discoveryUrl": f"{API}/discovery"}
PLACE = "azureml://datastores/workspaceblobstore/paths/{}"
LONG_AGO = (NOW - datetime.timedelta(days=200)).isoformat()
ENDED = (NOW - datetime.timedelta(days=199)).isoformat()
JOB = {"kind": "job", "keep_younger_than": "90d"}
OUTPUT = {"kind": "job_output", "keep_younger_than": "90d"}
LOG = {"kind": "job_log", "keep_younger_than": "90d"}


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    storage = Storage(
        {"scores/old.csv": b"1", "scores/new.csv": b"1", "ExperimentRun/dcid.run-old/logs/user/error/0/0.txt": b"x"}
    )
    monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
    return storage


def old(name: str = "old", status: str = "Completed", **more: Any) -> dict[str, Any]:
    """A job of 200 days ago, whose files have the one time that the storage of tests knows."""
    more = {"created": LONG_AGO, "output": PLACE.format(f"scores/{name}.csv"), **more}
    return job(name, status, **more)


def store(name: str, container: str) -> dict[str, Any]:
    properties = {"datastoreType": "AzureBlob", "accountName": "account1", "containerName": container}
    return {
        "id": f"{WORKSPACE}/datastores/{name}",
        "name": name,
        "properties": {**properties, "isDefault": "blob" in name},
    }


DATASTORES = get(
    "datastores",
    {"value": [store("workspaceblobstore", "azureml-blobstore-guid1"), store("workspaceartifactstore", "azureml")]},
)


def listed(path: str, *found: dict[str, Any], **query: str) -> Call:
    return get(path, {"value": list(found)}, **query)


ALL = {"listViewType": "All"}


def reads(*jobs: dict[str, Any], data: dict[str, Any] | None = None, about_files: bool = True) -> list[Any]:
    """What is read, each once. ``data``: the one version of a data asset."""
    versions = [listed("data", *([{"name": "pages", "properties": {}}] if data else []), **ALL)]
    versions += [listed("data/pages/versions", data, **ALL)] if data else []
    return [
        get("", {"properties": OF_WORKSPACE}),
        *([DATASTORES] if about_files else []),
        listed("jobs", *jobs, **ALL),
        listed("batchEndpoints"),
        listed("onlineEndpoints"),
        listed("schedules", **ALL),
        listed("models", **ALL),
        listed("environments", **ALL),
        *versions,
        listed("codes"),
        listed("components", **ALL),
    ]


OWN = get("", {"properties": OF_WORKSPACE})
OTHERS = Call("GET", f"{SUBSCRIPTION}/providers/Microsoft.MachineLearningServices/workspaces", 200, {"value": []})


def history(name: str = "old") -> list[Any]:
    """The runs inside a job."""

    def discovery(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == f"{API}/discovery"
        return httpx.Response(200, json={"api": API})

    def children(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/history/v1.0{WORKSPACE}/runs/{name}/children"
        return httpx.Response(
            200, json={"value": [{"runId": f"run-{name}", "name": "batchscoring", "status": "Completed"}]}
        )

    return [discovery, children]


def retain(run: Run, calls: list[Any], *rules: dict[str, Any], **options: Any) -> Outcome:
    flags = {flag: options.pop(flag) for flag in ("check",) if flag in options}
    return run(batch_retention, {"rules": list(rules), **options}, *calls, **flags)


def reasons(out: Outcome, word: str = "kept") -> dict[str, str]:
    return {one["title"]: one["reason"] for one in out["batch_retention"][word]}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """It is NOW, when the storage of tests has written all blobs: as if the job had written them."""
    clock.moment = NOW.timestamp()
    monkeypatch.setattr(read_jobs, "_AFTERWARDS", datetime.timedelta(days=365))


def test_outputs_go_and_the_job_stays(run: Run, storage: Storage) -> None:
    out = retain(run, [*reads(old()), OWN, OTHERS], OUTPUT)
    assert out["steps"] == ["delete outputs of job old"]
    assert "scores/old.csv" not in storage.blobs
    assert "scores/new.csv" in storage.blobs


def test_check_mode_deletes_nothing_and_says_the_same(run: Run, storage: Storage) -> None:
    out = retain(run, [*reads(old()), OWN, OTHERS], OUTPUT, check=True)
    assert (out["changed"], out["steps"]) == (True, ["delete outputs of job old"])
    assert "scores/old.csv" in storage.blobs


@pytest.mark.parametrize("answer", ["operation", "at once", "absent"])
def test_a_deleted_job_loses_its_files_first_and_its_key(run: Run, storage: Storage, answer: str) -> None:
    storage.note("old", definition="d", job="old")
    deletion = {
        "operation": [delete("jobs/old"), poll()],
        "at once": [Call("DELETE", "jobs/old", 200)],
        "absent": [Call("DELETE", "jobs/old", 204)],
    }[answer]
    calls = [*reads(old(key="old")), OWN, OTHERS, *history(), *deletion]
    out = retain(run, calls, {**JOB, "action": "delete"})
    assert out["steps"] == ["delete outputs of job old", "delete logs of job old", "delete job old"]
    assert set(storage.blobs) == {"scores/new.csv"}
    assert storage.recorded("old") is None


def test_a_rule_that_keeps_the_outputs_keeps_the_job(run: Run, storage: Storage) -> None:
    out = retain(
        run,
        [*reads(old()), OWN, OTHERS, *history()],
        {**JOB, "action": "delete"},
        {**OUTPUT, "keep_younger_than": "1000d"},
    )
    assert out["steps"] == []
    assert reasons(out)["job old"] == "referred to by outputs of job old"
    assert reasons(out)["logs of job old"] == "referred to by job old"


@pytest.mark.parametrize(
    "path",
    [
        PLACE.format("scores/old.csv"),
        PLACE.format("scores"),
        "azureml://jobs/old/outputs/score/paths/",
        "runs:/old/model",
    ],
)
def test_outputs_that_a_version_refers_to_stay_and_so_does_the_job(run: Run, storage: Storage, path: str) -> None:
    data = {"id": f"{WORKSPACE}/data/pages/versions/1", "name": "1", "properties": {"dataUri": path}}
    out = retain(run, [*reads(old(), data=data), OWN, OTHERS, *history()], {**JOB, "action": "delete"})
    assert out["steps"] == []
    assert "referred to by data asset pages:1" in reasons(out).values()
    assert "scores/old.csv" in storage.blobs


def test_another_job_that_reads_or_writes_the_same_place(run: Run, storage: Storage) -> None:
    reader = old("new", created=NOW.isoformat(), output=PLACE.format("scores/new.csv"))
    reader["properties"]["properties"]["mlops.azureml.inputs"] = (
        f'{{"x": {{"path": "{PLACE.format("scores/old.csv")}"}}}}'
    )
    out = retain(run, [*reads(old(), reader), OWN, OTHERS], OUTPUT)
    assert reasons(out)["outputs of job old"] == "referred to by job new"


@pytest.mark.parametrize("status", ["Running", "NotResponding", "Paused"])
def test_a_job_under_way_and_the_inputs_that_azure_hides(run: Run, storage: Storage, status: str) -> None:
    out = retain(run, [*reads(old("new", status), old()), OWN, OTHERS], OUTPUT)
    assert out["steps"] == []
    assert reasons(out)["outputs of job new"] == f"under way: Azure reports {status}"
    assert "job new may read it: Azure does not show its inputs" in reasons(out)["outputs of job old"]


def test_hidden_references_can_be_ignored(run: Run, storage: Storage) -> None:
    out = retain(run, [*reads(old("new", "Running"), old()), OWN, OTHERS], OUTPUT, hidden_references="ignore")
    assert out["steps"] == ["delete outputs of job old"]


def test_all_attempts_of_a_key_go_together_the_last_one_first(run: Run, storage: Storage) -> None:
    first, second = old("old", "Failed", key="old"), old("old--2", key="old--2", output=PLACE.format("scores/old.csv"))
    calls = [*reads(second, first), OWN, OTHERS, *history()]
    calls += [history("old--2")[1], Call("DELETE", "jobs/old--2", 200), Call("DELETE", "jobs/old", 200)]
    out = retain(run, calls, {**JOB, "action": "delete"})
    assert out["steps"][-1] == "delete job old with its attempts old--2"


def test_jobs_are_archived_by_default(run: Run, storage: Storage) -> None:
    reread = get("jobs/old", old(isArchived=True))
    calls = [*reads(old(), old("gone", isArchived=True)), get("jobs/old", old()), Call("PUT", "jobs/old", 200), reread]
    out = retain(run, calls, JOB)
    assert out["steps"] == ["archive job old"]
    assert calls[-2].sent["properties"]["isArchived"] is True
    assert reasons(out) == {"job gone": "archived already"}


def test_a_tag_and_a_name_keep_jobs(run: Run, storage: Storage) -> None:
    kept = old("kept")
    kept["properties"]["tags"]["audit"] = "2026"
    out = retain(run, reads(kept, old(at="letters")), {**JOB, "name": "digits", "keep_tags": {"audit": None}})
    assert reasons(out) == {"job kept": "tagged audit"}


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        (
            [{"id": "/x", "name": "ws2", "properties": {"storageAccount": ACCOUNT.upper()}}],
            "workspace ws2 has the same",
        ),
        (403, "it is not known whether other workspaces use its storage"),
    ],
)
def test_storage_of_several_workspaces(run: Run, storage: Storage, others: Any, reason: str) -> None:
    refused = {"error": {"code": "AuthorizationFailed", "message": "no"}}
    answer = (
        Call("GET", OTHERS.path, 403, refused) if others == 403 else Call("GET", OTHERS.path, 200, {"value": others})
    )
    out = retain(run, [*reads(old()), OWN, answer], OUTPUT)
    assert out["steps"] == []
    assert reason in reasons(out)["outputs of job old"]
    shared = retain(run, reads(old()), OUTPUT, shared_storage=True)
    assert shared["steps"] == ["delete outputs of job old"]


def test_a_failure_says_what_was_done(run: Run, storage: Storage) -> None:
    refused = Call("DELETE", "jobs/old", 403, {"error": {"code": "AuthorizationFailed", "message": "no"}})
    out = retain(run, [*reads(old()), OWN, OTHERS, *history(), refused], {**JOB, "action": "delete"})
    assert (out.failed, out["changed"]) == (True, True)
    assert [one["title"] for one in out["batch_retention"]["deleted"]] == ["outputs of job old", "logs of job old"]


def test_what_cannot_be_read_fails_before_the_first_deletion(run: Run, storage: Storage) -> None:
    refused = Call("GET", "onlineEndpoints", 403, {"error": {"code": "AuthorizationFailed", "message": "no"}})
    calls = reads(old())
    at = next(number for number, call in enumerate(calls) if getattr(call, "path", "") == "onlineEndpoints")
    out = retain(run, [*calls[:at], refused], OUTPUT)
    assert out.failed
    assert "scores/old.csv" in storage.blobs


@pytest.mark.parametrize(("option", "value"), [("max_deletions", 0), ("min_age", "x"), ("wait_timeout", 1)])
def test_other_options(run: Run, storage: Storage, option: str, value: Any) -> None:
    if option == "min_age":
        assert "min_age: 'x' is no age" in retain(run, [], OUTPUT, min_age="x")["msg"]
    elif option == "max_deletions":
        out = retain(run, [*reads(old()), OWN, OTHERS], OUTPUT, max_deletions=0)
        assert "would delete 1 things" in out["msg"]
    else:
        under_way = [poll("InProgress")]
        calls = [*reads(old()), OWN, OTHERS, *history(), delete("jobs/old"), *under_way]
        out = retain(run, calls, {**JOB, "action": "delete"}, wait_timeout=0)
        assert "deletion of old" in out["msg"]
