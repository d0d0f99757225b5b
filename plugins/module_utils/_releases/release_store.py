# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The records of an endpoint's releases in the default datastore, one blob each.

What a plan needs of all of them is in the metadata of the blobs, so that one list answers it.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from .._errors import AzureMLError, ConflictError, ConnectionFailed, Delivery, MissingLibrary
from .._service.blob_container import BlobContainer, Note
from .._service.datastore_storage import Datastores
from .record import STATUSES, Release, parse_release

_METADATA = ("kind", "deployment", "content", "former", "status")


@dataclass(frozen=True)
class Entry:
    """A record in the list of all: ``former`` is None if the endpoint had no default deployment."""

    id: str
    number: int
    kind: str
    deployment: str
    content: str
    former: str | None
    status: str


@dataclass(frozen=True)
class Stored:
    """A record and the version of its blob."""

    release: Release
    note: Note


class RecordsUnusable(AzureMLError):
    """The records of the releases cannot be read or written."""


class ReleaseStore:
    """The records of one endpoint. All methods raise RecordsUnusable if storage cannot be used."""

    def __init__(self, endpoint: str, datastores: Datastores) -> None:
        self._datastores = datastores
        # No key of a job begins with a dot, so no job writes here.
        self.folder = f"batch-scoring/{endpoint.lower()}/.releases"

    def entries(self) -> list[Entry]:
        """All records, the oldest first."""
        with self.explaining():
            found = [_entry(blob.name, blob.metadata) for blob in self.container.list(f"{self.folder}/")]
        return sorted((entry for entry in found if entry), key=lambda entry: (entry.number, entry.id))

    def read(self, name: str) -> Stored:
        """One record by its id."""
        with self.explaining():
            note = self.container.read_note(self._path(name))
            try:
                if note is None:
                    raise ValueError("it was deleted")
                return Stored(parse_release(note.text), note)
            except ValueError as error:
                raise ConnectionFailed(
                    f"The record {self._path(name)} cannot be read ({error}).", delivery=Delivery.ANSWERED
                ) from None

    def write(self, release: Release, over: Note | None) -> Stored:
        """Write a new record, or ``over`` the one that was read. Raises ConflictError if another run wrote it since."""
        values = {
            name: value for name in _METADATA if (value := getattr(release, name)) is not None and value.isascii()
        }
        metadata = {name: value for name, value in values.items() if value}
        with self.explaining():
            if self.container.write_note(self._path(release.id), release.text(), metadata, over=over):
                return self.read(release.id)
        raise ConflictError(
            f"Release {release.id} of {release.endpoint} was changed by another run at the same time. "
            "Run the task again to continue it."
        )

    @property
    def container(self) -> BlobContainer:
        return self._datastores.default("endpoint_name").container

    def _path(self, name: str) -> str:
        return f"{self.folder}/{name}.json"

    @contextlib.contextmanager
    def explaining(self) -> t.Iterator[None]:
        """Add to a failure of storage what is kept there."""
        try:
            yield
        except (MissingLibrary, RecordsUnusable):
            raise
        except AzureMLError as error:
            raise RecordsUnusable(
                f"The records of the releases in the default datastore cannot be used: {error} "
                "Correct it, and run the task again to continue.",
                **error.facts,
            ) from None


def _entry(path: str, metadata: t.Mapping[str, str]) -> Entry | None:
    name = path.rpartition("/")[2].removesuffix(".json")
    number = name.partition("-")[0]
    if not number.isdecimal() or metadata.get("status") not in STATUSES:
        return None
    return Entry(
        name,
        int(number),
        metadata.get("kind", ""),
        metadata.get("deployment", ""),
        metadata.get("content", ""),
        metadata.get("former") or None,
        metadata["status"],
    )
