# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Finding the job of a key again: before a submission, so that there is only one, and after an answer was lost."""

from __future__ import annotations

import functools
import time
import typing as t

from ._errors import InvalidOption
from ._job_record import Job, Marks, read_job
from ._workspace import Workspace

# An answer that was lost on its way: the job may take a moment to show up in lists.
LOOK_AGAIN_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


class Search:
    """Looks for the job that carries the marks of one key. Raises what the management calls raise."""

    def __init__(self, workspace: Workspace, marks: Marks) -> None:
        self._workspace = workspace
        self._marks = marks

    def find(self) -> Job | None:
        """The job of a key that the task gave. Service fact: batch contract 6.1, 6.3.

        By its name where the service names jobs as asked, else among all jobs: filters of the list other than the
        job's type are not known to work, and a job that is overlooked would be started twice.

        Raises InvalidOption when the name belongs to something else.
        """
        body = self._read()
        if body is None:
            return _best(job for job in self._standing if self._marks.fit(job))
        job = read_job(body)
        if not self._marks.fit(job):
            raise InvalidOption(
                f"name: {self._marks.key!r} is the name of a job that endpoint {self._marks.endpoint} did not start "
                f"({job.display_name or job.name}). Choose another name."
            )
        return job

    def refuse_shared_place(self) -> None:
        """Raises InvalidOption while another job writes to the same place: the second of them would fail."""
        for job in self._standing if self._marks.places else ():
            if not job.has_ended and self._marks.same_place(job):
                raise InvalidOption(
                    f"outputs: job {job.name} of endpoint {job.endpoint} is {job.status} and writes to the same place. "
                    "Wait for it or cancel it, or give another place. Nothing was started."
                )

    def look_again(self) -> Job | None:
        """The job that a submission without an answer started, if it shows up; takes up to a minute.

        A job that stood before the submission is not it, whatever marks it carries.
        """
        before = {job.name for job in self.__dict__.get("_standing", ())}
        for pause in LOOK_AGAIN_PAUSES:
            time.sleep(pause)
            body = self._read()
            jobs = [read_job(body)] if body is not None else list(self._list())
            found = _best(job for job in jobs if job.name not in before and self._marks.fit(job))
            if found is not None:
                return found
        return None

    @functools.cached_property
    def _standing(self) -> list[Job]:
        """The jobs that stood when first asked for."""
        return list(self._list())

    def _read(self) -> dict[str, t.Any] | None:
        return self._workspace.management.get(self._workspace.path(f"jobs/{self._marks.key}"))

    def _list(self) -> t.Iterator[Job]:
        jobs = self._workspace.management.list(self._workspace.path("jobs"), jobType="Pipeline", listViewType="All")
        return (read_job(body) for body in jobs)


def _best(jobs: t.Iterable[Job]) -> Job | None:
    """The one with the key in its record, else the newest that writes to the place."""
    return max(jobs, key=lambda job: (job.key is not None, job.created or ""), default=None)
