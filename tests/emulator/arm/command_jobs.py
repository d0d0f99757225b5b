"""Command jobs: taken in and shown as the service shows them. They run nothing here, and end well by themselves."""

from __future__ import annotations

from typing import Any

from ..job_views import services
from ..settings import PROVIDER
from ..state import Resource
from .call import Answer, Call
from .shapes import Field, Flag, Json, Object, TextMap, body, shape
from .system_data import USER

_RESOURCES = shape(
    Field("instanceCount", Json(int, "an integer"), default=1),
    Field("instanceType"),
    Field("properties", Json()),
    Field("shmSize", default="2g"),
    Field("dockerArgs"),
)
_QUEUE = shape(Field("jobTier", default="Standard"), Field("priority", Json(int, "an integer")))
BODY = body(
    shape(
        Field("description"),
        Field("tags", TextMap(), default={}),
        Field("properties", TextMap(stringify=True), default={}),
        Field("displayName"),
        Field("status", read_only=True),
        Field("experimentName", default="Default"),
        Field("services", Json()),
        Field("computeId"),
        Field("isArchived", Flag(), default=False),
        Field("identity", Json(), default={"identityType": "AMLToken"}),
        Field("componentId"),
        Field("notificationSetting", Json()),
        Field("jobType"),
        Field("resources", Object(_RESOURCES), default={}),
        Field("codeId"),
        Field("command", required="must not be empty."),
        Field("environmentId", required="must not be empty."),
        Field("inputs", Json(), default={}),
        Field("outputs", Json(), default={}),
        Field("distribution", Json()),
        Field("limits", Json()),
        Field("environmentVariables", TextMap(), default={}),
        Field("parameters", Json(), read_only=True),
        Field("queueSettings", Object(_QUEUE), default={}),
    )
)


def put(call: Call) -> Answer:
    """Service fact: asset contract 10 (201 and `Location`)."""
    stored = BODY.fill(call.bind(BODY, "Job"))["properties"]
    stored["displayName"] = stored["displayName"] or call.names[0]
    place = f"azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.{call.names[0]}"
    artifacts = {
        "description": None,
        "uri": place,
        "assetName": None,
        "mode": "ReadWriteMount",
        "jobOutputType": "uri_folder",
    }
    stored["outputs"] = {"default": artifacts, **stored["outputs"]}
    existing = call.state.resources.get(call.path)
    resource = Resource(call.path, stored, created=existing.created if existing else call.state.clock.now())
    resource.extra = existing.extra if existing else {}
    call.state.resources.put(resource)
    headers = {} if existing else {"Location": call.url(call.path, call.raw_query)}
    return Answer(200 if existing else 201, render(call, resource), headers)


def cancel(call: Call, resource: Resource) -> Answer:
    """Service fact: asset contract 10 (200, empty, whether it runs or not)."""
    if _status(call, resource) != "Completed":
        resource.extra["canceled"] = True
    return Answer(200)


def _status(call: Call, resource: Resource) -> str:
    if resource.extra.get("canceled"):
        return "Canceled"
    age = (call.state.clock.now() - resource.created).total_seconds()
    return "Completed" if age > call.state.settings.operation_seconds else "Preparing"


def render(call: Call, resource: Resource) -> dict[str, Any]:
    """The answer for one job. Service fact: asset contract 10 (`job_get`)."""
    added = {"_azureml.ComputeTargetType": "amlctrain", "_azureml.ClusterName": None}
    properties = {
        **BODY.render({"properties": resource.properties}, call.api_version)["properties"],
        "properties": {**added, **resource.properties["properties"]},
        "services": services(call.state, resource.name),
        "status": _status(call, resource),
        "parameters": {},
    }
    return {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/jobs",
        "properties": properties,
        "systemData": {"createdAt": resource.created_at, "createdBy": USER, "createdByType": "User"},
    }
