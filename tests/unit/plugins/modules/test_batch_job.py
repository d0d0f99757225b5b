# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import types
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils import _blobs, _job_search, _job_watch
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Call, Run, error, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    ENDPOINT,
    STUDIO,
    Storage,
    Submit,
    datastore,
    default_datastore,
    deployment,
    endpoint,
    job,
    listed,
)

URL = "https://account1.blob.core.windows.net/samples/digits"
PLANTED = "planted-url-signature-1d2c"
INPUTS = {"images": {"type": "uri_folder", "path": URL}}
PLACE = "azureml://datastores/workspaceblobstore/paths/scores/today.csv"
OWN_PLACE = "azureml://datastores/workspaceblobstore/paths/batch-scoring/digits/today/predictions.csv"
OUTPUTS = {"score": {"path": PLACE}}
TODAY = {"endpoint_name": "digits", "name": "today", "inputs": INPUTS}
ANY = {"endpoint_name": "digits", "inputs": INPUTS}
CUT = httpx.ReadError("cut")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for room in (_job_watch, _job_search):
        monkeypatch.setattr(room, "time", types.SimpleNamespace(time=clock, sleep=clock.sleep))
    monkeypatch.setattr(_job_watch, "jittered", lambda seconds: seconds)
    return clock


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    storage = Storage()
    monkeypatch.setattr(_blobs, "_open", lambda _datastore: storage)
    return storage


def saw(status: str, name: str = "batchjob-1", **more: Any) -> Call:
    """One look at the job."""
    return get(f"jobs/{name}", job(name, status, **more))


def unknown_name(*standing: dict[str, Any]) -> tuple[Call, Call]:
    """No job is called today; these jobs stand."""
    return get("jobs/today"), listed(*standing)


def ready() -> tuple[Call, Call, Call]:
    """What a named job of a model asks before it is started."""
    return endpoint(), deployment(), default_datastore()


# -- starting --------------------------------------------------------------------------------------------------------


def test_a_job_without_a_name_is_started_and_followed(run: Run, clock: Clock) -> None:
    submit = Submit()
    out = run(batch_job, ANY, endpoint(), deployment(), submit, saw("Queued"), saw("Running"), saw("Completed"))
    assert out["changed"]
    shown = out["batch_job"]
    assert (shown["name"], shown["status"], shown["deployment_name"]) == ("batchjob-1", "Completed", "blue")
    assert shown["id"] == f"{WORKSPACE}/jobs/batchjob-1"
    assert shown["studio_url"] == STUDIO.format("batchjob-1")
    assert [entry["status"] for entry in shown["timeline"]] == ["Preparing", "Queued", "Running", "Completed"]
    assert shown["timeline"][0]["at"] == "2026-01-31T06:00:01+00:00"
    assert submit.sent["inputData"] == {"images": {"jobInputType": "UriFolder", "uri": URL}}
    assert "outputData" not in submit.sent
    assert "azureml-model-deployment" not in submit.headers
    assert submit.headers["repeatability-request-id"] == submit.headers["repeatability_request-id"]
    assert out["diff"] == {"before": {}, "after": {"endpoint_name": "digits", "inputs": INPUTS}}
    assert all(pause < 3 for pause in clock.sleeps)


def test_a_named_job_carries_its_name_in_every_mark(run: Run) -> None:
    first, second = Submit("today"), Submit("today")
    for submit in (first, second):
        out = run(batch_job, {**TODAY, "wait": False}, *unknown_name(), *ready(), submit)
        assert (out["changed"], out["batch_job"]["key"], out["batch_job"]["status"]) == (True, "today", "Preparing")
        assert out["batch_job"]["outputs"] == {"score": {"path": OWN_PLACE}}
    assert first.sent["name"] == "today"
    assert first.sent["tags"]["mlops.azureml.key"] == first.sent["properties"]["mlops.azureml.key"] == "today"
    assert first.sent["outputData"] == {"score": {"jobOutputType": "UriFile", "uri": OWN_PLACE}}
    assert first.headers["repeatability-request-id"] == second.headers["repeatability-request-id"]


def test_what_the_call_may_set_is_sent(run: Run) -> None:
    submit = Submit()
    options = {
        **ANY,
        "deployment_name": "green",
        "output_file_name": "p.csv",
        "mini_batch_size": 5,
        "instance_count": 2,
        "max_concurrency_per_instance": 3,
        "error_threshold": -1,
        "logging_level": "debug",
        "retry_settings": {"max_retries": 1, "timeout": 90},
        "experiment_name": "trials",
        "wait": False,
    }
    out = run(batch_job, options, endpoint(default=None), deployment("green"), submit)
    assert submit.headers["azureml-model-deployment"] == "green"
    assert submit.sent["properties"]["experimentName"] == "trials"
    settings = {name: submit.sent[name] for name in ("outputFileName", "miniBatchSize", "maxConcurrencyPerInstance")}
    assert settings == {"outputFileName": "p.csv", "miniBatchSize": 5, "maxConcurrencyPerInstance": 3}
    assert submit.sent["compute"] == {"instanceCount": 2}
    assert (submit.sent["errorThreshold"], submit.sent["loggingLevel"]) == (-1, "Debug")
    assert submit.sent["retrySettings"] == {"maxRetries": 1, "timeout": "PT1M30S"}
    assert out["diff"]["after"]["retry_settings"] == {"max_retries": 1, "timeout": 90}


def test_the_latest_version_of_a_data_asset_is_the_one_that_is_named(run: Run) -> None:
    submit, version = Submit(), f"{WORKSPACE}/data/inbox/versions/7"
    latest = {**ANY, "inputs": {"images": {"path": "azureml:inbox@latest"}}, "wait": False}
    out = run(
        batch_job,
        latest,
        endpoint(),
        deployment(),
        get("data/inbox/versions", {"value": [{"id": version}]}, **{"$orderBy": "createdtime desc", "$top": "1"}),
        get("data/inbox/versions/7", {"id": version, "properties": {"dataType": "uri_file"}}),
        submit,
    )
    uri = submit.sent["inputData"]["images"]["uri"]
    assert uri.startswith(
        "azureml://subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg1/workspaces/ws1/"
    )
    assert uri.endswith("/data/inbox/versions/7")
    scored = {"images": {"type": "uri_file", "path": "azureml:inbox:7"}}
    assert out["batch_job"]["inputs"] == out["diff"]["after"]["inputs"] == scored
    key = submit.sent["name"]
    again = run(batch_job, {**latest, "name": key}, saw("Completed", key, properties=submit.sent["properties"]))
    assert again["batch_job"]["inputs"] == scored


def test_the_form_of_2021(run: Run) -> None:
    submit = Submit()
    options = {**ANY, "outputs": OUTPUTS, "api_generation": "2021", "wait": False}
    run(batch_job, options, listed(), endpoint(), deployment(), datastore(), submit)
    assert submit.sent["dataset"] == {"dataInputType": "DataUrl", "path": URL}
    assert submit.sent["outputDataset"] == {
        "datastoreId": f"{WORKSPACE}/datastores/workspaceblobstore",
        "path": "scores",
    }
    assert submit.sent["outputFileName"] == "today.csv"
    assert "inputData" not in submit.sent


def test_literals_go_to_a_pipeline(run: Run) -> None:
    submit = Submit()
    options = {**ANY, "inputs": {**INPUTS, "mode": {"type": "literal", "value": 3}}, "wait": False}
    pipeline = deployment(deploymentConfiguration={"deploymentConfigurationType": "PipelineComponent"})
    run(batch_job, options, endpoint(), pipeline, submit)
    assert submit.sent["inputData"]["mode"] == {"jobInputType": "Literal", "value": "3"}


def test_a_signed_url_is_used_and_never_shown(run: Run) -> None:
    submit = Submit()
    signed = {"images": {"type": "uri_folder", "path": f"{URL}?sig={PLANTED}"}}
    out = run(batch_job, {**ANY, "inputs": signed, "wait": False}, endpoint(), deployment(), submit)
    assert submit.sent["inputData"]["images"]["uri"].endswith(PLANTED)
    module_arguments = out.result.pop("invocation", {})
    assert out["batch_job"]["inputs"] == INPUTS
    assert PLANTED not in str(out.result) + str(module_arguments)


# -- one key, one job ------------------------------------------------------------------------------------------------


def test_a_finished_job_is_returned_with_one_read(run: Run) -> None:
    out = run(batch_job, TODAY, saw("Completed", "today", key="today", output=OWN_PLACE))
    assert not out["changed"]
    assert out["batch_job"]["outputs"] == {"score": {"path": OWN_PLACE}}
    assert out["diff"] == {"before": {}, "after": {}}


def test_a_running_job_is_waited_for(run: Run) -> None:
    out = run(batch_job, TODAY, *(saw(status, "today", key="today") for status in ("Running", "Running", "Completed")))
    assert (out["changed"], out["batch_job"]["status"]) == (False, "Completed")


@pytest.mark.parametrize(
    "standing",
    [
        job(key="today"),
        job(output=OWN_PLACE),
        job(output=OWN_PLACE.replace("azureml://", f"azureml:{WORKSPACE}/")),
    ],
    ids=["key kept", "only the place kept", "place in long form"],
)
def test_a_job_that_the_service_named_otherwise_is_found(run: Run, standing: dict[str, Any]) -> None:
    others = (job("other", key="yesterday"), job("foreign", at="letters", key="today", output=OWN_PLACE))
    out = run(batch_job, TODAY, *unknown_name(*others, standing))
    assert (out["changed"], out["batch_job"]["name"]) == (False, "batchjob-1")


def test_the_job_with_the_key_wins_over_one_that_writes_to_the_place(run: Run) -> None:
    standing = (job("newer", output=PLACE, created="2027"), job("mine", key="today", output=PLACE))
    out = run(batch_job, {**TODAY, "outputs": OUTPUTS}, *unknown_name(*standing))
    assert out["batch_job"]["name"] == "mine"


def test_a_name_with_other_options_is_a_mistake(run: Run) -> None:
    submit = Submit("today")
    run(batch_job, {**TODAY, "wait": False}, *unknown_name(), *ready(), submit)
    standing = saw("Completed", "today", key="today", definition=submit.sent["tags"]["mlops.azureml.definition"])
    assert not run(batch_job, TODAY, standing).failed
    out = run(batch_job, {**TODAY, "mini_batch_size": 3}, standing)
    assert out.failed
    assert "other options" in out["msg"]


def test_a_name_that_another_endpoint_uses_is_refused(run: Run) -> None:
    out = run(batch_job, TODAY, saw("Completed", "today", at="letters"))
    assert out.failed
    assert "Choose another name" in out["msg"]


def test_a_failed_job_fails_the_task_again_and_a_task_that_does_not_wait_reads_it(run: Run) -> None:
    failed = saw("Failed", "today", key="today", error={"message": "Output already exists"})
    out = run(batch_job, TODAY, failed)
    assert (out.failed, out["changed"], out["batch_job"]["status"]) == (True, False, "Failed")
    assert out["cause"] == "Output already exists"
    assert "another output place" in out["hint"]
    assert "a new name starts a new job" in out["msg"]
    assert out["batch_job"]["studio_url"] == STUDIO.format("today")
    assert not run(batch_job, {**TODAY, "wait": False}, failed).failed


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
def test_a_job_whose_answer_was_lost_is_found_and_not_started_again(run: Run, failure: Any) -> None:
    out = run(
        batch_job,
        TODAY,
        *unknown_name(job("old", key="yesterday")),
        *ready(),
        Submit(failure=failure),
        *unknown_name(job("old", key="yesterday")),
        *unknown_name(job("old", key="yesterday"), job(status="Running", output=OWN_PLACE)),
        saw("Completed"),
    )
    assert (out["changed"], out["batch_job"]["name"]) == (True, "batchjob-1")


def test_a_job_without_name_is_found_by_the_key_it_was_sent_with(run: Run) -> None:
    submit = Submit(failure=CUT)
    looked_up = []

    def look(request: httpx.Request) -> httpx.Response:
        looked_up.append(request.url.path)
        return httpx.Response(200, json=job(submit.sent["name"], "Completed"))

    out = run(batch_job, ANY, endpoint(), deployment(), submit, look)
    assert looked_up == [f"{WORKSPACE}/jobs/{submit.sent['name']}"]
    assert out["changed"]


def test_an_older_job_at_the_same_place_is_not_taken_for_the_lost_one(run: Run) -> None:
    old = job("old", "Failed", output=PLACE)
    absent = Call("GET", "", 404, error("NotFound", "no job"))
    looks: list[Any] = []
    for _time in _job_search.LOOK_AGAIN_PAUSES:
        looks += [lambda _request: httpx.Response(404, json=absent.body), listed(old)]
    options = {**ANY, "outputs": OUTPUTS}
    out = run(batch_job, options, listed(old), endpoint(), deployment(), datastore(), Submit(failure=CUT), *looks)
    assert out.failed


@pytest.mark.parametrize("name", ["today", None])
def test_it_stops_when_it_cannot_know(run: Run, name: str | None, clock: Clock) -> None:
    submit = Submit(failure=CUT)
    looks: list[Any] = []
    for _time in _job_search.LOOK_AGAIN_PAUSES:
        looks += [lambda _request: httpx.Response(404, json=error("NotFound", "no job")), listed()]
    before = (*unknown_name(), *ready()) if name else (endpoint(), deployment())
    out = run(batch_job, {**ANY, "name": name}, *before, submit, *looks)
    assert out.failed
    assert "not known whether the scoring job was started" in out["msg"]
    assert out["key"] == submit.sent["name"]
    assert ("takes up the job under this name" in out["msg"]) == (name is not None)
    assert sum(clock.sleeps) == sum(_job_search.LOOK_AGAIN_PAUSES)


def test_a_conflict_means_that_another_run_was_faster(run: Run) -> None:
    conflict = httpx.Response(409, json=error("Conflict", "A job with the name 'today' already exists."))
    mine = saw("Completed", "today", key="today")
    out = run(batch_job, TODAY, *unknown_name(), *ready(), Submit(failure=conflict), mine)
    assert out["batch_job"]["name"] == "today"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (httpx.Response(400, json=error("UserError", "No valid deployments to route to.")), "default deployment"),
        (httpx.Response(401, json=error("UserError", "Audiences in JWT are not allowed")), "cloud_environment"),
        (httpx.Response(403, json=error("UserError", "no")), "role"),
    ],
)
def test_a_refusal_is_told_and_nothing_is_looked_for(run: Run, failure: httpx.Response, words: str) -> None:
    again = [Submit(failure=failure)] if failure.status_code == 401 else []
    out = run(batch_job, ANY, endpoint(), deployment(), Submit(failure=failure), *again)
    assert out.failed
    assert words in out["msg"]


# -- found before the call -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "calls", "words"),
    [
        (ANY, [get(ENDPOINT)], "no batch endpoint digits"),
        (ANY, [endpoint(scoring_uri=None)], "no scoring URI"),
        (ANY, [endpoint(default=None)], "no default deployment"),
        ({**ANY, "deployment_name": "red"}, [endpoint(), get(f"{ENDPOINT}/deployments/red")], "no deployment red"),
        ({**ANY, "inputs": {}}, [endpoint(), deployment()], "exactly one data input"),
        ({**ANY, "inputs": {**INPUTS, "more": INPUTS["images"]}}, [endpoint(), deployment()], "exactly one data input"),
        (
            {**ANY, "inputs": {"images": {"path": "azureml:inbox:9"}}},
            [endpoint(), deployment(), get("data/inbox/versions/9")],
            "no data asset azureml:inbox:9",
        ),
        (
            {**ANY, "inputs": {"images": {"path": "azureml://datastores/nowhere/paths/p"}}},
            [endpoint(), deployment(), get("datastores/nowhere")],
            "no datastore nowhere",
        ),
        ({**ANY, "inputs": {"images": {"path": "./images"}}}, [], "not in the cloud"),
        ({**ANY, "outputs": {"score": {"path": "https://x/y"}}}, [], "no place in a datastore"),
        ({**ANY, "mini_batch_size": 0}, [], "mini_batch_size: 0 is too small"),
        ({**ANY, "name": "a b"}, [], "cannot be the name of a scoring job"),
        ({"endpoint_name": "d"}, [], "cannot be the name of a batch endpoint"),
        ({"endpoint_name": "digits", "state": "canceled"}, [], "missing: name"),
    ],
)
def test_bad_input_is_found_before_the_call(run: Run, options: dict[str, Any], calls: list[Call], words: str) -> None:
    out = run(batch_job, options, *calls)
    assert out.failed
    assert words in out["msg"] or "missing" in out["msg"]
    assert words.split(":")[-1].strip() in out["msg"]


@pytest.mark.parametrize("taken", ["scores/today.csv", "scores/today.csv/part"])
def test_an_output_that_exists_is_found_before_the_call(run: Run, storage: Storage, taken: str) -> None:
    storage.blobs[taken] = b"x"
    out = run(batch_job, {**ANY, "outputs": OUTPUTS}, listed(), endpoint(), deployment(), datastore())
    assert out.failed
    assert "exists already" in out["msg"]


def test_a_place_that_another_job_is_writing_to_is_refused(run: Run) -> None:
    out = run(batch_job, {**ANY, "outputs": OUTPUTS}, listed(job("other", "Running", at="letters", output=PLACE)))
    assert out.failed
    assert "job other of endpoint letters is Running" in out["msg"]


# -- following -------------------------------------------------------------------------------------------------------


def test_odd_states_are_waited_through(run: Run) -> None:
    odd = ("NotResponding", "Paused", "CancelRequested", "Finalizing", "Unknown", "SomethingNew")
    out = run(batch_job, ANY, endpoint(), deployment(), Submit(), *map(saw, odd), saw("Completed"))
    assert [entry["status"] for entry in out["batch_job"]["timeline"]] == ["Preparing", *odd, "Completed"]


def test_trouble_while_waiting_does_not_end_the_wait(run: Run) -> None:
    broken = [
        Call("GET", "jobs/batchjob-1", 503, error("Busy", "later"), headers={"Retry-After": "50"}) for _time in range(2)
    ]
    out = run(batch_job, ANY, endpoint(), deployment(), Submit(), *broken, get("jobs/batchjob-1"), saw("Completed"))
    assert out["batch_job"]["status"] == "Completed"


def test_a_canceled_job_fails_the_task(run: Run) -> None:
    out = run(batch_job, ANY, endpoint(), deployment(), Submit(), saw("Canceled"))
    assert (out.failed, out["changed"]) == (True, True)
    assert "was canceled" in out["msg"]


def test_the_wait_ends_and_tells_how_to_go_on(run: Run, clock: Clock) -> None:
    seen = [saw("Running") for _time in range(3)]
    out = run(batch_job, {**ANY, "wait_timeout": 3}, endpoint(), deployment(), Submit(), *seen)
    assert (out.failed, out["batch_job"]["name"], out["changed"]) == (True, "batchjob-1", True)
    assert "is Running after 3 s" in out["msg"]
    assert out["batch_job"]["status"] == "Running"
    assert sum(clock.sleeps) == pytest.approx(3)


def test_a_refusal_while_waiting_still_tells_the_job(run: Run) -> None:
    refused = Call("GET", "jobs/batchjob-1", 403, error("AuthorizationFailed", "no"))
    out = run(batch_job, ANY, endpoint(), deployment(), Submit(), refused)
    assert (out.failed, out["batch_job"]["name"], out["changed"]) == (True, "batchjob-1", True)


def test_the_end_of_the_logs_is_the_cause(run: Run, storage: Storage) -> None:
    storage.blobs["ExperimentRun/dcid.child-0/logs/user/error.txt"] = b"passed over"
    storage.blobs["ExperimentRun/dcid.child-1/logs/user/error.txt"] = b"line 1\n\nRuntimeError: no such digit\n"
    history = f"/history/v1.0{WORKSPACE}/runs/batchjob-1/children"

    def discover(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "https://eastus.api.azureml.ms/discovery"
        return httpx.Response(200, json={"api": "https://eastus.api.azureml.ms"})

    def children(request: httpx.Request) -> httpx.Response:
        assert request.url.path == history
        runs = [{"runId": "child-0", "status": "Completed"}, {"runId": "child-1", "status": "Failed"}]
        return httpx.Response(200, json={"value": runs})

    workspace = get("", {"properties": {"discoveryUrl": "https://eastus.api.azureml.ms/discovery"}})
    logs = datastore("workspaceartifactstore")
    out = run(batch_job, ANY, endpoint(), deployment(), Submit(), saw("Failed"), workspace, discover, children, logs)
    assert out["cause"] == "line 1 | RuntimeError: no such digit"
    assert "RuntimeError: no such digit" in out["msg"]


def test_a_failed_job_without_readable_logs_still_explains_itself(run: Run) -> None:
    out = run(
        batch_job, ANY, endpoint(), deployment(), Submit(), saw("Failed"), Call("GET", "", 403, error("No", "no"))
    )
    assert out.failed
    assert out["cause"] is None
    assert "studio" in out["hint"]


# -- check mode ------------------------------------------------------------------------------------------------------


def test_check_mode_predicts_what_the_run_does(run: Run) -> None:
    predicted = run(batch_job, TODAY, *unknown_name(), *ready(), check=True)
    done = run(batch_job, {**TODAY, "wait": False}, *unknown_name(), *ready(), Submit("today"))
    assert predicted["changed"]
    assert predicted["diff"] == done["diff"]
    assert predicted["batch_job"]["key"] == "today"
    assert {"name", "status", "id"}.isdisjoint(predicted["batch_job"])


def test_check_mode_forgives_what_an_earlier_task_would_make(run: Run) -> None:
    options = {**TODAY, "inputs": {"images": {"path": "azureml:inbox:1"}}}
    out = run(batch_job, options, *unknown_name(), get(ENDPOINT), get("data/inbox/versions/1"), check=True)
    assert out["changed"]
    assert "no data asset" in out.warnings[0]


def test_check_mode_does_not_open_the_storage(run: Run, storage: Storage) -> None:
    storage.blobs["scores/today.csv"] = b"x"
    out = run(batch_job, {**ANY, "outputs": OUTPUTS}, listed(), endpoint(), deployment(), datastore(), check=True)
    assert out["changed"]


def test_check_mode_neither_waits_nor_fails_for_a_standing_job(run: Run) -> None:
    for status in ("Running", "Failed"):
        out = run(batch_job, TODAY, saw(status, "today", key="today"), check=True)
        assert (out.failed, out["changed"], out["batch_job"]["status"]) == (False, False, status)


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
    out = run(batch_job, CANCEL, saw(status, "today", key="today"))
    assert (out["changed"], out["batch_job"]["status"]) == (False, status)


def test_there_may_be_nothing_to_cancel(run: Run) -> None:
    out = run(batch_job, CANCEL, *unknown_name())
    assert not out["changed"]
    assert "batch_job" not in out.result
