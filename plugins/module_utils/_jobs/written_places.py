# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.
"""Where a job has written its outputs."""

from __future__ import annotations

from .._names.datastore_path import DatastorePath, read_datastore_path
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .job import Job


def written_uris(job: Job, workspace: Workspace, datastores: Datastores, option: str) -> list[str]:
    """The paths that the call of the job named, or else the folders of the runs inside it.

    ``option`` is for messages. Raises what run history and the datastores raise. Service fact: batch contract 6.5.
    """
    if job.outputs:
        return list(job.outputs.values())
    runs = workspace.run_history.children(job.name)
    store = datastores.default(option).name
    return [f"azureml://datastores/{store}/paths/azureml/{run.id}" for run in runs]


def place_in_workspace(uri: str, workspace: Workspace) -> DatastorePath | None:
    """The place of an output in a datastore of this workspace; None if it is elsewhere, or a whole datastore."""
    place = read_datastore_path(uri)
    if place is None or not place.path or place.workspace not in (None, workspace.id):
        return None
    return place
