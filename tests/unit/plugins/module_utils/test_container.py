# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening storage, and what becomes of the library's exceptions. Bytes move in the tests against the emulator."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._container import Container
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConflictError,
    ConnectionFailed,
    InvalidOption,
    NotFoundError,
    ServiceError,
)
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)

SAS = "sv=2026&sig=planted%2Fsignature%2B1%3D&se=later"
URL = "https://acc.blob.core.windows.net/blobs"

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

    assert caught.__class__ is kind
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
