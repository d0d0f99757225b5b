# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.plugins.modules import batch_job_info
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Call, Run, error, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    Storage,
    default_datastore,
    job,
    listed,
    saw,
)

API = "https://eastus.api.azureml.ms"
LIST = f"/mferp/managementfrontend{WORKSPACE}/batchEndpoints/digits/jobs"
ENDPOINT = {"endpoint_name": "digits"}


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    storage = Storage()
    monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
    return storage


def discovered() -> list[Any]:
    """The workspace, and where its services are."""
    workspace = get("", {"properties": {"discoveryUrl": f"{API}/discovery"}})
    return [workspace, lambda _request: httpx.Response(200, json={"api": API})]


def front_end(*jobs: dict[str, Any], following: str | None = None, **query: str) -> Any:
    """A page of the endpoint's own list (batch contract 6.3)."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.url.host, request.url.path) == ("eastus.api.azureml.ms", LIST)
        expected = {"api-version": "2020-09-01-dataplanepreview", **query}
        assert dict(request.url.params) == expected
        return httpx.Response(200, json={"value": list(jobs), "nextLink": following})

    return answer


def own(name: str, status: str = "Completed", deployment: str = "blue", hour: int = 6) -> dict[str, Any]:
    """A job as the endpoint's own list returns it."""
    return {
        "id": f"{WORKSPACE}/batchEndpoints/digits/deployments/{deployment}/jobs/{name}",
        "name": name,
        "properties": {"status": status, "name": "careful_bulb", "tags": {"azureml.deploymentname": deployment}},
        "systemData": {"createdAt": f"2026-01-31T{hour:02}:00:00.80314+00:00"},
    }


def names(out: Any) -> list[str]:
    return [found["name"] for found in out["batch_jobs"]]


def test_the_jobs_of_an_endpoint_newest_first(run: Run) -> None:
    link = f"{API}{LIST}?api-version=2020-09-01-dataplanepreview&$skiptoken=x"
    pages = [front_end(own("a", hour=5), following=link), front_end(own("b", hour=7), **{"$skiptoken": "x"})]
    out = run(batch_job_info, ENDPOINT, *discovered(), *pages)
    assert names(out) == ["b", "a"]
    assert not out["changed"]
    assert out["batch_jobs"][0]["deployment_name"] == "blue"
    assert "archived" not in out["batch_jobs"][0]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"deployment_name": "GREEN"}, ["c"]),
        ({"status": ["failed", "Running"]}, ["c", "b"]),
        ({"created_after": "2026-01-31T06:00:00Z"}, ["c", "b"]),
        ({"created_after": "2026-01-31T08:00:00+02:00", "created_before": "2026-01-31T07:00"}, ["b"]),
        ({"query": "[?status=='Failed'].name"}, None),
    ],
)
def test_filters(run: Run, options: dict[str, Any], found: list[str] | None) -> None:
    jobs = [own("a", hour=5), own("b", "Failed", hour=6), own("c", "Running", "green", hour=7)]
    query = {"deployment": options["deployment_name"]} if "deployment_name" in options else {}
    out = run(batch_job_info, {**ENDPOINT, **options}, *discovered(), front_end(*jobs, **query))
    if found is None:
        assert out["batch_jobs"] == ["b"]
    else:
        assert names(out) == found


@pytest.mark.parametrize(
    "failure",
    [httpx.Response(400, json=error("UserError", "no")), httpx.Response(200, json=[])],
    ids=["refused", "odd"],
)
def test_the_jobs_of_the_workspace_are_searched_when_that_list_fails(run: Run, failure: httpx.Response) -> None:
    jobs = [job("mine"), job("other", at="letters"), job("none", tags={}, description=None)]
    out = run(batch_job_info, ENDPOINT, *discovered(), lambda _request: failure, listed(*jobs))
    assert names(out) == ["mine"]
    assert "All jobs of the workspace were searched" in out.warnings[0]


def test_a_deleted_endpoint_may_have_left_jobs(run: Run) -> None:
    gone = httpx.Response(404, json=error("UserError", "no such endpoint"))
    out = run(batch_job_info, ENDPOINT, *discovered(), lambda _request: gone, listed(job("mine")))
    assert names(out) == ["mine"]
    assert out.warnings == []


def test_a_link_to_another_host_is_not_followed(run: Run) -> None:
    out = run(
        batch_job_info, ENDPOINT, *discovered(), front_end(own("a"), following="https://elsewhere/jobs"), listed()
    )
    assert names(out) == []
    assert "another host" in out.warnings[0]


def test_the_jobs_of_the_workspace(run: Run) -> None:
    jobs = [job("mine"), job("other", at="letters", isArchived=True), job("none", tags={}, description=None)]
    out = run(batch_job_info, {}, listed(*jobs))
    assert sorted(names(out)) == ["mine", "other"]
    archived = get("jobs", {"value": jobs[1:2]}, jobType="Pipeline", listViewType="ArchivedOnly")
    out = run(batch_job_info, {"list_view": "archived", "endpoint_name": "letters"}, archived)
    assert [found["archived"] for found in out["batch_jobs"]] == [True]


def test_one_job(run: Run) -> None:
    assert names(run(batch_job_info, {"name": "mine"}, saw("Running", "mine"))) == ["mine"]
    assert names(run(batch_job_info, {"name": "mine", **ENDPOINT}, saw("Running", "mine", at="letters"))) == []
    assert names(run(batch_job_info, {"name": "mine"}, get("jobs/mine"), default_datastore(), listed())) == []


def tried_twice() -> tuple[Call, ...]:
    """A key whose second attempt runs, at a service that names jobs as asked."""
    last = saw("Running", "today--2", key="today--2")
    return saw("Failed", "today", key="today"), last, default_datastore(), last


def test_a_name_means_its_last_attempt(run: Run, storage: Storage) -> None:
    storage.note("today--2", definition="d", job="today--2")
    [found] = run(batch_job_info, {"name": "today"}, *tried_twice())["batch_jobs"]
    assert (found["name"], found["key"], found["attempt"]) == ("today--2", "today", 2)


def test_an_attempt_is_read_by_its_number_or_name(run: Run) -> None:
    first = run(batch_job_info, {"name": "today", "attempt": 1}, saw("Failed", "today", key="today"))
    assert names(first) == ["today"]
    second = run(batch_job_info, {"name": "today--2"}, saw("Running", "today--2", key="today--2"))
    assert names(second) == ["today--2"]


def test_a_ledger_that_cannot_be_read_does_not_hide_a_job(run: Run, storage: Storage) -> None:
    storage.broken = ServiceError("no", status=403)
    again = saw("Running", "today--2", key="today--2")
    assert names(run(batch_job_info, {"name": "today"}, *tried_twice(), again)) == ["today--2"]
    listing = [get("jobs/today"), default_datastore(), listed(job("batchjob-1", key="today"))]
    assert names(run(batch_job_info, {"name": "today"}, *listing)) == ["batchjob-1"]


def test_a_start_that_another_run_announced_is_not_waited_for(run: Run, storage: Storage, clock: Clock) -> None:
    storage.note("today", definition="d", run="other")
    calls = [get("jobs/today"), default_datastore(), get("jobs/today"), get("jobs/today"), listed(), listed()]
    assert names(run(batch_job_info, {"name": "today"}, *calls)) == []
    assert clock.sleeps == []
    assert storage.recorded("today") == {"key": "today", "definition": "d", "run": "other"}


@pytest.mark.parametrize("options", [{"created_after": "yesterday"}, {"endpoint_name": "d"}, {"attempt": 2}])
def test_options_that_cannot_be(run: Run, options: dict[str, Any]) -> None:
    assert run(batch_job_info, options).failed


@pytest.mark.parametrize("option", ["name", "endpoint_name", "deployment_name"])
@pytest.mark.parametrize("text", ["a/b", "..", "../../x", ""])
def test_names_that_none_can_have(run: Run, option: str, text: str) -> None:
    out = run(batch_job_info, {option: text})
    assert out.failed
    assert out["msg"].startswith(f"{option}: {text!r} cannot be the name of a")


def test_an_unknown_state_gives_a_warning(run: Run) -> None:
    out = run(batch_job_info, {"status": ["Cancelled", "failed"]}, listed(job("a", "Failed"), job("b", "Cancelled")))
    assert sorted(names(out)) == ["a", "b"]
    [warning] = out.warnings
    assert "no known state of a job is Cancelled;" in warning
    assert "Canceled" in warning
    assert run(batch_job_info, {"status": ["Completed", "paused"]}, listed()).warnings == []
