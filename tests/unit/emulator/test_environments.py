"""Environments, data and code: flags, folders, containers and what the service itself keeps (asset contract 14)."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

IMAGE = {"image": "library/python:3.11"}
CODE = {"codeUri": "https://a/c/x"}
DATA = {"dataType": "uri_file", "dataUri": "https://a/x"}
MODEL = {"modelUri": "https://a/c/x"}


def put(workspace: Any, below: str, properties: dict[str, Any], **query: Any) -> Any:
    return workspace.send("PUT", below, {"properties": properties}, **query)


def test_an_environment_may_answer_200_and_move_its_times(workspace):
    workspace.policy(equal_put_status="200")
    first = put(workspace, "environments/e/versions/1", IMAGE)
    workspace.wait(1)
    again = put(workspace, "environments/e/versions/1", {**IMAGE, "description": "d"})
    assert again.status_code == 200
    assert again.json()["systemData"]["lastModifiedAt"] > first.json()["systemData"]["lastModifiedAt"]


def test_an_anonymous_environment_is_logged_and_never_the_latest(workspace):
    shown = put(workspace, "environments/e/versions/abc", {**IMAGE, "isAnonymous": True}).json()["properties"]
    assert (shown["isAnonymous"], shown["stage"]) == (True, "Logged")
    assert shown["properties"] == {"azureml.labels": ""}
    container = workspace.get("environments/e")["properties"]
    assert (container["latestVersion"], container["nextVersion"]) == ("0", "1")


def test_a_version_may_hold_a_colon(workspace):
    answer = put(workspace, "environments/e/versions/18.04%3A2022", IMAGE)
    assert (answer.status_code, answer.json()["name"]) == (201, "18.04:2022")
    assert workspace.get("environments/e/versions/18.04%3A2022")["properties"]["image"] == IMAGE["image"]


@pytest.mark.parametrize("below", ["environments/e", "environments/e/versions/1"])
def test_an_archive_may_be_seen_late(workspace, below):
    workspace.policy(archive_lag="1")
    body = IMAGE if "versions" in below else {}
    put(workspace, below, body)
    assert put(workspace, below, {**body, "isArchived": True}).json()["properties"]["isArchived"] is True
    assert workspace.get(below)["properties"]["isArchived"] is False
    workspace.wait(1)
    assert workspace.get(below)["properties"]["isArchived"] is True


def test_a_put_may_name_the_build_that_it_has_started(workspace):
    quiet = put(workspace, "environments/e/versions/1", IMAGE).headers
    assert {"build-id", "log-url"}.isdisjoint(quiet)
    workspace.policy(environment_build="shown")
    headers = put(workspace, "environments/e/versions/2", IMAGE).headers
    assert headers["build-id"]
    assert "sig=" in headers["log-url"]


def test_an_absent_container_is_worded_by_its_kind(workspace):
    expected = {
        "environments": ("No environment exists for name: x, version: , label: ", ["NotFoundError"]),
        "components": ("Not found component x.", ["NotFound", "ComponentNotFound"]),
        "data": ("x container was not found.", ["NotFoundError"]),
    }
    for collection, (message, codes) in expected.items():
        answer = workspace.send("GET", f"{collection}/x")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["message"]) == (404, "UserError", message)
        assert error["details"] == []
        node, seen = error["additionalInfo"][-1]["info"]["value"], []
        while node:
            seen, node = [*seen, node["code"]], node["innerError"]
        assert seen == codes


@pytest.mark.parametrize("below", ["AzureML-acpt-pytorch-1.13", "AzureML-sklearn"])
def test_a_curated_environment_is_found_by_number_and_as_the_latest(workspace, below):
    shown = workspace.get(f"environments/{below}/versions/33")
    assert (shown["name"], shown["properties"]["environmentType"]) == ("33", "Curated")
    newest = workspace.get(f"environments/{below}/versions", _orderBy="createdtime desc", _top=1)["value"]
    assert [item["id"].rsplit("/", 3)[1] for item in newest] == [below]
    assert newest[0]["name"].isdecimal()


@pytest.mark.parametrize("reference", ["azureml:AzureML-sklearn:33", "azureml:AzureML-sklearn@latest"])
def test_a_deployment_takes_a_curated_environment(assets, reference):
    assets.done(assets.endpoint())
    body = assets.deployment(environmentId=reference)
    assert assets.send("PUT", "batchEndpoints/digits-ep/deployments/blue", body).status_code == 201


@pytest.mark.parametrize(("below", "body"), [("codes/c", CODE), ("data/d", DATA)])
def test_code_and_data_are_never_anonymous(workspace, below, body):
    sent = {**body, "isAnonymous": True}
    assert put(workspace, f"{below}/versions/1", sent).json()["properties"]["isAnonymous"] is False
    workspace.policy(anonymous_flag="kept")
    assert put(workspace, f"{below}/versions/2", sent).json()["properties"]["isAnonymous"] is True


@pytest.mark.parametrize(
    ("policy", "slashed"), [("datastore", [True, False]), ("all", [True, True]), ("none", [False] * 2)]
)
@pytest.mark.parametrize("kind", ["uri_folder", "mltable"])
def test_a_folder_of_data_gets_a_slash(workspace, policy, slashed, kind):
    workspace.policy(data_folder_slash=policy)
    seen = []
    for number, uri in enumerate(("azureml://datastores/workspaceblobstore/paths/d", "https://a/c/d")):
        answer = put(workspace, f"data/d/versions/{number}", {"dataType": kind, "dataUri": uri})
        seen.append(answer.json()["properties"]["dataUri"].endswith("/"))
        assert put(workspace, f"data/d/versions/{number}", {"dataType": kind, "dataUri": uri}).status_code == 200
    assert seen == slashed


def test_data_is_deleted_by_itself_in_a_managed_datastore_only(workspace):
    setting = {"autoDeleteSetting": {"condition": "createdGreaterThan", "value": "30d"}}
    for store, status in (("workspaceblobstore", 400), ("workspacemanageddatastore", 201)):
        sent = {**DATA, "dataUri": f"azureml://datastores/{store}/paths/x", **setting}
        answer = put(workspace, f"data/{store}/versions/1", sent, api_version="2024-01-01-preview")
        assert answer.status_code == status
    refused = put(workspace, "data/d/versions/1", {**DATA, **setting}, api_version="2024-01-01-preview")
    message = "AutoDeleteSetting is only supported for assets in managed datastore."
    assert refused.json()["error"]["message"] == message


@pytest.mark.parametrize(("collection", "body"), [("models", MODEL), ("data", DATA)])
def test_containers_of_models_and_data_come_oldest_first(workspace, collection, body):
    for name in ("a", "b"):
        put(workspace, f"{collection}/{name}/versions/1", body)
    assert [item["name"] for item in workspace.get(collection)["value"]] == ["a", "b"]


def test_containers_of_environments_come_newest_first(workspace):
    for name in ("a", "b"):
        put(workspace, f"environments/{name}/versions/1", IMAGE)
    assert [item["name"] for item in workspace.get("environments")["value"]] == ["b", "a"]


@pytest.mark.parametrize(
    ("collection", "body", "size"), [("models", MODEL, 20), ("environments", IMAGE, 100), ("data", DATA, 50)]
)
def test_the_size_of_a_page_depends_on_the_kind(workspace, collection, body, size):
    for number in range(size + 1):
        put(workspace, f"{collection}/a/versions/{number}", body)
    page = workspace.get(f"{collection}/a/versions")
    assert len(page["value"]) == size
    token = parse_qs(urlsplit(page["nextLink"]).query)["$skipToken"][0]
    content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    if collection == "models":
        assert json.loads(content)[0]["token"].startswith("+RID:~")
    if collection == "data":
        assert content == b"50"
    last = workspace.follow(page["nextLink"]).json()
    assert ([item["name"] for item in last["value"]], "nextLink" in last) == (["0"], False)


@pytest.mark.parametrize("version", ["2026-03-01", "2026-05-01", "2026-07-01", "2026-09-01"])
def test_the_versions_of_2026_are_registered(workspace, version):
    answer = put(workspace, "environments/e/versions/1", IMAGE, api_version=version)
    assert (answer.status_code, answer.json()["properties"]["stage"]) == (201, "Development")


def test_a_container_may_answer_201_to_every_put(workspace):
    workspace.policy(container_put_status="201")
    assert [put(workspace, "models/m", {}).status_code for _time in range(2)] == [201, 201]
