"""Schedules of jobs: stored, shown, enabled and disabled. Nothing starts by itself here.

Service fact: operations contract 5.
"""

from __future__ import annotations

import re
import secrets
import uuid
from typing import Any

from ..errors import Refused, management_error, validation_error
from ..settings import PROVIDER
from ..state import Resource
from .call import NULL, Answer, Call
from .listing import listed, page
from .names import check_name
from .operations import MFE, MFE_RESULT, Operation
from .shapes import Choice, Field, Flag, Json, Number, Object, Problems, TextMap, body, shape
from .system_data import of_asset
from .versions import Span

PREFIX = "s"
_REQUIRED = "must not be empty."
_PATTERN = shape(*(Field(name, Json(list, "an array")) for name in ("hours", "minutes", "weekDays", "monthDays")))
TRIGGER = shape(
    *(Field(name) for name in ("endTime", "startTime", "timeZone")),
    Field("triggerType", Choice(("Cron", "Recurrence")), required=_REQUIRED),
    Field("expression", hide_null=True),
    Field("frequency", Choice(("Minute", "Hour", "Day", "Week", "Month")), hide_null=True),
    Field("interval", Number(1), hide_null=True),
    Field("schedule", Object(_PATTERN), hide_null=True),
)
ACTION = shape(
    Field("actionType", Choice(("CreateJob", "InvokeBatchEndpoint", "CreateMonitor")), required=_REQUIRED),
    *(
        Field(name, Json(), hide_null=True)
        for name in ("jobDefinition", "endpointInvocationDefinition", "monitorDefinition")
    ),
)
BODY = body(
    shape(
        Field("description"),
        Field("tags", TextMap(), default={}),
        Field("properties", TextMap(stringify=True), default={}),
        Field("displayName"),
        Field("isEnabled", Flag(), default=True),
        Field("trigger", Object(TRIGGER), required=_REQUIRED),
        Field("action", Object(ACTION), required=_REQUIRED),
        Field("provisioningState", read_only=True),
    )
)
TRIGGERED = shape(Field("scheduleTime"))
# What the service fills in, in the order of the answer; a key without a value is null.
_JOB_KEYS = (
    *("description", "tags", "properties", "displayName", "status", "experimentName", "services", "computeId"),
    *("isArchived", "identity", "componentId", "notificationSetting", "secretsConfiguration", "jobType"),
    *("settings", "jobs", "inputs", "outputs", "sourceJobId"),
)
_JOB_DEFAULTS: dict[str, Any] = {"tags": {}, "properties": {}, "isArchived": False, "experimentName": "Default"}
_LATER = {
    "notificationSetting": Span("2023-10-01", "2023-02-01-preview"),
    "secretsConfiguration": Span(None, "2023-06-01-preview"),
}
_VIEWS = {"EnabledOnly": (True,), "DisabledOnly": (False,), "All": (True, False)}
_FIELD = r"(\*|[\w*]+(-\w+)?(/\d+)?)(,[\w*]+(-\w+)?(/\d+)?)*"
_CRON = re.compile(rf"\s*{_FIELD}(\s+{_FIELD}){{4}}\s*")


async def listing(call: Call) -> Answer:
    """Those that are enabled, unless the view says otherwise; the last changed first."""
    view = call.query.get("listViewType") or "EnabledOnly"
    if view not in _VIEWS:
        raise Refused(management_error(400, "UserError", f"The value '{view}' is not valid for ListViewType."))
    found = [item for item in listed(call) if item.properties["isEnabled"] in _VIEWS[view]]
    found.sort(key=lambda item: (item.modified, item.serial), reverse=True)
    return page(call, found, lambda item: render(call, item), tokens="numbers")


async def get(call: Call) -> Answer:
    return Answer(200, render(call, _existing(call)))


async def put(call: Call) -> Answer:
    """201 and an operation, also for one that exists; the answer has nothing but properties."""
    state = call.state
    if state.policies["schedule_names"] == "documented":
        check_name(call, "Schedule", call.names[0])
    sent = call.bind(BODY, "Schedule")
    _check(call, sent["properties"])
    current = state.resources.get(call.path)
    stored = BODY.fill(sent)["properties"]
    now = state.clock.now()
    resource = current or Resource(call.path, stored, created=now, api_version=call.api_version)
    if current is not None:
        stored["displayName"] = current.properties["displayName"]
    resource.properties, resource.modified, resource.provisioning_state = stored, now, "Creating"
    state.resources.put(resource)

    def finish(succeeded: bool) -> None:
        resource.provisioning_state = "Succeeded" if succeeded else "Failed"

    operation = _start(call, finish, "Creating")
    headers = {**_headers(call, operation), "Location": call.url(call.path, f"api-version={call.api_version}")}
    return Answer(201, {"properties": render(call, resource)["properties"]}, headers)


async def delete(call: Call) -> Answer:
    """Always accepted; the operation on an enabled one then fails."""
    resource = call.state.resources.get(call.path)
    if resource is None and call.state.policies["delete_absent"] == "204":
        return Answer(204)
    resource = _existing(call)

    def finish(succeeded: bool) -> None:
        if succeeded:
            call.state.resources.delete(resource.path)

    operation = _start(call, finish, "Deleting")
    if resource.properties["isEnabled"]:
        operation.refuse("UserError", f"Cannot delete an active trigger {resource.name}")
    location = call.state.operations.url(operation, MFE_RESULT, call.api_version)
    return Answer(202, NULL, {**_headers(call, operation), "Location": location})


async def trigger(call: Call) -> Answer:
    """The answer of a run that was asked for; nothing is run."""
    resource = _existing(call)
    if call.body is not None:
        call.bind(TRIGGERED, "Trigger")
    kind = resource.properties["action"]["actionType"]
    return Answer(200, {"scheduleActionType": kind, "submissionId": f"{resource.name}-{uuid.uuid4()}"})


def _start(call: Call, finish: Any, status: str) -> Operation:
    operation = call.state.operations.start(PREFIX, finish, subject=call.names[0], name=secrets.token_urlsafe(32))
    operation.running_status, operation.shown_segment, operation.is_plain = status, MFE_RESULT, True
    return operation


def _headers(call: Call, operation: Operation) -> dict[str, str]:
    url = call.state.operations.url(operation, MFE, call.api_version)
    return {"Azure-AsyncOperation": url, "x-ms-async-operation-timeout": "PT30M"}


def _check(call: Call, properties: dict[str, Any]) -> None:
    """Refuse an action without its definition, a cron expression that is none, and what a switch refuses. (C1, C4)"""
    policies = call.state.policies
    problems = Problems()
    action, trigger = properties["action"], properties["trigger"]
    if action["actionType"] == "CreateJob" and not action.get("jobDefinition"):
        problems.add("Action.JobDefinition", "'Job Definition' must not be empty.", "ArgumentNullOrEmpty")
    if action["actionType"] == "InvokeBatchEndpoint" and policies["schedule_invokes"] == "refused":
        problems.add("Action.ActionType", "'Action Type' is not supported.", "PredicateValidator")
    is_cron = trigger["triggerType"] == "Cron"
    if is_cron and policies["invalid_cron"] == "refused" and not _CRON.fullmatch(trigger.get("expression", "")):
        problems.add("Trigger.Expression", "The cron expression is not valid.", "PredicateValidator")
    if not is_cron:
        for name in ("frequency", "interval"):
            if trigger.get(name) is None:
                problems.add(f"Trigger.{name.capitalize()}", f"'{name}' must not be empty.", "ArgumentNullOrEmpty")
    if problems.entries:
        raise Refused(validation_error("Schedule", problems.entries))


def render(call: Call, resource: Resource) -> dict[str, Any]:
    """The answer for one schedule."""
    stored = {**resource.properties, "provisioningState": resource.provisioning_state}
    properties = BODY.render({"properties": stored}, call.api_version)["properties"]
    if properties["action"].get("jobDefinition"):
        definition = _job(properties["action"]["jobDefinition"], call.api_version)
        properties["action"] = {**properties["action"], "jobDefinition": definition}
    return {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/schedules",
        "properties": properties,
        "systemData": of_asset(resource),
    }


def _job(sent: dict[str, Any], api_version: str) -> dict[str, Any]:
    """A job definition with what the service fills in."""
    filled = {**_JOB_DEFAULTS, **{name: value for name, value in sent.items() if value is not None}}
    filled["status"] = "NotStarted"
    names = dict.fromkeys((*_JOB_KEYS, *filled))
    return {name: filled.get(name) for name in names if name not in _LATER or _LATER[name].covers(api_version)}


def _existing(call: Call) -> Resource:
    resource = call.state.resources.get(call.state.workspace("schedules", call.names[0]))
    if resource is None:
        message = f"Resource Trigger {call.names[0]} not found"
        raise Refused(management_error(404, "UserError", message, inner=("NotFound",)))
    return resource


ROUTES = {
    "GET schedules": listing,
    "GET schedules/*": get,
    "PUT schedules/*": put,
    "DELETE schedules/*": delete,
    "POST schedules/*/trigger": trigger,
}
