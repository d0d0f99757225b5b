# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Finding the job that a task names, for modules that read: the same job that ``batch_job`` means by this name or key.

Nothing is written, and nothing is waited for.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import AzureMLError, InvalidOption, MissingLibrary
from .._schema.resource_type import Options
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .._types.batch_endpoint import BATCH_ENDPOINT
from .attempts import Attempt, Attempts
from .job import Job, parse_job, split_key
from .ledger import Ledger, LedgerUnusable
from .ledger_index import LedgerIndex
from .spec import JobSpec, asked_attempt


def lookup_options() -> dict[str, t.Any]:
    """The options by which a task names a job."""
    return {
        "name": {"type": "str"},
        "key": {"type": "str", "no_log": False},
        "attempt": {"type": "int", "aliases": ["try"]},
        "endpoint_name": {"type": "str"},
    }


class JobLookup:
    """Finds one job by the options of a task (``lookup_options``).

    A name is first that of a job in the service, else one under which a job was started. The name of a key means its
    last attempt, the name of any other job that job alone.
    """

    def __init__(self, workspace: Workspace, datastores: Datastores, options: Options) -> None:
        self._workspace = workspace
        self._datastores = datastores
        self._options = options
        self._endpoint: str | None = options["endpoint_name"]

    def find(self) -> Job | None:
        """The job, None if there is none.

        Raises InvalidOption for names that none can have, and for a name or key of several jobs.
        """
        if self._endpoint is not None:
            BATCH_ENDPOINT.name_rule.check("endpoint_name", self._endpoint, BATCH_ENDPOINT.label)
        name, asked = asked_attempt(self._options)
        if name is None:
            return self._by_caller_key(asked)
        job = self._read(str(self._options["name"]))
        if job is None:
            return self._by_key(name, asked)
        return self._of_name(job, name, asked) if self._endpoint is None or job.is_at(self._endpoint) else None

    def require(self) -> Job:
        """The job. Raises InvalidOption as ``find`` does, and if there is none."""
        found = self.find()
        if found is None:
            raise InvalidOption(self.absent)
        return found

    @property
    def absent(self) -> str:
        """What to say of a task whose job is absent."""
        option = "name" if self._options["name"] is not None else "key"
        number = self._options["attempt"]
        which = f"attempt {number} of job" if number is not None else "job"
        where = f" of endpoint {self._endpoint}" if self._endpoint else ""
        hint = (
            "Give the name that batch_job returns as batch_job.name or batch_job.key."
            if option == "name"
            else "Give the key as batch_job got it, or in place of it as name what batch_job returned as batch_job.key."
        )
        return (
            f"{option}: there is no {which} '{self._options[option]}'{where} in workspace '{self._workspace.id.name}'. "
            f"{hint}"
        )

    # -- by the name of a job --------------------------------------------------------------------------------------

    def _of_name(self, job: Job, name: str, asked: int | None) -> Job | None:
        """``job`` has the name that the task gives."""
        if job.endpoint is None:
            return job
        if job.key is not None and job.key != job.name:  # the service's own name
            key, number = split_key(job.key)
            if asked in (None, number):
                return job
            return self._attempt(JobSpec.named(key, job.endpoint, asked))
        spec = JobSpec.named(name, job.endpoint, asked)
        if job.name.lower() == spec.attempt(asked or 1).key.lower():
            return self._attempt(spec, known=job)
        return self._attempt(spec)

    def _attempt(self, spec: JobSpec, known: Job | None = None) -> Job | None:
        """The attempt that is asked for, or the last one; without the ledger if that cannot be read.

        ``known`` is the job of the attempt that is asked for, or of the first one.
        """
        ledger = Ledger(self._workspace, spec.endpoint, self._datastores)
        try:
            return self._attempt_by(ledger, spec, known)
        except (LedgerUnusable, MissingLibrary):
            return self._attempt_by(None, spec, known)

    def _attempt_by(self, ledger: Ledger | None, spec: JobSpec, known: Job | None) -> Job | None:
        attempts = Attempts(self._workspace, ledger, spec, starts=False, reads_only=True)
        if known is not None and spec.asked is not None:
            return _with_key(known, spec.attempt(spec.asked).key)
        return _found(attempts.since(attempts.first_is(known)) if known is not None else attempts.asked())

    # -- by a key --------------------------------------------------------------------------------------------------

    def _by_caller_key(self, asked: int | None) -> Job | None:
        """By the text from which the name was derived: the ledger alone knows it."""
        started = LedgerIndex(self._datastores).started_with(str(self._options["key"]), self._endpoint)
        return self._attempt(JobSpec.named(started[1], started[0], asked)) if started else None

    def _by_key(self, name: str, asked: int | None) -> Job | None:
        """By the name under which it was started, where the service assigned another one."""
        endpoints = [self._endpoint] if self._endpoint else self._endpoints_of(name)
        if len(endpoints) > 1:
            raise InvalidOption(
                f"name: each of the endpoints {', '.join(endpoints)} has a job {name}. Give endpoint_name as well."
            )
        found = self._recorded(JobSpec.named(name, endpoints[0], asked)) if endpoints else None
        return found or self._among_all(name, asked)

    def _endpoints_of(self, name: str) -> list[str]:
        try:
            return LedgerIndex(self._datastores).endpoints_of(name)
        except AzureMLError:  # the list of jobs may have it
            return []

    def _recorded(self, spec: JobSpec) -> Job | None:
        ledger = Ledger(self._workspace, spec.endpoint, self._datastores)
        try:
            return self._attempt_by(ledger, spec, None)
        except (LedgerUnusable, MissingLibrary):
            return None

    def _among_all(self, name: str, asked: int | None) -> Job | None:
        """Among all jobs of the workspace, for a task without a ledger."""
        bodies = self._workspace.arm.list(self._workspace.path("jobs"), jobType="Pipeline", listViewType="All")
        found: dict[str, list[tuple[int, Job]]] = {}
        for job in map(parse_job, bodies):
            if job.endpoint is None or (self._endpoint is not None and not job.is_at(self._endpoint)):
                continue
            key, number = split_key(job.started_as or job.name)
            if key == name and asked in (None, number):
                found.setdefault(job.endpoint.lower(), []).append((number, _with_key(job, job.started_as or job.name)))
        if len(found) > 1:
            raise InvalidOption(
                f"name: each of the endpoints {', '.join(sorted(found))} has a job {name}. Give endpoint_name as well."
            )
        jobs = [numbered for jobs in found.values() for numbered in jobs]
        last = max(jobs, key=lambda numbered: (numbered[0], numbered[1].created or ""), default=None)
        return last[1] if last else None

    def _read(self, name: str) -> Job | None:
        body = self._workspace.arm.get(self._workspace.path(f"jobs/{name}"))
        return parse_job(body) if body is not None else None


def _found(attempt: Attempt) -> Job | None:
    return _with_key(attempt.job, attempt.spec.key) if attempt.job is not None else None


def _with_key(job: Job, key: str) -> Job:
    """The job with the key under which it was started, of which the service may keep no tag."""
    return dataclasses.replace(job, key=key) if job.key is None else job
