# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Progress messages about a job: its states, and the counts of mini batches that its run logs."""

from __future__ import annotations

from .._errors import AzureMLError
from .._service.run_history import SCORING_RUN, Run
from .._service.workspace import Workspace
from .counts import parse_counts, text_of
from .job import Job
from .logs import PROGRESS, JobLogs, last_lines

COUNTING = frozenset({"Running", "Finalizing"})


class Progress:
    """Reports each thing once. The log of the run costs reads of storage, so it is read only if it is watched."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._invocation = workspace.invocation
        self._logs = JobLogs(workspace) if workspace.invocation.is_watched else None
        self._run: Run | None = None
        self._reported = ""

    def state_changed(self, job: Job) -> None:
        """Report that the job is in another state than before."""
        self._invocation.progress(f"job {job.name} is {job.status}")

    def polled(self, job: Job) -> None:
        """Report how many mini batches are processed, or the last line of a log in another form."""
        if self._logs is None or job.status not in COUNTING:
            return
        self._run = self._run or self._scoring_run(job)
        overview = self._logs.end(self._run, PROGRESS) if self._run else ""
        newest = ", ".join(text_of(parse_counts(overview, ""))) or "".join(last_lines(overview, 1))
        if newest and newest != self._reported:
            self._reported = newest
            self._invocation.progress(f"job {job.name}: {newest}")

    def _scoring_run(self, job: Job) -> Run | None:
        """Service fact: batch contract 6.5. An identity that may not read run history gets the states alone."""
        try:
            runs = self._workspace.run_history.children(job.name)
        except AzureMLError:
            self._logs = None
            return None
        return next((run for run in runs if run.name == SCORING_RUN), runs[0] if runs else None)
