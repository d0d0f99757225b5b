# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening storage, and what becomes of the library's exceptions. Bytes move in the tests against the emulator."""

from __future__ import annotations

import base64
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils import _blobs
from ansible_collections.mlops.azureml.plugins.module_utils._arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._blobs import (
    Container,
    account_url,
    open_datastore,
    open_sas,
)
from ansible_collections.mlops.azureml.plugins.module_utils._clouds import KNOWN
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConflictError,
    ConnectionFailed,
    InvalidOption,
    MissingLibrary,
    NotFoundError,
    ServiceError,
)
from ansible_collections.mlops.azureml.plugins.module_utils._management import Management
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import plug_in
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)

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
def test_account_url(protocol: str, endpoint: str, expected: str) -> None:
    assert account_url(protocol, "acc", endpoint) == expected


# -- opening ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def workspace(bench: Callable[..., Any]) -> Callable[..., Any]:
    def make(*replies: Any) -> Any:
        wired = bench(*replies)
        management = Management(wired.http, KNOWN["AzureCloud"], SimpleNamespace(token=lambda *_a, **_k: "token-1"))
        return SimpleNamespace(
            id=HERE,
            path=lambda below: f"{HERE.path}/{below}",
            management=management,
            http=wired.http,
            credentials=SimpleNamespace(token=lambda audience: f"token for {audience}"),
            invocation=SimpleNamespace(options={"ca_file": None}),
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


def test_default_datastore_is_the_first_of_a_list(workspace: Any) -> None:
    ws = workspace(answer({"value": [datastore("None")]}))
    found = open_datastore(ws, None)

    assert ws.bench.network.lines == [f"GET {HERE.path}/datastores?api-version=2024-10-01&isDefault=true"]
    assert (found.name, found.container_url) == ("store", URL)


def test_workspace_without_a_default(workspace: Any) -> None:
    with pytest.raises(InvalidOption, match="has no default datastore"):
        open_datastore(workspace(answer({"value": []})), None)


@pytest.mark.parametrize("name", ["store", "azureml:store", f"{HERE.path}/datastores/store"])
def test_datastore_by_name_or_id(workspace: Any, name: str) -> None:
    ws = workspace(answer(datastore("None")))

    assert open_datastore(ws, name).id == f"{HERE.path}/datastores/store"
    assert ws.bench.network.lines == [f"GET {HERE.path}/datastores/store?api-version=2024-10-01"]


def test_absent_datastore_is_named(workspace: Any) -> None:
    absent = answer({"error": {"code": "UserError", "message": "not found"}}, 404)

    with pytest.raises(InvalidOption, match="upload_to: there is no datastore store in workspace ws1"):
        open_datastore(workspace(absent), "store", "upload_to")


def test_file_share_holds_no_blobs(workspace: Any) -> None:
    share = datastore("None", datastoreType="AzureFile", containerName=None, fileShareName="share")

    with pytest.raises(InvalidOption, match="of type AzureFile, which holds no blobs"):
        open_datastore(workspace(answer(share)), "store")


def test_file_system_of_a_lake_is_a_container(workspace: Any) -> None:
    lake = datastore("None", datastoreType="AzureDataLakeGen2", containerName=None, filesystem="lake")

    assert open_datastore(workspace(answer(lake)), "store").container_url == "https://acc.blob.core.windows.net/lake"


def test_identity_uses_the_token_and_asks_for_no_secret(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = plug_in(monkeypatch)
    container = open_datastore(workspace(answer(datastore("None"))), "store").container

    assert storage[URL] is container
    assert container.credential.get_token("any").token == "token for https://storage.azure.com"


@pytest.mark.parametrize("leading", ["?", ""])
def test_account_key_gives_a_sas_that_lives_an_hour(
    workspace: Any, monkeypatch: pytest.MonkeyPatch, leading: str
) -> None:
    storage = plug_in(monkeypatch)
    ws = workspace(answer(datastore("AccountKey")), answer({"secretsType": "Sas", "sasToken": f"{leading}{SAS}"}))
    opened = open_datastore(ws, "store").container

    request = ws.bench.network.requests[-1]
    assert ws.bench.network.lines[-1] == f"POST {HERE.path}/datastores/store/listSecrets?api-version=2025-12-01"
    assert request.content == b'{"expirableSecret":true,"expireAfterHours":1}'
    assert storage[URL] is opened
    assert opened.credential == SAS
    assert {SAS, SIGNATURE, "planted%2Fsignature%2B1%3D"} <= set(ws.bench.secrets)


def test_refused_secrets_fall_back_to_the_token(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch)
    container = open_datastore(workspace(answer(datastore("AccountKey")), REFUSAL), "store").container

    assert isinstance(container.credential, _blobs._Token)


@pytest.mark.parametrize("refused", [False, True])
def test_account_key_is_used_only_when_the_token_is_refused(
    workspace: Any, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    storage = plug_in(monkeypatch)

    def exists(_name: str) -> bool:
        if refused:
            raise ServiceError("AuthorizationPermissionMismatch")
        return False

    storage[URL].exists = exists  # type: ignore[attr-defined]
    ws = workspace(answer(datastore("AccountKey")), answer({"secretsType": "AccountKey", "key": KEY}))
    container = open_datastore(ws, "store").container

    assert (container.credential == {"account_name": "acc", "account_key": KEY}) is refused
    assert (KEY in ws.bench.secrets) is refused


def test_signed_url(workspace: Any) -> None:
    ws = workspace()
    container = open_sas(ws, f"{URL}?{SAS}")

    assert container.url == URL
    assert container._client.get_blob_client("a b/ü%.txt").url == f"{URL}/a%20b/%C3%BC%25.txt?{SAS}"
    assert SIGNATURE in ws.bench.secrets


def test_missing_library_is_named(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.storage.blob", None)

    with pytest.raises(MissingLibrary, match="azure-storage-blob"):
        open_sas(workspace(), f"{URL}?{SAS}")


# -- errors ----------------------------------------------------------------------------------------------------------


class Failing:
    """A client whose every call ends in the same exception."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, _name: str) -> Any:
        raise self.error


def refused(kind: type[HttpResponseError], status: int, code: str) -> HttpResponseError:
    error = kind(message=f"refused: {URL}?{SAS}")
    error.status_code, error.error_code, error.reason = status, code, "Forbidden"  # type: ignore[attr-defined]
    return error


def failure(error: Exception, action: Callable[[Container], Any]) -> AzureMLError:
    with pytest.raises(AzureMLError) as caught:
        action(Container(URL, Failing(error)))  # type: ignore[arg-type]
    assert "sig=" not in str(caught.value) + repr(caught.value.facts)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return caught.value


@pytest.mark.parametrize(
    ("error", "kind", "remedy"),
    [
        (refused(HttpResponseError, 403, "KeyBasedAuthenticationNotPermitted"), ServiceError, "identity"),
        (refused(HttpResponseError, 403, "AuthorizationPermissionMismatch"), ServiceError, "Blob Data Contributor"),
        (refused(ResourceNotFoundError, 404, "ContainerNotFound"), NotFoundError, "name another"),
        (refused(ResourceExistsError, 409, "BlobAlreadyExists"), ConflictError, "BlobAlreadyExists"),
        (ServiceRequestError("[SSL: CERTIFICATE_VERIFY_FAILED] /blobs?sig=x"), ConnectionFailed, "ca_file"),
        (ServiceRequestError("not permitted for non-TLS protected URLs"), ConnectionFailed, "https only"),
        (ServiceResponseError(f"read timed out {URL}?{SAS}"), ConnectionFailed, "gave no usable answer"),
    ],
)
def test_errors_have_a_code_and_a_remedy(error: Exception, kind: type[AzureMLError], remedy: str) -> None:
    caught = failure(error, lambda container: list(container.list()))

    assert type(caught) is kind
    assert str(caught).startswith(f"Could not list blobs in {URL}: ")
    assert remedy in str(caught)


def test_absent_blob_is_no_error_but_an_absent_container_is() -> None:
    absent = Container(URL, Failing(refused(ResourceNotFoundError, 404, "BlobNotFound")))  # type: ignore[arg-type]

    assert absent.metadata("a") is None
    assert not absent.exists("a")
    absent.delete("a")
    gone = failure(refused(ResourceNotFoundError, 404, "ContainerNotFound"), lambda container: container.exists("a"))
    assert gone.facts["error"]["code"] == "ContainerNotFound"


# -- files -----------------------------------------------------------------------------------------------------------


def stored(content: bytes, checksum: bytes | None) -> Container:
    settings = SimpleNamespace(content_md5=bytearray(checksum) if checksum else None)
    stream = SimpleNamespace(
        chunks=lambda: iter([content[:2], content[2:]]), properties=SimpleNamespace(content_settings=settings)
    )
    blob = SimpleNamespace(download_blob=lambda: stream)
    return Container(URL, SimpleNamespace(get_blob_client=lambda _name: blob))  # type: ignore[arg-type]


@pytest.mark.parametrize("checksum", [None, hashlib.md5(b"hello", usedforsecurity=False).digest()])
def test_download(tmp_path: Path, checksum: bytes | None) -> None:
    stored(b"hello", checksum).download("a", tmp_path / "a")

    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"hello"]


def test_spoilt_download_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")

    with pytest.raises(ConnectionFailed, match="does not fit its checksum"):
        stored(b"hello", b"0" * 16).download("a", tmp_path / "a")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_download_to_nowhere(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match="cannot write"):
        stored(b"hello", None).download("a", tmp_path / "no/a")


def test_lines_end_where_asked() -> None:
    assert stored(b"a\nb\nc\n", None).read_lines("a", 2) == ["a", "b"]
    assert stored(b"", None).read_lines("a", 2) == []


def test_failed_upload_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match=r"cannot read .*nowhere"):
        Container(URL, Failing(ValueError())).upload([(tmp_path / "nowhere", "a")])  # type: ignore[arg-type]


def test_first_failure_stops_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    tried: list[str] = []

    def upload_blob(*_args: object, **_options: object) -> None:
        tried.append("a")
        time.sleep(0.01)
        raise refused(HttpResponseError, 403, "AuthorizationFailure")

    client = SimpleNamespace(get_blob_client=lambda _name: SimpleNamespace(upload_blob=upload_blob))
    with pytest.raises(ServiceError, match="AuthorizationFailure"):
        Container(URL, client).upload([(tmp_path / "a", str(n)) for n in range(50)], workers=2)  # type: ignore[arg-type]
    assert len(tried) < 50
