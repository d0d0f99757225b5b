"""Jobs as the management plane shows them; the jobs themselves live in the data plane's store."""

from __future__ import annotations

from typing import Any

from ..errors import Refused, management_error
from .call import NULL, Answer, Call
from .listing import PAGE, page
from .operations import MFE_RESULT

TERMINAL = frozenset({"Completed", "Failed", "Canceled"})


async def listing(call: Call) -> Answer:
    """Service fact: batch contract 6.3 (filters jobType, tag, listViewType)."""
    wanted = call.query.get("listViewType") or call.state.policies["default_list_view"]
    kind, tag = call.query.get("jobType"), call.query.get("tag")
    found = []
    for job in call.state.jobs.list():
        properties = call.state.jobs.management_view(job, call.api_version)["properties"]
        if wanted != "All" and properties["isArchived"] is not (wanted == "ArchivedOnly"):
            continue
        if kind and properties["jobType"].lower() != kind.lower():
            continue
        if tag and tag.partition("=")[0] not in (properties["tags"] or {}):
            continue
        found.append(job)
    return page(call, found, lambda job: call.state.jobs.management_view(job, call.api_version), size=PAGE)


async def get(call: Call) -> Answer:
    return Answer(200, call.state.jobs.management_view(_existing(call), call.api_version))


async def cancel(call: Call) -> Answer:
    """Service fact: batch contract 6.4 (Location only), asset contract 10 (a job that has ended: 200)."""
    jobs = call.state.jobs
    name = call.names[0]
    if jobs.get(name) is None and call.state.policies["cancel_absent_status"] == "200":
        return Answer(200)
    _existing(call)
    await jobs.cancel(name)
    if _ended(call, name) or call.state.policies["cancel_status"] == "200":
        return Answer(200)
    operation = call.state.operations.start(
        "jc", lambda succeeded: None, subject=name, name=name, done=lambda: _ended(call, name)
    )
    location = call.state.operations.url(operation, MFE_RESULT, call.api_version)
    return Answer(202, NULL, {"Location": location, "x-ms-async-operation-timeout": "PT1H"})


async def delete(call: Call) -> Answer:
    """(A17)"""
    if call.state.jobs.get(call.names[0]) is None:
        if call.state.policies["delete_absent"] == "404":
            _existing(call)
        return Answer(204)
    name = call.names[0]
    await call.state.jobs.delete(name)
    if call.state.policies["job_delete_status"] == "200":
        return Answer(200)
    operation = call.state.operations.start("jd", lambda succeeded: None, subject=name)
    location = call.state.operations.url(operation, MFE_RESULT, call.api_version)
    return Answer(202, NULL, {"Location": location, "x-ms-async-operation-timeout": "PT1H"})


def _ended(call: Call, name: str) -> bool:
    job = call.state.jobs.get(name)
    if job is None:
        return True
    return call.state.jobs.management_view(job, call.api_version)["properties"]["status"] in TERMINAL


def _existing(call: Call) -> Any:
    job = call.state.jobs.get(call.names[0])
    if job is None:
        message = f"Job {call.names[0]} does not exist in the workspace {call.state.settings.workspace_name}."
        raise Refused(management_error(404, "UserError", message, inner=("NotFound",)))
    return job


ROUTES = {
    "GET jobs": listing,
    "GET jobs/*": get,
    "POST jobs/*/cancel": cancel,
    "DELETE jobs/*": delete,
}
