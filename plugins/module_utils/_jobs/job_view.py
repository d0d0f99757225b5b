# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A job as results show it: one dict, the same for every state, module and failure."""

from __future__ import annotations

import typing as t

from .._service.workspace import Workspace
from .job import Job

Json = dict[str, t.Any]


def shown_job(job: Job, workspace: Workspace) -> Json:
    """What the service tells of a job, in the vocabulary of tasks; what it does not tell is left out."""
    shown: Json = {
        "id": workspace.id.child("jobs", job.name),
        "name": job.name,
        "display_name": job.display_name,
        "status": job.status,
        "endpoint_name": job.endpoint,
        "deployment_name": job.deployment,
        "experiment_name": job.experiment,
        "inputs": job.inputs,
        "outputs": {name: {"path": uri} for name, uri in job.outputs.items()},
        "studio_url": job.studio_url,
    }
    told = {"archived": job.is_archived, "key": job.key, "created": job.created}
    told.update(started=job.started, ended=job.ended)
    return {**shown, **{word: value for word, value in told.items() if value is not None}}
