# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting a job: what is sent, what is refused before, what check mode predicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Call, Run, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    ANY,
    ENDPOINT,
    INPUTS,
    OUTPUTS,
    OWN_PLACE,
    PLACE,
    STUDIO,
    TODAY,
    URL,
    Storage,
    Submit,
    absent,
    datastore,
    default_datastore,
    deployment,
    endpoint,
    finished,
    ready,
    saw,
    unused,
)

PLANTED = "planted-url-signature-1d2c"


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


@pytest.mark.parametrize("check", [False, True])
def test_no_job_is_started_on_a_foreign_host(run: Run, check: bool) -> None:
    foreign = endpoint(scoring_uri="https://digits.evil.example/jobs")
    out = run(batch_job, ANY, foreign, deployment(), check=check)
    assert out.failed
    assert "No token is sent to 'digits.evil.example'" in out["msg"]
    assert "trusted_hosts" in out["msg"]


def test_a_job_is_started_on_a_host_that_the_task_trusts(run: Run) -> None:
    foreign = endpoint(scoring_uri="https://digits.evil.example/jobs")
    out = run(batch_job, {**ANY, "trusted_hosts": ["digits.evil.example"]}, foreign, deployment(), check=True)
    assert out["changed"]


def test_a_named_job_carries_its_name_in_every_mark(run: Run, storage: Storage) -> None:
    first, second = Submit("today"), Submit("today")
    for submit in (first, second):
        storage.notes.clear()
        out = run(batch_job, {**TODAY, "wait": False}, *unused(), *ready(), submit)
        assert (out["changed"], out["batch_job"]["key"], out["batch_job"]["status"]) == (True, "today", "Preparing")
        assert out["batch_job"]["outputs"] == {"score": {"path": OWN_PLACE}}
    assert first.sent["name"] == "today"
    assert first.sent["tags"]["mlops.azureml.key"] == first.sent["properties"]["mlops.azureml.key"] == "today"
    assert first.sent["outputData"] == {"score": {"jobOutputType": "UriFile", "uri": OWN_PLACE}}
    assert first.headers["repeatability-request-id"] == second.headers["repeatability-request-id"]


SETTINGS: dict[str, Any] = {
    "deployment_name": "green",
    "output_file_name": "p.csv",
    "mini_batch_size": 5,
    "instance_count": 2,
    "max_concurrency_per_instance": 3,
    "error_threshold": -1,
    "logging_level": "debug",
    "retry_settings": {"max_retries": 1, "timeout": 90},
    "experiment_name": "trials",
}
NAMED = {"endpoint_name": ANY["endpoint_name"], "wait": False}


@pytest.mark.parametrize(
    "task",
    [{**ANY, **SETTINGS, "wait": False}, {**NAMED, "definition": {**SETTINGS, "inputs": INPUTS}}],
    ids=["options", "definition"],
)
def test_what_the_call_may_set_is_sent(run: Run, task: dict[str, Any]) -> None:
    submit = Submit()
    out = run(batch_job, task, endpoint(default=None), deployment("green"), submit)
    assert submit.sent["inputData"] == {"images": {"jobInputType": "UriFolder", "uri": URL}}
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
    current = saw("Completed", key, properties=submit.sent["properties"])
    again = run(batch_job, {**latest, "name": key}, current, absent(f"{key}--2"))
    assert again["batch_job"]["inputs"] == scored


def test_the_form_of_2021(run: Run) -> None:
    submit = Submit()
    options = {**ANY, "outputs": OUTPUTS, "api_generation": "2021", "wait": False}
    run(batch_job, options, endpoint(), deployment(), datastore(), submit)
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
            "no data asset 'azureml:inbox:9'",
        ),
        (
            {**ANY, "inputs": {"images": {"path": "azureml://datastores/nowhere/paths/p"}}},
            [endpoint(), deployment(), get("datastores/nowhere")],
            "no datastore 'nowhere'",
        ),
        ({**ANY, "inputs": {"images": {"path": "/no/such/images"}}}, [], "does not exist where the task runs"),
        ({**ANY, "name": "today--2"}, [*unused("today--2")], "Leave attempt out, and give today as name"),
        ({**ANY, "name": "today--1"}, [], "cannot be the name of a scoring job"),
        ({**ANY, "attempt": 2}, [], "attempt: it is the number of an attempt of one job"),
        ({**ANY, "name": "today", "attempt": 0}, [], "0 is no number of an attempt"),
        ({**ANY, "name": "today--2", "attempt": 3}, [], "Leave attempt out, or give today as name"),
        ({**ANY, "outputs": {"score": {"path": "https://x/y"}}}, [], "no path in a datastore"),
        ({**ANY, "mini_batch_size": 0}, [], "mini_batch_size: 0 is too small"),
        ({**ANY, "inputs": {"images": None}}, [], "found nothing"),
        ({**ANY, "deployment_name": "../x"}, [], "cannot be the name of a batch deployment"),
        ({**ANY, "wait_timeout": -1}, [], "-1 is no number of seconds"),
        ({**ANY, "phase_timeouts": {"queued": -5}}, [], "phase_timeouts.queued: -5 is no number of seconds"),
        ({**ANY, "name": "a b"}, [], "cannot be the name of a scoring job"),
        ({"endpoint_name": "d"}, [], "cannot be the name of a batch endpoint"),
        ({"endpoint_name": "digits", "state": "canceled"}, [], "any of the following are missing: name, key"),
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
    out = run(batch_job, {**ANY, "outputs": OUTPUTS}, endpoint(), deployment(), datastore())
    assert out.failed
    assert "exists already" in out["msg"]


@pytest.mark.parametrize("taken", ["scores/today.csv", "scores/today.csv/part"])
def test_an_output_may_be_overwritten(run: Run, storage: Storage, taken: str) -> None:
    storage.blobs = {taken: b"x", "scores/today.csv2": b"another's"}
    options = {**ANY, "outputs": OUTPUTS, "output_policy": "overwrite", "wait": False}
    predicted = run(batch_job, options, endpoint(), deployment(), datastore(), check=True)
    assert predicted["changed"]
    assert taken in storage.blobs
    submit = Submit()
    assert run(batch_job, options, endpoint(), deployment(), datastore(), submit)["changed"]
    assert list(storage.blobs) == ["scores/today.csv2"]
    assert submit.sent["outputData"]["score"]["uri"] == PLACE


IN_STORE = "azureml://datastores/workspaceblobstore/paths"
CONTAINER = "account1.blob.core.windows.net/workspaceblobstore"


# What kind of deployment scores: only that of a pipeline writes folders (batch contract 14.8).
OF_A_MODEL: dict[str, Any] = {}
OF_A_PIPELINE = {"deploymentConfiguration": {"deploymentConfigurationType": "PipelineComponent"}}


@pytest.mark.parametrize("kind", ["uri_folder", "mltable", "mlflow_model"])
@pytest.mark.parametrize("check", [True, False])
def test_a_model_writes_nothing_but_a_file(run: Run, kind: str, check: bool) -> None:
    out = run(batch_job, {**ANY, "outputs": {"score": {"path": PLACE, "type": kind}}}, *ready(), check=check)
    assert out.failed
    reason = f"the deployment of a model writes one file, and the service refuses {kind}"
    assert out["msg"].startswith(f"outputs.score.type: {reason}. Write uri_file")


def overwriting(place: str, source: str = URL, policy: str = "overwrite") -> dict[str, Any]:
    """A task that writes to a folder of the datastore and reads from ``source``."""
    outputs = {"score": {"type": "uri_folder", "path": f"{IN_STORE}/{place}"}}
    return {**ANY, "inputs": {"images": {"path": source}}, "outputs": outputs, "output_policy": policy, "wait": False}


@pytest.mark.parametrize(
    "source",
    [
        f"{IN_STORE}/in/images",
        f"{IN_STORE}/in/images/",
        f"https://{CONTAINER}/in/images?sig={PLANTED}",
        f"https://{CONTAINER.replace('.blob.core.windows.net', '.DFS.core.windows.net:443')}/in/%69mages/",
        "abfss://workspaceblobstore@account1.dfs.core.windows.net/in/images",
    ],
)
@pytest.mark.parametrize(
    ("place", "meeting"), [("in/images", " is "), ("in", " contains "), ("in/images/done", " is inside ")]
)
@pytest.mark.parametrize("check", [True, False])
def test_what_the_job_reads_is_not_overwritten(
    run: Run, storage: Storage, source: str, place: str, meeting: str, check: bool
) -> None:
    storage.blobs = {"in/images/1.png": b"x", "in/images/done/2.png": b"y"}
    out = run(batch_job, overwriting(place, source), *ready(OF_A_PIPELINE), datastore(), check=check)
    assert out.failed
    assert f"{IN_STORE}/{place}{meeting}" in out["msg"]
    assert "inputs.images reads" in out["msg"]
    assert PLANTED not in out["msg"]
    assert len(storage.blobs) == 2
    assert storage.notes == {}


@pytest.mark.parametrize("uri", [f"{IN_STORE}/in/images/", f"https://{CONTAINER}/in/images"])
def test_an_asset_that_the_job_reads_is_not_overwritten(run: Run, storage: Storage, uri: str) -> None:
    storage.blobs = {"in/images/1.png": b"x"}
    asset = get("data/inbox/versions/9", {"properties": {"dataType": "uri_folder", "dataUri": uri}})
    out = run(batch_job, overwriting("in", "azureml:inbox:9"), *ready(OF_A_PIPELINE), asset, datastore())
    assert "contains" in out["msg"]
    assert storage.blobs


@pytest.mark.parametrize("source", [f"{IN_STORE}/in/images", f"https://{CONTAINER}/in/images", URL])
@pytest.mark.parametrize("place", ["in/images2", "out", "in/image"])
def test_a_folder_beside_the_input_may_be_overwritten(run: Run, storage: Storage, source: str, place: str) -> None:
    storage.blobs = {"in/images/1.png": b"x"}
    assert run(batch_job, overwriting(place, source), *ready(OF_A_PIPELINE), datastore(), Submit())["changed"]


@pytest.mark.parametrize("policy", ["overwrite", "fail"])
@pytest.mark.parametrize(
    "place",
    [
        "LocalUpload",
        "LocalUpload/0123/in",
        "batch-scoring",
        "batch-scoring/.jobs",
        "batch-scoring/.jobs/digits/today.json",
        "azureml",
    ],
)
def test_an_output_in_a_reserved_folder_is_refused(run: Run, storage: Storage, place: str, policy: str) -> None:
    kept = {"LocalUpload/0123/in": b"x", "azureml/run/score/p.csv": b"y"}
    storage.blobs = dict(kept)
    out = run(batch_job, overwriting(place, policy=policy), *ready(OF_A_PIPELINE), check=policy == "fail")
    assert out.failed
    assert "Give another path" in out["msg"]
    assert storage.blobs == kept


def test_an_output_may_be_below_the_folders_of_runs(run: Run) -> None:
    assert run(batch_job, overwriting("azureml/mine/score"), *ready(OF_A_PIPELINE), datastore(), Submit())["changed"]


@pytest.mark.parametrize("path", ["in/../out", "./in", "in//out", "in/."])
def test_a_path_with_relative_parts_is_refused(run: Run, path: str) -> None:
    for options in (overwriting(path), overwriting("out", f"{IN_STORE}/{path}")):
        assert "Write it out" in run(batch_job, options)["msg"]


@pytest.mark.parametrize(
    ("output", "place", "kind"),
    [
        ({"path": PLACE}, PLACE.replace("today.csv", "today/today.csv"), OF_A_MODEL),
        ({"path": PLACE, "type": "uri_folder"}, f"{PLACE}/today", OF_A_PIPELINE),
        ({"path": PLACE.replace("scores/", "")}, PLACE.replace("scores/today.csv", "today/today.csv"), OF_A_MODEL),
    ],
)
def test_a_unique_output_is_below_the_key(
    run: Run, storage: Storage, output: dict[str, Any], place: str, kind: dict[str, Any]
) -> None:
    storage.blobs = {"scores/today.csv": b"x"}
    options = {**TODAY, "outputs": {"score": output}, "output_policy": "unique", "wait": False}
    submit = Submit("today")
    out = run(batch_job, options, *unused(), *ready(kind), submit)
    assert submit.sent["outputData"]["score"]["uri"] == place
    assert out["batch_job"]["outputs"] == {"score": {"path": place}}


def test_a_place_that_the_job_of_another_key_is_writing_to_is_refused(run: Run) -> None:
    started = {**TODAY, "name": "other", "outputs": OUTPUTS, "wait": False}
    run(batch_job, started, *unused("other"), *ready(), Submit("other"))
    mine = {**TODAY, "outputs": OUTPUTS, "wait": False}
    out = run(batch_job, mine, *unused(), saw("Running", "other", key="other"))
    assert out.failed
    assert "job other of endpoint digits is Running" in out["msg"]
    ended = run(batch_job, mine, *unused(), saw("Failed", "other", key="other"), *ready(), Submit("today"))
    assert ended["changed"]


def test_unreadable_storage_gives_a_warning(run: Run, storage: Storage) -> None:
    storage.broken = ServiceError("no access", status=403)
    out = run(batch_job, {**ANY, "outputs": OUTPUTS, "wait": False}, *ready(), datastore(), Submit())
    assert out["changed"]
    assert "Could not check whether" in out.warnings[0]


# -- local input -----------------------------------------------------------------------------------------------------


def test_a_local_folder_is_uploaded_once_and_used(run: Run, storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a?.txt").write_text("a")
    options = {"endpoint_name": "digits", "inputs": {"x": {"path": str(tmp_path / "in")}}, "wait": False}
    predicted = run(batch_job, options, *ready(), default_datastore(), check=True)
    assert storage.uploads == []
    submit = Submit()
    done = run(batch_job, options, *ready(), default_datastore(), submit)
    [name] = storage.uploads
    folder = name.removesuffix("/a?.txt")
    assert submit.sent["inputData"]["x"] == {
        "jobInputType": "UriFolder",
        "uri": f"azureml://datastores/workspaceblobstore/paths/{folder}/",
    }
    assert predicted["diff"] == done["diff"]
    run(batch_job, options, *ready(), default_datastore(), Submit())
    assert len(storage.uploads) == 1


def test_a_local_file_is_a_file_by_default(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    item = {"path": str(tmp_path / "a.txt")}
    submit = Submit()
    run(batch_job, {**ANY, "inputs": {"x": item}, "wait": False}, *ready(), default_datastore(), submit)
    assert submit.sent["inputData"]["x"]["jobInputType"] == "UriFile"
    out = run(batch_job, {**ANY, "inputs": {"x": {**item, "type": "uri_folder"}}})
    assert out.failed
    assert "is a file, and no uri_folder" in out["msg"]


def test_other_local_content_under_the_same_name_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    options = {**TODAY, "inputs": {"x": {"path": str(tmp_path / "a.txt")}}, "wait": False}
    submit = Submit("today")
    run(batch_job, options, *unused(), *ready(), submit)
    definition = submit.sent["tags"]["mlops.azureml.definition"]
    assert not run(batch_job, options, *finished(definition=definition)).failed
    (tmp_path / "a.txt").write_text("b")
    assert "other options" in run(batch_job, options, *finished(definition=definition))["msg"]


# -- check mode ------------------------------------------------------------------------------------------------------


def test_check_mode_predicts_what_the_run_does(run: Run) -> None:
    predicted = run(batch_job, TODAY, *unused(), *ready(), check=True)
    done = run(batch_job, {**TODAY, "wait": False}, *unused(), *ready(), Submit("today"))
    assert predicted["changed"]
    assert predicted["diff"] == done["diff"]
    assert predicted["batch_job"]["key"] == "today"
    assert {"name", "status", "id"}.isdisjoint(predicted["batch_job"])


def test_check_mode_warns_of_what_an_earlier_task_may_create(run: Run) -> None:
    options = {**TODAY, "inputs": {"images": {"path": "azureml:inbox:1"}}}
    out = run(batch_job, options, *unused(), get(ENDPOINT), get("data/inbox/versions/1"), check=True)
    assert out["changed"]
    assert ["no batch endpoint digits" in out.warnings[0], "no data asset" in out.warnings[1]] == [True, True]


@pytest.mark.parametrize(
    ("more", "calls", "words"),
    [
        ({}, [endpoint(scoring_uri=None), deployment()], "no scoring URI"),
        ({}, [endpoint(default=None)], "no default deployment"),
        ({}, [endpoint(), get(f"{ENDPOINT}/deployments/blue")], "no deployment blue, although"),
        ({"deployment_name": "red"}, [endpoint(), get(f"{ENDPOINT}/deployments/red")], "no deployment red"),
    ],
)
def test_check_mode_warns_of_what_is_absent(run: Run, more: Any, calls: list[Call], words: str) -> None:
    out = run(batch_job, {**ANY, **more}, *calls, check=True)
    assert out["changed"]
    [warning] = out.warnings
    assert words in warning
    assert "unless an earlier task" in warning


def test_check_mode_sees_an_output_that_exists_and_writes_nothing(run: Run, storage: Storage) -> None:
    storage.blobs["scores/today.csv"] = b"x"
    options = {**TODAY, "outputs": OUTPUTS}
    out = run(batch_job, options, *unused(), *ready(), check=True)
    assert out.failed
    assert "exists already" in out["msg"]
    assert storage.notes == {}


def test_check_mode_does_not_wait_and_judges_a_job_that_has_ended(run: Run) -> None:
    history = get("", {"properties": {"discoveryUrl": "http://none"}})
    for status, reads in (
        ("Running", [saw("Running", "today", key="today")]),
        ("Failed", [*finished("Failed"), history]),
    ):
        out = run(batch_job, TODAY, *reads, check=True)
        assert (out.failed, out["changed"], out["batch_job"]["status"]) == (status == "Failed", False, status)
