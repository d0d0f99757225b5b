"""Batch scoring jobs: their records, how they proceed to their end, and how each side of the service shows them."""

from __future__ import annotations

import asyncio
import secrets
import traceback
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from . import job_views
from .job_course import Phase, read_course
from .places import default_container
from .runtime.executor import Executor
from .runtime.plan import RUN_FAILED, Place, RunFailed
from .scoring_plan import scoring_plan
from .state import Resource, State
from .storage import ARTIFACT_CONTAINER

TERMINAL = frozenset({"Completed", "Failed", "Canceled"})

_ADJECTIVES = ("amiable", "bright", "careful", "gentle", "patient", "quiet", "silver", "upbeat")
_NOUNS = ("anchor", "bulb", "card", "garden", "lamp", "river", "store", "window")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def _random_name() -> str:
    """Service fact: batch contract 5.4 (adjective, noun, eight characters)."""
    tail = "".join(secrets.choice(_LETTERS) for _place in range(8))
    return f"{secrets.choice(_ADJECTIVES)}_{secrets.choice(_NOUNS)}_{tail}"


@dataclass
class Job:
    """One job. Service fact: status vocabulary, batch contract 6.2."""

    name: str
    endpoint: str
    deployment: str
    settings: dict[str, Any]
    """The deployment's properties at the time of submission."""
    request: dict[str, Any]
    """The `properties` of the invoke, canonical; only what was sent."""
    created: datetime
    description: str
    experiment_name: str
    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    display_name: str = field(default_factory=_random_name)
    child_run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    pipeline_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "Preparing"
    started: datetime | None = None
    ended: datetime | None = None
    error: str = ""
    """Why it failed, as the service words it."""
    is_archived: bool = False
    parameters: dict[str, str] = field(default_factory=dict, repr=False)
    """`azureml.parameters` as answered, by generation."""

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL


class JobStore:
    """All jobs of the workspace, the running ones with their tasks."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._by_repetition: dict[tuple[str, str], Job] = {}
        self._by_child: dict[str, Job] = {}
        self._executor = Executor(state.storage, state.settings.state_dir / "jobs", state.clock.now)

    def submit(self, job: Job, repetition: tuple[str, str] | None = None) -> None:
        """Take a job in and let it proceed; `repetition` identifies repeated submissions of it."""
        if repetition is not None:
            self._by_repetition[repetition] = job
        self._jobs[job.name.lower()] = job
        self._by_child[job.child_run_id] = job
        task = asyncio.create_task(self._proceed(job, self._course()))
        self._tasks[job.name.lower()] = task
        task.add_done_callback(lambda done: self._end(job, done))

    def repeated(self, repetition: tuple[str, str]) -> Job | None:
        """The job that was submitted as this repetition and still exists, or None."""
        job = self._by_repetition.get(repetition)
        return job if job is not None and self.get(job.name) is job else None

    def get(self, name: str) -> Job | None:
        """The job of this name, or None."""
        return self._jobs.get(name.lower())

    def of_child(self, run_id: str) -> Job | None:
        """The job whose scoring step has this run id, or None."""
        job = self._by_child.get(run_id)
        return job if job is not None and self.get(job.name) is job else None

    def list(self, endpoint: str | None = None, deployment: str | None = None) -> list[Job]:
        """Jobs, newest first, of one endpoint or one of its deployments if given."""
        return [
            job
            for job in reversed(self._jobs.values())
            if (endpoint is None or job.endpoint.lower() == endpoint.lower())
            and (deployment is None or job.deployment.lower() == deployment.lower())
        ]

    def listed(self) -> Iterator[Job]:
        """What lists show of all jobs, newest first; it may lag behind. Service fact: asset contract 1.6."""
        newest = self._state.clock.now() - timedelta(seconds=self._state.policies.seconds("list_lag"))
        return (job for job in reversed(self._jobs.values()) if job.created <= newest)

    def forget_below(self, resource: Resource) -> None:
        """End and forget the jobs of an endpoint or deployment. (B11)"""
        for job in self.list():
            below = self._state.workspace("batchEndpoints", job.endpoint, "deployments", job.deployment).lower()
            if f"{below}/".startswith(f"{resource.path.lower()}/"):
                if not job.is_over:
                    self._tasks[job.name.lower()].cancel()
                del self._jobs[job.name.lower()]

    async def cancel(self, name: str) -> None:
        """Ask for a job's end; one that is over stays as it is. It is Canceled once its processes have ended."""
        job = self.get(name)
        if job is not None and not job.is_over and job.status != "CancelRequested":
            job.status = "CancelRequested"
            self._tasks[name.lower()].cancel()

    def kill_worker(self, name: str) -> bool:
        """Kill a process in which a job scores, as an accident would; False when there is none."""
        job = self.get(name)
        return job is not None and self._executor.kill_worker(job.child_run_id)

    async def delete(self, name: str) -> None:
        """End a job if it runs, and forget it; whether its blobs go is open. (C5)"""
        await self.cancel(name)
        job = self._jobs.pop(name.lower(), None)
        if job is not None and self._state.policies["job_delete_outputs"] == "removed":
            for place in (
                Place(default_container(self._state), f"azureml/{job.child_run_id}"),
                Place(ARTIFACT_CONTAINER, f"ExperimentRun/dcid.{job.child_run_id}"),
            ):
                await self._state.storage.remove(place)

    async def reset(self) -> None:
        """End and forget all jobs."""
        await self.stop()
        self._jobs.clear()
        self._by_repetition.clear()
        self._by_child.clear()

    async def stop(self) -> None:
        """End all jobs and wait until their processes have ended."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def management_view(self, job: Job, api_version: str) -> dict[str, Any]:
        """The job as ARM answers it; no recorded field depends on `api_version`."""
        return job_views.management_view(self._state, job)

    def data_plane_view(self, job: Job, *, in_list: bool = False) -> dict[str, Any]:
        """The job as the scoring host and the data-plane front end answer it, or as an item of a list."""
        return job_views.data_plane_view(self._state, job, in_list=in_list)

    def _course(self) -> Sequence[Phase]:
        prescribed = read_course(self._state.policies["job_course"])
        return prescribed or [Phase("Preparing", self._state.settings.operation_seconds)]

    async def _proceed(self, job: Job, course: Sequence[Phase]) -> None:
        """Take a job through its course; what raises out of here is how it ends (see `_end`)."""
        clock = self._state.clock
        due = job.created
        for phase in course:
            job.status = phase.status
            if phase.status == "Running" and job.started is None:
                await self._score(job)
            if phase.seconds is None:
                job.started = job.started or clock.now()
                await self._stay(phase.status)
                return
            due += timedelta(seconds=phase.seconds)
            await clock.sleep_until(due)
        if job.started is None:
            job.status = "Running"
            await self._score(job)

    async def _score(self, job: Job) -> None:
        job.started = self._state.clock.now()
        await self._executor.run(scoring_plan(self._state, job))

    async def _stay(self, status: str) -> None:
        """End as the course says, or never."""
        if status == "Failed":
            raise RunFailed(RUN_FAILED)
        if status == "Canceled":
            raise asyncio.CancelledError
        if status != "Completed":
            await asyncio.Event().wait()

    def _end(self, job: Job, task: asyncio.Task[None]) -> None:
        self._tasks.pop(job.name.lower(), None)
        job.ended = self._state.clock.now()
        error = None if task.cancelled() else task.exception()
        if task.cancelled():
            job.status = "Canceled"
        elif error is None:
            job.status = "Completed"
        else:
            job.status = "Failed"
            job.error = str(error) if isinstance(error, RunFailed) else f"InternalServerError: {error!r}"
            if not isinstance(error, RunFailed):
                traceback.print_exception(error)
