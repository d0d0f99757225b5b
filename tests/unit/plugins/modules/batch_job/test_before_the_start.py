# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would make a job fail once its cluster runs is found before the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Call, Run, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    ANY,
    STORE,
    TODAY,
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

IN_STORE = f"azureml://datastores/{STORE}/paths"
LONG = f"azureml:{WORKSPACE}/datastores/{STORE}/paths"
NOW = {"wait": False}


def reading(path: str, kind: str | None = None, **more: Any) -> dict[str, Any]:
    return {**ANY, **NOW, "inputs": {"images": {"path": path, **({"type": kind} if kind else {})}}, **more}


# -- is there data? --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [f"{IN_STORE}/in/images", f"{IN_STORE}/in/images/", f"{LONG}/in/images", f"{IN_STORE}/"]
)
@pytest.mark.parametrize(
    "blobs", [{}, {"in/images2/1.png": b"x"}, {"in/imag": b"x"}], ids=["none", "beside", "shorter"]
)
def test_a_datastore_path_with_nothing_below_it(run: Run, storage: Storage, path: str, blobs: dict[str, bytes]) -> None:
    storage.blobs = {} if path.endswith("paths/") else dict(blobs)
    out = run(batch_job, reading(path), *ready(), datastore())
    assert "inputs.images.path: there is nothing at" in out["msg"]
    assert "missing_input" in out["msg"]


def test_a_folder_that_holds_only_its_placeholder_is_empty(run: Run, storage: Storage) -> None:
    storage.blobs = {"in/images": b""}
    storage.metadata = {"in/images": {"hdi_isfolder": "true"}}
    assert run(batch_job, reading(f"{IN_STORE}/in/images"), *ready(), datastore()).failed


@pytest.mark.parametrize("blob", ["in/images", "in/images/1.png", "in/images/deep/1.png"])
def test_a_datastore_path_with_data(run: Run, storage: Storage, blob: str) -> None:
    storage.blobs = {blob: b"x"}
    assert run(batch_job, reading(f"{IN_STORE}/in/images"), *ready(), datastore(), Submit())["changed"]


def test_missing_data_is_a_warning_if_the_task_says_so(run: Run) -> None:
    options = reading(f"{IN_STORE}/in", missing_input="warn")
    out = run(batch_job, options, *ready(), datastore(), Submit())
    assert out["changed"]
    assert "there is nothing at" in out.warnings[0]


def test_check_mode_warns_of_data_that_an_earlier_task_may_upload(run: Run) -> None:
    out = run(batch_job, reading(f"{IN_STORE}/in"), *ready(), datastore(), check=True)
    assert out["changed"]
    assert "The run will fail unless an earlier task does" in out.warnings[0]


def test_storage_that_this_host_may_not_read_is_no_reason(run: Run, storage: Storage) -> None:
    storage.broken = ServiceError("no", status=403)
    out = run(batch_job, reading(f"{IN_STORE}/in"), *ready(), datastore(), Submit())
    assert (out["changed"], out.warnings) == (True, [])


@pytest.mark.parametrize("path", [f"{IN_STORE}/in/*.png", f"{IN_STORE}/in/**"])
def test_a_pattern_is_the_services(run: Run, path: str) -> None:
    assert run(batch_job, reading(path), *ready(), datastore(), Submit())["changed"]


@pytest.mark.parametrize("form", ["azureml:inbox:9", f"{WORKSPACE}/data/inbox/versions/9"])
def test_the_data_of_an_asset_is_looked_at(run: Run, storage: Storage, form: str) -> None:
    asset = get("data/inbox/versions/9", {"properties": {"dataType": "uri_folder", "dataUri": f"{LONG}/in"}})
    out = run(batch_job, reading(form), *ready(), asset, datastore())
    assert f"there is nothing at {LONG}/in, the data of azureml:inbox:9" in out["msg"]
    storage.blobs = {"in/1.png": b"x"}
    assert run(batch_job, reading(form), *ready(), asset, datastore(), Submit())["changed"]


def head(status: int, code: str = "", host: str = "account1.blob.core.windows.net") -> Any:
    """The host of a URL is asked for a file, with no token."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.host) == ("HEAD", host)
        assert "authorization" not in request.headers
        return httpx.Response(status, headers={"x-ms-error-code": code} if code else {})

    return answer


FILE = "https://account1.blob.core.windows.net/samples/digits.csv"
OTHER = "https://example.com/digits.csv"


@pytest.mark.parametrize(
    ("url", "answer", "starts"),
    [
        (FILE, head(200), True),
        (FILE, head(404, "BlobNotFound"), False),
        (FILE, head(404, "ContainerNotFound"), False),
        (FILE, head(404, "ResourceNotFound"), True),  # what anybody gets for a private container
        (FILE, head(403, "AuthenticationFailed"), True),
        (FILE, head(409, "PublicAccessNotPermitted"), True),
        (OTHER, head(200, host="example.com"), True),
        (OTHER, head(404, host="example.com"), False),
        (OTHER, head(410, host="example.com"), False),
        (OTHER, head(405, host="example.com"), True),
        (OTHER, head(503, host="example.com"), True),
        (OTHER, head(301, host="example.com"), True),
    ],
)
def test_the_url_of_a_file_is_asked_for_once(run: Run, url: str, answer: Any, starts: bool) -> None:
    out = run(batch_job, reading(url, "uri_file"), *ready(), answer, *([Submit()] if starts else []))
    assert out.failed is not starts
    assert starts or f"there is nothing at {url}" in out["msg"]


@pytest.mark.parametrize("kind", ["uri_folder", "uri_file"])
@pytest.mark.parametrize("query", ["", "?sv=1&sig=planted-signature-1"])
def test_a_url_in_the_default_datastore_is_looked_at_there(run: Run, storage: Storage, kind: str, query: str) -> None:
    url = f"https://account1.blob.core.windows.net/{STORE}/in/a%20b{query}"
    task = reading(url, kind, name="today")
    storage.blobs = {"in/a": b"x"}
    assert "there is nothing at" in run(batch_job, task, *unused(), *ready())["msg"]
    storage.blobs = {"in/a b/1.png": b"x"}
    assert run(batch_job, task, *unused(), *ready(), Submit("today"))["changed"]


def test_a_host_that_does_not_answer_is_no_reason(run: Run) -> None:
    def cut(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    assert run(batch_job, reading(FILE, "uri_file"), *ready(), cut, Submit())["changed"]


def test_a_signature_is_not_shown(run: Run) -> None:
    out = run(batch_job, reading(f"{FILE}?sig=planted-signature-1", "uri_file"), *ready(), head(404, "BlobNotFound"))
    assert out.failed
    assert "planted-signature-1" not in out["msg"]


@pytest.mark.parametrize("host", ["", "localhost"])
def test_a_file_uri_is_a_path_of_this_host(run: Run, tmp_path: Path, host: str) -> None:
    (tmp_path / "a b.csv").write_text("1")
    uri = f"file://{host}{tmp_path}/a%20b.csv"
    submit = Submit()
    out = run(batch_job, reading(uri), endpoint(), deployment(), default_datastore(), submit)
    assert out["batch_job"]["inputs"]["images"]["type"] == "uri_file"
    assert submit.sent["inputData"]["images"]["uri"].endswith("/a b.csv")
    assert "does not exist where the task runs" in run(batch_job, reading("file:///no/such/file"))["msg"]


@pytest.mark.parametrize("path", ["s3://bucket/key", "ftp://host/file", "gs://b/k", "file://server/share"])
def test_an_address_that_the_service_cannot_read(run: Run, path: str) -> None:
    assert "is no address that the service reads" in run(batch_job, reading(path))["msg"]


# -- models ----------------------------------------------------------------------------------------------------------

COMPONENT = f"{WORKSPACE}/components/train/versions/3"


def pipeline(reference: str | None = COMPONENT, **more: Any) -> Call:
    configuration = {"deploymentConfigurationType": "PipelineComponent", "componentId": {"assetId": reference}}
    return deployment(deploymentConfiguration=configuration, outputAction="SummaryOnly", **more)


def component(inputs: Any = None, outputs: Any = None) -> Call:
    spec = {"type": "pipeline", **({"inputs": inputs} if inputs is not None else {})}
    if outputs is not None:
        spec["outputs"] = outputs
    return get("components/train/versions/3", {"properties": {"componentSpec": spec}})


@pytest.mark.parametrize("kind", ["mlflow_model", "custom_model", "triton_model"])
@pytest.mark.parametrize("declares", [True, False])
def test_a_model_is_looked_up_among_the_models(run: Run, storage: Storage, kind: str, declares: bool) -> None:
    storage.blobs = {"models/digits/MLmodel": b"x"}
    model = get("models/digits/versions/1", {"properties": {"modelUri": f"{LONG}/models/digits"}})
    submit = Submit()
    declared = component({"images": {"type": kind}})
    options = reading("azureml:digits:1", None if declares else kind)
    out = run(batch_job, options, endpoint(), pipeline(), declared, model, datastore(), submit)
    assert out["batch_job"]["inputs"] == {"images": {"type": kind, "path": "azureml:digits:1"}}
    assert submit.sent["inputData"]["images"]["uri"] == f"{LONG}/models/digits"


def test_the_latest_model(run: Run, storage: Storage) -> None:
    storage.blobs = {"models/digits/MLmodel": b"x"}
    versions = Call(
        *("GET", "models/digits/versions", 200),
        {"value": [{"id": f"{WORKSPACE}/models/digits/versions/7"}]},
        {"$orderBy": "createdtime desc", "$top": "1"},
    )
    model = get("models/digits/versions/7", {"properties": {"modelUri": f"{LONG}/models/digits"}})
    calls = [endpoint(), pipeline(), component({"images": {"type": "mlflow_model"}}), versions, model, datastore()]
    out = run(batch_job, reading("azureml:digits@latest", "mlflow_model"), *calls, Submit())
    assert out["batch_job"]["inputs"]["images"]["path"] == "azureml:digits:7"


def test_a_model_elsewhere_keeps_its_id(run: Run) -> None:
    model = get("models/digits/versions/1", {"properties": {"modelUri": "azureml://jobs/train/outputs/model"}})
    submit = Submit()
    calls = [endpoint(), pipeline(), component({"images": {"type": "mlflow_model"}}), model]
    run(batch_job, reading("azureml:digits:1", "mlflow_model"), *calls, submit)
    assert submit.sent["inputData"]["images"]["uri"].endswith("/workspaces/ws1/models/digits/versions/1")


def test_an_absent_model_is_called_a_model(run: Run) -> None:
    calls = [endpoint(), pipeline(), component({"images": {"type": "mlflow_model"}}), get("models/digits/versions/1")]
    out = run(batch_job, reading("azureml:digits:1", "mlflow_model"), *calls)
    assert "there is no model 'azureml:digits:1'" in out["msg"]


# -- what a component declares ---------------------------------------------------------------------------------------

DECLARED = {
    "images": {"type": "uri_folder", "optional": "False"},
    "rate": {"type": "number", "default": "0.5", "min": "0.0", "max": "1.0"},
    "rounds": {"type": "integer", "optional": "True"},
    "shuffle": {"type": "boolean", "optional": "True"},
    "mode": {"type": "string", "enum": ["fast", "exact"], "optional": "True"},
}
IMAGES = {"images": {"path": "https://account1.blob.core.windows.net/samples/digits"}}


def with_inputs(**inputs: Any) -> dict[str, Any]:
    return {**ANY, **NOW, "inputs": {**IMAGES, **{name: {"value": value} for name, value in inputs.items()}}}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            with_inputs(imags=1),
            "inputs.imags: component train version 3 declares no such input. It declares images, rate",
        ),
        ({**with_inputs(), "inputs": {"rate": {"value": 1}}}, "inputs: component train version 3 needs images"),
        (with_inputs(rate="fast"), "inputs.rate: 'fast' is no number"),
        (with_inputs(rate="nan"), "inputs.rate: 'nan' is no number"),
        (with_inputs(rate=" 0.5"), "inputs.rate: ' 0.5' is no number"),
        (with_inputs(rounds="1_000"), "inputs.rounds: '1_000' is no integer"),
        (with_inputs(rate=2), "inputs.rate: '2' is not between 0.0 and 1.0"),
        (with_inputs(rounds=1.5), "inputs.rounds: '1.5' is no integer"),
        (with_inputs(shuffle="yes"), "inputs.shuffle: 'yes' is no boolean"),
        (with_inputs(mode="slow"), "inputs.mode: 'slow' is none of fast, exact"),
        ({**with_inputs(), "inputs": {"images": {"value": "a"}}}, "declares data of type uri_folder. Give a path"),
        (
            {**with_inputs(), "inputs": {**IMAGES, "rate": IMAGES["images"]}},
            "declares a value of type number. Give a value",
        ),
        (
            {**with_inputs(), "outputs": {"score": {"path": f"{IN_STORE}/out"}}},
            "outputs.score: component train version 3 declares no such output. It declares report",
        ),
    ],
)
def test_what_a_component_does_not_declare(run: Run, options: dict[str, Any], words: str) -> None:
    out = run(batch_job, options, endpoint(), pipeline(), component(DECLARED, {"report": {"type": "uri_folder"}}))
    assert out.failed
    assert words in out["msg"]


@pytest.mark.parametrize(
    "options",
    [
        with_inputs(),
        with_inputs(rate=1, rounds=3, shuffle=True, mode="exact"),
        with_inputs(rate="1e-3", rounds="-7", shuffle="False"),
        {**with_inputs(), "outputs": {"report": {"type": "uri_folder", "path": f"{IN_STORE}/out"}}},
    ],
)
def test_what_a_component_declares(run: Run, options: dict[str, Any]) -> None:
    declared = component(DECLARED, {"report": {"type": "uri_folder"}})
    stores = [datastore()] if "outputs" in options else []
    assert run(batch_job, options, endpoint(), pipeline(), declared, *stores, Submit())["changed"]


def test_data_without_a_type_is_of_the_declared_one(run: Run) -> None:
    submit = Submit()
    calls = [endpoint(), pipeline(), component({"images": {"type": "uri_file"}}), head(200)]
    run(batch_job, reading(FILE), *calls, submit)
    assert submit.sent["inputData"]["images"]["jobInputType"] == "UriFile"


@pytest.mark.parametrize(
    ("reference", "calls"),
    [
        (None, []),
        ("azureml://registries/r/components/train/versions/3", []),
        (COMPONENT, [get("components/train/versions/3")]),
        (COMPONENT, [Call("GET", "components/train/versions/3", 403, {})]),
        (COMPONENT, [get("components/train/versions/3", {"properties": {}})]),
    ],
)
def test_a_component_that_cannot_be_read_is_the_services(run: Run, reference: str | None, calls: list[Call]) -> None:
    assert run(batch_job, with_inputs(x=1), endpoint(), pipeline(reference), *calls, Submit())["changed"]


# -- a pipeline without inputs ---------------------------------------------------------------------------------------

PIPELINE = {"endpoint_name": "digits", **NOW}
NONE_NEEDED = [None, {}, {"rate": {"type": "number", "default": "1.0"}}, {"x": {"type": "string", "optional": "True"}}]


@pytest.mark.parametrize("declared", NONE_NEEDED, ids=["no key", "none", "default", "optional"])
@pytest.mark.parametrize("inputs", [{}, {"inputs": {}}])
def test_a_pipeline_that_needs_no_inputs_is_started(run: Run, declared: Any, inputs: dict[str, Any]) -> None:
    calls = [endpoint(), pipeline(), component(declared)]
    assert run(batch_job, {**PIPELINE, **inputs}, *calls, Submit())["changed"]
    named = {**PIPELINE, **inputs, "name": "today"}
    assert run(batch_job, named, *unused(), *calls, Submit("today"))["changed"]
    assert not run(batch_job, named, *finished())["changed"]


def test_a_key_starts_it_once(run: Run, storage: Storage) -> None:
    def unknown(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={})

    keyed = {**PIPELINE, "key": "build 7"}
    calls = [endpoint(), pipeline(), component()]
    out = run(batch_job, keyed, default_datastore(), unknown, *calls, Submit("b-1"))
    assert out["changed"]
    again = run(batch_job, keyed, default_datastore(), unknown, saw("Completed", "b-1"))
    assert (again["changed"], again["batch_job"]["key"]) == (False, out["batch_job"]["key"])


def test_it_is_repeated_as_the_task_asks(run: Run) -> None:
    calls = [endpoint(), pipeline(), component()]
    again = {**PIPELINE, "name": "today", "resubmit": "always"}
    out = run(
        batch_job, again, *finished(), *calls, absent("today--2"), default_datastore(), *calls, Submit("today--2")
    )
    assert out["batch_job"]["attempt"] == 2


def test_a_pipeline_that_needs_inputs_is_not(run: Run) -> None:
    calls = [endpoint(), pipeline(), component(DECLARED)]
    assert "give inputs to start it" in run(batch_job, {**PIPELINE, "name": "today"}, *unused(), *calls)["msg"]
    assert "inputs: the task gives none" in run(batch_job, PIPELINE, *calls)["msg"]
    assert "needs images" in run(batch_job, {**PIPELINE, "inputs": {}}, *calls)["msg"]


def test_a_model_is_not_scored_without_inputs(run: Run) -> None:
    assert "inputs: the task gives none" in run(batch_job, PIPELINE, *ready())["msg"]


# -- a deployment that is not ready ----------------------------------------------------------------------------------


def in_state(state: str, name: str = "blue") -> Call:
    return deployment(name, provisioningState=state)


@pytest.mark.parametrize("options", [ANY, {**ANY, "deployment_name": "blue"}])
def test_a_deployment_that_is_being_created(run: Run, options: dict[str, Any]) -> None:
    out = run(batch_job, {**options, **NOW}, endpoint(), in_state("Creating"))
    assert "deployment blue of batch endpoint digits is still being created" in out["msg"]
    assert "wait_for_deployment: true" in out["msg"]
    predicted = run(batch_job, {**options, **NOW}, endpoint(), in_state("Creating"), check=True)
    assert predicted["changed"]
    assert "still being created" in predicted.warnings[0]


@pytest.mark.parametrize("state", ["Creating", "Updating", "Scaling"])
def test_a_deployment_is_waited_for(run: Run, state: str) -> None:
    states = [in_state(state), in_state(state), in_state("Succeeded"), in_state("Succeeded")]
    out = run(batch_job, {**ANY, **NOW, "wait_for_deployment": True}, endpoint(), *states, Submit())
    assert out["changed"]


def test_the_wait_for_a_deployment_ends(run: Run) -> None:
    failed = [in_state("Creating"), in_state("Failed")]
    out = run(batch_job, {**ANY, **NOW, "wait_for_deployment": True}, endpoint(), *failed)
    assert out.failed
    assert "deployment blue of batch endpoint digits" in out["msg"]


@pytest.mark.parametrize("state", ["Updating", "Scaling", "Succeeded"])
def test_a_deployment_that_may_take_jobs_gets_them(run: Run, state: str) -> None:
    out = run(batch_job, {**ANY, **NOW}, endpoint(), in_state(state), Submit())
    assert (out["changed"], out.warnings) == (True, [])


@pytest.mark.parametrize("state", ["Failed", "Canceled"])
def test_a_deployment_that_failed_is_warned_of(run: Run, state: str) -> None:
    out = run(batch_job, {**ANY, **NOW}, endpoint(), in_state(state), Submit())
    assert f"is {state}: the service may refuse its jobs" in out.warnings[0]


# -- summary_only ----------------------------------------------------------------------------------------------------

SUMMARY = deployment(outputAction="SummaryOnly")


@pytest.mark.parametrize("kind", [{"type": "uri_file"}, {"type": "uri_folder"}, {}])
def test_summary_only_takes_no_output(run: Run, kind: dict[str, str]) -> None:
    outputs = {"score": {"path": f"{IN_STORE}/scores/today.csv", **kind}}
    out = run(batch_job, {**TODAY, "outputs": outputs}, *unused(), endpoint(), SUMMARY)
    assert "outputs.score: deployment blue is summary_only" in out["msg"]
    assert "Leave outputs out" in out["msg"]


@pytest.mark.parametrize(
    ("kind", "starts"), [({"type": "uri_folder"}, True), ({"type": "uri_file"}, False), ({}, False)]
)
def test_the_form_of_2021_takes_a_folder(run: Run, kind: dict[str, str], starts: bool) -> None:
    outputs = {"score": {"path": f"{IN_STORE}/scores", **kind}}
    task = {**TODAY, **NOW, "api_generation": "2021", "outputs": outputs}
    out = run(batch_job, task, *unused(), endpoint(), SUMMARY, *([Submit("today")] if starts else []))
    assert out.failed is not starts
    assert starts or "Give the path of a folder, and type uri_folder" in out["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_summary_only_has_no_file_name(run: Run, check: bool) -> None:
    out = run(batch_job, {**ANY, "output_file_name": "p.csv"}, endpoint(), SUMMARY, check=check)
    assert "output_file_name: deployment blue is summary_only" in out["msg"]
