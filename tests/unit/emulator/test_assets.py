"""Versions and containers: how they are normalised, what may change, what a list shows (asset contract 5 to 9)."""

from __future__ import annotations

import json
from typing import Any

import pytest

MODEL = {"modelUri": "azureml://datastores/workspaceblobstore/paths/LocalUpload/h/model"}
IMAGE = {"image": "library/python:latest"}
DATA = {"dataType": "uri_folder", "dataUri": "azureml://datastores/workspaceblobstore/paths/d"}


def put(workspace: Any, below: str, properties: dict[str, Any], **query: Any) -> Any:
    return workspace.send("PUT", below, {"properties": properties}, **query)


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["message"]


def test_code_comes_back_byte_for_byte_with_a_location(workspace):
    uri = "https://acct.blob.core.windows.net:443/c/src/"
    marks = {"hash_sha256": "ab", "hash_version": 202208}
    answer = put(workspace, "codes/c/versions/1", {"codeUri": uri, "properties": marks})
    assert answer.status_code == 201
    assert answer.headers["Location"] == str(answer.request.url)
    assert answer.json()["properties"] == {
        "description": None,
        "tags": {},
        "properties": {"hash_sha256": "ab", "hash_version": "202208"},
        "isArchived": False,
        "isAnonymous": False,
        "codeUri": uri,
        "provisioningState": "Succeeded",
    }
    assert set(answer.json()["systemData"]) == {
        "createdAt",
        "createdBy",
        "createdByType",
        "lastModifiedAt",
        "lastModifiedBy",
        "lastModifiedByType",
    }


def test_code_is_searched_by_hash_over_all_names(workspace):
    for name, text in (("one", "ab"), ("two", "cd")):
        put(workspace, f"codes/{name}/versions/1", {"codeUri": "https://a/c/x", "properties": {"hash_sha256": text}})
    found = workspace.get("codes/unheard-of/versions", hash="cd", hashVersion="202208")["value"]
    assert found == []
    found = workspace.get("codes/unheard-of/versions", hash="cd")["value"]
    assert [item["id"].split("/")[-3] for item in found] == ["two"]


def test_versions_of_an_unknown_name_are_none_for_code_and_404_for_models(workspace):
    assert workspace.get("codes/unknown/versions") == {"value": []}
    answer = workspace.send("GET", "models/model1/versions")
    assert answer.status_code == 404
    body = answer.json()["error"]
    assert (body["code"], body["message"]) == ("UserError", "The specified resource was not found.")
    assert body["details"] == [
        {
            "code": "ModelNotFound",
            "message": "Model container with name: model1 not found.",
            "details": [],
            "additionalInfo": [],
        }
    ]
    assert [entry["type"] for entry in body["additionalInfo"]] == [
        "ComponentName",
        "Correlation",
        "Environment",
        "Location",
        "Time",
    ]


@pytest.mark.parametrize(("status", "policy"), [(400, "400"), (409, "409")])
@pytest.mark.parametrize(("collection", "field"), [("codes", "codeUri"), ("models", "modelUri")])
def test_the_path_of_an_asset_is_fixed(workspace, collection, field, status, policy):
    workspace.policy(immutable_status=policy)
    first = put(workspace, f"{collection}/a/versions/1", {field: "https://a/c/x"}).json()
    workspace.wait(1)
    again = put(workspace, f"{collection}/a/versions/1", {field: "https://a/c/x", "description": "new"})
    assert (again.status_code, again.json()["properties"]["description"]) == (200, "new")
    assert again.json()["systemData"]["lastModifiedAt"] > first["systemData"]["lastModifiedAt"]
    refused = put(workspace, f"{collection}/a/versions/1", {field: "https://a/c/y"})
    assert error(refused) == (status, "Asset paths cannot be updated.")
    assert workspace.get(f"{collection}/a/versions/1")["properties"][field] == "https://a/c/x"


def test_a_model_is_normalised_and_follows_the_api_version(workspace):
    uri = "azureml://subscriptions/s/resourcegroups/rg/workspaces/w/datastores/d/paths/p"
    shown = put(workspace, "models/m/versions/1", {"modelUri": uri}).json()["properties"]
    assert shown["modelUri"] == uri.replace("resourcegroups", "resourceGroups")
    assert (shown["modelType"], shown["flavors"], shown["stage"]) == ("custom_model", {}, "Development")
    assert "autoDeleteSetting" not in shown
    old = workspace.get("models/m/versions/1", api_version="2022-05-01")["properties"]
    assert "stage" not in old
    assert "provisioningState" not in old
    preview = workspace.get("models/m/versions/1", api_version="2023-08-01-preview")["properties"]
    assert (preview["autoDeleteSetting"], preview["intellectualProperty"]) == (None, None)


@pytest.mark.parametrize("stage", [{}, {"stage": "Production"}])
def test_an_archived_version_is_listed_apart(workspace, stage):
    put(workspace, "models/m/versions/1", MODEL)
    archived = put(workspace, "models/m/versions/1", {**MODEL, "isArchived": True, **stage}).json()["properties"]
    assert (archived["isArchived"], archived["stage"]) == (True, "Archived")
    assert workspace.get("models/m/versions", listViewType="ActiveOnly") == {"value": []}
    assert len(workspace.get("models/m/versions", listViewType="ArchivedOnly")["value"]) == 1


def test_a_stage_can_be_set_and_stays_when_left_out(workspace):
    put(workspace, "models/m/versions/1", MODEL)
    put(workspace, "models/m/versions/1", {**MODEL, "stage": "Production"})
    assert put(workspace, "models/m/versions/1", MODEL).json()["properties"]["stage"] == "Production"


def test_conda_yaml_comes_back_as_indented_json(workspace):
    conda = "name: e\nchannels:\n- conda-forge\ndependencies:\n- python=3.8\n- pip:\n  - pandas\n"
    shown = put(workspace, "environments/e/versions/1", {**IMAGE, "condaFile": conda}).json()["properties"]
    expected = {"name": "e", "channels": ["conda-forge"], "dependencies": ["python=3.8", {"pip": ["pandas"]}]}
    assert shown["condaFile"] == json.dumps(expected, indent=2)
    assert (shown["osType"], shown["environmentType"], shown["autoRebuild"]) == ("Linux", "UserCreated", "Disabled")
    plain = put(workspace, "environments/f/versions/1", IMAGE).json()["properties"]
    assert (plain["condaFile"], plain["image"]) == ("", "library/python:latest")
    assert "build" not in plain
    assert "inferenceConfig" not in plain


@pytest.mark.parametrize("conda", ["a: [", "- just\n- a list"])
def test_a_conda_text_that_is_none_is_refused(workspace, conda):
    assert put(workspace, "environments/e/versions/1", {**IMAGE, "condaFile": conda}).status_code == 400


def test_the_latest_label_moves_without_a_write_to_the_older_version(workspace):
    first = put(workspace, "environments/e/versions/1", IMAGE).json()
    assert first["properties"]["properties"] == {"azureml.labels": "latest"}
    put(workspace, "environments/e/versions/foo", IMAGE)
    older = workspace.get("environments/e/versions/1")
    assert older["properties"]["properties"] == {"azureml.labels": ""}
    assert older["systemData"] == first["systemData"]
    assert workspace.get("environments/e/versions/1", api_version="2022-05-01")["properties"]["properties"] == {}
    latest = workspace.get("environments/e/versions", _orderBy="createdtime desc", _top=1)
    assert [item["name"] for item in latest["value"]] == ["foo"]
    assert "nextLink" not in latest


def test_an_environment_is_fixed_and_its_refusal_is_409(workspace):
    put(workspace, "environments/e/versions/1", IMAGE)
    message = "Environment e with version 1 is already registered and cannot be changed."
    assert error(put(workspace, "environments/e/versions/1", {"image": "other"})) == (409, message)


def test_a_container_put_of_environments_is_always_201_and_leaves_its_times(workspace):
    created = put(workspace, "environments/e/versions/1", IMAGE).json()
    workspace.wait(1)
    body = {"description": "", "properties": {}, "tags": {}, "isArchived": True}
    answer = put(workspace, "environments/e", body)
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["properties"]["latestVersion"], shown["properties"]["nextVersion"]) == ("1", "2")
    assert shown["systemData"]["lastModifiedAt"] == created["systemData"]["createdAt"]
    assert workspace.get("environments", listViewType="ActiveOnly") == {"value": []}


@pytest.mark.parametrize(
    ("versions", "latest", "following"), [(["1"], "1", "2"), (["3"], "3", "4"), (["bar"], "bar", "1"), ([], None, "1")]
)
def test_the_next_version_counts_on(workspace, versions, latest, following):
    put(workspace, "models/m", {"description": "mine"})
    for version in versions:
        put(workspace, f"models/m/versions/{version}", MODEL)
    shown = workspace.get("models/m")["properties"]
    assert (shown["latestVersion"], shown["nextVersion"], shown["description"]) == (latest, following, "mine")


def test_a_short_data_uri_becomes_long_and_maps_left_out_stay_null(workspace):
    answer = put(workspace, "data/d/versions/1", DATA)
    shown = answer.json()["properties"]
    settings = workspace.settings
    assert shown["dataUri"] == (
        f"azureml://subscriptions/{settings.subscription_id}/resourcegroups/{settings.resource_group}"
        f"/workspaces/{settings.workspace_name}/datastores/workspaceblobstore/paths/d/"
    )
    assert (shown["tags"], shown["properties"], "stage" in shown) == (None, None, False)
    assert "lastModifiedBy" not in answer.json()["systemData"]
    # The long form is the same place: an update, not a change of the path.
    again = put(workspace, "data/d/versions/1", {"dataType": "uri_folder", "dataUri": shown["dataUri"], "tags": {}})
    assert (again.status_code, again.json()["properties"]["tags"]) == (200, {})
    assert again.json()["systemData"]["lastModifiedBy"]
    other = put(workspace, "data/d/versions/2", {"dataType": "uri_file", "dataUri": "https://bla"})
    assert other.status_code == 400


def test_a_component_spec_is_rewritten_as_text(workspace):
    spec = {
        "name": "c",
        "command": "echo",
        "is_deterministic": True,
        "inputs": {"n": {"type": "number", "optional": True}, "p": {"type": "uri_folder"}},
        "environment": "azureml:AzureML-sklearn:33",
        "_source": "YAML.COMPONENT",
    }
    shown = put(workspace, "components/c/versions/1", {"description": "d", "componentSpec": spec}).json()["properties"]
    assert shown["description"] is None
    assert shown["componentSpec"] == {
        "name": "c",
        "version": "1",
        "is_deterministic": "True",
        "inputs": {"n": {"type": "number", "optional": "True"}, "p": {"type": "uri_folder", "optional": "False"}},
        "environment": "azureml://registries/azureml/environments/AzureML-sklearn/versions/33",
        "resources": {"instance_count": "1"},
        "command": "echo",
    }


def test_deletes_are_synchronous_and_the_newest_left_is_latest(workspace):
    for version in ("1", "2"):
        put(workspace, f"models/m/versions/{version}", MODEL)
    answer = workspace.send("DELETE", "models/m/versions/2")
    assert (answer.status_code, answer.content) == (200, b"")
    assert workspace.send("DELETE", "models/m/versions/2").status_code == 204
    shown = workspace.get("models/m")["properties"]
    assert (shown["latestVersion"], shown["nextVersion"]) == ("1", "2")
    assert workspace.send("DELETE", "models/m").status_code == 200
    assert workspace.send("GET", "models/m/versions/1").status_code == 404


@pytest.mark.parametrize("name", ["-a", "a.b", "a" * 256])
def test_bad_names_are_refused_on_put(workspace, name):
    assert put(workspace, f"models/{name}/versions/1", MODEL).status_code == 400


def test_a_required_field_and_an_unknown_key_are_named(workspace):
    status, message = error(put(workspace, "models/m/versions/1", {"colour": "red"}))
    assert status == 400
    assert "Properties.ModelUri" in message
    assert "Properties.Colour" in message
    workspace.policy(unknown_properties="ignored")
    assert put(workspace, "models/m/versions/1", {**MODEL, "colour": "red"}).status_code == 201


def test_what_the_service_added_may_come_back_in_a_put(workspace):
    shown = put(workspace, "environments/e/versions/1", IMAGE).json()
    assert workspace.send("PUT", "environments/e/versions/1", {"properties": shown["properties"]}).status_code == 400
    workspace.policy(read_only_properties="ignored")
    assert workspace.send("PUT", "environments/e/versions/1", shown).status_code == 201


def test_a_pending_upload_gets_a_container_of_its_own(workspace, emulator):
    below = "codes/c/versions/1/startPendingUpload"
    answers = [
        workspace.send("POST", below, {"pendingUploadType": "TemporaryBlobReference"}).json() for _time in range(2)
    ]
    assert len(set(emulator.state.storage.containers)) == 2
    reference = answers[0]["blobReferenceForConsumption"]
    assert answers[0]["pendingUploadType"] == "None"
    assert reference["blobUri"].endswith(emulator.state.storage.containers[0])
    assert reference["credential"] == {
        "credentialType": "SAS",
        "sasUri": f"{reference['blobUri']}?sr=c&sp=rcwl&sig=x",
    }
    assert workspace.send("GET", "codes/c/versions/1").status_code == 404
