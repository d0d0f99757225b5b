# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading and opening datastores. Transfers are tested against the emulator."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    CredentialError,
    InvalidOption,
    MissingLibrary,
    ServiceError,
)
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.plugins.module_utils._service.arm import Arm
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN
from ansible_collections.mlops.azureml.plugins.module_utils._service.datastore_storage import (
    account_url,
    open_datastore,
    open_sas,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.trusted_hosts import TrustedHosts
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import plug_in

HERE = WorkspaceId("sub1", "rg1", "ws1")
SIGNATURE = "planted/signature+1="
SAS = "sv=2026&sig=planted%2Fsignature%2B1%3D&se=later"
KEY = base64.b64encode(b"planted account key").decode()
URL = "https://acc.blob.core.windows.net/blobs"


# -- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "endpoint", "expected"),
    [
        ("https", "core.windows.net", "https://acc.blob.core.windows.net"),
        ("https", "core.chinacloudapi.cn", "https://acc.blob.core.chinacloudapi.cn"),
        ("https", "storage.internal:8443", "https://acc.blob.storage.internal:8443"),
        ("http", "localhost:10000", "http://localhost:10000/acc"),
        ("https", "127.0.0.1:10000", "https://127.0.0.1:10000/acc"),
        ("https", "[::1]:10000", "https://[::1]:10000/acc"),
    ],
)
def test_the_account_is_a_subdomain_or_in_the_path(protocol: str, endpoint: str, expected: str) -> None:
    assert account_url(protocol, "acc", endpoint) == expected


# -- opening ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def workspace(bench: Callable[..., Any]) -> Callable[..., Any]:
    def make(*replies: Any) -> Any:
        wired = bench(*replies)
        identity = SimpleNamespace(token=lambda *_a, **_k: "token-1")
        arm = Arm(wired.http, KNOWN["AzureCloud"], identity, clock=wired.clock)
        return SimpleNamespace(
            id=HERE,
            path=lambda below: f"{HERE.path}/{below}",
            arm=arm,
            http=wired.http,
            cloud=KNOWN["AzureChinaCloud"],
            credentials=SimpleNamespace(token=lambda audience, **_how: f"token for {audience}"),
            invocation=SimpleNamespace(options={"ca_file": None}, clock=wired.clock),
            hosts=TrustedHosts(KNOWN["AzureCloud"], ["storage.internal"]),
            on_close=lambda _closer: None,
            bench=wired,
        )

    return make


def datastore(credentials: str, **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{HERE.path}/datastores/store",
        "name": "store",
        "properties": {
            "credentials": {"credentialsType": credentials},
            "datastoreType": "AzureBlob",
            "accountName": "acc",
            "containerName": "blobs",
            "endpoint": "core.windows.net",
            "protocol": "https",
            **properties,
        },
    }


def answer(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


REFUSAL = answer({"error": {"code": "UserError", "message": "No secrets for credentials of type None."}}, 400)


def test_the_default_datastore_is_the_first_of_a_list(workspace: Any) -> None:
    ws = workspace(answer({"value": [datastore("None")]}))
    found = open_datastore(ws, None)

    assert ws.bench.network.lines == [f"GET {HERE.path}/datastores?api-version=2024-10-01&isDefault=true"]
    assert (found.name, found.container_url) == ("store", URL)


def test_without_an_endpoint_the_storage_of_the_cloud_is_used(workspace: Any) -> None:
    found = open_datastore(workspace(answer(datastore("None", endpoint=None))), "store")

    assert found.container_url == "https://acc.blob.core.chinacloudapi.cn/blobs"


def test_a_workspace_without_default_datastore_is_an_error(workspace: Any) -> None:
    with pytest.raises(InvalidOption, match="has no default datastore"):
        open_datastore(workspace(answer({"value": []})), None)


@pytest.mark.parametrize("name", ["store", "azureml:store", f"{HERE.path}/datastores/store"])
def test_a_datastore_is_read_by_name_or_id(workspace: Any, name: str) -> None:
    ws = workspace(answer(datastore("None")))

    assert open_datastore(ws, name).id == f"{HERE.path}/datastores/store"
    assert ws.bench.network.lines == [f"GET {HERE.path}/datastores/store?api-version=2024-10-01"]


def test_an_absent_datastore_is_named(workspace: Any) -> None:
    absent = answer({"error": {"code": "UserError", "message": "not found"}}, 404)

    with pytest.raises(InvalidOption, match="upload_to: there is no datastore 'store' in workspace 'ws1'"):
        open_datastore(workspace(absent), "store", "upload_to")


def test_a_file_share_holds_no_blobs(workspace: Any) -> None:
    share = datastore("None", datastoreType="AzureFile", containerName=None, fileShareName="share")

    with pytest.raises(InvalidOption, match="of type AzureFile, which holds no blobs"):
        open_datastore(workspace(answer(share)), "store")


def test_the_file_system_of_a_data_lake_is_a_container(workspace: Any) -> None:
    lake = datastore("None", datastoreType="AzureDataLakeGen2", containerName=None, filesystem="lake")

    assert open_datastore(workspace(answer(lake)), "store").container_url == "https://acc.blob.core.windows.net/lake"


def test_without_credentials_the_token_is_used_and_no_secret_read(
    workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = plug_in(monkeypatch)
    container = open_datastore(workspace(answer(datastore("None"))), "store").container

    assert storage[URL] is container
    assert container.credential.get_token("any").token == "token for https://storage.azure.com"


def test_a_token_that_storage_refuses_is_renewed_once(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch)
    ws = workspace(answer(datastore("None")))
    asked: list[bool] = []
    monkeypatch.setattr(ws.credentials, "token", lambda _audience, *, to, fresh=False: asked.append(fresh) or "planted")
    credential = open_datastore(ws, "store").container.credential
    credential.get_token("any")
    # As StorageBearerTokenCredentialPolicy does after a 401 with a challenge.
    for _refusal in range(2):
        credential.get_token("any", tenant_id="t")
    assert asked == [False, True, False]


@pytest.mark.parametrize(
    "properties", [{"protocol": "http"}, {"endpoint": "[::1"}, {"endpoint": "me@evil.example"}, {"endpoint": "a b"}]
)
@pytest.mark.parametrize("kind", ["None", "AccountKey", "Sas"])
def test_no_credential_is_sent_without_tls(
    workspace: Any, monkeypatch: pytest.MonkeyPatch, kind: str, properties: dict[str, str]
) -> None:
    storage = plug_in(monkeypatch)
    opened = open_datastore(workspace(answer(datastore(kind, **properties))), "store")
    with pytest.raises(InvalidOption, match="has to be addressed by https"):
        assert opened.container
    assert storage.containers == {}


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("evil.example", "acc.blob.evil.example"),
        ("127.0.0.1:10000", "127.0.0.1"),
        ("core.windows.net.evil.example", "acc.blob.core.windows.net.evil.example"),
    ],
)
@pytest.mark.parametrize("kind", ["None", "AccountKey", "Sas"])
def test_a_foreign_endpoint_gets_no_credential_and_its_secrets_are_not_read(
    workspace: Any, monkeypatch: pytest.MonkeyPatch, kind: str, endpoint: str, host: str
) -> None:
    storage = plug_in(monkeypatch)
    ws = workspace(answer(datastore(kind, endpoint=endpoint)))
    opened = open_datastore(ws, "store")
    with pytest.raises(CredentialError, match=f"No token is sent to '{host}'.*trusted_hosts"):
        assert opened.container
    assert storage.containers == {}
    assert len(ws.bench.network.requests) == 1  # the datastore itself


def test_an_endpoint_that_the_task_trusts_is_opened(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch)
    mine = datastore("None", endpoint="storage.internal:8443", accountName="acc")
    ws = workspace(answer(mine))
    ws.hosts = TrustedHosts(KNOWN["AzureCloud"], [".storage.internal"])
    assert open_datastore(ws, "store").container.credential.get_token("any").token


@pytest.mark.parametrize("leading", ["?", ""])
def test_for_an_account_key_a_sas_of_one_hour_is_requested(
    workspace: Any, monkeypatch: pytest.MonkeyPatch, leading: str
) -> None:
    storage = plug_in(monkeypatch)
    ws = workspace(answer(datastore("AccountKey")), answer({"secretsType": "Sas", "sasToken": f"{leading}{SAS}"}))
    opened = open_datastore(ws, "store").container

    request = ws.bench.network.requests[-1]
    assert ws.bench.network.lines[-1] == f"POST {HERE.path}/datastores/store/listSecrets?api-version=2025-12-01"
    assert json.loads(request.content) == {"expirableSecret": True, "expireAfterHours": 1}
    assert storage[URL] is opened
    assert opened.credential == SAS
    assert {SAS, SIGNATURE, "planted%2Fsignature%2B1%3D"} <= set(ws.bench.secrets)


def test_the_token_is_used_if_the_secrets_are_refused(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch)
    container = open_datastore(workspace(answer(datastore("AccountKey")), REFUSAL), "store").container

    assert isinstance(container.credential, datastore_storage._Token)


@pytest.mark.parametrize("refused", [False, True])
def test_the_account_key_is_used_only_if_the_token_is_refused(
    workspace: Any, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    storage = plug_in(monkeypatch)

    def exists(_name: str) -> bool:
        if refused:
            raise ServiceError("AuthorizationPermissionMismatch")
        return False

    storage[URL].exists = exists
    ws = workspace(answer(datastore("AccountKey")), answer({"secretsType": "AccountKey", "key": KEY}))
    container = open_datastore(ws, "store").container

    assert (container.credential == {"account_name": "acc", "account_key": KEY}) is refused
    assert (KEY in ws.bench.secrets) is refused


def test_a_signed_url_opens_its_container(workspace: Any) -> None:
    ws = workspace()
    container = open_sas(ws, f"{URL}?{SAS}")

    assert container.url == URL
    assert container._client.get_blob_client("a b/ü%.txt").url == f"{URL}/a%20b/%C3%BC%25.txt?{SAS}"
    assert SIGNATURE in ws.bench.secrets


def test_a_missing_library_is_named(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.storage.blob", None)

    with pytest.raises(MissingLibrary, match="azure-storage-blob"):
        open_sas(workspace(), f"{URL}?{SAS}")
