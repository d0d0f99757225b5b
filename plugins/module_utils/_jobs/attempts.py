# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The attempts of one key: each is a job with a number, and the last one is the job of the key."""

from __future__ import annotations

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

    def __init__(self, workspace: Workspace, ledger: Ledger | None, spec: JobSpec) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._spec = spec

    def latest(self) -> Attempt:
        """The last attempt that has a job; the first one, without a job, when none has. Raises as ``JobSearch`` does.

        If the service names jobs as asked this costs one read, or two for a job that has ended.
        """
        if self._spec.name is None:
            return Attempt(self._spec, JobSearch(self._workspace, None, self._spec.job_key), SearchResult(None))
        first = self.number(1)
        if first.job is None or not first.job.has_ended:
            return first
        if first.found.by_name and not self._search(2).exists_by_name():
            return first
        if self._ledger is None:
            return self._last_in_sequence(first)
        return self._last_recorded(first, self._ledger.last_attempt(self._spec.name))

    def number(self, number: int) -> Attempt:
        """The attempt of this number, searched."""
        search = self._search(number)
        return Attempt(self._spec.attempt(number), search, search.find())

    def _search(self, number: int) -> JobSearch:
        return JobSearch(self._workspace, self._ledger, self._spec.attempt(number).job_key)

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
