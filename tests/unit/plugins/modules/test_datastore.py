# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import datastore
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    WORKSPACE,
    Call,
    Outcome,
    Run,
    error,
    no_users,
    not_found,
    stored,
)

AT = "datastores/scans"
VERSION = "2025-12-01"
KEY, OTHER_KEY = "planted-account-key-41aa", "planted-account-key-93cb"
SAS, SECRET, CERTIFICATE = "?sv=1&sig=planted-sas-77", "planted-client-secret-12", "planted-certificate-55"
PLANTED = (KEY, OTHER_KEY, "planted-sas-77", SECRET, CERTIFICATE)
APPLICATION = {"tenant_id": "t1", "client_id": "c1"}
PLACE = {"name": "scans", "account_name": "acc", "container_name": "scans"}


@pytest.fixture(autouse=True)
def no_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Outcome.__init__

    def watched(self: Outcome, result: dict[str, Any], warnings: list[str]) -> None:
        for secret in PLANTED:
            assert secret not in json.dumps([result, warnings])
        honest(self, result, warnings)

    monkeypatch.setattr(Outcome, "__init__", watched)


def store(kind: str = "AzureBlob", credentials: Any = None, **properties: Any) -> dict[str, Any]:
    """A datastore as the service answers a GET (assets contract 4.2)."""
    place = {
        "AzureBlob": {"accountName": "acc", "containerName": "scans"},
        "AzureFile": {"accountName": "acc", "fileShareName": "scans"},
        "AzureDataLakeGen2": {"accountName": "acc", "filesystem": "scans"},
    }[kind]
    return {
        "id": f"{WORKSPACE}/{AT}",
        "name": "scans",
        "type": "Microsoft.MachineLearningServices/workspaces/datastores",
        "properties": {
            "description": None,
            "tags": {},
            "properties": None,
            "isDefault": False,
            "credentials": credentials or {"credentialsType": "None"},
            "subscriptionId": "s2",
            "resourceGroup": None,
            "datastoreType": kind,
            **place,
            "endpoint": "core.windows.net",
            "protocol": "https",
            "serviceDataAccessAuthIdentity": "None",
            **properties,
        },
        "systemData": {"createdAt": "2026-03-27T04:24:10.1155065+00:00"},
    }


WITH_KEY = store(credentials={"credentialsType": "AccountKey"})


def get(body: Any = None) -> Call:
    return Call("GET", AT, 200 if body else 404, body or not_found(AT), version=VERSION)


def put(status: int = 201, **query: str) -> Call:
    return Call("PUT", AT, status, store(), query, version=VERSION)


def secrets(body: Any, status: int = 200) -> Call:
    return Call("POST", f"{AT}/listSecrets", status, body)


def key(text: str) -> Call:
    return secrets({"secretsType": "AccountKey", "key": text})


@pytest.mark.parametrize(
    ("task", "sent"),
    [
        ({"container_name": "c"}, {"datastoreType": "AzureBlob", "containerName": "c"}),
        ({"type": "azure_file", "file_share_name": "f"}, {"datastoreType": "AzureFile", "fileShareName": "f"}),
        (
            {"type": "azure_data_lake_gen2", "filesystem": "l"},
            {"datastoreType": "AzureDataLakeGen2", "filesystem": "l"},
        ),
    ],
)
def test_new_datastore_of_each_kind(run: Run, task: dict[str, str], sent: dict[str, str]) -> None:
    write = put()
    out = run(datastore, {"name": "scans", "account_name": "acc", **task}, get(), write, stored(write, store()))

    expected = {**sent, "accountName": "acc", "credentials": {"credentialsType": "None"}}
    assert write.sent == {"properties": expected}
    assert out["changed"]
    assert out["diff"]["after"] == {
        "name": "scans",
        "account_name": "acc",
        **{k: v for k, v in task.items() if k != "type"},
    }


@pytest.mark.parametrize(
    ("given", "sent", "reported"),
    [
        (
            {"account_key": KEY},
            {"credentialsType": "AccountKey", "secrets": {"secretsType": "AccountKey", "key": KEY}},
            {"type": "account_key", "account_key": "VALUE_HIDDEN"},
        ),
        (
            {"sas_token": SAS},
            {"credentialsType": "Sas", "secrets": {"secretsType": "Sas", "sasToken": SAS}},
            {"type": "sas", "sas_token": "VALUE_HIDDEN"},
        ),
        (
            {**APPLICATION, "client_secret": SECRET, "authority_url": "https://a", "resource_url": "https://r"},
            {
                "credentialsType": "ServicePrincipal",
                "tenantId": "t1",
                "clientId": "c1",
                "authorityUrl": "https://a",
                "resourceUrl": "https://r",
                "secrets": {"secretsType": "ServicePrincipal", "clientSecret": SECRET},
            },
            {
                "type": "service_principal",
                **APPLICATION,
                "authority_url": "https://a",
                "resource_url": "https://r",
                "client_secret": "VALUE_HIDDEN",
            },
        ),
        (
            {**APPLICATION, "thumbprint": "AB", "certificate": CERTIFICATE},
            {
                "credentialsType": "Certificate",
                "tenantId": "t1",
                "clientId": "c1",
                "thumbprint": "AB",
                "secrets": {"secretsType": "Certificate", "certificate": CERTIFICATE},
            },
            {"type": "certificate", **APPLICATION, "thumbprint": "AB", "certificate": "VALUE_HIDDEN"},
        ),
        ({"type": "none"}, {"credentialsType": "None"}, {"type": "none"}),
    ],
)
def test_credentials_of_each_type(run: Run, given: dict[str, str], sent: Any, reported: Any) -> None:
    task = {**PLACE, "credentials": given}
    write = put()
    public = {name: value for name, value in sent.items() if name != "secrets"}
    predicted = run(datastore, task, get(), check=True)
    out = run(datastore, task, get(), write, get(store(credentials=public)))

    assert write.sent["properties"]["credentials"] == sent
    assert out["diff"] == predicted["diff"]
    assert out["diff"]["after"]["credentials"] == reported
    assert out["datastore"]["credentials"] == {name: text for name, text in reported.items() if text != "VALUE_HIDDEN"}
    assert predicted["datastore"]["credentials"] == out["datastore"]["credentials"]
    assert not run(datastore, task, get(store(credentials=public)))["changed"], "one GET, and no secret is read"


def test_everything_reaches_the_service(run: Run) -> None:
    write = put(skipValidation="true")
    words = {"description": "d", "tags": {"a": "b"}, "properties": {"p": "q"}, "endpoint": "e.net", "protocol": "wasbs"}
    identity = {"service_data_access_auth_identity": "workspace_system_assigned_identity"}
    run(datastore, {**PLACE, **words, **identity, "skip_validation": True}, get(), write, stored(write, store()))

    assert write.sent["properties"] == {
        "datastoreType": "AzureBlob",
        "accountName": "acc",
        "containerName": "scans",
        "credentials": {"credentialsType": "None"},
        "serviceDataAccessAuthIdentity": "WorkspaceSystemAssignedIdentity",
        **words,
    }


def test_update_repeats_all_that_stands_and_the_secret_too(run: Run) -> None:
    current = store(credentials={"credentialsType": "AccountKey"}, tags={"a": "b"}, isDefault=True)
    write = put(200)
    out = run(datastore, {"name": "scans", "description": "new"}, get(current), key(KEY), write, stored(write, current))

    assert write.sent == {
        "properties": {
            "description": "new",
            "tags": {"a": "b"},
            "subscriptionId": "s2",
            "datastoreType": "AzureBlob",
            "accountName": "acc",
            "containerName": "scans",
            "endpoint": "core.windows.net",
            "protocol": "https",
            "serviceDataAccessAuthIdentity": "None",
            "credentials": {
                "credentialsType": "AccountKey",
                "secrets": {"secretsType": "AccountKey", "key": KEY},
            },
        }
    }
    assert out["diff"]["after"] == {"name": "scans", "description": "new"}


def test_update_without_the_right_to_read_the_secret(run: Run) -> None:
    refusal = secrets(error("AuthorizationFailed", "no listSecrets/action"), 403)
    task = {"name": "scans", "description": "new"}
    out = run(datastore, task, get(WITH_KEY), refusal)
    assert "an update has to repeat the current secret, which cannot be read" in out["msg"]
    assert "no listSecrets/action" in out["msg"]

    write = put(200)
    run(
        datastore, {**task, "credentials": {"account_key": KEY}}, get(WITH_KEY), refusal, write, stored(write, WITH_KEY)
    )
    assert write.sent["properties"]["credentials"]["secrets"]["key"] == KEY


def test_secret_that_was_renewed_by_others_stays_on_create(run: Run) -> None:
    write = put(200)
    task = {"name": "scans", "description": "new", "credentials": {"account_key": KEY}}
    run(datastore, task, get(WITH_KEY), key(OTHER_KEY), write, stored(write, WITH_KEY))
    assert write.sent["properties"]["credentials"]["secrets"]["key"] == OTHER_KEY


def test_secret_is_compared_when_asked(run: Run) -> None:
    task = {"name": "scans", "credentials": {"account_key": KEY}, "update_credentials": "always"}
    assert not run(datastore, task, get(WITH_KEY), key(KEY))["changed"]

    predicted = run(datastore, task, get(WITH_KEY), key(OTHER_KEY), check=True)
    write = put(200)
    out = run(datastore, task, get(WITH_KEY), key(OTHER_KEY), write, get(WITH_KEY), key(KEY))
    assert write.sent["properties"]["credentials"]["secrets"] == {"secretsType": "AccountKey", "key": KEY}
    assert (
        out["diff"]
        == predicted["diff"]
        == {
            "before": {"name": "scans", "credentials": {"type": "account_key"}},
            "after": {"name": "scans", "credentials": {"type": "account_key", "account_key": "VALUE_HIDDEN"}},
        }
    )


def test_sas_with_and_without_its_question_mark_is_one(run: Run) -> None:
    current = store(credentials={"credentialsType": "Sas"})
    task = {"name": "scans", "credentials": {"sas_token": SAS.lstrip("?")}, "update_credentials": "always"}
    reported = secrets({"secretsType": "Sas", "sasToken": SAS})
    assert not run(datastore, task, get(current), reported)["changed"]


def test_application_is_compared_without_its_secret_and_keeps_what_the_task_leaves_out(run: Run) -> None:
    credentials = {
        "credentialsType": "ServicePrincipal",
        "tenantId": "T1",
        "clientId": "c1",
        "authorityUrl": "https://a/",
    }
    current = store(credentials=credentials)
    given = {**APPLICATION, "client_secret": SECRET}
    task = {"name": "scans", "credentials": given}
    assert not run(datastore, task, get(current))["changed"]

    write = put(200)
    out = run(
        datastore, {**task, "credentials": {**given, "client_id": "c2"}}, get(current), write, stored(write, current)
    )
    assert write.sent["properties"]["credentials"] == {
        "credentialsType": "ServicePrincipal",
        "tenantId": "t1",
        "clientId": "c2",
        "authorityUrl": "https://a/",
        "secrets": {"secretsType": "ServicePrincipal", "clientSecret": SECRET},
    }
    assert out["diff"]["before"]["credentials"]["client_id"] == "c1"


def test_key_becomes_an_identity_and_nothing_is_read_for_it(run: Run) -> None:
    write = put(200)
    run(datastore, {"name": "scans", "credentials": {"type": "none"}}, get(WITH_KEY), write, get(store()))
    assert write.sent["properties"]["credentials"] == {"credentialsType": "None"}


def test_other_place_that_the_service_refuses_is_a_replacement(run: Run) -> None:
    """With its secret, which is read before the old one goes."""
    refusal = Call("PUT", AT, 400, error("UserError", "containerName cannot be changed."), version=VERSION)
    task = {**PLACE, "container_name": "other"}
    out = run(datastore, task, get(WITH_KEY), key(KEY), refusal)
    assert "containerName cannot be changed" in out["msg"]
    assert "recreate: true" in out["msg"]

    write = put()
    delete = Call("DELETE", AT, 200, version=VERSION)
    run(
        datastore,
        {**task, "recreate": True},
        *(get(WITH_KEY), key(KEY), refusal),
        *(get(WITH_KEY), no_users(), key(KEY), delete, get(), write, stored(write, WITH_KEY)),
    )
    assert write.sent["properties"]["containerName"] == "other"
    assert write.sent["properties"]["credentials"]["secrets"]["key"] == KEY


def test_delete(run: Run) -> None:
    out = run(
        datastore,
        {"name": "scans", "state": "absent"},
        get(store()),
        no_users(),
        Call("DELETE", AT, 200, version=VERSION),
        get(),
    )
    assert out["changed"]
    assert not run(datastore, {"name": "scans", "state": "absent"}, get())["changed"]


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"credentials": {}}, "credentials: give one of account_key, sas_token, client_secret, certificate"),
        ({"credentials": {"account_key": KEY, "sas_token": SAS}}, "credentials: give one of"),
        ({"credentials": {"type": "sas", "account_key": KEY}}, "account_key does not go with the type sas"),
        ({"credentials": {"type": "none", "tenant_id": "t"}}, "tenant_id does not go with the type none"),
        ({"credentials": {"type": "account_key"}}, "the type account_key needs account_key"),
        ({"credentials": {"client_secret": SECRET}}, "the type service_principal needs tenant_id, client_id"),
        ({"type": "azure_file", "container_name": "c"}, "container_name is for the type azure_blob"),
        ({"endpoint": ""}, "endpoint: '' is not accepted: leave the option out for the value that the service chooses"),
        ({"protocol": ""}, "protocol: '' is not accepted: leave the option out for the value that the service chooses"),
        ({"type": "azure_data_lake_gen1"}, "value of type must be one of"),
    ],
)
def test_what_does_not_go_together_is_found_before_any_request(run: Run, task: dict[str, Any], complaint: str) -> None:
    out = run(datastore, {"name": "scans", **task})
    assert out.failed
    assert complaint in out["msg"]


def test_new_datastore_needs_a_place(run: Run) -> None:
    assert "creating it needs container_name, account_name" in run(datastore, {"name": "scans"}, get())["msg"]
