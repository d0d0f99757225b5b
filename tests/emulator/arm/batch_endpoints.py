"""Batch endpoints."""

from __future__ import annotations

import re
import secrets
from typing import Any

from ..errors import Refused, management_error, validation_error
from ..settings import PROVIDER
from ..state import Resource, State
from . import batch
from .call import Answer, Call
from .listing import listed, page, page_size, visible
from .names import bad_name
from .shapes import IDENTITY, Choice, Field, Object, TextMap, body, shape
from .system_data import of_batch

_DOCUMENTED_NAME = re.compile(r"(?=.{3,32}$)(?!.*--)[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?")
_PATH_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}")
_ZERO = "00000000-0000-0000-0000-000000000000"

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
    """Create, or replace what stands. Service fact: batch contract 3.1, 3.2."""
    state = call.state
    standing = state.resources.get(call.path)
    if standing is None:
        _check_name(call)
    sent = call.bind(BODY, "Endpoint")
    batch.check_inherited_tags(call, "Endpoint")
    if standing is None:
        _refuse_when_taken(call)
    else:
        batch.refuse_while_running(call, standing)
    whole = batch.fill(call, BODY, sent, standing)
    _check(call, whole["properties"])
    resource = standing or Resource(_path(call), {}, created=state.clock.now(), api_version=call.api_version)
    _store(resource, whole)
    # Service fact: batch contract 3.1: keys of properties can be added, not removed or altered.
    resource.properties["properties"] |= (standing and standing.extra["keys"]) or {}
    resource.extra["keys"] = dict(resource.properties["properties"])
    if standing is None:
        resource.modified = state.clock.now()
        state.resources.put(resource)
        state.endpoint_names[call.names[0].lower()] = resource.path

    def finish() -> None:
        resource.extra["routable"] = True

    prefix = batch.prefix(state, "bebes", "be")
    operation = batch.begin_put(call, prefix, resource, standing is None, finish)
    if resource.properties["authMode"] == "Key" and state.policies["key_endpoints"] == "fail":
        operation.outcome = "Failed"
    answer = batch.put_answer(call, operation, None, standing is None)
    if standing is None:
        resource.extra["operation_url"] = answer.headers["Azure-AsyncOperation"]
    return Answer(answer.status, render(state, resource, call.api_version), answer.headers)


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
    operation = batch.begin_put(call, batch.prefix(call.state, "bebes", "be"), resource, False, lambda: None)
    return batch.patch_answer(call, operation, render(call.state, resource, call.api_version))


async def delete(call: Call) -> Answer:
    """The deployments go with their endpoint. Service fact: batch contract 3.6."""
    state = call.state
    resource = state.resources.get(call.path)
    if resource is None:
        if state.policies["delete_absent"] == "404":
            raise Refused(not_found(call))
        return Answer(204)
    if resource.provisioning_state == "Deleting" and state.policies["delete_while_deleting"] == "409":
        raise Refused(call.conflict(f"Endpoint '{resource.name}' is being deleted."))

    kind = batch.prefix(state, "bebes", "be")
    return batch.delete_answer(call, kind, resource, lambda: state.remove(resource))


async def list_keys(call: Call) -> Answer:
    """Service fact: batch contract 3.5."""
    resource = existing(call)
    keys = resource.extra.setdefault("auth_keys", [secrets.token_urlsafe(24), secrets.token_urlsafe(24)])
    return Answer(200, {"primaryKey": keys[0], "secondaryKey": keys[1]})


def existing(call: Call) -> Resource:
    """The endpoint that a call is about, or Refused."""
    found = call.state.resources.get(call.state.workspace("batchEndpoints", call.names[0]))
    if found is None:
        raise Refused(not_found(call))
    return found


def not_found(call: Call) -> Any:
    """Service fact: batch contract 9.1."""
    name, workspace = call.names[0], call.state.settings.workspace_name
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
