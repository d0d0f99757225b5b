# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The attempts of one key: each is a job with a number, and the last one is the job of the key."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from .._service.workspace import Workspace
from .job import Job
from .ledger import Ledger
from .search import JobSearch, SearchResult
from .spec import JobSpec


@dataclass(frozen=True)
class Attempt:
    """One attempt of a key, and what its search found."""

    spec: JobSpec
    search: JobSearch
    found: SearchResult

    @property
    def job(self) -> Job | None:
        return self.found.job


class Attempts:
    """An attempt is started only after the previous one has ended, so that at most one is active."""

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger | None,
        spec: JobSpec,
        *,
        starts: bool = True,
        reads_only: bool = False,
    ) -> None:
        """``starts`` and ``reads_only`` as for ``JobSearch``."""
        self._workspace = workspace
        self._spec = spec
        self._ledger = ledger
        self._searching = functools.partial(JobSearch, workspace, ledger, starts=starts, reads_only=reads_only)

    def asked(self) -> Attempt:
        """The attempt that the task asks for, by number or by the name of its job; else the last one.

        Without a job if there is none. Raises as ``JobSearch`` does.
        """
        return self.latest() if self._spec.asked is None else self.number(self._spec.asked)

    def latest(self) -> Attempt:
        """The last attempt that has a job; the first one, without a job, when none has. Raises as ``JobSearch`` does.

        If the service names jobs as asked this costs one read, or two for a job that has ended.
        """
        if self._spec.name is None:
            return Attempt(self._spec, JobSearch(self._workspace, None, self._spec.job_key), SearchResult(None))
        return self.since(self.number(1))

    def first_is(self, job: Job) -> Attempt:
        """The first attempt, whose job was found by its name."""
        return Attempt(self._spec.attempt(1), self._search(1), SearchResult(job, by_name=True))

    def since(self, first: Attempt) -> Attempt:
        """The last attempt that has a job, for the first one that was searched already."""
        if first.spec.asked is not None:
            return first
        if first.job is None and first.found.entry is None:
            return first
        if first.job is not None and not first.job.has_ended:
            return first
        if first.found.by_name and not self._search(2).exists_by_name():
            return first
        if self._ledger is None:
            return self._last_in_sequence(first)
        return self._last_recorded(first, self._ledger.last_attempt(first.spec.key))

    def number(self, number: int) -> Attempt:
        """The attempt of this number, searched. If the service gave that name to another attempt, that one."""
        search = self._search(number)
        found = search.find()
        spec = self._spec.attempt(number)
        key = found.job.key if found.job is not None else None
        if found.by_name and key not in (None, spec.key):
            spec = spec.of(str(key))
            return Attempt(spec, self._searching(spec.job_key), found)
        return Attempt(spec, search, found)

    def has_later(self, attempt: Attempt) -> bool:
        """Whether another attempt of the same key followed this one."""
        name, number = str(attempt.spec.name), attempt.spec.number
        if self._searching(JobSpec.named(name, attempt.spec.endpoint).attempt(number + 1).job_key).exists_by_name():
            return True
        if self._ledger is None:
            return False
        return any(
            self._searching(attempt.spec.attempt(later).job_key).find().job is not None
            for later in range(number + 1, self._ledger.last_attempt(name) + 1)
        )

    def _search(self, number: int) -> JobSearch:
        return self._searching(self._spec.attempt(number).job_key)

    def _last_recorded(self, first: Attempt, recorded: int) -> Attempt:
        """Downwards: a start that was announced may have been refused."""
        for number in range(recorded, 1, -1):
            found = self.number(number)
            if found.job is not None:
                return found
        return first

    def _last_in_sequence(self, latest: Attempt) -> Attempt:
        while latest.job is not None and latest.job.has_ended:
            following = self.number(latest.spec.number + 1)
            if following.job is None:
                break
            latest = following
        return latest
