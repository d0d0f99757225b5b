# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How many rows a completed job wrote, where that is known at little cost."""

from __future__ import annotations

from .._errors import AzureMLError
from .._names.datastore_path import read_datastore_path
from .._rows import read
from .._rows.row_format import RowOptions
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .job import SCORE, Job
from .output_location import files_at

LARGEST = 4 << 20
"""Bytes of a file whose rows are counted."""


def count_rows(job: Job, workspace: Workspace, datastores: Datastores) -> int | None:
    """The rows of the file that rows were appended to, as ``batch_job_results`` reads them by default.

    None if the record of the job does not name the file, the file is large, its rows can be read in several ways, or it
    cannot be read. Never fails.
    """
    place = read_datastore_path(job.outputs.get(SCORE, ""))
    if place is None or place.workspace not in (None, workspace.id) or place.name != job.file_name:
        return None
    doubts: list[str] = []
    try:
        container = datastores.named(place.datastore, "outputs").container
        file = next((file for file in files_at(container, place.path) if file.blob.name == place.path), None)
        if file is None or file.blob.size > LARGEST:
            return None
        chunks = container.chunks(file.blob.name)
        count = sum(1 for _row in read.rows(chunks, RowOptions(), is_appended=True, warn=doubts.append))
    except AzureMLError:
        return None
    return None if doubts else count
