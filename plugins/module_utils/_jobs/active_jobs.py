# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The scoring jobs of a workspace that have not ended."""

from __future__ import annotations

import typing as t

from .._engine.usage import ActiveJob
from .._service.workspace import Workspace
from .job import parse_job


def active_jobs(workspace: Workspace) -> t.Iterator[ActiveJob]:
    """Jobs in any state that may change. No filter of the list but the job's type is known to work.

    Service fact: batch contract 6.1, 6.2. Raises AzureMLError.
    """
    for body in workspace.arm.list(workspace.path("jobs"), jobType="Pipeline", listViewType="All"):
        job = parse_job(body)
        if job.endpoint is not None and not job.has_ended:
            yield ActiveJob(job.name, job.status, job.endpoint, job.deployment)
