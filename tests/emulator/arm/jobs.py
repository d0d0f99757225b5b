"""Jobs as the management plane shows them; the jobs themselves live in the data plane's store."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from ..errors import Refused, management_error
from ..jobs import Job
from ..state import Resource
from . import command_jobs
from .call import NULL, Answer, Call
from .listing import listed, page, visible
from .operations import MFE, MFE_RESULT
from .shapes import Field, Flag, Json, Shape, TextMap, body, shape

# What a client reads back and sends again, besides the few things that can change.
_ECHOED = (
    "services",
    "computeId",
    "componentId",
    "identity",
    "settings",
    "jobs",
    "inputs",
    "outputs",
    "sourceJobId",
    "notificationSetting",
)
BODY: Shape = body(
    shape(
        Field("description"),
        Field("displayName"),
        Field("tags", TextMap()),
        Field("properties", TextMap(stringify=True)),
        Field("isArchived", Flag()),
        Field("jobType"),
        Field("experimentName"),
        Field("status", read_only=True),
        *(Field(name, Json(object)) for name in _ECHOED),
    )
)
_CHANGEABLE = "Only description, tags, displayName, properties, and isArchived can be updated"


async def listing(call: Call) -> Answer:
    """Service fact: batch contract 6.3 (filters jobType, tag, listViewType)."""
    view = call.query.get("listViewType") or call.state.policies["default_list_view"]
    kind, tag = call.query.get("jobType", "").lower(), call.query.get("tag", "").partition("=")[0]
    batch = (job for job in call.state.jobs.listed() if view == "All" or job.is_archived is (view == "ArchivedOnly"))
    commands = visible(call, listed(call, newest_first=True))
    kinds: dict[str, Iterable[Job | Resource]] = {"pipeline": batch, "command": commands}
    asked = (jobs for name, jobs in kinds.items() if kind in ("", name))
    found: Iterable[Job | Resource] = heapq.merge(*asked, key=lambda job: job.created, reverse=True)
    if tag:
        found = (job for job in found if tag in _shown(call, job)["properties"]["tags"])
    return page(call, found, lambda job: _shown(call, job))


def _shown(call: Call, job: Job | Resource) -> dict[str, Any]:
    return command_jobs.render(call, job) if isinstance(job, Resource) else _view(call, job)


async def get(call: Call) -> Answer:
    return Answer(200, _shown(call, call.state.resources.get(call.path) or _existing(call)))


async def put(call: Call) -> Answer:
    """Archive a job or change its labels. Service fact: batch contract 6.1, asset contract 10."""
    job = call.state.jobs.get(call.names[0])
    if job is None:
        properties = call.body.get("properties") if isinstance(call.body, dict) else None
        if isinstance(properties, dict) and str(properties.get("jobType")).lower() == "command":
            return command_jobs.put(call)
        message = "Jobs are created by invoking a batch endpoint here, or as command jobs."
        raise Refused(management_error(400, "UserError", message))
    sent = call.bind(BODY, "Job")["properties"]
    fixed = {"jobType": "Pipeline", "experimentName": job.experiment_name}
    if any(sent.get(name, value) != value for name, value in fixed.items()):
        raise Refused(management_error(400, "UserError", _CHANGEABLE))
    shown = _view(call, job)["properties"]
    job.description = sent.get("description", job.description)
    job.display_name = sent.get("displayName", job.display_name)
    job.is_archived = sent.get("isArchived", job.is_archived)
    # What the service has added itself comes back with the view; only what differs is the user's.
    for name, own in (("tags", job.tags), ("properties", job.properties)):
        own.update({key: text for key, text in sent.get(name, {}).items() if shown[name].get(key) != text})
    return Answer(200, _view(call, job))


async def cancel(call: Call) -> Answer:
    """Service fact: batch contract 6.4 (Location only), asset contract 10 (a job that has ended: 200)."""
    policies = call.state.policies
    command = call.state.resources.get(call.path.removesuffix("/cancel"))
    if command is not None:
        return command_jobs.cancel(call, command)
    if call.state.jobs.get(call.names[0]) is None and policies["cancel_absent_status"] == "200":
        return Answer(200)
    job = _existing(call)
    await call.state.jobs.cancel(job.name)
    if job.is_over or policies["cancel_status"] == "200":
        return Answer(200)
    operation = call.state.operations.start(
        "jc", lambda succeeded: None, subject=job.name, name=job.name, done=lambda: job.is_over
    )
    location = call.state.operations.url(operation, MFE_RESULT, call.api_version)
    return Answer(202, NULL, {"Location": location, "x-ms-async-operation-timeout": "PT1H"})


async def delete(call: Call) -> Answer:
    """(A17)"""
    policies = call.state.policies
    if not call.state.resources.delete(call.path) and call.state.jobs.get(call.names[0]) is None:
        if policies["delete_absent"] == "404":
            raise Refused(_not_found(call))
        return Answer(204)
    await call.state.jobs.delete(call.names[0])
    if policies["job_delete_status"] == "200":
        return Answer(200)
    operation = call.state.operations.start("jd", lambda succeeded: None, subject=call.names[0])
    headers = {"x-ms-async-operation-timeout": "PT1H"}
    if policies["job_delete_headers"] != "async":
        headers["Location"] = call.state.operations.url(operation, MFE_RESULT, call.api_version)
    if policies["job_delete_headers"] != "location":
        headers["Azure-AsyncOperation"] = call.state.operations.url(operation, MFE, call.api_version)
    return Answer(202, NULL, headers)


def _view(call: Call, job: Job) -> dict[str, Any]:
    return call.state.jobs.management_view(job, call.api_version)


def _existing(call: Call) -> Job:
    job = call.state.jobs.get(call.names[0])
    if job is None:
        raise Refused(_not_found(call))
    return job


def _not_found(call: Call) -> Response:
    message = f"Job {call.names[0]} does not exist in the workspace {call.state.settings.workspace_name}."
    return call.not_found("JobNotFound", message)


ROUTES = {
    "GET jobs": listing,
    "GET jobs/*": get,
    "PUT jobs/*": put,
    "POST jobs/*/cancel": cancel,
    "DELETE jobs/*": delete,
}
