"""Models: where they come from, their stage, their flavors, and what a list of them links to (asset contract 14)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.emulator.data_plane import DataPlane

STORE = "azureml://datastores/workspaceblobstore/paths/"
ARTIFACTS = "datastores/workspaceartifactstore/paths/ExperimentRun/"
MODEL = {"modelUri": f"{STORE}m"}


def put(workspace: Any, below: str, properties: dict[str, Any]) -> Any:
    return workspace.send("PUT", below, {"properties": properties})


def long_form(workspace: Any, below: str) -> str:
    settings = workspace.settings
    return (
        f"azureml://subscriptions/{settings.subscription_id}/resourceGroups/{settings.resource_group}"
        f"/workspaces/{settings.workspace_name}/{below}"
    )


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("azureml://jobs/j1/outputs/artifacts", "dcid.j1/"),
        ("azureml://jobs/j1/outputs/artifacts/model/m.pkl", "dcid.j1/model/m.pkl"),
        ("azureml://jobs/j1/outputs/artifacts/paths/model", "dcid.j1/model"),
        ("runs:/j1/outputs", "dcid.j1/outputs"),
    ],
)
def test_a_model_from_a_job_is_where_the_job_left_it(workspace, uri, place):
    shown = put(workspace, "models/m/versions/1", {"modelUri": uri}).json()["properties"]
    assert (shown["modelUri"], shown["jobName"]) == (long_form(workspace, f"{ARTIFACTS}{place}"), "j1")
    for same in (uri, shown["modelUri"]):
        again = put(workspace, "models/m/versions/1", {"modelUri": same})
        assert (again.status_code, again.json()["properties"]["jobName"]) == (200, "j1")


def test_a_model_from_a_job_may_be_kept_as_sent(workspace):
    workspace.policy(model_from_job="kept")
    shown = put(workspace, "models/m/versions/1", {"modelUri": "runs:/j1/outputs"}).json()["properties"]
    assert (shown["modelUri"], shown["jobName"]) == ("runs:/j1/outputs", None)


def test_a_model_in_an_empty_place_is_refused(workspace, emulator):
    emulator.state.storage.empty.add("nothing")
    answer = put(workspace, "models/m/versions/1", {"modelUri": f"{STORE}nothing/"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["message"]) == (400, "UserError", "The request is invalid.")
    container = emulator.state.storage.default_container
    assert error["details"] == [
        {
            "code": "ModelAssetPathNotFoundInStorage",
            "message": f"No blobs found in storage at model asset path: {container}/nothing/",
            "details": [],
            "additionalInfo": [],
        }
    ]
    assert workspace.send("GET", "models/m").status_code == 404
    workspace.policy(model_path_check="none")
    assert put(workspace, "models/m/versions/1", {"modelUri": f"{STORE}nothing"}).status_code == 201


@pytest.mark.parametrize("uri", ["https://elsewhere.blob.core.windows.net/c/x", "azureml://datastores/none/paths/x"])
def test_a_place_that_the_workspace_cannot_read_is_taken_on_trust(workspace, uri):
    assert put(workspace, "models/m/versions/1", {"modelUri": uri}).status_code == 201


def test_a_version_that_does_not_exist_is_named_with_its_workspace(workspace):
    answer = workspace.send("GET", "models/m/versions/9")
    settings = workspace.settings
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, "UserError")
    message = (
        f"There is no registered model in Account Subscription: {settings.subscription_id}, ResourceGroup: "
        f"{settings.resource_group}, Workspace: {settings.workspace_name} with id m:9"
    )
    assert error["details"][0]["code"] == "NoSuchModelRegistered"
    assert error["details"][0]["message"] == message


def test_a_stage_beside_an_archive_may_count_for_models_too(workspace):
    workspace.policy(model_archive_with_stage="ignored")
    put(workspace, "models/m/versions/1", MODEL)
    sent = {**MODEL, "isArchived": True, "stage": "Production"}
    shown = put(workspace, "models/m/versions/1", sent).json()["properties"]
    assert (shown["isArchived"], shown["stage"]) == (False, "Production")


def test_an_anonymous_model_is_logged_and_stays_anonymous(workspace):
    shown = put(workspace, "models/m/versions/1", {**MODEL, "isAnonymous": True}).json()["properties"]
    assert (shown["isAnonymous"], shown["stage"]) == (True, "Logged")
    shown = put(workspace, "models/m/versions/1", {**MODEL, "isAnonymous": False}).json()["properties"]
    assert (shown["isAnonymous"], shown["stage"]) == (True, "Logged")
    workspace.policy(anonymous_stage="Development")
    shown = put(workspace, "models/m/versions/2", {**MODEL, "isAnonymous": True}).json()["properties"]
    assert shown["stage"] == "Development"


def test_a_list_of_models_is_filtered_by_stage(workspace):
    for version, stage in (("1", "Production"), ("2", "Development"), ("3", "Production")):
        put(workspace, f"models/m/versions/{version}", {**MODEL, "stage": stage})
    assert [item["name"] for item in workspace.get("models/m/versions", stage="Production")["value"]] == ["3", "1"]


def test_the_newest_version_comes_with_a_link_to_the_rest(workspace):
    for version in ("1", "2", "3"):
        put(workspace, f"models/m/versions/{version}", MODEL)
    page = workspace.get("models/m/versions", _orderBy="createdtime desc", _top=1)
    names = []
    while "nextLink" in page:
        names += [item["name"] for item in page["value"]]
        assert "&$orderBy=createdtime+desc&$top=1&$skipToken=" in page["nextLink"]
        page = workspace.follow(page["nextLink"]).json()
    assert [*names, *(item["name"] for item in page["value"])] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("policy", "linked"), [("models", ["models"]), ("none", []), ("all", ["models", "environments"])]
)
def test_which_lists_link_to_what_top_cut_off(workspace, policy, linked):
    workspace.policy(top_link=policy)
    for version in ("1", "2"):
        put(workspace, f"models/m/versions/{version}", MODEL)
        put(workspace, f"environments/m/versions/{version}", {"image": "i"})
    lists = ("models", "environments")
    assert [one for one in lists if "nextLink" in workspace.get(f"{one}/m/versions", _top=1)] == linked


def test_the_place_of_an_uploaded_mlflow_model_may_be_a_copy(workspace):
    workspace.policy(mlflow_model_uri="replicated")
    for version, kind in (("1", "mlflow_model"), ("2", "custom_model")):
        sent = {"modelUri": f"{STORE}LocalUpload/h/model", "modelType": kind}
        put(workspace, f"models/m/versions/{version}", sent)
    seen = [workspace.get(f"models/m/versions/{version}")["properties"]["modelUri"] for version in ("1", "2")]
    assert ["/ServiceReplicated/" in uri for uri in seen] == [True, False]
    assert seen[0].endswith("/LocalUpload/h/model")
    again = put(workspace, "models/m/versions/1", {"modelUri": f"{STORE}LocalUpload/h/model"})
    assert again.status_code == 200


DESCRIPTION = """
flavors:
  python_function:
    env:
      conda: conda.yaml
    loader_module: mlflow.sklearn
    python_version: 3.9
  sklearn:
    code: null
"""
FLAVORS = {
    "python_function": {
        "data": {
            "env": json.dumps({"conda": "conda.yaml"}, indent=2),
            "loader_module": "mlflow.sklearn",
            "python_version": "3.9",
        }
    },
    "sklearn": {"data": {"code": ""}},
}


@pytest.mark.parametrize(
    ("policy", "kind", "sent", "flavors"),
    [
        ("read", "mlflow_model", {}, FLAVORS),
        ("read", "mlflow_model", {"mine": {"data": {}}}, {"mine": {"data": {}}}),
        ("read", "custom_model", {}, {}),
        ("empty", "mlflow_model", {}, {}),
    ],
)
def test_flavors_that_nobody_names_are_read_from_the_model(
    tmp_path: Path, policy: str, kind: str, sent: Any, flavors: Any
) -> None:
    async def script(plane: DataPlane) -> None:
        plane.blobs.write("home", "m/MLmodel", DESCRIPTION)
        body = {"properties": {"modelUri": f"{STORE}m", "modelType": kind, "flavors": sent}}
        shown = (await plane.manage("PUT", "models/flow/versions/1", body)).json()["properties"]
        assert shown["flavors"] == flavors

    DataPlane(tmp_path, mlflow_flavors=policy).play(script)
