# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What this collection uploaded into a datastore: files of assets and of inputs of jobs, below their hash."""

from __future__ import annotations

import re
import typing as t

from .._engine.upload import OWN
from .._jobs.output_guard import UPLOADS, comparable_url
from .._service.blob_container import Blob
from .._service.datastore_storage import Datastore
from .finding import Finding
from .graph import Node
from .item import UPLOAD, Item
from .removal import UploadRemoval
from .storage_use import StorageUse

_FOLDER = re.compile(rf"{UPLOADS}/(?P<hash>[0-9a-f]{{32,64}})(?=/)")
NOT_MARKED = "it has no mark of this collection"


def read_uploads(store: Datastore, use: StorageUse) -> t.Iterator[Finding]:
    """The uploads below ``LocalUpload``, from one list of blobs. Service fact: assets contract 8.3, 8.4.

    An upload is as old as the youngest of its files. One without our mark is somebody else's, or incomplete.
    """
    folders: dict[str, list[Blob]] = {}
    for blob in store.container.list(f"{UPLOADS}/"):
        if match := _FOLDER.match(blob.name):
            folders.setdefault(match["hash"], []).append(blob)
    left = use.why_left(store) if folders else ""
    for digest, blobs in sorted(folders.items()):
        path = f"{UPLOADS}/{digest}"
        marked = next((blob for blob in blobs if OWN.items() <= dict(blob.metadata).items()), None)
        url = comparable_url(f"{store.container_url}/{path}")
        item = Item(
            key=(UPLOAD, url, digest),
            kind=UPLOAD,
            group=store.name,
            title=f"upload {path} in datastore {store.name}",
            id=f"azureml://datastores/{store.name}/paths/{path}",
            created=max(blob.written for blob in blobs),
            protected=left or ("" if marked else NOT_MARKED),
        )
        removal = UploadRemoval(store.container, tuple(blobs), marked) if marked else None
        yield Finding(Node(item, places=(url,)), removal)
