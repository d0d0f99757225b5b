# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How each kind of thing is deleted or archived."""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.asset_spec import asset_spec
from .._engine.entry import read_entry
from .._engine.publication import Publication
from .._engine.upload import COMPLETED
from .._jobs.job import Job
from .._jobs.ledger import Ledger, LedgerUnusable
from .._jobs.lifecycle import delete_job, set_archived
from .._schema.asset_type import AssetType
from .._service.blob_container import Blob, BlobContainer
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace


class Removal(t.Protocol):
    """Deletes or archives one thing. What is gone already is no error."""

    def delete(self, timeout: float) -> None:
        """Delete, and wait up to ``timeout`` seconds for the end. Raises AzureMLError."""

    def archive(self) -> None:
        """Archive. Raises AzureMLError."""


class NotArchived:
    """What the service cannot archive; rules refuse to."""

    def archive(self) -> None:
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class DeploymentRemoval(NotArchived):
    """``title`` is for messages. ``is_going``: an earlier run, or somebody else, has begun to delete it."""

    workspace: Workspace
    path: str
    title: str
    is_going: bool

    def delete(self, timeout: float) -> None:
        what = f"deletion of {self.title}"
        if self.is_going:
            self.workspace.arm.settle(self.path, timeout=timeout, what=what, absent=True)
        else:
            self.workspace.arm.wait(self.workspace.arm.delete(self.path), timeout=timeout, what=what)


@dataclasses.dataclass(frozen=True)
class VersionRemoval:
    """One version of an asset; it is archived as the module of its type does it."""

    workspace: Workspace
    asset: AssetType
    name: str
    version: str
    path: str

    def delete(self, timeout: float) -> None:
        accepted = self.workspace.arm.delete(self.path)
        self.workspace.arm.wait(accepted, timeout=timeout, what=f"deletion of {self.asset.label} {self.name}")

    def archive(self) -> None:
        task = {"name": self.name, "version": self.version, "state": "archived"}
        entry = read_entry("rules", task, self.asset, asset_spec(self.asset), self.workspace.http.register_secret)
        Publication.read(self.asset, entry.options, self.workspace).publish()


@dataclasses.dataclass(frozen=True)
class JobRemoval:
    """All attempts of one key, the last one first: one that is left would be taken for the job of the key."""

    workspace: Workspace
    datastores: Datastores
    attempts: tuple[Job, ...]

    def delete(self, timeout: float) -> None:
        for job in reversed(self.attempts):
            delete_job(self.workspace, job.name, timeout)
            self._forget(job)

    def _forget(self, job: Job) -> None:
        """Without its entry in the ledger the key is free, as for a job that ``batch_job`` deletes."""
        if job.started_as is None or job.endpoint is None:
            return
        try:
            Ledger(self.workspace, job.endpoint, self.datastores).forget(job.started_as)
        except LedgerUnusable as error:
            self.workspace.invocation.warn(
                f"Job {job.name} is deleted, but not the entry of its key in the ledger: {error}"
            )

    def archive(self) -> None:
        for job in self.attempts:
            set_archived(self.workspace, job.name, desired=True)


@dataclasses.dataclass(frozen=True)
class BlobsRemoval(NotArchived):
    """Blobs of several containers, each list in the order in which the service lists them."""

    blobs: tuple[tuple[BlobContainer, str], ...]

    def delete(self, timeout: float) -> None:
        for container, name in reversed(self.blobs):  # the placeholder of a folder comes before its content
            container.delete(name)


@dataclasses.dataclass(frozen=True)
class UploadRemoval(NotArchived):
    """The files of one upload. ``marked`` is the blob whose metadata says that they are complete and whose they are."""

    container: BlobContainer
    blobs: tuple[Blob, ...]
    marked: Blob

    def delete(self, timeout: float) -> None:
        """First nobody may take the upload for complete; last goes what says that it is ours."""
        kept = {key: value for key, value in self.marked.metadata.items() if key not in COMPLETED}
        if kept != dict(self.marked.metadata):
            self.container.set_metadata(self.marked.name, kept)
        for blob in reversed(self.blobs):
            if blob.name != self.marked.name:
                self.container.delete(blob.name)
        self.container.delete(self.marked.name)
