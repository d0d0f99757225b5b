# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Where an output of a job is: the path that its call named, else that of run history, else a usual folder."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import PurePosixPath

from .._errors import AzureMLError, InvalidOption
from .._names.datastore_path import DatastorePath, read_datastore_path
from .._service.blob_container import Blob, BlobContainer
from .._service.datastore_storage import Datastores
from .._service.run_history import SCORING_RUN
from .._service.workspace import Workspace
from .job import COMPLETED, Job


@dataclass(frozen=True)
class ResultFile:
    """One file of an output; ``name`` is its path below the output, with forward slashes."""

    blob: Blob
    name: str

    def shown(self) -> dict[str, t.Any]:
        md5 = self.blob.md5.hex() if self.blob.md5 else None
        return {"name": self.name, "size": self.blob.size, "md5": md5}


@dataclass(frozen=True)
class OutputLocation:
    """An output with its files."""

    place: DatastorePath
    container: BlobContainer
    files: list[ResultFile]


def find_output(job: Job, output: str, workspace: Workspace, datastores: Datastores) -> OutputLocation:
    """The first place that has files. Raises AzureMLError when none has."""
    searched = []
    for place in _candidates(job, output, workspace):
        store = datastores.named(place.datastore, "output") if place.datastore else datastores.default("output")
        place = DatastorePath(store.name, place.path)
        files = list_files(store.container, place.path)
        if files:
            return OutputLocation(place, store.container, files)
        searched.append(place.uri)
    ended = "" if job.status in COMPLETED else f" The job is {job.status}."
    raise AzureMLError(
        f"Job {job.name} left no file of its output {output!r}; searched {', '.join(searched) or 'no place'}.{ended} "
        "Correct output, or read the logs of the job with batch_job_logs."
    )


def _candidates(job: Job, output: str, workspace: Workspace) -> t.Iterator[DatastorePath]:
    """Where the output can be, the surest place first; an empty datastore means the default one.

    Service fact: batch contract 6.5 (the path that the call named; else what is recorded of the run inside the job, or
    of the job itself for pipelines; else a folder with the id of that run).
    """
    named = read_datastore_path(job.outputs.get(output, ""))
    if named is not None:
        if named.workspace not in (None, workspace.id):
            raise InvalidOption(
                f"output: {job.outputs[output]} is in another workspace. Run this task against that one."
            )
        yield named
        return
    children = sorted(workspace.run_history.children(job.name), key=lambda run: run.name != SCORING_RUN)
    for run_id in (*(run.id for run in children), job.name):
        recorded = workspace.run_history.output_place(run_id, output)
        if recorded is not None:
            yield recorded
        yield DatastorePath("", f"azureml/{run_id}/{output}")
        yield DatastorePath("", f"dataset/{run_id}/{output}")


def list_files(container: BlobContainer, path: str) -> list[ResultFile]:
    """The files at ``path``, sorted by name. Raises as the container does."""
    return sorted(files_at(container, path), key=lambda file: file.name)


def files_at(container: BlobContainer, path: str) -> t.Iterator[ResultFile]:
    """The files at ``path``, a blob or a folder, each when its page of the list is read; all for an empty path."""
    below = f"{path}/" if path else ""
    for blob in container.list(path):
        if path and blob.name == path and not _is_folder(blob):
            yield ResultFile(blob, PurePosixPath(path).name)
        elif blob.name.startswith(below) and blob.name != below and not _is_folder(blob):
            yield ResultFile(blob, blob.name[len(below) :])


def _is_folder(blob: Blob) -> bool:
    """Service fact: assets contract 8.4 (the placeholder of a folder has hdi_isfolder)."""
    return blob.name.endswith("/") or blob.metadata.get("hdi_isfolder", "").lower() == "true"
