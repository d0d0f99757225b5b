# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The files of a job's output, as they lie in storage."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import PurePosixPath

if t.TYPE_CHECKING:
    from .._service.blob_container import Blob, BlobContainer


@dataclass(frozen=True)
class ResultFile:
    """One file of an output; ``name`` is its path below the output, with forward slashes."""

    blob: Blob
    name: str

    def shown(self) -> dict[str, t.Any]:
        md5 = self.blob.md5.hex() if self.blob.md5 else None
        return {"name": self.name, "size": self.blob.size, "md5": md5}


def list_files(container: BlobContainer, path: str) -> list[ResultFile]:
    """The files of the output at ``path``, a blob or a folder, sorted by name. Raises what the container raises."""
    below = f"{path}/"
    found = []
    for blob in container.list(path):
        if blob.name == path:
            found.append(ResultFile(blob, PurePosixPath(path).name))
        elif blob.name.startswith(below) and not _is_folder(blob):
            found.append(ResultFile(blob, blob.name[len(below) :]))
    return sorted(found, key=lambda file: file.name)


def _is_folder(blob: Blob) -> bool:
    """Service fact: assets contract 8.4 (placeholders carry hdi_isfolder)."""
    return blob.name.endswith("/") or blob.metadata.get("hdi_isfolder", "").lower() == "true"
