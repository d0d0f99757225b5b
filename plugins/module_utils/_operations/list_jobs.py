# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_job_info``: scoring jobs by endpoint, deployment, state and time."""

from __future__ import annotations

import datetime
import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._errors import ConnectionFailed, InvalidOption, NotFoundError, ServiceError
from .._jobs.job import ACTIVE, ENDED, Job, parse_job
from .._jobs.lookup import JobLookup, lookup_options
from .._names.json_types import JsonObject
from .._schema.resource_type import Options
from .._schema.scalar_values import Choice
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .._types.batch_deployment import BATCH_DEPLOYMENT
from .._types.batch_endpoint import BATCH_ENDPOINT
from .._types.batch_job import ANY_JOB_NAME, BATCH_JOB
from .info import Info

VIEWS = Choice(active="ActiveOnly", archived="ArchivedOnly", all="All")


class ListJobs(Info):
    """Reads one job, or lists jobs, newest first. Changes nothing."""

    def __init__(self) -> None:
        super().__init__(BATCH_JOB)

    def spec(self) -> ArgumentSpec:
        return ArgumentSpec(
            {
                **lookup_options(),
                "deployment_name": {"type": "str"},
                "status": {"type": "list", "elements": "str"},
                "created_after": {"type": "str"},
                "created_before": {"type": "str"},
                "list_view": {**VIEWS.spec(), "default": "all"},
                "query": {"type": "str"},
            },
            mutually_exclusive=(("name", "key"),),
        )

    def found(self, workspace: Workspace, options: Options) -> t.Iterator[JsonObject]:
        _check_names(options)
        if unknown := _unknown_states(options["status"] or ()):
            workspace.invocation.warn(
                f"status: no known state of a job is {' or '.join(unknown)}; the states are "
                f"{', '.join(sorted(ACTIVE | ENDED))}."
            )
        filters = _Filters(options)
        jobs = [job for job in self._jobs(workspace, options) if filters.match(job)]
        for job in sorted(jobs, key=lambda job: job.created or "", reverse=True):
            yield job.shown(workspace.id)

    def _jobs(self, workspace: Workspace, options: Options) -> t.Iterable[Job]:
        endpoint, view = options["endpoint_name"], options["list_view"]
        if options["name"] is not None or options["key"] is not None:
            job = JobLookup(workspace, Datastores(workspace), options).find()
            return [job] if job is not None else []
        if endpoint is not None and view == "all":
            try:
                return [
                    parse_job(body) for body in workspace.jobs_data_plane.jobs(endpoint, options["deployment_name"])
                ]
            except NotFoundError:
                pass  # the endpoint is deleted; the workspace may still have its jobs
            except (ServiceError, ConnectionFailed) as error:
                workspace.invocation.warn(f"{error} All jobs of the workspace were searched instead.")
        bodies = workspace.arm.list(
            workspace.path("jobs"), jobType="Pipeline", listViewType=VIEWS.encode(view, workspace.id)
        )
        return map(parse_job, bodies)


def _check_names(options: Options) -> None:
    """Names are parts of URLs. Raises InvalidOption for one that no resource can have, and for an attempt of no job."""
    if options["attempt"] is not None and options["name"] is None and options["key"] is None:
        raise InvalidOption("attempt: it is the number of an attempt of one job. Give the name or key of the job.")
    rules = {
        "name": (ANY_JOB_NAME, "job"),
        "endpoint_name": (BATCH_ENDPOINT.name_rule, BATCH_ENDPOINT.label),
        "deployment_name": (BATCH_DEPLOYMENT.name_rule, BATCH_DEPLOYMENT.label),
    }
    for option, (rule, label) in rules.items():
        if options[option] is not None:
            rule.check(option, options[option], label)


def _unknown_states(asked: t.Iterable[str]) -> list[str]:
    """A state that is unknown may be new in the service; more often it is misspelled, and finds nothing."""
    known = {state.lower() for state in ACTIVE | ENDED}
    return [state for state in asked if state.lower() not in known]


class _Filters:
    """The filters of the task that no list of the service can apply."""

    def __init__(self, options: Options) -> None:
        self._endpoint = options["endpoint_name"]
        self._deployment = options["deployment_name"]
        self._states = {state.lower() for state in options["status"] or ()}
        self._after = _parse_time("created_after", options["created_after"])
        self._before = _parse_time("created_before", options["created_before"])

    def match(self, job: Job) -> bool:
        """Service fact: batch contract 6.1, 6.3 (how scoring jobs differ from others)."""
        return (
            job.endpoint is not None
            and (self._endpoint is None or job.is_at(self._endpoint))
            and (self._deployment is None or (job.deployment or "").lower() == self._deployment.lower())
            and (not self._states or job.status.lower() in self._states)
            and self._in_time(job)
        )

    def _in_time(self, job: Job) -> bool:
        created = job.created_at
        if created is None:
            return self._after is None and self._before is None
        return (self._after is None or created >= self._after) and (self._before is None or created < self._before)


def _parse_time(option: str, text: str | None) -> datetime.datetime | None:
    """The time that an option gives, by default in UTC. Raises InvalidOption."""
    if text is None:
        return None
    try:
        time = datetime.datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith(("Z", "z")) else text)
    except ValueError:
        raise InvalidOption(f"{option}: {text!r} is no time. Write it as 2026-01-31T06:00:00+00:00.") from None
    return time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)
