# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading and writing blobs, and errors of the storage library. Transfers are tested against the emulator."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConflictError,
    ConnectionFailed,
    InvalidOption,
    NotFoundError,
    ServiceError,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.blob_container import (
    LONG_AGO,
    Blob,
    BlobContainer,
    Note,
)
from azure.core import MatchConditions
from azure.core.exceptions import (
    DeserializationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.storage.blob import BlobProperties

SAS = "sv=2026&sig=planted%2Fsignature%2B1%3D&se=later"
URL = "https://acc.blob.core.windows.net/blobs"

# -- errors ----------------------------------------------------------------------------------------------------------


class Failing:
    """A client that raises the same exception on each call."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, _name: str) -> Any:
        raise self.error


def refused(kind: type[HttpResponseError], status: int, code: str) -> HttpResponseError:
    error = kind(message=f"refused: {URL}?{SAS}")
    error.status_code, error.error_code, error.reason = status, code, "Forbidden"
    return error


def failure(error: Exception, action: Callable[[BlobContainer], Any]) -> AzureMLError:
    with pytest.raises(AzureMLError) as caught:
        action(BlobContainer(URL, Failing(error)))
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
        (ServiceResponseError(f"read timed out {URL}?{SAS}"), ConnectionFailed, "gave no usable answer"),
        (DeserializationError("<html>"), ConnectionFailed, "not one of a storage account"),
    ],
)
def test_errors_have_a_code_and_a_remedy(error: Exception, kind: type[AzureMLError], remedy: str) -> None:
    caught = failure(error, lambda container: list(container.list()))

    assert caught.__class__ is kind
    assert str(caught).startswith(f"Could not list blobs in {URL}: ")
    assert remedy in str(caught)


def test_an_absent_blob_is_no_error_and_an_absent_container_is_one() -> None:
    absent = BlobContainer(URL, Failing(refused(ResourceNotFoundError, 404, "BlobNotFound")))

    assert absent.metadata("a") is None
    assert not absent.exists("a")
    absent.delete("a")
    gone = failure(refused(ResourceNotFoundError, 404, "ContainerNotFound"), lambda container: container.exists("a"))
    assert gone.facts["error"]["code"] == "ContainerNotFound"


# -- reading ---------------------------------------------------------------------------------------------------------


def stored(content: bytes) -> tuple[BlobContainer, dict[str, Any]]:
    """A container with one blob, read in small chunks, and the arguments of the download."""
    arguments: dict[str, Any] = {}

    def download(**how: Any) -> Any:
        arguments.update(how)
        rest = content[how.get("offset", 0) :]
        return SimpleNamespace(chunks=lambda: (rest[at : at + 3] for at in range(0, len(rest), 3)))

    client = SimpleNamespace(get_blob_client=lambda _name: SimpleNamespace(download_blob=download))
    return BlobContainer(URL, client), arguments


def test_only_the_listed_version_of_a_blob_is_read() -> None:
    container, arguments = stored(b"hello world")
    assert b"".join(container.read_from(Blob("a", 11, None, {}, "etag1"), 6)) == b"world"
    assert (arguments["offset"], arguments["length"], arguments["etag"]) == (6, 5, "etag1")
    assert arguments["match_condition"] is MatchConditions.IfNotModified
    assert arguments["validate_content"] is True


def test_no_chunk_is_read_before_it_is_needed() -> None:
    read = []

    def chunks() -> Any:
        for chunk in (b"1\n2\n", b"3\n"):
            read.append(chunk)
            yield chunk

    blob = SimpleNamespace(download_blob=lambda: SimpleNamespace(chunks=chunks))
    container = BlobContainer(URL, SimpleNamespace(get_blob_client=lambda _name: blob))
    assert next(container.chunks("a")) == b"1\n2\n"
    assert read == [b"1\n2\n"]


# -- notes -----------------------------------------------------------------------------------------------------------


class OneBlob:
    """One blob, written under the service's conditions. ``lost_answers``: so many writes get no answer."""

    def __init__(self) -> None:
        self.text: bytes | None = None
        self.version = 0
        self.lost_answers = 0
        self.calls_hooks = True  # the library does not call them if it repeats the request
        self.written: datetime.datetime | None = NOON
        self.metadata: dict[str, str] = {}

    def get_blob_client(self, _name: str) -> OneBlob:
        return self

    def upload_blob(self, text: bytes, *, overwrite: bool, metadata: dict[str, str], **guard: Any) -> Any:
        while True:  # as the library does, which repeats a request without answer
            if not overwrite and self.text is not None:
                raise refused(ResourceExistsError, 409, "BlobAlreadyExists")
            if guard and guard["etag"] != (str(self.version) if self.text else None):
                raise refused(HttpResponseError, 412, "ConditionNotMet")
            self.text, self.metadata, self.version = text, metadata, self.version + 1
            if not self.lost_answers:
                return {"etag": str(self.version)}
            self.lost_answers -= 1

    def delete_blob(self, **guard: Any) -> None:
        if self.text is None:
            raise refused(ResourceNotFoundError, 404, "BlobNotFound")
        if guard and guard["etag"] != str(self.version):
            raise refused(HttpResponseError, 412, "ConditionNotMet")
        self.text = None

    def download_blob(self, *, raw_response_hook: Callable[[Any], None]) -> Any:
        if self.text is None:
            raise refused(ResourceNotFoundError, 404, "BlobNotFound")
        headers = {"Date": "Sat, 31 Jan 2026 06:01:00 GMT"}
        if self.calls_hooks:
            raw_response_hook(SimpleNamespace(http_response=SimpleNamespace(headers=headers)))
        properties = SimpleNamespace(etag=str(self.version), last_modified=self.written)
        return SimpleNamespace(properties=properties, readall=lambda: self.text)


NOON = datetime.datetime(2026, 1, 31, 6, tzinfo=datetime.timezone.utc)


def test_a_note_is_written_to_an_absent_blob_alone() -> None:
    blob = OneBlob()
    container = BlobContainer(URL, blob)
    assert container.read_note("n") is None
    assert container.write_note("n", "mine", {"job": "j"})
    assert not container.write_note("n", "another's", {})
    note = container.read_note("n")
    assert note is not None
    assert (note.text, note.age, note.written, blob.metadata) == ("mine", 60.0, NOON, {"job": "j"})


def test_a_note_of_unknown_age_is_new() -> None:
    blob = OneBlob()
    container = BlobContainer(URL, blob)
    container.write_note("n", "mine", {})
    blob.calls_hooks = False
    note = container.read_note("n")
    assert note is not None
    assert note.age == 0


def test_an_answer_that_is_not_of_a_storage_account_is_an_error() -> None:
    blob = OneBlob()
    container = BlobContainer(URL, blob)
    container.write_note("n", "mine", {})
    blob.written = None
    with pytest.raises(ConnectionFailed, match="the answer is not one of a storage account"):
        container.read_note("n")


def test_a_note_is_replaced_only_if_it_is_the_one_that_was_read() -> None:
    container = BlobContainer(URL, OneBlob())
    container.write_note("n", "first", {})
    first = container.read_note("n")
    assert container.write_note("n", "second", {}, over=first)
    assert not container.write_note("n", "third", {}, over=first)
    assert container.write_note("n", "fourth", {}, over=container.read_note("n"))


@pytest.mark.parametrize("current", [None, "first"])
def test_a_note_was_written_if_only_the_answer_was_lost(current: str | None) -> None:
    blob = OneBlob()
    container = BlobContainer(URL, blob)
    if current:
        container.write_note("n", current, {})
    before = container.read_note("n")
    blob.lost_answers = 1
    assert container.write_note("n", "mine", {}, over=before)


@pytest.mark.parametrize(("change", "gone"), [(False, True), (True, False)])
def test_only_the_note_that_was_read_is_deleted(change: bool, gone: bool) -> None:
    blob = OneBlob()
    container = BlobContainer(URL, blob)
    container.write_note("n", "mine", {})
    mine = container.read_note("n")
    if change:
        container.write_note("n", "another's", {}, over=mine)
    container.delete("n", over=mine)
    assert (blob.text is None) is gone
    container.delete("n")
    container.delete("n")
    assert blob.text is None


def test_a_deleted_note_is_not_replaced() -> None:
    gone = Note("first", "1", LONG_AGO, 0.0)
    assert not BlobContainer(URL, OneBlob()).write_note("n", "x", {}, over=gone)


def test_the_end_of_a_blob_is_read() -> None:
    def blob(content: bytes) -> Any:
        return SimpleNamespace(
            get_blob_properties=lambda: BlobProperties(**{"ETag": "1", "Content-Length": len(content)}),
            download_blob=lambda offset, length: SimpleNamespace(readall=lambda: content[offset : offset + length]),
        )

    for content, end in ((b"0123456789", b"789"), (b"01", b"01"), (b"", b"")):
        client = SimpleNamespace(get_blob_client=lambda _name, content=content: blob(content))
        assert BlobContainer(URL, client).read_end("log", 3) == end


# -- uploads ---------------------------------------------------------------------------------------------------------


def test_a_failed_upload_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match=r"cannot read .*nowhere"):
        BlobContainer(URL, Failing(ValueError())).upload([(tmp_path / "nowhere", "a")])


def test_after_the_first_failure_no_upload_begins(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    tried: list[str] = []

    def upload_blob(*_args: object, **_options: object) -> None:
        tried.append("a")
        time.sleep(0.01)
        raise refused(HttpResponseError, 403, "AuthorizationFailure")

    client = SimpleNamespace(get_blob_client=lambda _name: SimpleNamespace(upload_blob=upload_blob))
    with pytest.raises(ServiceError, match="AuthorizationFailure"):
        BlobContainer(URL, client).upload([(tmp_path / "a", str(n)) for n in range(50)], workers=2)
    assert len(tried) < 50
