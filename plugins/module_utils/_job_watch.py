# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Following a scoring job to its end, by the wall clock, and noting when it passed from state to state."""

from __future__ import annotations

import datetime
import time

from ._errors import ConnectionFailed, InvalidOption, ServiceError, WaitTimeout
from ._http import jittered
from ._invocation import Invocation
from ._job_record import Job, read_job
from ._workspace import Workspace

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
# A pause is this part of the time waited so far: short jobs are seen to end soon, long ones cost few reads.
SHARE = 0.1
# How long a job that was just started may be missing from the management view.
APPEARANCE = 60.0
_TO_THE_SECOND = len("2026-01-31T06:00:12")
PASSING_TROUBLE = frozenset({408, 429, *range(500, 600)})


class Watch:
    """One wait for one job, seen last as ``job``. ``timeline`` holds each state and when it was first seen."""

    def __init__(self, workspace: Workspace, invocation: Invocation) -> None:
        self._workspace = workspace
        self._invocation = invocation
        self._timeout = invocation.options["wait_timeout"]
        self._begin = time.time()
        self.timeline: list[dict[str, str]] = []
        self.job: Job | None = None

    def note(self, job: Job, at: str | None = None) -> None:
        """Remember the job as it is now; ``at`` is the ISO time (UTC) of its state, by default now."""
        self.job = job
        if self.timeline and self.timeline[-1]["status"] == job.status:
            return
        moment = at or datetime.datetime.now(datetime.timezone.utc).isoformat()
        self.timeline.append({"status": job.status, "at": f"{moment[:_TO_THE_SECOND]}+00:00"})
        self._invocation.progress(f"job {job.name} is {job.status}")

    def until_ended(self, job: Job) -> Job:
        """The job as it ended, well or badly. States that are not known to be final are waited through.

        Raises WaitTimeout when it goes on, and ServiceError for a refusal that waiting will not mend.
        """
        trouble = ""
        while not job.has_ended:
            self._pause(job, trouble)
            try:
                job, trouble = self._read(job), ""
            except (ConnectionFailed, ServiceError) as error:
                if isinstance(error, ServiceError) and error.status not in PASSING_TROUBLE:
                    raise
                trouble = f" (last attempt to see it: {error})"
            self.note(job)
        return job

    def _read(self, job: Job) -> Job:
        """Service fact: batch contract 6.1 (management view)."""
        body = self._workspace.management.get(self._workspace.path(f"jobs/{job.name}"))
        if body is not None:
            return read_job(body)
        if time.time() - self._begin > APPEARANCE:
            raise InvalidOption(f"Job {job.name} is gone: somebody deleted it while the task waited for it.")
        return job

    def _pause(self, job: Job, trouble: str) -> None:
        waited = time.time() - self._begin
        left = self._timeout - waited
        if left <= 0:
            raise WaitTimeout(
                f"Job {job.name} is {job.status} after {self._timeout} s (wait_timeout){trouble}. It goes on in the "
                "service: run the task again with the same name to go on waiting, or cancel it with state: canceled."
            )
        time.sleep(min(jittered(min(max(FIRST_PAUSE, SHARE * waited), LONGEST_PAUSE)), left))
