# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The rest of a job's life: it is canceled, archived, restored, deleted, and its outputs with it."""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption
from .._invocation import Invocation, Result
from .._names.datastore_path import DatastorePath, read_datastore_path
from .._names.json_types import JsonObject
from .._service.datastores import Datastores, home
from .._service.workspace import Workspace
from .attempts import Attempt, Attempts
from .job import COMPLETED, Job, read_job
from .ledger import Ledger
from .output_guard import delete_below, meets_kept
from .spec import JobSpec
from .wait import JobWait

CANCELED, ARCHIVED, RESTORED, ABSENT = "canceled", "archived", "restored", "absent"
# What a PUT of a job that stands may hold: what it is, and what can be changed of it.
WRITABLE = ("jobType", "experimentName", "displayName", "description", "tags", "properties")
STATES = (CANCELED, ARCHIVED, RESTORED, ABSENT)


class Lifecycle:
    """Brings the job of a key into a state other than having been started. A key without job is fine with all."""

    def __init__(
        self,
        workspace: Workspace,
        invocation: Invocation,
        order: JobSpec,
        ledger: Ledger | None,
        datastores: Datastores,
    ) -> None:
        self._workspace = workspace
        self._invocation = invocation
        self._order = order
        self._ledger = ledger
        self._datastores = datastores
        self._tries = Attempts(workspace, ledger, order)
        self._watch = JobWait(workspace, invocation)

    def to(self, state: str) -> Result:
        latest = self._tries.latest()
        if latest.job is None:
            return Result(False, {})
        self._watch.note(latest.job)
        if state == CANCELED:
            return self._canceled(latest, latest.job)
        if state == ABSENT:
            return self._absent(latest, latest.job)
        return self._archived(latest, latest.job, desired=state == ARCHIVED)

    def _canceled(self, latest: Attempt, job: Job) -> Result:
        if job.has_ended:
            return Result(False, {"batch_job": self._shown(latest, job)})
        before, after = self._change(status=(job.status, "Canceled"))
        if self._invocation.check_mode:
            return Result(True, {"batch_job": {**self._shown(latest, job), "status": "Canceled"}}, before, after)
        ended = self._watch.cancel(job, wait=self._invocation.options["wait"])
        return Result(ended.status not in COMPLETED, {"batch_job": self._shown(latest, ended)}, before, after)

    def _archived(self, latest: Attempt, job: Job, *, desired: bool) -> Result:
        """Service fact: assets contract 1.8, 10 (what was read goes back); batch contract 6.1 (what may be changed)."""
        if bool(job.is_archived) is desired:
            return Result(False, {"batch_job": self._shown(latest, job)})
        before, after = self._change(archived=(bool(job.is_archived), desired))
        if self._invocation.check_mode:
            return Result(True, {"batch_job": {**self._shown(latest, job), "archived": desired}}, before, after)
        path = self._workspace.path(f"jobs/{job.name}")
        current = self._workspace.arm.get(path) or {}
        told = current.get("properties") or {}
        properties = {word: told[word] for word in WRITABLE if told.get(word) is not None}
        self._workspace.arm.put(path, {"properties": {**properties, "isArchived": desired}})
        now = self._workspace.arm.get(path)
        return Result(True, {"batch_job": self._shown(latest, read_job(now) if now else job)}, before, after)

    def _absent(self, latest: Attempt, job: Job) -> Result:
        """All tries of the key: a try that is left would be taken for the key's job. The last one goes first."""
        attempts = [latest, *map(self._tries.number, range(latest.order.number - 1, 0, -1))]
        before, _after = self._change(status=(job.status, None))
        if self._invocation.options["delete_outputs"]:
            jobs = [attempt.job for attempt in attempts if attempt.job is not None]
            before["outputs"] = [place.uri for current in jobs for place in self._places(current)]
        if not self._invocation.check_mode:
            for attempt in attempts:
                if attempt.job is not None:
                    self._delete(attempt.job)
                if self._ledger:
                    self._ledger.forget(attempt.order.key)
        return Result(True, {}, before, {})

    def _delete(self, job: Job) -> None:
        """Service fact: batch contract 6.4. A job that runs is canceled first: what it writes must not come after."""
        if not job.has_ended:
            job = self._watch.cancel(job, wait=True)
        if self._invocation.options["delete_outputs"]:
            self._delete_outputs(job)
        path = self._workspace.path(f"jobs/{job.name}")
        accepted = self._workspace.arm.delete(path)
        timeout = self._invocation.options["wait_timeout"]
        self._workspace.arm.wait(accepted, timeout=timeout, what=f"deletion of {job.name}")

    def _delete_outputs(self, job: Job) -> None:
        """What was written since the job began."""
        for place in self._places(job):
            delete_below(self._datastores.named(place.datastore, "delete_outputs"), place, since=job.moment)

    def _places(self, job: Job) -> list[DatastorePath]:
        """Where a job writes: as its record says, or else the folder of the run inside it.

        Raises InvalidOption when this task may not delete there.
        """
        uris = list(job.outputs.values())
        if not uris:
            runs = self._workspace.run_history.children(job.name)
            store = self._datastores.default("delete_outputs").name
            uris = [f"azureml://datastores/{store}/paths/azureml/{run.id}" for run in runs]
        return [self._deletable(uri, job) for uri in uris]

    def _deletable(self, uri: str, job: Job) -> DatastorePath:
        place = read_datastore_path(uri)
        if place is None or not place.path or place.workspace not in (None, home(self._workspace)):
            raise InvalidOption(
                f"delete_outputs: the output {uri} of job {job.name} is not in a datastore of this workspace. "
                "Delete it where it is, and leave delete_outputs out."
            )
        if meeting := meets_kept(place):
            raise InvalidOption(
                f"delete_outputs: {meeting} Delete by hand what job {job.name} wrote there, and leave "
                "delete_outputs out."
            )
        return place

    def _change(self, **changes: tuple[t.Any, t.Any]) -> tuple[JsonObject, JsonObject]:
        """Before and after, in the words of the task."""
        key = {"name": self._order.name}
        before = {**key, **{word: change[0] for word, change in changes.items()}}
        return before, {**key, **{word: change[1] for word, change in changes.items()}}

    def _shown(self, latest: Attempt, job: Job) -> JsonObject:
        return {
            **job.shown(self._workspace.id),
            "key": self._order.name,
            "attempt": latest.order.number,
            "timeline": self._watch.timeline,
        }
