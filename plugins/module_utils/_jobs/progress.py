# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Telling whoever watches how a job goes: its states, and what its run says of the mini batches it has done."""

from __future__ import annotations

from .._errors import AzureMLError
from .._invocation import Invocation
from .._service.run_history import SCORING_RUN, Run
from .._service.workspace import Workspace
from .job import Job
from .logs import PROGRESS, JobLogs, last_lines

COUNTING = frozenset({"Running", "Finalizing"})


class Progress:
    """Tells each thing once. The run's own words cost reads of storage, so they are asked for only when one watches."""

    def __init__(self, workspace: Workspace, invocation: Invocation) -> None:
        self._workspace = workspace
        self._invocation = invocation
        self._logs = JobLogs(workspace) if invocation.options.get("progress_file") else None
        self._run: Run | None = None
        self._told = ""

    def enters(self, job: Job) -> None:
        """The job is in another state than before."""
        self._invocation.progress(f"job {job.name} is {job.status}")

    def goes_on(self, job: Job) -> None:
        """The job was looked at."""
        if self._logs is None or job.status not in COUNTING:
            return
        self._run = self._run or self._scoring_run(job)
        newest = last_lines(self._logs.end(self._run, PROGRESS), 1) if self._run else []
        if newest and newest[0] != self._told:
            self._told = newest[0]
            self._invocation.progress(f"job {job.name}: {self._told}")

    def _scoring_run(self, job: Job) -> Run | None:
        """Service fact: batch contract 6.5. Who may not see it watches the states alone."""
        try:
            runs = self._workspace.run_history.children(job.name)
        except AzureMLError:
            self._logs = None
            return None
        return next((run for run in runs if run.name == SCORING_RUN), runs[0] if runs else None)
