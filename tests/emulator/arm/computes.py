"""Compute clusters: accepted at once, shown in a transient view until the operation ends, then in their true form."""

from __future__ import annotations

import re
from typing import Any

from ..errors import Refused, management_error
from ..state import Resource
from . import compute_instances
from .call import Answer, Call
from .compute_faults import Handler, worded_by_the_provider
from .compute_views import settled, transient
from .instance_parts import INSTANCE_TYPES
from .listing import listed, page
from .names import bad_name
from .operations import COMPUTE, Operation
from .references import refuse_when_used
from .shapes import IDENTITY, SKU, Choice, Duration, Field, Flag, Json, Number, Object, Shape, TextMap, body, shape

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]")
_VM_SIZE = re.compile(r"standard_[a-z]{1,3}\d+\w*", re.IGNORECASE)

SCALE = shape(
    Field("maxNodeCount", Number(0), required="must not be empty."),
    Field("minNodeCount", Number(0), default=0),
    Field("nodeIdleTimeBeforeScaleDown", Duration()),
)
ACCOUNT = shape(
    Field("adminUserName", required="must not be empty."),
    Field("adminUserPassword"),
    Field("adminUserSshPublicKey"),
)
AML_COMPUTE = shape(
    Field("vmSize", default="STANDARD_DS3_V2"),
    Field("vmPriority", Choice(("Dedicated", "LowPriority")), default="Dedicated"),
    Field("scaleSettings", Object(SCALE), required="must not be empty."),
    Field("userAccountCredentials", Object(ACCOUNT)),
    Field("subnet", Object(shape(Field("id", required="must not be empty.")))),
    Field("remoteLoginPortPublicAccess", Choice(("Enabled", "Disabled", "NotSpecified")), default="NotSpecified"),
    Field("osType", Choice(("Linux", "Windows")), default="Linux"),
    Field("virtualMachineImage", Object(shape(Field("id", required="must not be empty.")))),
    Field("isolatedNetwork", Flag(), default=False),
    Field("enableNodePublicIp", Flag(), default=True),
    Field("enableBatchPrivateLink", Flag(), default=False),
    Field("propertyBag", Json()),
    *(
        Field(name, Json(object), read_only=True)
        for name in (
            "currentNodeCount",
            "targetNodeCount",
            "nodeStateCounts",
            "allocationState",
            "allocationStateTransitionTime",
            "errors",
        )
    ),
)
KUBERNETES = shape(
    Field("relayConnectionString"),
    Field("serviceBusConnectionString"),
    Field("extensionPrincipalId"),
    Field("extensionInstanceReleaseTrain", default="stable"),
    Field("vcName"),
    Field("namespace", default="default"),
    Field("defaultInstanceType"),
    Field("instanceTypes", INSTANCE_TYPES),
)
KINDS = {"AmlCompute": AML_COMPUTE, "Kubernetes": KUBERNETES, compute_instances.KIND: compute_instances.SHAPE}


def _outer(inner: Shape) -> Shape:
    read_only = ("createdOn", "modifiedOn", "provisioningState", "provisioningErrors", "provisioningWarnings")
    return body(
        shape(
            Field("computeType", Choice(tuple(KINDS)), required="must not be empty."),
            Field("computeLocation"),
            Field("description"),
            Field("disableLocalAuth", Flag(), default=False),
            Field("resourceId"),
            Field("properties", Object(inner), required="must not be empty."),
            *(Field(name, Json(object), read_only=True) for name in (*read_only, "isAttachedCompute")),
        ),
        Field("location"),
        Field("tags", TextMap()),
        Field("identity", Object(IDENTITY)),
        Field("sku", Object(SKU)),
    )


SHAPES = {kind: _outer(inner) for kind, inner in KINDS.items()}
PATCH = body(
    shape(
        Field(
            "properties",
            Object(
                shape(
                    Field(
                        "scaleSettings",
                        Object(
                            shape(
                                Field("maxNodeCount", Number(0)),
                                Field("minNodeCount", Number(0)),
                                Field("nodeIdleTimeBeforeScaleDown", Duration()),
                            )
                        ),
                    )
                )
            ),
        )
    )
)


async def listing(call: Call) -> Answer:
    return page(call, listed(call), lambda resource: settled(call.state, resource, call.api_version))


async def get(call: Call) -> Answer:
    resource = _existing(call)
    if resource.provisioning_state in ("Creating", "Updating"):
        return Answer(200, transient(call.state, resource, call.api_version))
    return Answer(200, settled(call.state, resource, call.api_version))


async def put(call: Call) -> Answer:
    """201 for creation and update alike. Service fact: asset contract 3.1, 3.4."""
    if call.state.policies["compute_names"] == "documented" and not _NAME.fullmatch(call.names[0]):
        rule = "Compute names are 3 to 24 letters, digits and dashes, and start with a letter."
        raise Refused(bad_name(call, "Compute", call.names[0], rule))
    properties = call.body.get("properties") if isinstance(call.body, dict) else None
    kind = properties.get("computeType") if isinstance(properties, dict) else None
    template = SHAPES.get(kind if isinstance(kind, str) else "", SHAPES["AmlCompute"])
    sent = call.bind(template, "Compute")
    compute_instances.check(call, sent["properties"])
    existing = call.state.resources.get(call.path)
    if existing is not None and existing.provisioning_state == "Deleting":
        raise Refused(management_error(409, "Conflict", f"Compute {call.names[0]} is being deleted."))
    resource = _create(call, sent) if existing is None else _update(call, existing, sent)
    resource.provisioning_state = "Creating"
    operation = _begin(call, resource)
    return Answer(201, transient(call.state, resource, call.api_version), _headers(call, operation))


async def patch(call: Call) -> Answer:
    """Scale settings only. Service fact: asset contract 3.1."""
    resource = _existing(call)
    sent = call.bind(PATCH, "Compute")
    if "scaleSettings" not in resource.properties["properties"]:
        raise Refused(management_error(400, "UserError", f"Compute '{resource.name}' is none that could be scaled."))
    desired = sent.get("properties", {}).get("properties", {}).get("scaleSettings", {})
    resource.properties["properties"]["scaleSettings"].update(desired)
    resource.modified = call.state.clock.now()
    resource.provisioning_state = "Updating"
    operation = _begin(call, resource)
    status = call.state.policies.status("compute_patch_status")
    return Answer(status, transient(call.state, resource, call.api_version), _headers(call, operation))


async def delete(call: Call) -> Answer:
    """Service fact: asset contract 3.1 (`underlyingResourceAction` is required)."""
    if call.query.get("underlyingResourceAction") not in ("Delete", "Detach"):
        message = "The query parameter underlyingResourceAction must be Delete or Detach."
        raise Refused(management_error(400, "UserError", message))
    resource = call.state.resources.get(call.path)
    if resource is None:
        if call.state.policies["delete_absent"] == "404":
            raise Refused(_not_found(call))
        return Answer(204)
    if resource.provisioning_state == "Deleting" and call.state.policies["delete_while_deleting"] == "409":
        raise Refused(management_error(409, "Conflict", f"Compute {resource.name} is being deleted."))
    refuse_when_used(call, resource.path)
    resource.provisioning_state = "Deleting"

    def finish(succeeded: bool) -> None:
        if succeeded:
            call.state.resources.delete(resource.path)
        else:
            resource.provisioning_state = "Failed"

    return Answer(202, None, _headers(call, call.state.operations.start("", finish, subject=resource.name)))


async def list_nodes(call: Call) -> Answer:
    """Service fact: asset contract 14.20."""
    compute = _existing(call).properties
    count = compute["properties"]["scaleSettings"]["minNodeCount"] if compute["computeType"] == "AmlCompute" else 0
    nodes = [
        {
            "nodeId": f"tvmps_{number:064x}_d",
            "port": 50000 + number,
            "publicIpAddress": f"203.0.113.{number % 254 + 1}",
            "privateIpAddress": f"10.0.0.{number % 250 + 4}",
            "nodeState": "idle",
        }
        for number in range(count)
    ]
    return Answer(200, {"computeType": compute["computeType"], "nodes": nodes})


async def list_keys(call: Call) -> Answer:
    """No kind of compute of the local workspace has keys. Service fact: asset contract 3.1."""
    return Answer(200, {"computeType": _existing(call).properties["computeType"]})


def _create(call: Call, sent: dict[str, Any]) -> Resource:
    now = call.state.clock.now()
    resource = Resource(call.path, {}, created=now, modified=now, api_version=call.api_version)
    _apply(call, resource, sent, {})
    call.state.resources.put(resource)
    return resource


def _update(call: Call, resource: Resource, sent: dict[str, Any]) -> Resource:
    old = resource.properties
    if sent["properties"]["computeType"] != old["computeType"]:
        status = call.state.policies.status("immutable_status")
        raise Refused(management_error(status, "UserError", "The compute type of a compute cannot be changed."))
    _apply(call, resource, sent, old if call.state.policies["compute_omitted_fields"] == "kept" else {})
    if old["computeType"] == "AmlCompute":
        # The service echoes another size and keeps the old one (asset contract 3.5).
        resource.extra["requested_size"] = resource.properties["properties"]["vmSize"]
        resource.properties["properties"]["vmSize"] = old["properties"]["vmSize"]
    resource.modified = call.state.clock.now()
    resource.extra["updated"] = True
    return resource


def _apply(call: Call, resource: Resource, sent: dict[str, Any], base: dict[str, Any]) -> None:
    properties = sent["properties"]
    template = SHAPES[properties["computeType"]]
    whole = template.fill(sent, {"properties": base} if base else None)
    resource.properties = whole["properties"]
    resource.extra["names_priority"] = "vmPriority" in properties["properties"]
    resource.properties["computeLocation"] = resource.properties["computeLocation"] or sent.get("location")
    resource.location = sent.get("location") or call.state.settings.region
    kept = bool(base)
    resource.tags = sent.get("tags") or (resource.tags if kept else None)
    resource.identity = sent.get("identity") or (resource.identity if kept else None)


def _begin(call: Call, resource: Resource) -> Operation:
    def finish(_succeeded: bool) -> None:
        if resource.provisioning_state == "Deleting":
            return
        resource.provisioning_state = operation.outcome
        resource.modified = call.state.clock.now()

    operation = call.state.operations.start("", finish, subject=resource.name)
    size = resource.properties["properties"].get("vmSize")
    if size is not None and not _VM_SIZE.fullmatch(size):
        operation.outcome = "Failed"
        operation.error_code = "InvalidPropertyValue"
        operation.error_message = f"The value '{size}' is not a supported VM size in this region."
    resource.operation = operation
    return operation


def _headers(call: Call, operation: Operation) -> dict[str, str]:
    return {"Azure-AsyncOperation": call.state.operations.url(operation, COMPUTE, call.api_version)}


def _existing(call: Call) -> Resource:
    resource = call.state.resources.get(call.state.workspace("computes", call.names[0]))
    if resource is None:
        raise Refused(_not_found(call))
    return resource


def _not_found(call: Call) -> Any:
    message = f"The specified compute '{call.names[0]}' was not found in the workspace."
    return call.not_found("ComputeNotFound", message)


_HANDLERS: dict[str, Handler] = {
    "GET computes": listing,
    "GET computes/*": get,
    "PUT computes/*": put,
    "PATCH computes/*": patch,
    "DELETE computes/*": delete,
    "POST computes/*/listNodes": list_nodes,
    "POST computes/*/listKeys": list_keys,
    **compute_instances.HANDLERS,
}
ROUTES = {route: worded_by_the_provider(handler) for route, handler in _HANDLERS.items()}
