# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Scoring jobs by key, with all their attempts, their outputs and their logs."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t
import urllib.parse

from .._errors import NotFoundError
from .._jobs.job import Job, parse_job, split_key
from .._jobs.log_files import KINDS as LOG_KINDS
from .._jobs.log_files import list_logs
from .._jobs.logs import ARTIFACTS
from .._jobs.output_guard import blobs_at, comparable_url, reserved_overlap
from .._jobs.written_places import place_in_workspace, written_uris
from .._names.dotted_path import get_at
from .._names.json_types import JsonObject
from .._service.blob_container import BlobContainer
from .._service.datastore_storage import Datastore, Datastores
from .._service.workspace import Workspace
from .finding import Finding, referrer
from .graph import Node
from .item import JOB, JOB_LOG, JOB_OUTPUT, Item
from .plan import lets_go
from .removal import BlobsRemoval, JobRemoval
from .rules import Rules
from .storage_use import StorageUse

# What is written into the place of an output that much later was written by somebody else.
_AFTERWARDS = datetime.timedelta(hours=1)


@dataclasses.dataclass(frozen=True)
class Attempts:
    """All jobs of one key, the first attempt first, each with its JSON."""

    jobs: tuple[Job, ...]
    bodies: tuple[JsonObject, ...]

    @property
    def endpoint(self) -> str:
        return str(self.jobs[0].endpoint)

    @property
    def key(self) -> str:
        return self.jobs[0].name.lower()

    @property
    def other_keys(self) -> tuple[str, ...]:
        return tuple(job.name.lower() for job in self.jobs[1:])

    @property
    def title(self) -> str:
        names = [job.name for job in self.jobs]
        return f"job {names[0]}" if len(names) == 1 else f"job {names[0]} with its attempts {', '.join(names[1:])}"

    def item(self, kind: str, title: str, where: str) -> Item:
        """Age, tags and state of the job, for itself or for its files."""
        times = [job.created_at for job in self.jobs]
        known = [time for time in times if time is not None]
        under_way = [job for job in self.jobs if not job.has_ended]
        return Item(
            key=(kind, self.key),
            kind=kind,
            group=self.endpoint,
            title=title,
            id=where,
            created=max(known) if len(known) == len(times) else None,
            tags={tag: value for body in self.bodies for tag, value in (get_at(body, "properties.tags") or {}).items()},
            is_archived=kind == JOB and all(job.is_archived for job in self.jobs),
            protected=f"under way: Azure reports {under_way[0].status}" if under_way else "",
        )


def grouped(bodies: t.Iterable[JsonObject]) -> tuple[list[Attempts], list[JsonObject]]:
    """Scoring jobs by their endpoint and key, and all other jobs."""
    groups: dict[tuple[str, str], list[tuple[int, Job, JsonObject]]] = {}
    others = []
    for body in bodies:
        job = parse_job(body)
        if job.endpoint is None:
            others.append(body)
            continue
        name, number = split_key(job.started_as or job.name)
        groups.setdefault((job.endpoint.lower(), name), []).append((number, job, body))
    found = []
    for group in groups.values():
        group.sort(key=lambda one: (one[0], one[1].created or ""))
        found.append(Attempts(tuple(job for _n, job, _b in group), tuple(body for _n, _j, body in group)))
    return found, others


class JobReader:
    """Makes findings of jobs. Of jobs that the rules let go it reads where their files are."""

    def __init__(
        self, workspace: Workspace, datastores: Datastores, rules: Rules, use: StorageUse, now: datetime.datetime
    ) -> None:
        self._workspace = workspace
        self._datastores = datastores
        self._rules = rules
        self._use = use
        self._now = now

    def others(self, bodies: t.Iterable[JsonObject]) -> t.Iterator[Finding]:
        """Jobs of other kinds."""
        for body in bodies:
            yield referrer("other job", str(body["name"]), body)

    def read(self, group: Attempts) -> t.Iterator[Finding]:
        """The files of the job first: they are what has to be deleted first."""
        files = [finding for finding in (self._outputs(group), self._logs(group)) if finding is not None]
        yield from files
        item = group.item(JOB, group.title, self._workspace.path(f"jobs/{group.jobs[-1].name}"))
        keys = frozenset(finding.node.item.key for finding in files)
        with_job = frozenset(key for key in keys if self._rules.follows_job(key[0], group.endpoint))
        node = Node(
            dataclasses.replace(item, refers_to=with_job),
            list(group.bodies),
            own=frozenset({*keys, *((JOB, name) for name in group.other_keys)}) - with_job,
            aliases=frozenset((JOB, name) for name in group.other_keys),
        )
        yield Finding(node, JobRemoval(self._workspace, self._datastores, group.jobs))

    # -- files -----------------------------------------------------------------------------------------------------

    def _outputs(self, group: Attempts) -> Finding | None:
        item = self._item(group, JOB_OUTPUT, f"outputs of {group.title}")
        if item is None or not lets_go(item, self._rules, self._now):
            return None if item is None else _without_files(group, item)
        places, blobs, where = [], [], []
        for job in group.jobs:
            for uri in self._written(job):
                place = place_in_workspace(uri, self._workspace)
                reason = reserved_overlap(place) if place else f"{uri} is not in a datastore of this workspace"
                if place is None or reason:
                    return _without_files(group, dataclasses.replace(item, protected=reason))
                store = self._datastores.named(place.datastore, "rules")
                if reason := self._use.why_left(store):
                    return _without_files(group, dataclasses.replace(item, protected=reason))
                places.append(comparable_url(f"{store.container_url}/{_quoted(place.path)}"))
                where.append(place.uri)
                blobs += [(store.container, blob.name) for blob in blobs_at(store, place) if _is_of(job, blob.written)]
        return self._with_files(group, dataclasses.replace(item, id=" ".join(where)), places, blobs)

    def _written(self, job: Job) -> list[str]:
        try:
            return written_uris(job, self._workspace, self._datastores, "rules")
        except NotFoundError:  # run history does not know it any more
            return []

    def _logs(self, group: Attempts) -> Finding | None:
        item = self._item(group, JOB_LOG, f"logs of {group.title}")
        if item is None or not lets_go(item, self._rules, self._now):
            return None if item is None else _without_files(group, item)
        store: Datastore = self._datastores.named(ARTIFACTS, "rules")
        if reason := self._use.why_left(store):
            return _without_files(group, dataclasses.replace(item, protected=reason))
        files = [file for job in group.jobs for file in list_logs(job, LOG_KINDS, store.container, self._workspace)]
        folders = sorted({file.run.logs for file in files})
        places = [comparable_url(f"{store.container_url}/{folder}") for folder in folders]
        where = " ".join(f"azureml://datastores/{store.name}/paths/{folder}" for folder in folders)
        blobs = [(store.container, file.blob.name) for file in files]
        return self._with_files(group, dataclasses.replace(item, id=where), places, blobs)

    def _item(self, group: Attempts, kind: str, title: str) -> Item | None:
        """None if no rule is about such files. They need their job: it knows where they are."""
        if self._rules.find(kind, group.endpoint) is None:
            return None
        return dataclasses.replace(group.item(kind, title, ""), refers_to=frozenset({(JOB, group.key)}))

    def _with_files(
        self,
        group: Attempts,
        item: Item,
        places: t.Sequence[str],
        blobs: t.Sequence[tuple[BlobContainer, str]],
    ) -> Finding | None:
        """None if nothing is left."""
        if not blobs:
            return None
        node = dataclasses.replace(_without_files(group, item).node, places=tuple(places))
        return Finding(node, BlobsRemoval(tuple(blobs)))


def _without_files(group: Attempts, item: Item) -> Finding:
    return Finding(Node(item, aliases=frozenset((item.kind, name) for name in group.other_keys)))


def _is_of(job: Job, written: datetime.datetime) -> bool:
    """Whether the job can have written at this time."""
    ended = job.ended_at
    since = job.created_at is None or written >= job.created_at
    return since and (ended is None or written <= ended + _AFTERWARDS)


def _quoted(path: str) -> str:
    return urllib.parse.quote(path)


def active(groups: t.Iterable[Attempts]) -> list[Job]:
    """The scoring jobs that have not ended."""
    return [job for group in groups for job in group.jobs if not job.has_ended]


def hides_inputs(job: Job) -> bool:
    """True for a job under way whose inputs Azure does not show: only jobs of this collection record them."""
    return not job.has_ended and not job.inputs
