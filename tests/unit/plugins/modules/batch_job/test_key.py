# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One key, one job: whatever the service keeps of the name and tags of a call."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import ledger as ledger_module
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import search as search_module
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import ARM, WORKSPACE, Call, Run, error, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    ANY,
    OUTPUTS,
    OWN_PLACE,
    PLACE,
    STUDIO,
    TODAY,
    URL,
    Storage,
    Submit,
    absent,
    default_datastore,
    deployment,
    endpoint,
    finished,
    job,
    listed,
    ready,
    saw,
    unused,
)

CUT = httpx.ReadError("cut")


# -- the service names jobs as asked ---------------------------------------------------------------------------------


def test_a_finished_job_is_returned_with_two_reads(run: Run) -> None:
    out = run(batch_job, TODAY, *finished(output=OWN_PLACE))
    assert not out["changed"]
    assert out["batch_job"]["outputs"] == {"score": {"path": OWN_PLACE}}
    assert out["diff"] == {"before": {}, "after": {}}


def test_a_running_job_is_waited_for(run: Run) -> None:
    out = run(batch_job, TODAY, *(saw(status, "today", key="today") for status in ("Running", "Running", "Completed")))
    assert (out["changed"], out["batch_job"]["status"]) == (False, "Completed")


def test_a_name_with_other_options_is_refused(run: Run) -> None:
    submit = Submit("today")
    run(batch_job, {**TODAY, "wait": False}, *unused(), *ready(), submit)
    current = finished(definition=submit.sent["tags"]["mlops.azureml.definition"])
    assert not run(batch_job, TODAY, *current).failed
    out = run(batch_job, {**TODAY, "mini_batch_size": 3}, *current)
    assert out.failed
    assert "other options" in out["msg"]


def test_a_task_without_inputs_follows_the_job_whatever_it_was_started_with(run: Run) -> None:
    later = {"endpoint_name": "digits", "name": "today"}
    out = run(
        batch_job, later, *(saw(status, "today", key="today", definition="d") for status in ("Running", "Completed"))
    )
    assert (out.failed, out["changed"]) == (False, False)
    assert not run(batch_job, {**later, "resubmit": "always"}, *finished(definition="d"), *ready())["changed"]
    out = run(batch_job, later, *unused(), *ready())
    assert "give inputs to start it" in out["msg"]


def test_a_name_that_another_endpoint_uses_is_refused(run: Run) -> None:
    out = run(batch_job, TODAY, saw("Completed", "today", at="letters"))
    assert out.failed
    assert "Choose another name" in out["msg"]


def test_a_name_in_another_case_is_refused(run: Run) -> None:
    for name, key in (("Today", None), ("Today", "Today")):
        out = run(batch_job, TODAY, get("jobs/today", job(name, key=key)))
        assert "in the case of letters alone" in out["msg"]


def test_a_failed_job_fails_the_task_again_and_a_task_that_does_not_wait_reads_it(run: Run) -> None:
    failed = finished("Failed", error={"message": "Output already exists"})
    history = get("", {"properties": {"discoveryUrl": "http://none"}})
    out = run(batch_job, TODAY, *failed, history)
    assert (out.failed, out["changed"], out["batch_job"]["status"]) == (True, False, "Failed")
    assert out["service_message"] == "Output already exists"
    assert "another output path" in out["hint"]
    assert "a new name or resubmit starts a new job" in out["msg"]
    assert out["batch_job"]["studio_url"] == STUDIO.format("today")
    assert not run(batch_job, {**TODAY, "wait": False}, *failed).failed


# -- the service assigns other names: the ledger has them ------------------------------------------------------------


def test_the_ledger_has_the_job_of_a_key(run: Run, storage: Storage) -> None:
    submit = Submit("batchjob-1")
    run(batch_job, {**TODAY, "wait": False}, *unused(), *ready(), submit)
    assert storage.recorded("today") == {
        "key": "today",
        "definition": submit.sent["tags"]["mlops.azureml.definition"],
        "job": "batchjob-1",
    }
    again = run(batch_job, TODAY, *unused(), saw("Completed"))
    assert (again["changed"], again["batch_job"]["name"]) == (False, "batchjob-1")
    other = run(batch_job, {**TODAY, "mini_batch_size": 3}, *unused(), saw("Completed"))
    assert "other options" in other["msg"]


def test_other_options_are_noticed_where_the_service_keeps_the_name_alone(run: Run, storage: Storage) -> None:
    storage.note("today", definition="of another task", job="today")
    out = run(batch_job, TODAY, saw("Completed", "today"), absent("today--2"), default_datastore())
    assert "other options" in out["msg"]


def test_a_key_whose_job_was_deleted_is_free_again(run: Run, storage: Storage) -> None:
    storage.note("today", definition="d", job="batchjob-0")
    out = run(batch_job, {**TODAY, "wait": False}, *unused(), absent("batchjob-0"), *ready(), Submit())
    assert out["changed"]
    assert storage.recorded("today")["job"] == "batchjob-1"


@pytest.mark.parametrize(
    "current",
    [job(key="today"), job(output=OWN_PLACE), job(output=OWN_PLACE.replace("azureml://", f"azureml:{WORKSPACE}/"))],
    ids=["key kept", "only the place kept", "place in long form"],
)
def test_a_start_that_was_interrupted_is_found_among_the_jobs_since(
    run: Run, storage: Storage, current: dict[str, Any]
) -> None:
    storage.note("today", definition="d")
    others = (job("other", key="yesterday"), job("foreign", at="letters", key="today", output=OWN_PLACE))
    run(batch_job, {**TODAY, "state": "canceled"}, *unused(), absent(), listed(*others, current))
    assert storage.recorded("today")["job"] == "batchjob-1"


def test_an_interrupted_start_that_never_arrived_is_made_again_when_that_is_sure(run: Run, storage: Storage) -> None:
    storage.note("today", definition="d")
    storage.age = ledger_module.SETTLED_AFTER + 1
    out = run(batch_job, {**TODAY, "wait": False}, *unused(), absent(), listed(), *ready(), Submit())
    assert out["changed"]
    assert storage.recorded("today")["job"] == "batchjob-1"


def test_before_that_the_task_stops(run: Run, storage: Storage, clock: Clock) -> None:
    storage.note("today", definition="d")
    storage.age = 30
    reads = [call for _time in search_module.SEARCH_PAUSES for call in (absent(), listed())]
    out = run(batch_job, TODAY, *unused(), *reads)
    assert out.failed
    assert "Run the task again in 10 minutes" in out["msg"]
    assert out["key"] == "today"
    assert sum(clock.sleeps) == sum(search_module.SEARCH_PAUSES)


def test_a_start_that_another_run_withdraws_frees_the_key(run: Run, storage: Storage) -> None:
    storage.note("today", definition="d")

    def withdrawn(_request: httpx.Request) -> httpx.Response:
        storage.notes.clear()
        return httpx.Response(200, json={"value": []})

    out = run(batch_job, {**TODAY, "wait": False}, *unused(), absent(), withdrawn, *ready(), Submit())
    assert out["changed"]


def test_of_two_runs_at_once_one_starts_the_job(run: Run, storage: Storage) -> None:
    def other_run_is_faster(request: httpx.Request) -> httpx.Response:
        storage.note("today", definition=first.sent["tags"]["mlops.azureml.definition"], job="batchjob-1")
        return deployment()(request)

    first = Submit()
    run(batch_job, {**TODAY, "wait": False}, *unused(), *ready(), first)
    storage.notes.clear()
    out = run(batch_job, TODAY, *unused(), endpoint(), other_run_is_faster, absent(), saw("Completed"))
    assert (out["changed"], out["batch_job"]["name"]) == (False, "batchjob-1")


# -- tasks that identify the job by its output, without a key --------------------------------------------------------

BY_PLACE = {**TODAY, "outputs": OUTPUTS, "state": "canceled"}


def fingerprint(storage: Storage, run: Run) -> str:
    """What the ledger notes of the place that the tests name."""
    options = {**TODAY, "name": "sample", "outputs": OUTPUTS, "wait": False}
    run(batch_job, options, *unused("sample"), *ready(), Submit("sample"))
    _text, marks = storage.notes.popitem()[1]
    return marks["places"]


@pytest.mark.parametrize(
    ("jobs", "rivals", "found"),
    [
        ([job(output=PLACE)], {}, True),
        ([job(output=PLACE)], {"other": "batchjob-1"}, False),
        ([job(output=PLACE)], {"other": ""}, False),
        ([job(output=PLACE), job("batchjob-2", output=PLACE)], {"other": "batchjob-2"}, True),
        ([job(output=PLACE), job("batchjob-2", output=PLACE)], {}, False),
        ([job(output=PLACE, created="2026-01-31T05:00:00Z")], {}, False),
    ],
    ids=["alone", "another key's", "another key is at it", "the rest is another key's", "two", "older"],
)
def test_a_job_at_the_place_is_taken_only_when_no_other_key_can_have_started_it(
    run: Run, storage: Storage, jobs: list[dict[str, Any]], rivals: dict[str, str], found: bool
) -> None:
    place = fingerprint(storage, run)
    storage.note("today", definition="d", places=place)
    for key, name in rivals.items():
        storage.note(key, definition="d", places=place, job=name)
    storage.age = ledger_module.SETTLED_AFTER + 1
    run(batch_job, BY_PLACE, *unused(), absent(), listed(*jobs))
    assert storage.recorded("today").get("job") == ("batchjob-1" if found else None)


# -- without a ledger ------------------------------------------------------------------------------------------------

NO_LEDGER = {**TODAY, "ledger": False, "wait": False}


def test_without_a_ledger_all_jobs_are_searched(run: Run, storage: Storage) -> None:
    out = run(batch_job, NO_LEDGER, absent(), listed(job("old", key="x")), *ready(), default_datastore(), Submit())
    assert out["changed"]
    assert storage.notes == {}
    current = listed(job("newer", key="x"), job(key="today", status="Running"))
    again = run(batch_job, NO_LEDGER, absent(), current)
    assert (again["changed"], again["batch_job"]["name"]) == (False, "batchjob-1")


def test_without_a_ledger_an_output_does_not_identify_the_job(run: Run) -> None:
    out = run(batch_job, {**NO_LEDGER, "outputs": OUTPUTS}, absent(), listed(job(output=PLACE)))
    assert out.failed
    assert "it is unknown whether it is the job of key today" in out["msg"]


def test_a_ledger_that_cannot_be_used_stops_the_task(run: Run, storage: Storage) -> None:
    """Going on without it would start a job that a later run with a ledger does not find."""
    storage.broken = ServiceError("no access.", status=403)
    out = run(batch_job, TODAY, *unused())
    assert out.failed
    assert "started twice: no access." in out["msg"]
    assert "Nothing was started" in out["msg"]
    assert out["status"] == 403


@pytest.mark.parametrize("text", ["<html>", "[]", "{}", ""])
def test_a_ledger_entry_that_cannot_be_parsed_is_an_error(run: Run, storage: Storage, text: str) -> None:
    storage.notes["batch-scoring/.jobs/digits/today.json"] = (text, {})
    out = run(batch_job, TODAY, *unused())
    assert out.failed
    assert "The ledger entry of key today cannot be read" in out["msg"]


def test_a_started_job_that_cannot_be_recorded_is_found_by_its_output(run: Run, storage: Storage) -> None:
    submit = Submit()

    def started(request: httpx.Request) -> httpx.Response:
        storage.broken = ServiceError("no access.", status=403)
        return submit(request)

    out = run(batch_job, {**TODAY, "wait": False}, *unused(), *ready(), started)
    assert out["changed"]
    assert "could not be recorded in the ledger" in out.warnings[0]
    assert "Nothing was started" not in out.warnings[0]
    storage.broken = None
    again = run(batch_job, {**TODAY, "wait": False}, *unused(), absent(), listed(job(output=OWN_PLACE)))
    assert not again["changed"]
    assert storage.recorded("today")["job"] == "batchjob-1"


@pytest.mark.parametrize("other", [None, {"run": "another", "definition": "d"}, {"job": "job-9", "definition": "d"}])
def test_an_entry_that_is_lost_while_the_job_is_started_gives_a_warning(
    run: Run, storage: Storage, other: dict[str, str] | None
) -> None:
    submit = Submit()

    def started(request: httpx.Request) -> httpx.Response:
        storage.notes.clear()
        if other is not None:
            storage.note("today", **other)
        return submit(request)

    out = run(batch_job, {**TODAY, "wait": False}, *unused(), *ready(), started)
    assert out["changed"]
    assert "may have been started twice" in out.warnings[0]
    assert storage.recorded("today") == ({"key": "today", **other} if other else None)


# -- the list of jobs ------------------------------------------------------------------------------------------------


def aged(*hours: int) -> list[dict[str, Any]]:
    return [job(f"job-{hour}", key=f"k{hour}", created=f"2026-01-31T{hour:02}:00:00+00:00") for hour in hours]


@pytest.mark.parametrize(
    ("first_page", "pages"),
    [(aged(6, 5, 4, 3), 1), (aged(3, 4, 5, 6), 2), (aged(4, 6, 3), 2), (aged(4, 4), 2)],
    ids=["newest first", "oldest first", "no order", "not known"],
)
def test_the_list_ends_early_only_where_it_is_newest_first(
    run: Run, storage: Storage, first_page: list[dict[str, Any]], pages: int
) -> None:
    storage.note("today", definition="d")
    storage.age = ledger_module.SETTLED_AFTER + 1
    first, last = listed(*first_page), listed(job(key="today"))
    first.body["nextLink"] = f"{ARM}{WORKSPACE}/jobs?api-version=2024-10-01&jobType=Pipeline&listViewType=All&page=2"
    last.query["page"] = "2"
    found = [last] if pages == 2 else []
    run(batch_job, {**TODAY, "state": "canceled"}, *unused(), absent(), first, *found)
    assert (storage.recorded("today").get("job") is not None) == (pages == 2)


@pytest.mark.parametrize(("created", "is_found"), [("05:01", True), ("04:59", False)])
def test_the_clocks_of_two_services_may_be_an_hour_apart(
    run: Run, storage: Storage, created: str, is_found: bool
) -> None:
    storage.note("today", definition="d")  # written at 06:00 by the clock of storage
    storage.age = ledger_module.SETTLED_AFTER + 1
    newest_first = [
        job(f"job-{time}", key=key, created=f"2026-01-31T{time}:00+00:00")
        for time, key in (("05:30", "other"), ("05:15", "another"), (created, "today"))
    ]
    run(batch_job, {**TODAY, "state": "canceled"}, *unused(), absent(), listed(*newest_first))
    assert (storage.recorded("today").get("job") is not None) == is_found


# -- a key of the caller ---------------------------------------------------------------------------------------------


def test_a_derived_name_depends_on_what_is_scored(run: Run) -> None:
    options = {**ANY, "key": "nightly run 2026/01/31"}
    names = []
    for more in ({}, {}, {"inputs": {"images": {"path": f"{URL}/more"}}}, {"deployment_name": "green"}, {"key": "x"}):
        desired = {**options, **more}
        out = run(
            batch_job,
            desired,
            *[lambda _request: httpx.Response(404, json=error("NotFound", "x"))],
            default_datastore(),
            endpoint(),
            deployment(desired.get("deployment_name", "blue")),
            check=True,
        )
        names.append(out["batch_job"]["key"])
    assert names[0] == names[1]
    assert len(set(names)) == 4
    assert names[0].startswith("nightly-run-2026-01-31-")
    assert run(batch_job, {**options, "name": "x"}).failed


@pytest.mark.parametrize("option", ["name", "key"])
@pytest.mark.parametrize("text", ["", " "])
@pytest.mark.parametrize("state", ["present", "canceled", "absent"])
def test_an_empty_name_or_key_is_refused(run: Run, option: str, text: str, state: str) -> None:
    out = run(batch_job, {**ANY, option: text, "state": state})
    assert out.failed
    assert out["msg"].startswith(f"{option}: it is empty.")


def tags(run: Run, **more: Any) -> dict[str, str]:
    """The tags of a job that is started with these options."""
    submit = Submit("today")
    reads = [absent(more["name"])] if "name" in more else [lambda _request: httpx.Response(404, json=error("x", "x"))]
    out = run(batch_job, {**ANY, "wait": False, **more}, *reads, default_datastore(), *ready(), submit)
    assert out["changed"]
    assert "planted" not in str(out.result)
    return submit.sent["tags"]


@pytest.mark.parametrize("way", [{"name": "today"}, {"key": "nightly"}])
def test_a_url_is_known_by_all_but_its_signature(run: Run, storage: Storage, way: dict[str, str]) -> None:
    queries = [
        "versionid=1&sv=2022&sig=planted1",
        "sv=2024&se=later&sp=r&sr=b&spr=https&skoid=a&versionid=1&SIG=planted2",
        "versionid=2&sig=planted1",
        "sig=planted1",
        "",
    ]
    found = []
    for query in queries:
        storage.notes.clear()
        found.append(tags(run, **way, inputs={"images": {"path": f"{URL}?{query}"}}))
    assert found[0] == found[1]
    assert found[3] == found[4]
    assert len({kept["mlops.azureml.definition"] for kept in found}) == 3
    assert len({kept["mlops.azureml.key"] for kept in found}) == (1 if "name" in way else 3)


def test_options_are_the_same_if_the_resulting_output_is(run: Run, storage: Storage) -> None:
    found = {}
    for policy in ("fail", "overwrite", "unique"):
        storage.notes.clear()
        kept = tags(run, name="today", outputs=OUTPUTS, output_policy=policy)
        found[policy] = kept["mlops.azureml.definition"]
    assert found["fail"] == found["overwrite"] != found["unique"]


# -- another attempt -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resubmit", "status", "starts"),
    [
        ("never", "Failed", False),
        ("on_failure", "Failed", True),
        ("on_failure", "Canceled", True),
        ("on_failure", "Completed", False),
        ("always", "Completed", True),
        ("always", "Failed", True),
    ],
)
def test_resubmit_decides_whether_a_job_that_has_ended_is_started_again(
    run: Run, storage: Storage, resubmit: str, status: str, starts: bool
) -> None:
    options = {**TODAY, "resubmit": resubmit, "wait": False}
    second = [absent("today--2"), default_datastore(), *ready(), Submit("today--2")]
    out = run(batch_job, options, *finished(status), *(second if starts else []))
    assert out["changed"] is starts
    if starts:
        place = OWN_PLACE.replace("/today/", "/today--2/")
        assert second[-1].sent["name"] == second[-1].sent["tags"]["mlops.azureml.key"] == "today--2"
        assert second[-1].sent["outputData"]["score"]["uri"] == place
        assert (out["batch_job"]["key"], out["batch_job"]["attempt"]) == ("today", 2)
        assert storage.recorded("today--2")["job"] == "today--2"


def test_an_active_job_is_never_started_again(run: Run) -> None:
    running = saw("Running", "today", key="today")
    assert not run(batch_job, {**TODAY, "resubmit": "always", "wait": False}, running)["changed"]


def test_a_failed_job_may_be_started_again_with_other_options(run: Run) -> None:
    options = {**TODAY, "resubmit": "on_failure", "mini_batch_size": 3, "wait": False}
    failed = finished("Failed", definition="of then")
    out = run(batch_job, options, *failed, absent("today--2"), default_datastore(), *ready(), Submit("today--2"))
    assert out["changed"]


@pytest.mark.parametrize("ledger", [True, False])
def test_the_last_attempt_is_the_job_of_the_key(run: Run, storage: Storage, ledger: bool) -> None:
    tries = [saw("Failed", name, key=name) for name in ("today", "today--2", "today--3")]
    for number in (2, 3):
        storage.note(f"today--{number}", definition="d", job=f"today--{number}")
    reads: list[Any] = [tries[0], tries[1], default_datastore(), tries[2]]
    if not ledger:
        reads = [tries[0], tries[1], tries[1], tries[2], absent("today--4"), listed()]
    out = run(batch_job, {**TODAY, "ledger": ledger, "wait": False}, *reads)
    assert (out["batch_job"]["name"], out["batch_job"]["attempt"]) == ("today--3", 3)


# -- a lost answer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [
        CUT,
        httpx.ReadTimeout("late"),
        httpx.Response(500, json=error("ServiceError", "x")),
        httpx.Response(201, text="<html>"),
    ],
    ids=["cut", "late", "500", "garbage"],
)
def test_a_job_whose_answer_was_lost_is_found_and_not_started_again(run: Run, storage: Storage, failure: Any) -> None:
    old = job("old", key="yesterday")
    out = run(
        batch_job,
        TODAY,
        *unused(),
        *ready(),
        Submit(failure=failure),
        *(absent(), listed(old)),
        *(absent(), listed(old, job(status="Running", output=OWN_PLACE))),
        saw("Completed"),
    )
    assert (out["changed"], out["batch_job"]["name"]) == (True, "batchjob-1")
    assert storage.recorded("today")["job"] == "batchjob-1"


def test_a_job_without_name_is_found_by_the_key_it_was_sent_with(run: Run, storage: Storage) -> None:
    submit = Submit(failure=CUT)
    looked_up = []

    def look(request: httpx.Request) -> httpx.Response:
        looked_up.append(request.url.path)
        return httpx.Response(200, json=job(submit.sent["name"], "Completed"))

    out = run(batch_job, ANY, *ready(), submit, look)
    assert looked_up == [f"{WORKSPACE}/jobs/{submit.sent['name']}"]
    assert out["changed"]
    assert storage.notes == {}


@pytest.mark.parametrize("name", ["today", None])
def test_it_stops_when_it_cannot_know(run: Run, storage: Storage, name: str | None, clock: Clock) -> None:
    submit = Submit(failure=CUT)
    reads: list[Any] = []
    for _time in search_module.SEARCH_PAUSES:
        reads += [lambda _request: httpx.Response(404, json=error("NotFound", "no job")), listed()]
    before = (*unused(), *ready()) if name else ready()
    out = run(batch_job, {**ANY, "name": name}, *before, submit, *reads)
    assert out.failed
    assert "not known whether the scoring job was started" in out["msg"]
    assert out["key"] == submit.sent["name"]
    assert ("finds the job under this name" in out["msg"]) == (name is not None)
    assert sum(clock.sleeps) == sum(search_module.SEARCH_PAUSES)
    assert (storage.recorded("today") is not None) == (name is not None)


def test_a_search_that_fails_leaves_the_doubt(run: Run, storage: Storage) -> None:
    """And the ledger entry: without it a later run would start the job again."""
    refused = Call("GET", "jobs/today", 403, error("AuthorizationFailed", "no"))
    out = run(batch_job, TODAY, *unused(), *ready(), Submit(failure=CUT), refused)
    assert out.failed
    assert "not known whether the scoring job was started" in out["msg"]
    assert storage.recorded("today") is not None


def test_a_host_that_was_suspended_before_the_call_does_not_make_it(run: Run, storage: Storage, clock: Clock) -> None:
    write = storage.write_note

    def doze(*arguments: Any, **how: Any) -> bool:
        clock.moment += ledger_module.SETTLED_AFTER
        return write(*arguments, **how)

    storage.write_note = doze
    out = run(batch_job, TODAY, *unused(), *ready())
    assert out.failed
    assert "held up for too long" in out["msg"]
    assert storage.notes == {}


def test_a_refusal_does_not_take_back_what_another_run_announced(run: Run, storage: Storage) -> None:
    refusal = Submit(failure=httpx.Response(400, json=error("UserError", "no")))

    def taken_over(request: httpx.Request) -> httpx.Response:
        storage.note("today", definition="d", run="another")
        return refusal(request)

    assert run(batch_job, TODAY, *unused(), *ready(), taken_over).failed
    assert storage.recorded("today")["run"] == "another"


def test_a_conflict_means_that_another_run_was_faster(run: Run) -> None:
    conflict = httpx.Response(409, json=error("Conflict", "A job with the name 'today' already exists."))
    mine = saw("Completed", "today", key="today")
    out = run(batch_job, TODAY, *unused(), *ready(), Submit(failure=conflict), mine)
    assert out["batch_job"]["name"] == "today"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (httpx.Response(400, json=error("UserError", "No valid deployments to route to.")), "default deployment"),
        (httpx.Response(401, json=error("UserError", "Audiences in JWT are not allowed")), "cloud_environment"),
        (httpx.Response(403, json=error("UserError", "no")), "role"),
    ],
)
def test_a_refusal_is_reported_and_the_key_is_free_again(
    run: Run, storage: Storage, failure: httpx.Response, words: str
) -> None:
    again = [Submit(failure=failure)] if failure.status_code == 401 else []
    out = run(batch_job, TODAY, *unused(), *ready(), Submit(failure=failure), *again)
    assert out.failed
    assert words in out["msg"]
    assert storage.notes == {}
