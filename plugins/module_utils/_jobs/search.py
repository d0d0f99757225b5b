# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Finding the job of a key: before a submission, so that there is only one, and after an answer was lost."""

from __future__ import annotations

import datetime
import typing as t
from dataclasses import dataclass

from .._errors import AzureMLError, InvalidOption
from .._service.workspace import Workspace
from .job import Job, JobKey, parse_job
from .ledger import SETTLED_AFTER, Entry, Ledger

# Seconds. After a start without an answer the job may take a moment to appear in lists.
SEARCH_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# How much the clocks of two services, or of a service and this host, may differ.
CLOCKS_APART = datetime.timedelta(hours=1)
# The same for two services of one cloud, where an older job must not be taken for the one that is searched.
SERVICES_APART = datetime.timedelta(seconds=10)


class InDoubt(AzureMLError):
    """It cannot be known whether the job was started; nothing was sent."""


@dataclass(frozen=True)
class SearchResult:
    """The job that was found, if any.

    ``entry`` is the ledger's entry of the key, if the search read it; ``by_name`` whether the service named the job as
    the task asked.
    """

    job: Job | None
    entry: Entry | None = None
    by_name: bool = False


class JobSearch:
    """Searches the job of one key. Raises what the management calls raise.

    By its name, if the service named the job as asked; else by the ledger's entry of the key; and if that records only
    an announced start, among the jobs since. Without a ledger, among all jobs: no filter of the list but the job's type
    is known to work, and a job that is overlooked would be started twice.

    Service fact: batch contract 6.1, 6.3.
    """

    def __init__(
        self, workspace: Workspace, ledger: Ledger | None, key: JobKey, *, starts: bool = True, reads_only: bool = False
    ) -> None:
        """``ledger`` is None when the task keeps none.

        A task that starts no job (not ``starts``) may name any job of the endpoint. A search that ``reads_only`` does
        not wait for the start that another run announced, and does not record its outcome.
        """
        self._workspace = workspace
        self._ledger = ledger
        self._key = key
        self._starts = starts
        self._reads_only = reads_only

    def find(self) -> SearchResult:
        """The job of the key, or none.

        Raises InvalidOption when the key is the name of something else, InDoubt while it cannot be known.
        """
        job = self._read(self._key.text)
        if job is not None:
            self._require_own(job)
            return SearchResult(job, by_name=True)
        if self._ledger is None:
            return SearchResult(self._among_all())
        entry = self._ledger.read(self._key.text)
        if entry is None:
            return SearchResult(None)
        if entry.job is not None:
            return SearchResult(self._read(entry.job), entry)
        return self._find_announced(self._ledger, entry)

    def exists_by_name(self) -> bool:
        """Whether the service has a job with the name of the key. One read."""
        return self._read(self._key.text) is not None

    def definition_of(self, found: SearchResult) -> str | None:
        """The fingerprint of the options with which a found job was started; None if nobody kept it."""
        if found.job is None or found.job.definition:
            return found.job.definition if found.job else None
        entry = found.entry
        if entry is None and self._ledger and found.job.key is None:
            entry = self._ledger.read(self._key.text)
        return entry.definition if entry else None

    def look_again(self, begin: datetime.datetime) -> Job | None:
        """The job that a submission without an answer started, if it appears; takes up to a minute."""
        entry = self._ledger.read(self._key.text) if self._ledger else None
        begin = entry.note.written if entry else begin
        for pause in SEARCH_PAUSES:
            self._workspace.invocation.clock.sleep(pause)
            job = self._read(self._key.text) or self._among(self._since(begin), entry)
            if job is not None:
                return job
        return None

    def refuse_shared_output(self) -> None:
        """Raises InvalidOption while the job of another key writes to the same place: one of them would fail."""
        rivals = self._ledger.rivals(self._key.text, self._key.places) if self._ledger and self._key.places else ()
        for rival in rivals:
            job = self._read(rival.job) if rival.job else None
            if job is not None and not job.has_ended:
                raise InvalidOption(
                    f"outputs: job {job.name} of endpoint {job.endpoint} is {job.status} and writes to the same path. "
                    "Wait for it or cancel it, or give another path. Nothing was started."
                )

    # -- by name -------------------------------------------------------------------------------------------------

    def _read(self, name: str) -> Job | None:
        body = self._workspace.arm.get(self._workspace.path(f"jobs/{name}"))
        return parse_job(body) if body is not None else None

    def _require_own(self, job: Job) -> None:
        """Raises InvalidOption for a job that has the name of the key, and is not its job."""
        key = self._key.text
        if self._key.matches(job) or (not self._starts and job.is_at(self._key.endpoint)):
            return
        if job.name != key and job.name.lower() == key.lower():
            raise InvalidOption(
                f"name: {key!r} differs from the name of job {job.name} in the case of letters alone, and the service "
                "takes both for one. Write it as that job has it, or choose another name."
            )
        if job.key is not None and job.is_at(self._key.endpoint):
            raise InvalidOption(
                f"name: {key!r} is the name that the service gave the job of key {job.key!r}. Give the key as "
                "the name, or leave inputs out to wait for this job."
            )
        raise InvalidOption(
            f"name: {key!r} is the name of a job that endpoint {self._key.endpoint} did not start "
            f"({job.display_name or job.name}). Choose another name."
        )

    # -- by an announced start -----------------------------------------------------------------------------------

    def _find_announced(self, ledger: Ledger, entry: Entry) -> SearchResult:
        """The job of a start without a recorded outcome: another run is starting it, or was killed while it did.

        No job when the start was refused, or was announced so long ago that an absent job was never started.
        """
        for pause in SEARCH_PAUSES:
            if entry.job:
                return SearchResult(self._read(entry.job), entry)
            job = self._read(self._key.text) or self._among(self._since(entry.note.written), entry)
            if self._reads_only:
                return SearchResult(job, entry)
            if job is not None:
                ledger.settle(self._key.text, entry.definition, self._key.places, job.name, entry)
                return SearchResult(job, entry)
            if entry.is_settled:
                return SearchResult(None, entry)
            self._workspace.invocation.clock.sleep(pause)
            current = ledger.read(self._key.text)
            if current is None:
                return SearchResult(None)
            entry = current
        raise InDoubt(
            f"Another run announced the start of job {self._key.text} {entry.note.age:.0f} s ago, and no such job has "
            "appeared: that run is still starting it, or was killed while it did. Nothing was sent. Run the task again "
            f"in {max(SETTLED_AFTER - entry.note.age, 0) / 60:.0f} minutes: it then finds the job, or starts it.",
            key=self._key.text,
        )

    # -- by the list of jobs -------------------------------------------------------------------------------------

    def _list(self) -> t.Iterator[Job]:
        jobs = self._workspace.arm.list(self._workspace.path("jobs"), jobType="Pipeline", listViewType="All")
        return (parse_job(body) for body in jobs)

    def _since(self, begin: datetime.datetime) -> t.Iterator[Job]:
        """Jobs that may have been started since then. Stops early if the list turns out to be newest first."""
        begin -= CLOCKS_APART
        previous, falls, rises = None, False, False
        for job in self._list():
            created = job.created_at
            if created and previous:
                falls, rises = falls or created < previous, rises or created > previous
            previous = created or previous
            if created is None or created >= begin:
                yield job
            elif falls and not rises:
                return

    def _among(self, jobs: t.Iterable[Job], entry: Entry | None) -> Job | None:
        """The job of the key among new ones; by its output alone only if no other key can have started it."""
        jobs = list(jobs)
        found = _newest(job for job in jobs if self._key.matches(job))
        if found is not None or self._ledger is None or entry is None:
            return found
        begin = entry.note.written - SERVICES_APART
        shared = [job for job in jobs if self._key.shares_output(job) and job.created_at and job.created_at >= begin]
        rivals = self._ledger.rivals(self._key.text, self._key.places) if shared else []
        if any(rival.job is None for rival in rivals):
            return None
        taken = {rival.job for rival in rivals}
        free = [job for job in shared if job.name not in taken]
        return free[0] if len(free) == 1 else None

    def _among_all(self) -> Job | None:
        jobs = list(self._list())
        found = _newest(job for job in jobs if self._key.matches(job))
        shared = next((job for job in jobs if self._key.shares_output(job)), None) if found is None else None
        if shared is not None:
            raise InDoubt(
                f"Job {shared.name} writes to the path that the task names, and it is unknown whether it is the job of "
                f"key {self._key.text}: the service keeps no tags, and the task keeps no ledger. Nothing was sent. "
                "Keep a ledger, or leave outputs out: the path then identifies the job.",
                key=self._key.text,
            )
        return found


def _newest(jobs: t.Iterable[Job]) -> Job | None:
    return max(jobs, key=lambda job: job.created or "", default=None)
