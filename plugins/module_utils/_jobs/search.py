# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Finding the job of a key again: before a submission, so that there is only one, and after an answer was lost."""

from __future__ import annotations

import datetime
import time
import typing as t

from .._errors import AzureMLError, InvalidOption
from .._service.workspace import Workspace
from .job import Job, Marks, read_job
from .ledger import SETTLED_AFTER, Entry, Ledger

# After a start without an answer: the job may take a moment to show up in lists.
LOOK_AGAIN_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# How far the clocks of two services, or of a service and this host, may be apart.
CLOCKS_APART = datetime.timedelta(hours=1)
# The same for two services of one cloud, where a job that is older must not be taken for the one that is looked for.
SERVICES_APART = datetime.timedelta(seconds=10)


class InDoubt(AzureMLError):
    """It cannot be known whether the job was started; nothing was sent."""


class JobSearch:
    """Looks for the job that carries the marks of one key. Raises what the management calls raise.

    By its name, where the service names jobs as asked; else by what the ledger notes of the key; and where that says
    only that a start was announced, among the jobs since. Without a ledger, among all jobs: filters of the list other
    than the job's type are not known to work, and a job that is overlooked would be started twice.

    Service fact: batch contract 6.1, 6.3.
    """

    def __init__(self, workspace: Workspace, ledger: Ledger | None, marks: Marks) -> None:
        """``ledger`` is None when the task keeps none."""
        self._workspace = workspace
        self._ledger = ledger
        self._marks = marks
        self.entry: Entry | None = None
        self.is_named = False

    def find(self) -> Job | None:
        """The job of the key, None when there is none.

        Raises InvalidOption when the key is the name of something else, InDoubt while it cannot be known.
        """
        job = self._read(self._marks.key)
        if job is not None:
            return self._by_name(job)
        if self._ledger is None:
            return self._among_all()
        self.entry = self._ledger.read(self._marks.key)
        if self.entry is None:
            return None
        return self._read(self.entry.job) if self.entry.job else self._announced()

    def exists_by_name(self) -> bool:
        """Is there a job that the service named as asked? One read."""
        return self._read(self._marks.key) is not None

    def definition_of(self, job: Job) -> str | None:
        """The fingerprint of the options with which the job of the key was started, where anybody kept it."""
        keeps_marks = job.key is not None
        if self.entry is None and self._ledger and not keeps_marks:
            self.entry = self._ledger.read(self._marks.key)
        return job.definition or (self.entry.definition if self.entry else None)

    def look_again(self, begin: datetime.datetime) -> Job | None:
        """The job that a submission without an answer started, if it shows up; takes up to a minute."""
        self.entry = self._ledger.read(self._marks.key) if self._ledger else None
        begin = self.entry.note.written if self.entry else begin
        for pause in LOOK_AGAIN_PAUSES:
            time.sleep(pause)
            job = self._read(self._marks.key) or self._among(self._since(begin))
            if job is not None:
                return job
        return None

    def refuse_shared_place(self) -> None:
        """Raises InvalidOption while the job of another key writes to the same place: one of them would fail."""
        rivals = self._ledger.rivals(self._marks.key, self._marks.places) if self._ledger and self._marks.places else ()
        for rival in rivals:
            job = self._read(rival.job) if rival.job else None
            if job is not None and not job.has_ended:
                raise InvalidOption(
                    f"outputs: job {job.name} of endpoint {job.endpoint} is {job.status} and writes to the same place. "
                    "Wait for it or cancel it, or give another place. Nothing was started."
                )

    # -- by name -------------------------------------------------------------------------------------------------

    def _read(self, name: str) -> Job | None:
        body = self._workspace.arm.get(self._workspace.path(f"jobs/{name}"))
        return read_job(body) if body is not None else None

    def _by_name(self, job: Job) -> Job:
        if not self._marks.fit(job):
            if job.name != self._marks.key and job.name.lower() == self._marks.key.lower():
                raise InvalidOption(
                    f"name: {self._marks.key!r} differs from the name of job {job.name} in the case of letters alone, "
                    "and the service takes both for one. Write it as that job has it, or choose another name."
                )
            raise InvalidOption(
                f"name: {self._marks.key!r} is the name of a job that endpoint {self._marks.endpoint} did not start "
                f"({job.display_name or job.name}). Choose another name."
            )
        self.is_named = True
        return job

    # -- by what the ledger says -----------------------------------------------------------------------------------

    def _announced(self) -> Job | None:
        """The job of a start whose outcome nobody noted: another run is at it, or was ended in the middle of it.

        None when it was refused, or so long ago that an absent job was never started.
        """
        ledger = t.cast("Ledger", self._ledger)
        entry = t.cast("Entry", self.entry)
        for pause in LOOK_AGAIN_PAUSES:
            if entry.job:
                return self._read(entry.job)
            job = self._read(self._marks.key) or self._among(self._since(entry.note.written))
            if job is not None:
                ledger.settle(self._marks.key, entry.definition, self._marks.places, job.name, entry)
                return job
            if entry.is_settled:
                return None
            time.sleep(pause)
            self.entry = ledger.read(self._marks.key)
            if self.entry is None:
                return None
            entry = self.entry
        raise InDoubt(
            f"Another run announced the start of job {self._marks.key} {entry.note.age:.0f} s ago, and no such job has "
            "shown up: that run is still at it, or was ended in the middle. Nothing was sent. Run the task again in "
            f"{max(SETTLED_AFTER - entry.note.age, 0) / 60:.0f} minutes: it takes up the job, or starts it.",
            key=self._marks.key,
        )

    # -- by the list of jobs ---------------------------------------------------------------------------------------

    def _list(self) -> t.Iterator[Job]:
        jobs = self._workspace.arm.list(self._workspace.path("jobs"), jobType="Pipeline", listViewType="All")
        return (read_job(body) for body in jobs)

    def _since(self, begin: datetime.datetime) -> t.Iterator[Job]:
        """Jobs that may have been started since then. The list ends early where it turns out to be newest first."""
        begin -= CLOCKS_APART
        previous, falls, rises = None, False, False
        for job in self._list():
            moment = job.moment
            if moment and previous:
                falls, rises = falls or moment < previous, rises or moment > previous
            previous = moment or previous
            if moment is None or moment >= begin:
                yield job
            elif falls and not rises:
                return

    def _among(self, jobs: t.Iterable[Job]) -> Job | None:
        """The job of the key among new ones; by the place alone only when no other key can have started it."""
        jobs = list(jobs)
        found = _newest(job for job in jobs if self._marks.fit(job))
        if found is not None or self._ledger is None:
            return found
        begin = self.entry.note.written - SERVICES_APART if self.entry else None
        shared = [job for job in jobs if self._marks.share_place(job) and begin and job.moment and job.moment >= begin]
        rivals = self._ledger.rivals(self._marks.key, self._marks.places) if shared else []
        if any(rival.job is None for rival in rivals):
            return None
        taken = {rival.job for rival in rivals}
        free = [job for job in shared if job.name not in taken]
        return free[0] if len(free) == 1 else None

    def _among_all(self) -> Job | None:
        jobs = list(self._list())
        found = _newest(job for job in jobs if self._marks.fit(job))
        shared = next((job for job in jobs if self._marks.share_place(job)), None) if found is None else None
        if shared is not None:
            raise InDoubt(
                f"Job {shared.name} writes to the place that the task names, and nothing tells whether it is the job "
                f"of key {self._marks.key}: the service keeps no marks, and the task no ledger. Nothing was sent. "
                "Keep a ledger, or leave outputs out: the place then tells.",
                key=self._marks.key,
            )
        return found


def _newest(jobs: t.Iterable[Job]) -> Job | None:
    return max(jobs, key=lambda job: job.created or "", default=None)
