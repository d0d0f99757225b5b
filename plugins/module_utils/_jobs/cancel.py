# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Telling a job to end. One that has ended stays as it is."""

from __future__ import annotations

from .._service.workspace import Workspace
from .job import Job, read_job
from .wait import ENDING, JobWait

CANCELING = "CancelRequested"


def cancel(job: Job, workspace: Workspace, watch: JobWait, *, wait: bool) -> Job:
    """The job as it ended, or with ``wait`` False as it stands. Raises WaitTimeout when it does not end.

    Service fact: batch contract 6.4; assets contract 10 (a 200 with nothing to follow is an answer too).
    """
    path = workspace.path(f"jobs/{job.name}")
    if job.status != CANCELING:
        accepted = workspace.arm.post(f"{path}/cancel", safe_to_repeat=True)
        if wait:
            workspace.arm.wait(accepted, timeout=ENDING, what=f"cancellation of {job.name}")
    current = workspace.arm.get(path)
    job = read_job(current) if current else job
    watch.note(job)
    return watch.until_canceled(job) if wait else job
