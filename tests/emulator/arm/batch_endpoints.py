"""Batch endpoints."""

from __future__ import annotations

import math
import re
import secrets
from typing import Any

from starlette.responses import Response

from ..errors import Refused, management_error, validation_error
from ..settings import PROVIDER
from ..state import Resource, State
from . import batch
from .call import NULL, Answer, Call
from .listing import listed, page, page_size, visible
from .names import bad_name
from .operations import MFE
from .shapes import IDENTITY, Choice, Field, Object, TextMap, body, shape
from .system_data import of_batch

_DOCUMENTED_NAME = re.compile(r"(?=.{3,32}$)(?!.*--)[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?")
_PATH_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}")
_ZERO = "00000000-0000-0000-0000-000000000000"

_SERVICE_KEYS = ("BatchEndpointCreationApiVersion", "azureml.onlineendpointid", "AzureAsyncOperationUri")

PROPERTIES = shape(
    Field("description"),
    Field("properties", TextMap(stringify=True), default={}),
    Field("scoringUri", read_only=True),
    Field("swaggerUri", read_only=True),
    Field("authMode", Choice(("AADToken", "Key", "AMLToken")), required="must not be empty."),
    Field("keys", Object(shape(Field("primaryKey"), Field("secondaryKey"))), write_only=True),
    Field("defaults", Object(shape(Field("deploymentName"))), default={}),
    Field("provisioningState", read_only=True),
)
BODY = body(PROPERTIES, *batch.ENVELOPE)
PATCH = shape(Field("tags", TextMap(filled=True)), Field("identity", Object(IDENTITY)))


async def listing(call: Call) -> Answer:
    found = visible(call, listed(call, newest_first=call.state.policies["batch_order"] == "newest"))
    size = page_size(call, "count")
    answer = page(call, found, lambda item: render(call.state, item, call.api_version), size=size)
    return Answer(answer.status, answer.body, {"x-ms-original-request-ids": ""})


async def get(call: Call) -> Answer:
    return Answer(200, render(call.state, existing(call), call.api_version))


async def put(call: Call) -> Answer:
    """Create, or replace the existing one. Service fact: batch contract 3.1, 3.2, 14.1, 14.2, 14.24."""
    current = call.state.resources.get(call.path)
    if current is None:
        _check_name(call)
    sent = call.bind(BODY, "Endpoint", binds_first=True)
    batch.check_inherited_tags(call, "Endpoint")
    if current is None:
        _refuse_when_taken(call)
        _refuse_above_limit(call)
    else:
        batch.refuse_while_running(call, current)
    whole = batch.fill(call, BODY, sent, current)
    _drop_service_keys(whole["properties"]["properties"])
    _check(call, whole["properties"])
    if current is None:
        return _create(call, whole)
    _keep_what_cannot_change(call, current, whole["properties"])
    return _update(call, current, whole)


def _drop_service_keys(properties: dict[str, str]) -> None:
    """What the service adds comes back with what was read, altered or not. Service fact: batch contract 14.3, 14.22."""
    for key in _SERVICE_KEYS:
        properties.pop(key, None)


def _create(call: Call, whole: dict[str, Any]) -> Answer:
    state = call.state
    resource = Resource(_path(call), {}, created=state.clock.now(), api_version=call.api_version)
    _store(resource, whole)
    state.resources.put(resource)
    state.endpoint_names[call.names[0].lower()] = resource.path
    return _provision(call, resource, created=True)


def _update(call: Call, resource: Resource, whole: dict[str, Any]) -> Answer:
    state = call.state
    idle = _is_idle(call, resource, whole)
    new, old = whole["properties"]["defaults"], resource.properties["defaults"]
    if state.policies["default_in_put_answer"] == "old" and not idle and not batch.ends_at_once(state):
        whole["properties"]["defaults"] = old
        resource.extra["next_defaults"] = new
    _store(resource, whole)
    if not idle:
        return _provision(call, resource, created=False)
    resource.modified = state.clock.now()
    operation = state.operations.start(batch.prefix(state, "bebes", "be"), lambda _ended: None, subject=resource.name)
    resource.extra["operation_url"] = state.operations.url(operation, MFE, call.api_version)
    return Answer(200, render(state, resource, call.api_version))


def _is_idle(call: Call, current: Resource, whole: dict[str, Any]) -> bool:
    """Whether the first generation has nothing to provision. Service fact: batch contract 14.24."""
    if call.state.policies["generation"] != "G1" or current.provisioning_state != "Succeeded":
        return False
    old, new = current.properties, whole["properties"]
    if any(old[name] != new[name] for name in new if name != "description") or whole["identity"] != current.identity:
        return False
    labels = (old["description"], current.tags) != (new["description"], whole["tags"])
    return not labels or call.state.resources.size(f"{current.path}/deployments") == 0


def _keep_what_cannot_change(call: Call, current: Resource, properties: dict[str, Any]) -> None:
    """Service fact: batch contract 3.1 (keys of properties can be added, not removed or altered), 14.25. (B1)"""
    properties["properties"] |= current.properties["properties"]
    if call.state.policies["endpoint_description"] == "kept":
        properties["description"] = current.properties["description"]


def _provision(call: Call, resource: Resource, *, created: bool) -> Answer:
    state = call.state
    operation = batch.begin_put(
        call, batch.prefix(state, "bebes", "be"), resource, created, lambda succeeded: _settle(resource, succeeded)
    )
    if resource.properties["authMode"] == "Key" and state.policies["key_endpoints"] == "fail":
        operation.outcome = "Failed"
    answer = batch.put_answer(call, operation, None, created)
    url = answer.headers.get("Azure-AsyncOperation")
    resource.extra["operation_url"] = url or state.operations.url(operation, MFE, call.api_version)
    return Answer(answer.status, render(state, resource, call.api_version), answer.headers)


def _settle(resource: Resource, succeeded: bool) -> None:
    """What the end of an operation changes. Service fact: batch contract 3.1, 14.2 (the new default shows now)."""
    next_defaults = resource.extra.pop("next_defaults", None)
    if succeeded:
        resource.extra["routable"] = True
        resource.properties["defaults"] = next_defaults or resource.properties["defaults"]


def _path(call: Call) -> str:
    """(B15)"""
    lowered = call.state.policies["endpoint_name_case"] == "lowered"
    return call.state.workspace("batchEndpoints", call.names[0].lower()) if lowered else call.path


def _check_name(call: Call) -> None:
    """Refused when the rule in force does not let a new name through. Service fact: batch contract 8. (B15)"""
    name = call.names[0]
    documented = call.state.policies["endpoint_names"] == "documented"
    if not (_DOCUMENTED_NAME if documented else _PATH_NAME).fullmatch(name):
        message = "Endpoint names are 3 to 32 letters, digits and single dashes; first a letter, last no dash."
        raise Refused(bad_name(call, "Endpoint", name, message))


def _refuse_above_limit(call: Call) -> None:
    """Refused when the subscription has as many endpoints in the region as it may; nobody recorded it. (C8)"""
    policies, settings = call.state.policies, call.state.settings
    most, subscription = policies.number("endpoint_limit"), f"/subscriptions/{settings.subscription_id}/"
    if most and sum(path.startswith(subscription) for path in call.state.endpoint_names.values()) >= most:
        message = f"The limit of {most} endpoints of the subscription in region {settings.region} is reached."
        raise Refused(management_error(policies.status("endpoint_limit_status"), "UserError", message))


def _refuse_when_taken(call: Call) -> None:
    """Refused when somebody in the region holds the name. Service fact: batch contract 8, 9.1."""
    name = call.names[0]
    holder = call.state.endpoint_names.get(name.lower())
    if holder is not None or name.lower() in call.state.policies.names("taken_names"):
        message = (
            f"The specified endpoint name '{name}' is not available. Endpoint names must be unique within the region. "
            "Please choose a different name and try again."
        )
        raise Refused(management_error(400, "UserError", message))


def _check(call: Call, properties: dict[str, Any]) -> None:
    if properties["authMode"] == "AMLToken" and call.state.policies["aml_token_endpoints"] == "refused":
        message = "'Auth Mode' AMLToken is not supported for batch endpoints."
        problem = {"PropertyName": "Properties.AuthMode", "ErrorMessage": message, "ErrorCode": "PredicateValidator"}
        raise Refused(validation_error("Endpoint", [problem]))
    default = properties["defaults"]["deploymentName"]
    absent = default and call.state.resources.get(f"{call.path}/deployments/{default}") is None
    if absent and call.state.policies["absent_default"] == "refused":
        message = f"The default deployment '{default}' does not exist in the endpoint '{call.names[0]}'."
        raise Refused(management_error(400, "UserError", message, inner=("BadArgument", "ArgumentInvalid")))


def _store(resource: Resource, whole: dict[str, Any]) -> None:
    resource.properties = whole["properties"]
    resource.tags = whole["tags"]
    resource.location = whole["location"]
    resource.identity = whole["identity"]


async def patch(call: Call) -> Answer:
    """Tags and identity only. Service fact: batch contract 3.4."""
    resource = existing(call)
    sent = batch.bind_patch(call, PATCH, "Endpoint")
    resource.tags = sent.get("tags", resource.tags)
    resource.identity = sent.get("identity", resource.identity)
    operation = batch.begin_put(
        call, batch.prefix(call.state, "bebes", "be"), resource, False, lambda succeeded: _settle(resource, succeeded)
    )
    return batch.patch_answer(call, operation, render(call.state, resource, call.api_version))


async def delete(call: Call) -> Answer:
    """The deployments go with their endpoint. Service fact: batch contract 3.6."""
    state = call.state
    resource = state.resources.get(call.path)
    if resource is None:
        if state.policies["delete_absent"] == "404":
            raise Refused(_absent(call))
        return Answer(204)
    if resource.provisioning_state == "Deleting" and state.policies["delete_while_deleting"] == "409":
        raise Refused(call.conflict(f"Endpoint '{resource.name}' is being deleted."))

    kind = batch.prefix(state, "bebes", "be")
    body = NULL if state.policies["delete_body"] == "null" else None
    return batch.delete_answer(call, kind, resource, body, lambda: state.remove(resource))


async def list_keys(call: Call) -> Answer:
    """Service fact: batch contract 3.5."""
    resource = existing(call)
    keys = resource.extra.setdefault("auth_keys", [secrets.token_urlsafe(24), secrets.token_urlsafe(24)])
    return Answer(200, {"primaryKey": keys[0], "secondaryKey": keys[1]})


def existing(call: Call) -> Resource:
    """The endpoint that a call is about or that is the parent in its path, or Refused."""
    path = call.state.workspace("batchEndpoints", call.names[0])
    found = call.state.resources.get(path)
    if found is None:
        is_parent = call.path.startswith(f"{path}/deployments")
        raise Refused(batch.absent_parent(call, path, not_found(call)) if is_parent else _absent(call))
    return found


def _absent(call: Call) -> Response:
    return batch.absent(call, call.state.workspace("batchEndpoints", call.names[0]), not_found(call))


def not_found(call: Call) -> Response:
    """The provider's answer about an endpoint. Service fact: batch contract 9.1, 14.23 (the name as it was created)."""
    gone = call.state.resources.deleted(call.state.workspace("batchEndpoints", call.names[0]), math.inf)
    name, workspace = gone.name if gone else call.names[0], call.state.settings.workspace_name
    if call.state.policies["generation"] == "G1":
        detail = {"code": "NoSuchEndpoint", "message": f"There is no endpoint with name: {name} in {workspace}"}
        return management_error(404, "NotFound", "The specified resource was not found.", details=[detail])
    message = (
        f"An endpoint with the name '{name}' does not exist in the workspace '{workspace}'. "
        "Please check the endpoint name and also ensure the current user has access to it."
    )
    return management_error(404, "UserError", message, inner=("NotFound", "EndpointNotFound"))


def render(state: State, resource: Resource, api_version: str) -> dict[str, Any]:
    """Service fact: batch contract 3.1, 3.2."""
    first = state.policies["generation"] == "G1"
    properties = {**resource.properties, "provisioningState": resource.provisioning_state}
    properties["scoringUri"] = state.settings.scoring_uri(resource.name) if resource.extra.get("routable") else None
    online = resource.path.lower().rsplit("/batchendpoints/", 1)[0] + f"/onlineendpoints/{resource.name}"
    properties["properties"] = {
        **resource.properties["properties"],
        "BatchEndpointCreationApiVersion": resource.api_version,
        "azureml.onlineendpointid": online if first else resource.path,
    }
    if first:
        properties["properties"]["AzureAsyncOperationUri"] = resource.extra.get("operation_url")
    view = {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/batchEndpoints",
        "properties": PROPERTIES.render(properties, api_version),
        "systemData": of_batch(resource),
        "tags": batch.tags(state, resource),
        "location": resource.location,
    }
    if resource.identity:
        view["identity"] = resource.identity
    elif first:
        view["identity"] = {"type": "None", "principalId": _ZERO, "tenantId": _ZERO}
    return view


ROUTES = {
    "GET batchEndpoints": listing,
    "GET batchEndpoints/*": get,
    "PUT batchEndpoints/*": put,
    "PATCH batchEndpoints/*": patch,
    "DELETE batchEndpoints/*": delete,
    "POST batchEndpoints/*/listkeys": list_keys,
}
