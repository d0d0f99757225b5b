"""Datastores and their secrets (asset contract 4)."""

from __future__ import annotations

import pytest

EXPIRABLE = {"expirableSecret": True, "expireAfterHours": 1}


def blob(kind="AccountKey", **secrets):
    credentials = {"credentialsType": kind}
    if secrets:
        credentials["secrets"] = {"secretsType": kind, **secrets}
    return {
        "properties": {
            "tags": {},
            "credentials": credentials,
            "datastoreType": "AzureBlob",
            "accountName": "mine",
            "containerName": "c",
            "endpoint": "core.windows.net",
            "protocol": "https",
        }
    }


def test_the_default_datastore_is_found_by_its_filter(workspace):
    found = workspace.get("datastores", isDefault="true", count=30, orderByAsc="false")
    (default,) = found["value"]
    assert "nextLink" not in found
    assert default["name"] == "workspaceblobstore"
    properties = default["properties"]
    assert (properties["tags"], properties["properties"], properties["description"]) == (None, None, None)
    assert properties["containerName"] == "azureml-blobstore-guid"
    assert properties["serviceDataAccessAuthIdentity"] == "WorkspaceSystemAssignedIdentity"
    assert "createdBy" not in default["systemData"]
    assert len(workspace.get("datastores")["value"]) == 4


def test_fields_follow_the_api_version(workspace):
    shown = workspace.get("datastores/workspaceblobstore", api_version="2025-12-01")["properties"]
    assert shown["subscriptionId"] == workspace.settings.subscription_id
    assert "intellectualProperty" not in shown
    shown = workspace.get("datastores/workspaceblobstore", api_version="2023-04-01-preview")["properties"]
    assert shown["intellectualProperty"] is None


def test_a_datastore_is_put_and_its_secret_never_shown(workspace):
    answer = workspace.send("PUT", "datastores/mine", blob(key="c2VjcmV0"), skipValidation="true")
    assert answer.status_code == 201
    assert "skipValidation=true" in answer.headers["Location"]
    assert "c2VjcmV0" not in answer.text + workspace.send("GET", "datastores/mine").text
    properties = answer.json()["properties"]
    assert (properties["isDefault"], properties["tags"], properties["properties"]) == (False, {}, None)
    assert properties["serviceDataAccessAuthIdentity"] == "None"
    assert workspace.send("POST", "datastores/mine/listSecrets").json() == {
        "secretsType": "AccountKey",
        "key": "c2VjcmV0",
    }
    assert workspace.send("PUT", "datastores/mine", blob()).status_code == 200
    assert workspace.send("POST", "datastores/mine/listSecrets").json()["key"] == "c2VjcmV0"
    assert [workspace.send("DELETE", "datastores/mine").status_code for _time in range(2)] == [200, 204]


@pytest.mark.parametrize(
    ("version", "body", "kind"),
    [
        ("2025-12-01", EXPIRABLE, "Sas"),
        ("2024-07-01-preview", EXPIRABLE, "Sas"),
        ("2024-10-01", EXPIRABLE, "AccountKey"),
        ("2025-12-01", None, "AccountKey"),
    ],
)
def test_list_secrets_gives_a_key_or_an_account_sas(workspace, version, body, kind):
    answer = workspace.send("POST", "datastores/workspaceblobstore/listSecrets", body, api_version=version).json()
    assert answer["secretsType"] == kind
    if kind == "Sas":
        assert answer["sasToken"] == "?ss=bf&sp=rcuwdl&hours=1&sig=x"
    else:
        assert answer["key"] == "a2V5"


def test_list_secrets_of_an_identity_datastore_is_refused(workspace):
    workspace.send("PUT", "datastores/mine", blob("None"))
    answer = workspace.send("POST", "datastores/mine/listSecrets")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "No secrets for credentials of type None."
    assert answer.json()["error"]["details"] == []


@pytest.mark.parametrize(("policy", "endpoint"), [("cloud", "localhost:10000"), ("public", "core.windows.net")])
def test_an_endpoint_that_is_left_out_is_filled_in(workspace, policy, endpoint):
    workspace.policy(datastore_endpoint=policy)
    place = {"datastoreType": "AzureBlob", "accountName": "a", "containerName": "c"}
    for sent, shown in (({}, endpoint), ({"endpoint": "core.usgovcloudapi.net"}, "core.usgovcloudapi.net")):
        body = {**place, "credentials": {"credentialsType": "None"}, **sent}
        answer = workspace.send("PUT", f"datastores/d{len(sent)}", {"properties": body})
        assert answer.json()["properties"]["endpoint"] == shown


def test_a_second_put_is_200_without_a_location(workspace):
    body = {"datastoreType": "AzureBlob", "accountName": "a", "containerName": "c"}
    answers = [
        workspace.send("PUT", "datastores/d", {"properties": {**body, "credentials": {"credentialsType": "None"}}})
        for _time in range(2)
    ]
    assert [(answer.status_code, "Location" in answer.headers) for answer in answers] == [(201, True), (200, False)]


def test_a_service_principal_is_for_storage(workspace):
    credentials = {
        "credentialsType": "ServicePrincipal",
        "clientId": "c",
        "tenantId": "t",
        "secrets": {"secretsType": "ServicePrincipal", "clientSecret": "s"},
    }
    place = {"datastoreType": "AzureDataLakeGen2", "accountName": "a", "filesystem": "f"}
    shown = workspace.send("PUT", "datastores/d", {"properties": {**place, "credentials": credentials}}).json()
    assert shown["properties"]["credentials"] == {
        "credentialsType": "ServicePrincipal",
        "clientId": "c",
        "tenantId": "t",
        "resourceUrl": "https://storage.azure.com/",
    }


def test_every_answer_names_its_caller(workspace):
    headers = workspace.send("GET", "datastores").headers
    assert headers["x-ms-operation-identifier"].startswith(f"tenantId={workspace.settings.tenant_id},objectId=")
