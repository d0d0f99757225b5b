# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""States of a job other than having been started: canceled, archived, restored, deleted with its outputs."""

from __future__ import annotations

import typing as t

from .._engine.difference import Difference
from .._engine.read_back import ReadBack
from .._errors import InvalidOption
from .._invocation import Result
from .._names.datastore_path import DatastorePath
from .._names.dotted_path import get_at
from .._names.json_types import JsonObject
from .._schema.asset_type import ARCHIVED as ARCHIVED_FIELD
from .._schema.asset_type import ARCHIVED_AT
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .attempts import Attempt, Attempts
from .job import COMPLETED, Job, parse_job
from .ledger import Ledger
from .output_guard import delete_below, reserved_overlap
from .spec import JobSpec
from .wait import JobWait
from .written_places import place_in_workspace, written_uris

CANCELED, ARCHIVED, RESTORED, ABSENT = "canceled", "archived", "restored", "absent"
STATES = (CANCELED, ARCHIVED, RESTORED, ABSENT)
# What a PUT of an existing job may hold: its type, and what can be changed.
WRITABLE = ("jobType", "experimentName", "displayName", "description", "tags", "properties")


def set_archived(workspace: Workspace, name: str, *, desired: bool) -> JsonObject | None:
    """Archive or restore a job. Returns it as it is then, None if it is absent.

    Service fact: assets contract 1.8, 10 (a PUT repeats what was read); batch contract 6.1 (what may change).
    """
    path = workspace.path(f"jobs/{name}")

    def write(now: JsonObject) -> JsonObject | None:
        current = now.get("properties") or {}
        kept = {word: current[word] for word in WRITABLE if current.get(word) is not None}
        workspace.arm.put(path, {"properties": {**kept, "isArchived": desired}})
        return workspace.arm.get(path)

    def differences(now: JsonObject) -> list[Difference]:
        shown = bool(get_at(now, ARCHIVED_AT))
        return [] if shown is desired else [Difference(ARCHIVED_FIELD, shown, desired)]

    body = workspace.arm.get(path)
    read_back = ReadBack(f"job {name}", workspace, lambda: workspace.arm.get(path), differences)
    return None if body is None else read_back.stored(write(body), write)


def delete_job(workspace: Workspace, name: str, timeout: float) -> None:
    """Delete the record of a job that has ended, and wait for it. Service fact: assets contract, open question 17."""
    accepted = workspace.arm.delete(workspace.path(f"jobs/{name}"))
    workspace.arm.wait(accepted, timeout=timeout, what=f"deletion of {name}")


class Lifecycle:
    """Brings the job of a key into one of ``STATES``. A key without job is in each of them."""

    def __init__(self, workspace: Workspace, spec: JobSpec, ledger: Ledger | None, datastores: Datastores) -> None:
        self._workspace = workspace
        self._invocation = workspace.invocation
        self._spec = spec
        self._ledger = ledger
        self._datastores = datastores
        self._attempts = Attempts(workspace, ledger, spec, starts=False)
        self._wait = JobWait(workspace)

    def to(self, state: str) -> Result:
        attempt = self._attempts.asked()
        if attempt.job is None:
            return Result(False, {})
        self._spec = attempt.spec
        self._wait.note(attempt.job)
        if state == CANCELED:
            return self._canceled(attempt, attempt.job)
        if state == ABSENT:
            return self._absent(attempt, attempt.job)
        return self._archived(attempt, attempt.job, desired=state == ARCHIVED)

    def _canceled(self, latest: Attempt, job: Job) -> Result:
        if job.has_ended:
            return Result(False, {"batch_job": self._shown(latest, job)})
        before, after = self._change(status=(job.status, "Canceled"))
        if self._invocation.check_mode:
            return Result(True, {"batch_job": {**self._shown(latest, job), "status": "Canceled"}}, before, after)
        ended = self._wait.cancel(job, wait=self._invocation.options["wait"])
        return Result(ended.status not in COMPLETED, {"batch_job": self._shown(latest, ended)}, before, after)

    def _archived(self, latest: Attempt, job: Job, *, desired: bool) -> Result:
        if bool(job.is_archived) is desired:
            return Result(False, {"batch_job": self._shown(latest, job)})
        before, after = self._change(archived=(bool(job.is_archived), desired))
        if self._invocation.check_mode:
            return Result(True, {"batch_job": {**self._shown(latest, job), "archived": desired}}, before, after)
        now = set_archived(self._workspace, job.name, desired=desired)
        return Result(True, {"batch_job": self._shown(latest, parse_job(now) if now else job)}, before, after)

    def _absent(self, latest: Attempt, job: Job) -> Result:
        """Delete all attempts of the key, the last one first: one that is left would be taken for the key's job.

        If the task asks for one attempt, delete that one. Raises InvalidOption unless it is the last: the key would
        count as free.
        """
        attempts = [latest]
        if latest.spec.asked is None:
            attempts += map(self._attempts.number, range(latest.spec.number - 1, 0, -1))
        elif self._attempts.has_later(latest):
            raise InvalidOption(
                f"attempt: {job.name} is attempt {latest.spec.number} of {latest.spec.name}, and not its last one. "
                f"Delete the last one first, or all of them with name {latest.spec.name}."
            )
        before, _after = self._change(status=(job.status, None))
        if self._invocation.options["delete_outputs"]:
            jobs = [attempt.job for attempt in attempts if attempt.job is not None]
            before["outputs"] = [place.uri for current in jobs for place in self._places(current)]
        if not self._invocation.check_mode:
            for attempt in attempts:
                if attempt.job is not None:
                    self._delete(attempt.job)
                if self._ledger:
                    self._ledger.forget(attempt.spec.key)
        return Result(True, {}, before, {})

    def _delete(self, job: Job) -> None:
        """An active job is canceled first: it must not write after its outputs are deleted.

        Service fact: batch contract 6.4.
        """
        if not job.has_ended:
            job = self._wait.cancel(job, wait=True)
        if self._invocation.options["delete_outputs"]:
            self._delete_outputs(job)
        delete_job(self._workspace, job.name, self._invocation.options["wait_timeout"])

    def _delete_outputs(self, job: Job) -> None:
        """What was written since the job was created."""
        for place in self._places(job):
            delete_below(self._datastores.named(place.datastore, "delete_outputs"), place, since=job.created_at)

    def _places(self, job: Job) -> list[DatastorePath]:
        """Where a job writes: the paths that its record names, or else the folder of the run inside it.

        Raises InvalidOption when this task may not delete there.
        """
        uris = written_uris(job, self._workspace, self._datastores, "delete_outputs")
        return [self._deletable(uri, job) for uri in uris]

    def _deletable(self, uri: str, job: Job) -> DatastorePath:
        place = place_in_workspace(uri, self._workspace)
        if place is None:
            raise InvalidOption(
                f"delete_outputs: the output {uri} of job {job.name} is not in a datastore of this workspace. "
                "Delete it where it is, and leave delete_outputs out."
            )
        if overlap := reserved_overlap(place):
            raise InvalidOption(
                f"delete_outputs: {overlap} Delete by hand what job {job.name} wrote there, and leave "
                "delete_outputs out."
            )
        return place

    def _change(self, **changes: tuple[t.Any, t.Any]) -> tuple[JsonObject, JsonObject]:
        """Before and after of the diff, by option."""
        name = {"name": self._spec.label}
        before = {**name, **{option: change[0] for option, change in changes.items()}}
        return before, {**name, **{option: change[1] for option, change in changes.items()}}

    def _shown(self, latest: Attempt, job: Job) -> JsonObject:
        return {
            **job.shown(self._workspace.id),
            "key": latest.spec.name,
            "attempt": latest.spec.number,
            "timeline": self._wait.timeline,
        }
