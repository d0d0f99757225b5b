# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The tries of one key: each is a job with a number, and the last one is the job that the key means."""

from __future__ import annotations

from dataclasses import dataclass

from .._service.workspace import Workspace
from .job import Job
from .ledger import Ledger
from .search import JobSearch
from .spec import JobSpec


@dataclass(frozen=True)
class Attempt:
    """One try of a key, with its ``job`` where there is one, and with the search that looked for it."""

    order: JobSpec
    search: JobSearch
    job: Job | None


class Attempts:
    """A try is started only after the one before it has ended, so there is never more than one going on."""

    def __init__(self, workspace: Workspace, ledger: Ledger | None, order: JobSpec) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._order = order

    def latest(self) -> Attempt:
        """The last try that has a job; the first one, without a job, when none has. Raises what ``Search`` raises.

        Where the service names jobs as asked this costs one read, or two of a job that has ended.
        """
        if self._order.name is None:
            return Attempt(self._order, JobSearch(self._workspace, None, self._order.marks), None)
        first = self.number(1)
        if first.job is None or not first.job.has_ended:
            return first
        if first.search.is_named and not self._search(2).exists_by_name():
            return first
        if self._ledger is None:
            return self._last_in_line(first)
        return self._last_noted(first, self._ledger.last_try(self._order.name))

    def number(self, number: int) -> Attempt:
        """One try, looked for."""
        search = self._search(number)
        return Attempt(self._order.again(number), search, search.find())

    def _search(self, number: int) -> JobSearch:
        return JobSearch(self._workspace, self._ledger, self._order.again(number).marks)

    def _last_noted(self, first: Attempt, noted: int) -> Attempt:
        """Going down: what was announced may have been refused."""
        for number in range(noted, 1, -1):
            found = self.number(number)
            if found.job is not None:
                return found
        return first

    def _last_in_line(self, latest: Attempt) -> Attempt:
        while latest.job is not None and latest.job.has_ended:
            following = self.number(latest.order.number + 1)
            if following.job is None:
                break
            latest = following
        return latest
