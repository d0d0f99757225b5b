"""Compute instances: a machine of one user, which can be stopped and started. They run nothing here."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..errors import Refused, management_error
from ..state import Resource
from .call import Answer, Call
from .instance_parts import PERSONAL, SCHEDULES, SETUP_SCRIPTS, SSH
from .operations import COMPUTE
from .shapes import Choice, Field, Flag, Json, Object, shape
from .versions import Span

KIND = "ComputeInstance"
_READ_ONLY = (
    "connectivityEndpoints",
    "applications",
    "createdBy",
    "errors",
    "state",
    "lastOperation",
    "versions",
    "osImageMetadata",
)
_PREVIEW = Span(None, "2023-02-01-preview")
SHAPE = shape(
    Field("vmSize", required="must not be empty."),
    Field("subnet", Object(shape(Field("id", required="must not be empty.")))),
    Field("applicationSharingPolicy", Choice(("Shared", "Personal")), default="Shared"),
    Field("computeInstanceAuthorizationType", default="personal"),
    Field("sshSettings", Object(SSH), default={}),
    Field("personalComputeInstanceSettings", Object(PERSONAL)),
    Field("schedules", Object(SCHEDULES)),
    Field("setupScripts", Object(SETUP_SCRIPTS)),
    Field("autologgerSettings", Object(shape(Field("mlflowAutologger"))), hide_null=True, versions=_PREVIEW),
    Field("idleTimeBeforeShutdown", versions=Span("2025-12-01", "2022-10-01-preview")),
    Field("enableNodePublicIp", Flag(), default=True),
    Field("customServices", Json(list, "an array")),
    Field("enableSSO", Flag(), versions=Span("2025-12-01", "2023-04-01-preview")),
    # The official SDK sends these with a stable version, too, which does not know them.
    *(
        Field(name, Flag(), versions=Span(None, "2023-08-01-preview"))
        for name in ("enableRootAccess", "releaseQuotaOnStop", "enableOSPatching")
    ),
    *(Field(name, Json(object), read_only=True) for name in _READ_ONLY),
)
# Action -> the state while it runs, the state afterwards. Service fact: asset contract 3.6.
_ACTIONS = {"start": ("Starting", "Running"), "stop": ("Stopping", "Stopped"), "restart": ("Restarting", "Running")}


def view(resource: Resource, api_version: str) -> dict[str, Any]:
    """The inner properties as answered. Service fact: asset contract 3.6."""
    state = "Creating" if resource.provisioning_state == "Creating" else resource.extra.get("power", "Running")
    name = str(resource.extra.get("last_action", "Create"))
    ended = state in ("Running", "Stopped")
    operation = {
        "operationName": name,
        "operationTime": resource.modified_at,
        "operationStatus": "Succeeded" if ended else "InProgress",
        "operationTrigger": "User",
    }
    return {
        **SHAPE.render(resource.properties["properties"], api_version),
        "connectivityEndpoints": {"publicIpAddress": None, "privateIpAddress": None},
        "applications": [],
        "createdBy": None,
        "errors": [],
        "state": state,
        "lastOperation": operation,
        "versions": None,
        "osImageMetadata": None,
    }


def check(call: Call, properties: dict[str, Any]) -> None:
    """Refused when an instance needs a private endpoint that the workspace lacks. Fact: asset contract 14.20."""
    if call.state.policies["private_endpoint"] == "exists":
        return
    if properties["computeType"] == KIND and properties["properties"].get("enableNodePublicIp") is False:
        message = "Provided EnableNodePublicIp 'False' requires workspace private endpoint."
        raise Refused(management_error(400, "UserError", message))


async def act(action: str, call: Call) -> Answer:
    """Start, stop or restart. Service fact: asset contract 3.1 (202, no body)."""
    resource = call.state.resources.get(call.path.rpartition("/")[0])
    if resource is None:
        raise Refused(call.not_found("ComputeNotFound", f"The specified compute '{call.names[0]}' was not found."))
    if resource.properties["computeType"] != KIND:
        raise Refused(management_error(400, "UserError", f"Compute '{resource.name}' is none that one could {action}."))
    during, after = _ACTIONS[action]
    resource.extra |= {"power": during, "last_action": action.capitalize()}
    resource.modified = call.state.clock.now()

    def finish(succeeded: bool) -> None:
        resource.extra["power"] = after if succeeded else "Unusable"

    operation = call.state.operations.start("", finish, subject=resource.name)
    return Answer(202, None, {"Azure-AsyncOperation": call.state.operations.url(operation, COMPUTE, call.api_version)})


HANDLERS = {f"POST computes/*/{action}": partial(act, action) for action in _ACTIONS}
