# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Waiting for a scoring job, by the wall clock and within its limits; canceling it; the timeline of its states."""

from __future__ import annotations

import datetime

from .._errors import ConnectionFailed, InvalidOption, ServiceError, WaitTimeout
from .._service.retry import TRANSIENT, jittered
from .._service.workspace import Workspace
from .job import Job, parse_job, parse_time
from .progress import Progress

# Seconds.
FIRST_PAUSE, SHORT_PAUSE, LONGEST_PAUSE = 0.5, 2.0, 900.0
# A pause is this share of the time waited so far, and at most that share of the time in the present phase: the end of a
# short job is seen soon, a long one costs few requests, and a long queue does not delay the polls of a short run.
SHARE_OF_WAIT = 0.085
SHARE_OF_PHASE = 0.8
# Seconds for which a job that was just started may be absent from the management view.
APPEARANCE = 60.0
# Seconds that a canceled job may take to end.
CANCEL_TIMEOUT = 600.0
CANCELING = "CancelRequested"
_TO_THE_SECOND = len("2026-01-31T06:00:12")

# The phases that a task can limit. Service fact: batch contract 6.2 (the states).
PHASES = {
    "queued": frozenset({"Queued"}),
    "preparing": frozenset({"NotStarted", "Starting", "Provisioning", "Preparing"}),
    "running": frozenset({"Running", "Finalizing"}),
}


def pause_after(waited: float, in_phase: float) -> float:
    """Seconds until the next poll, after so many seconds of waiting, and of the job's present phase."""
    shortest = min(FIRST_PAUSE + waited / 4, SHORT_PAUSE)
    return min(max(shortest, min(SHARE_OF_WAIT * waited, SHARE_OF_PHASE * in_phase)), LONGEST_PAUSE)


class JobTimeout(WaitTimeout):
    """The job did not end in time. ``reason`` is the message without what to do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason


class JobWait:
    """One wait for one job, seen last as ``job``. ``timeline`` has each state and when it was first seen."""

    def __init__(self, workspace: Workspace) -> None:
        options = workspace.invocation.options
        self._workspace = workspace
        self._progress = Progress(workspace)
        self._timeout: float = options["wait_timeout"]
        self._limits = {phase: seconds for phase, seconds in (options["phase_timeouts"] or {}).items() if seconds}
        self._clock = workspace.invocation.clock
        self._begin = self._clock.now()
        self._phase: str | None = None
        self._phase_begin = self._begin
        self._last_seen = 0.0
        self.timeline: list[dict[str, str]] = []
        self.job: Job | None = None

    def note(self, job: Job, at: str | None = None) -> None:
        """Record the job as it is now; ``at`` is the ISO time (UTC) of its state, by default now."""
        self.job = job
        if not self.timeline or self.timeline[-1]["status"] != job.status:
            self._enter_state(job, at)
        self._last_seen = self._clock.now()
        self._progress.polled(job)

    def until_ended(self, job: Job) -> Job:
        """The job as it ended, well or badly. Any state that is not known to be final is waited through.

        Raises JobTimeout when it does not end, and ServiceError for a refusal that is not transient.
        """
        with self._workspace.invocation.underway(self._note(job)):
            return self._until_ended(job)

    def _note(self, job: Job) -> str:
        name = self._workspace.invocation.options.get("name") or job.name
        return (
            f"job {job.name} goes on in Azure. To wait for its end, run batch_job with name: {name}; to cancel it, add "
            "state: canceled."
        )

    def _until_ended(self, job: Job) -> Job:
        trouble, retry_after = "", 0.0
        while not job.has_ended:
            self._pause(job, trouble, retry_after)
            try:
                (job, retry_after), trouble = self._poll(job), ""
            except (ConnectionFailed, ServiceError) as error:
                if isinstance(error, ServiceError) and error.status not in TRANSIENT:
                    raise
                trouble = f" (last attempt to read it: {error})"
                retry_after = getattr(error, "retry_after", None) or 0.0
            self.note(job)
        return job

    def cancel(self, job: Job, *, wait: bool) -> Job:
        """Cancel a job: the job as it ended, or without ``wait`` as it is now. One that has ended stays as it is.

        Raises WaitTimeout when it does not end. Service fact: batch contract 6.4; assets contract 10 (a 200 without an
        operation to poll is an answer too).
        """
        path = self._workspace.path(f"jobs/{job.name}")
        if job.status != CANCELING:
            accepted = self._workspace.arm.post(f"{path}/cancel", safe_to_repeat=True)
            if wait:
                self._workspace.arm.wait(accepted, timeout=CANCEL_TIMEOUT, what=f"cancellation of {job.name}")
        current = self._workspace.arm.get(path)
        job = parse_job(current) if current else job
        self.note(job)
        return self._until_canceled(job) if wait else job

    def _until_canceled(self, job: Job) -> Job:
        """Wait with a timeout of its own, and without limits of phases."""
        self._begin, self._timeout, self._limits = self._clock.now(), CANCEL_TIMEOUT, {}
        self._phase_begin = self._begin
        return self.until_ended(job)

    def _enter_state(self, job: Job, at: str | None) -> None:
        moment = at or datetime.datetime.fromtimestamp(self._clock.now(), datetime.timezone.utc).isoformat()
        self.timeline.append({"status": job.status, "at": f"{moment[:_TO_THE_SECOND]}+00:00"})
        self._enter_phase(job)
        self._progress.state_changed(job)

    def _enter_phase(self, job: Job) -> None:
        """A phase begins at the time that the service reports, but not before the job was last seen in another one.

        A state outside the phases, as NotResponding, belongs to the phase that it interrupts.
        """
        phase = next((phase for phase, states in PHASES.items() if job.status in states), self._phase)
        if phase == self._phase:
            return
        self._phase, self._phase_begin = phase, self._clock.now()
        reported = parse_time({"preparing": job.created, "running": job.started}.get(phase or ""))
        if reported is not None:
            self._phase_begin = min(self._phase_begin, max(reported.timestamp(), self._last_seen))

    def _poll(self, job: Job) -> tuple[Job, float]:
        """The job, and the pause that the service asks for. Service fact: batch contract 6.1 (management view)."""
        left = self._timeout - (self._clock.now() - self._begin)
        body, retry_after = self._workspace.arm.poll(self._workspace.path(f"jobs/{job.name}"), left)
        if body is not None:
            return parse_job(body), retry_after
        if self._clock.now() - self._begin > APPEARANCE:
            raise InvalidOption(f"Job {job.name} is gone: somebody deleted it while the task waited for it.")
        return job, retry_after

    def _pause(self, job: Job, trouble: str, retry_after: float) -> None:
        """Sleep until the next poll. Raises JobTimeout at the end of the timeout or of a phase's limit."""
        now = self._clock.now()
        waited, in_phase = now - self._begin, now - self._phase_begin
        left = self._timeout - waited
        if left <= 0:
            raise JobTimeout(
                f"Job {job.name} is {job.status} after {self._timeout:.0f} s (wait_timeout){trouble}.",
                "It goes on in the service: run the task again with the same name to continue waiting, or cancel it "
                "with state: canceled.",
            )
        limit = self._limits.get(self._phase or "")
        if limit is not None and in_phase >= limit:
            raise JobTimeout(
                f"Job {job.name} has been {self._phase} for {in_phase:.0f} s, and phase_timeouts.{self._phase} is "
                f"{limit} s{trouble}.",
                "It goes on in the service: run the task again with a longer limit to continue waiting, or cancel it "
                "with state: canceled.",
            )
        left = min(left, limit - in_phase) if limit is not None else left
        self._clock.sleep(min(max(jittered(pause_after(waited, in_phase)), retry_after), left))
