# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Upload of local files: into a datastore under their hash, or into a container that the service opens for them."""

from __future__ import annotations

import typing as t
import urllib.parse
from collections.abc import Callable, Mapping

from .._errors import ConflictError, ServiceError
from .._local.files import Content, File, md5
from .._names.storage_uri import upload_place
from .._service.blob_container import Blob, BlobContainer
from .._service.datastore_storage import open_sas

if t.TYPE_CHECKING:
    from .._service.workspace import Workspace

WORKERS = 8
PENDING_REQUEST = {"pendingUploadType": "TemporaryBlobReference"}
COMPLETED = {"upload_status": "completed"}
OWN = {"uploaded_by": "mlops.azureml"}  # beside what the official SDK writes: what may be deleted when nobody needs it
_ROUNDS = 3

Progress = Callable[[str], None]


def through_pending_upload(
    workspace: Workspace, version_path: str, content: Content, metadata: Mapping[str, str]
) -> str:
    """Upload into a container that the service opens for this version. Returns the URI of the file or folder.

    ``metadata``: stored with one of the blobs once all of them are complete.

    Service fact: assets contract 5.1 and 5.2. The container is new with every call, so it is empty.
    """
    path = f"{version_path}/startPendingUpload"
    answer = workspace.arm.post(path, PENDING_REQUEST, safe_to_repeat=True).body or {}
    place = answer.get("blobReferenceForConsumption") or {}
    sas_uri = (place.get("credential") or {}).get("sasUri")
    if not sas_uri or not place.get("blobUri"):
        raise ServiceError(f"The service opened no storage for the upload of {content.path}. Run the task again.")
    container = open_sas(workspace, sas_uri)
    names = _blob_names(content, content.name)
    container.upload(
        ((file.path, name) for file, name in names.items()), workers=WORKERS, progress=workspace.invocation.progress
    )
    _finish(container, content, names, metadata)
    below = urllib.parse.quote(content.name) if content.is_folder else ""
    return f"{place['blobUri']}/{below}"


def into_datastore(container: BlobContainer, content: Content, metadata: Mapping[str, str], progress: Progress) -> None:
    """Upload under the hash of the content, unless an earlier upload is complete; an interrupted one is continued.

    ``metadata``: stored with one of the blobs once all of them are complete.

    Service fact: assets contract 8.3 and 8.4.
    """
    root = upload_place(content.object_hash, content.name)
    names = _blob_names(content, root)
    for number in range(1, _ROUNDS + 1):
        current = {blob.name: blob for blob in container.list(root)}
        complete = COMPLETED.items() <= getattr(current.get(names[_first(content)]), "metadata", {}).items()
        todo = [(file, name) for file, name in names.items() if not _exists(file, current.get(name), trust=complete)]
        try:
            _upload(container, todo, current, progress)
        except ConflictError:
            if number == _ROUNDS:
                raise
            continue  # another client uploads the same files: what it has uploaded by now is not uploaded again
        if todo or not complete:
            _finish(container, content, names, metadata)
        return


def _upload(
    container: BlobContainer, todo: list[tuple[File, str]], current: Mapping[str, Blob], progress: Progress
) -> None:
    for overwrite in (False, True):
        part = [(file.path, name) for file, name in todo if (name in current) is overwrite]
        container.upload(part, overwrite=overwrite, workers=WORKERS, progress=progress)


def _finish(container: BlobContainer, content: Content, names: Mapping[File, str], metadata: Mapping[str, str]) -> None:
    """Mark the upload as complete, last of all: other clients trust this mark."""
    content.require_unchanged()
    quoted = {key: urllib.parse.quote(value) for key, value in metadata.items()}
    container.set_metadata(names[_first(content)], {**quoted, **OWN, **COMPLETED})


def _blob_names(content: Content, root: str) -> dict[File, str]:
    if not content.is_folder:
        return {content.files[0]: root}
    return {file: f"{root}/{file.name}" for file in content.files}


def _first(content: Content) -> File:
    """The file whose blob has the metadata, by the rule of the official SDK."""
    return min(content.files, key=lambda file: str(file.path))


def _exists(file: File, blob: Blob | None, *, trust: bool) -> bool:
    """Whether storage has this file. Unless the upload is complete (``trust``), the checksum has to match, too."""
    if blob is None or blob.size != file.size:
        return False
    return trust or (blob.md5 is not None and blob.md5 == md5(file.path))
