"""What the scoring host refuses, and in which words (batch contract 14.8, 14.10, 14.11, 14.32)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.emulator.data_plane import ECHO, DataPlane, folder_input, output

NAMED = {"azureml-model-deployment": "blue"}


def management_token(plane: DataPlane) -> str:
    return plane.state.entra.issue(plane.state.settings.url("management"))


@pytest.mark.parametrize(
    ("token", "status", "text"),
    [
        ("management", 403, "Audiences in Jwt are not allowed"),
        ("expired", 401, "Jwt is expired"),
        ("rubbish", 401, "Jwt verification fails"),
        (None, 401, "Jwt is missing"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_token_is_refused_by_the_front_door(
    tmp_path: Path, token: str | None, status: int, text: str, method: str
) -> None:
    async def script(plane: DataPlane) -> None:
        tokens = {"management": management_token(plane), "expired": plane.token, "rubbish": "a.b.c", None: None}
        if token == "expired":
            plane.state.clock.advance(3601)
        path = "/ep/jobs" if method == "POST" else "/ep/jobs/none"
        answer = await plane.call("scoring", method, path, token=tokens[token], json={})
        assert (answer.status_code, answer.text) == (status, text)
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["www-authenticate"].startswith('Bearer realm="https://')
        assert ("invalid_token" in answer.headers["www-authenticate"]) is (token is not None)

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize("status", ["403", "401"])
def test_a_token_may_be_refused_in_an_envelope(tmp_path: Path, status: str) -> None:
    async def script(plane: DataPlane) -> None:
        answer = await plane.invoke(token=management_token(plane))
        assert answer.status_code == int(status)
        assert answer.json()["error"]["message"] == "Audiences in JWT are not allowed"

    DataPlane(tmp_path, scoring_token_errors="envelope", wrong_audience_status=status).play(script)


@pytest.mark.parametrize("status", [404, 400, 500])
def test_without_a_route(tmp_path: Path, status: int) -> None:
    async def script(plane: DataPlane) -> None:
        plane.put("batchEndpoints/ep", {"defaults": {"deploymentName": None}})
        answer = await plane.invoke()
        assert answer.status_code == status
        assert answer.json()["error"]["message"].startswith("No valid deployments to route to.")

    DataPlane(tmp_path, no_default_status=str(status)).play(script)


def test_without_a_route_the_default_is_404(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.put("batchEndpoints/ep", {"defaults": {"deploymentName": None}})
        assert (await plane.invoke()).status_code == 404

    DataPlane(tmp_path).play(script)


def test_the_only_deployment_may_be_the_route(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        plane.put("batchEndpoints/ep", {"defaults": {"deploymentName": None}})
        answer = await plane.invoke()
        assert (answer.status_code, answer.headers["azureml-model-deployment"]) == (201, "blue")
        plane.deploy("green", ECHO)
        assert (await plane.invoke()).status_code == 404

    DataPlane(tmp_path, only_deployment="routed").play(script)


@pytest.mark.parametrize(
    ("kind", "word"), [("UriFolder", "uri_folder"), ("MLTable", "mltable"), ("CustomModel", "custom_model")]
)
def test_a_model_deployment_writes_one_file(tmp_path: Path, kind: str, word: str) -> None:
    async def script(plane: DataPlane) -> None:
        sent = {"inputData": folder_input(), "outputData": output("p", kind)}
        answer = await plane.invoke(sent)
        assert answer.status_code == 400
        entries = [
            {
                "PropertyName": "OutputData.Values[0].JobOutputType",
                "ErrorMessage": "Job output type must be 'uri_file'.",
                "AttemptedValue": word,
                "ErrorCode": "PredicateValidator",
            }
        ]
        assert answer.json()["error"]["message"] == (
            "The Job request provided has the following validation errors. Please resolve them and try again.\n"
            f"Errors:\n{json.dumps(entries, indent=2)}\n"
        )
        plane.state.policies.set("model_output_types", "any")
        assert (await plane.invoke(sent)).status_code == 201

    DataPlane(tmp_path).play(script)


def test_a_pipeline_deployment_writes_what_it_likes(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        pipeline = {"deploymentConfigurationType": "PipelineComponent", "settings": {}}
        plane.deploy("steps", "", deploymentConfiguration=pipeline)
        sent = {"inputData": folder_input(), "outputData": output("p", "UriFolder")}
        assert (await plane.invoke(sent, headers={"azureml-model-deployment": "steps"})).status_code == 201

    DataPlane(tmp_path).play(script)


def written_to(plane: DataPlane, store: str) -> dict[str, Any]:
    place = {"datastoreId": plane.state.workspace("datastores", store), "path": "out"}
    return {"inputData": folder_input(), "outputDataset": place}


def test_an_unknown_datastore_is_refused_at_length(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        answer = await plane.invoke(written_to(plane, "worksapceblobstore"), headers=NAMED)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (404, "UserError")
        assert error["message"] == "Could not find datastore: worksapceblobstore."
        assert error["innerError"] == {"code": "NotFoundError", "innerError": None}
        assert set(error["debugInfo"]) == {
            *("type", "message", "stackTrace", "innerException", "data", "errorResponse"),
        }
        assert 11_000 < len(answer.content) < 14_000
        assert ".svc" in error["debugInfo"]["message"]
        assert answer.json()["componentName"] == "managementfrontend"
        assert answer.headers["azureml-model-deployment"] == "blue"
        assert answer.headers["x-ms-response-type"] == "error"
        assert plane.state.jobs.list() == []

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize(
    ("policy", "statuses"), [("output_dataset", [404, 201, 201]), ("any", [404] * 3), ("accepted", [201] * 3)]
)
def test_where_an_unknown_datastore_is_refused(tmp_path: Path, policy: str, statuses: list[int]) -> None:
    async def script(plane: DataPlane) -> None:
        uri = "azureml://datastores/none/paths/in/f.csv"
        read = {"inputData": {"i": {"jobInputType": "UriFolder", "uri": uri}}}
        written = {"inputData": folder_input(), "outputData": {"o": {"jobOutputType": "UriFile", "uri": uri}}}
        answers = [await plane.invoke(sent) for sent in (written_to(plane, "none"), read, written)]
        assert [answer.status_code for answer in answers] == statuses
        for answer in answers:
            if answer.status_code == 201:
                assert await plane.end_of(answer.json()["name"]) == "Failed"

    DataPlane(tmp_path, unknown_datastore=policy).play(script)
