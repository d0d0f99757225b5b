# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""One blob container: listing, reading and writing blobs, with our errors in place of the storage library's."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import datetime
import email.utils
import os
import re
import typing as t
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from .._errors import (
    AzureMLError,
    ConflictError,
    ConnectionFailed,
    Delivery,
    InvalidOption,
    NotFoundError,
    ServiceError,
)
from .proxies import find_proxy

if t.TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

_REMEDIES = {
    "KeyBasedAuthenticationNotPermitted": "The storage account takes no keys: set systemDatastoresAuthMode of the "
    "workspace to identity and give this identity the role Storage Blob Data Contributor on the account.",
    "AuthorizationPermissionMismatch": "Give the identity that runs the task the role Storage Blob Data Contributor "
    "on the storage account; a new role takes some minutes to be effective.",
    "AuthorizationFailure": "The network rules of the storage account may keep this host out: allow its address, "
    "or run the task where the account can be reached.",
    "AuthenticationFailed": "The credential has expired or the clock of this host is wrong; run the task again.",
    "ContainerNotFound": "The datastore points at a container that does not exist: create it, or name another.",
    "ContainerBeingDeleted": "The container is being deleted; name another datastore, or create the container again.",
    "AccountIsDisabled": "The storage account is disabled.",
}

_LATE = re.compile(r"Timeout|timed out|limit of the whole request|took too long")
_LOST_RACE = frozenset({409, 412})
LONG_AGO = datetime.datetime.fromtimestamp(0, datetime.timezone.utc)


@dataclasses.dataclass(frozen=True)
class Blob:
    """One blob in a listing. ``md5`` is None if the service has not computed it, as for large files."""

    name: str
    size: int
    md5: bytes | None
    metadata: Mapping[str, str]
    etag: str = ""
    written: datetime.datetime = LONG_AGO


@dataclasses.dataclass(frozen=True)
class Note:
    """A small text that was read from a blob, with the version, time and age (seconds) of the blob.

    Both by the service's clock, for this host's may be wrong.
    """

    text: str
    etag: str
    written: datetime.datetime
    age: float


class BlobContainer:
    """One blob container. All methods raise ServiceError (also NotFoundError, ConflictError) and ConnectionFailed."""

    def __init__(self, url: str, client: ContainerClient) -> None:
        """``url`` has no query, so that it can be shown."""
        self.url = url
        self._client = client

    def exists(self, name: str) -> bool:
        return self.metadata(name) is not None

    def metadata(self, name: str) -> dict[str, str] | None:
        """The metadata of a blob; None if the blob is absent."""
        try:
            with self._our_errors(f"read the metadata of blob {name}"):
                return dict(_answered(self._client.get_blob_client(name).get_blob_properties()).metadata)
        except NotFoundError as error:
            if error.code == "ContainerNotFound":
                raise
            return None

    def list(self, prefix: str = "") -> Iterator[Blob]:
        """The blobs whose names begin with ``prefix``, each page read when it is reached."""
        with self._our_errors(f"list blobs {prefix}".rstrip()):
            for found in self._client.list_blobs(name_starts_with=prefix or None, include=["metadata"]):
                md5 = found.content_settings.content_md5
                metadata = dict(found.metadata or {})
                checksum = bytes(md5) if md5 else None
                yield Blob(found.name, found.size, checksum, metadata, found.etag, found.last_modified)

    def upload(
        self,
        files: Iterable[tuple[Path, str]],
        *,
        overwrite: bool = False,
        workers: int = 4,
        progress: t.Callable[[str], None] = lambda _message: None,
    ) -> None:
        """Upload files to blobs, several at a time. After the first failure no other upload begins.

        Raises ConflictError for a blob that exists, unless ``overwrite``; InvalidOption for a file that cannot be read.
        """
        todo = list(files)
        with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
            under_way = [pool.submit(self._upload_one, path, name, overwrite) for path, name in todo]
            try:
                for done, future in enumerate(concurrent.futures.as_completed(under_way), start=1):
                    future.result()
                    progress(f"uploaded {done} of {len(todo)} files")
            except BaseException:  # also an interrupt: no thread may continue to upload after it
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _upload_one(self, path: Path, name: str, overwrite: bool) -> None:
        try:
            with path.open("rb") as stream, self._our_errors(f"upload {path} to blob {name}"):
                size = os.fstat(stream.fileno()).st_size
                # An empty body has no checksum (assets contract 8.4).
                _answered(
                    self._client.get_blob_client(name).upload_blob(
                        stream, length=size, overwrite=overwrite, validate_content=size > 0
                    )
                )
        except OSError as error:
            raise InvalidOption(f"cannot read {path} for the upload ({error.strerror}).") from None

    def set_metadata(self, name: str, metadata: Mapping[str, str]) -> None:
        """Replace the metadata of a blob."""
        with self._our_errors(f"set the metadata of blob {name}"):
            _answered(self._client.get_blob_client(name).set_blob_metadata(dict(metadata)))

    def read_from(self, blob: Blob, offset: int) -> Iterator[bytes]:
        """The bytes of a listed blob from ``offset`` on, their checksums verified, of no other version of it."""
        from azure.core import MatchConditions

        with self._our_errors(f"download blob {blob.name}"):
            stream = self._client.get_blob_client(blob.name).download_blob(
                offset=offset,
                length=blob.size - offset,
                validate_content=True,
                etag=blob.etag,
                match_condition=MatchConditions.IfNotModified,
            )
            yield from stream.chunks()

    def read_end(self, name: str, limit: int) -> bytes:
        """The last ``limit`` bytes of a blob."""
        with self._our_errors(f"read blob {name}"):
            client = self._client.get_blob_client(name)
            size = _answered(client.get_blob_properties()).size
            if size == 0:
                return b""  # a range of an empty blob is refused
            return bytes(client.download_blob(offset=max(size - limit, 0), length=limit).readall())

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a blob in pieces, read as far as they are consumed."""
        with self._our_errors(f"read blob {name}"):
            yield from self._client.get_blob_client(name).download_blob().chunks()

    def read_note(self, name: str) -> Note | None:
        """A small text blob; None if it is absent."""
        dates = []
        try:
            with self._our_errors(f"read blob {name}"):
                stream = self._client.get_blob_client(name).download_blob(
                    raw_response_hook=lambda answer: dates.append(answer.http_response.headers.get("Date"))
                )
                text = stream.readall().decode("utf-8", errors="replace")
        except NotFoundError as error:
            if error.code == "ContainerNotFound":
                raise
            return None
        written = stream.properties.last_modified
        if written is None:
            raise ConnectionFailed(
                f"Could not read blob {name} in {self.url}: the answer is not one of a storage account.",
                delivery=Delivery.ANSWERED,
            )
        # The library calls no hook if it repeated the request. The note then counts as new.
        now = email.utils.parsedate_to_datetime(dates[-1]) if dates and dates[-1] else written
        return Note(text, stream.properties.etag, written, (now - written).total_seconds())

    def write_note(self, name: str, text: str, metadata: Mapping[str, str], *, over: Note | None = None) -> bool:
        """Write a small text with metadata: to an absent blob, or ``over`` the note that was read, if it is unchanged.

        False if another writer was faster. Texts of different writers have to differ.
        """
        from azure.core import MatchConditions

        guard: dict[str, t.Any] = {"etag": over.etag, "match_condition": MatchConditions.IfNotModified} if over else {}
        try:
            with self._our_errors(f"write blob {name}"):
                _answered(
                    self._client.get_blob_client(name).upload_blob(
                        text.encode(), overwrite=over is not None, metadata=dict(metadata), **guard
                    )
                )
        except ServiceError as error:
            if error.status not in _LOST_RACE:
                raise
            current = self.read_note(name)
            return current is not None and current.text == text  # an earlier attempt of ours, whose answer was lost
        return True

    def delete(self, name: str, *, over: Note | None = None) -> None:
        """Delete a blob, or only (``over``) the note that was read. An absent or changed blob is no error."""
        from azure.core import MatchConditions

        guard: dict[str, t.Any] = {"etag": over.etag, "match_condition": MatchConditions.IfNotModified} if over else {}
        try:
            with self._our_errors(f"delete blob {name}"):
                self._client.get_blob_client(name).delete_blob(**guard)
        except ServiceError as error:
            if not isinstance(error, NotFoundError) and not (over and error.status in _LOST_RACE):
                raise

    @contextlib.contextmanager
    def _our_errors(self, action: str) -> Iterator[None]:
        """Raise our exceptions in place of the library's, whose texts may hold signed URLs."""
        from azure.core import exceptions

        try:
            yield
        except exceptions.HttpResponseError as error:
            # Without an answer it is the library's last attempt at a broken one.
            failure = _service_error if error.status_code else _connection_failed
            raise failure(action, self.url, error) from None
        except exceptions.AzureError as error:
            raise _connection_failed(action, self.url, error) from None
        except (AzureMLError, OSError):  # ours, and those of local files
            raise
        except Exception as error:  # what the library runs into when an answer is not one of a storage account
            raise _broken(action, self.url, error) from None


def _answered(values: t.Any) -> t.Any:
    """What the library read from an answer. Raises ValueError for one without an ETag, which storage always sends."""
    if not values["etag"]:
        raise ValueError("no ETag")
    return values


def _service_error(action: str, url: str, error: t.Any) -> ServiceError:
    status = error.status_code
    code = getattr(error, "error_code", None)
    code = str(getattr(code, "value", code) or "") or None
    kind = {404: NotFoundError, 409: ConflictError}.get(status or 0, ServiceError)
    answer = f"status {status}{f', {code}' if code else ''}"
    headers = error.response.headers if error.response else {}
    return kind(
        f"Could not {action} in {url}: {answer}. {_REMEDIES.get(code or '', '')}".rstrip(),
        status=status,
        error={"code": code, "message": str(error.reason or "")},
        request_id=headers.get("x-ms-request-id"),
        url=url,
    )


def _broken(action: str, url: str, error: Exception) -> ConnectionFailed:
    return ConnectionFailed(
        f"Could not {action} in {url}: the answer is not one of a storage account ({type(error).__name__}). Check the "
        "endpoint of the datastore, and the proxies in between.",
        delivery=Delivery.ANSWERED,
        url=url,
    )


def _connection_failed(action: str, url: str, error: Exception) -> ConnectionFailed:
    text = str(error)
    host = urllib.parse.urlsplit(url).netloc
    if "CERTIFICATE_VERIFY_FAILED" in text:
        reason = f"the certificate of {host} is not trusted. Name the authority's certificate in ca_file"
    else:
        proxy = find_proxy(url)
        refusal = proxy.refusal(text) if proxy else None
        what = "it took too long" if _LATE.search(f"{type(error).__name__} {text}") else type(error).__name__
        way = proxy.title if proxy else "proxy"
        reason = refusal or f"{host} gave no usable answer ({what}). Check name, network and {way}, and run again"
    return ConnectionFailed(f"Could not {action} in {url}: {reason}.", delivery=Delivery.UNKNOWN, url=url)
