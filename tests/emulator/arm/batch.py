"""What batch endpoints and deployments have in common: their operations, their answers to PUT and DELETE, their 404."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from ..errors import Refused, parent_not_found, resource_not_found, validation_error
from ..state import Resource, State
from .call import NULL, Answer, Call
from .operations import MFE, MFE_RESULT, Operation
from .shapes import IDENTITY, SKU, Field, Object, Problems, Shape, TextMap

TIMEOUT = "PT30M"
ENVELOPE = (
    Field("tags", TextMap(filled=True), default={}),
    Field("location", required="must not be empty."),
    Field("identity", Object(IDENTITY)),
    Field("kind"),
    Field("sku", Object(SKU)),
)
RUNNING = ("Creating", "Updating", "Deleting")


def tags(state: State, resource: Resource) -> dict[str, str]:
    """Tags as answered: the resource's own over those it inherits. (B19)"""
    shown = state.policies["inherited_tags_shown"] == "shown"
    return {**(state.policies.pairs("inherited_tags") if shown else {}), **(resource.tags or {})}


def check_inherited_tags(call: Call, subject: str) -> None:
    """Tags that nobody sent are checked like those that were. Service fact: batch contract 9.1. (B19)"""
    problems = Problems()
    TextMap(filled=True).bind(call.state.policies.pairs("inherited_tags"), "tags", problems, True)
    if problems.entries:
        raise Refused(validation_error(subject, problems.entries))


def prefix(state: State, newest: str, first: str) -> str:
    """The prefix of an operation's name in the generation in force."""
    return first if state.policies["generation"] == "G1" else newest


def fill(call: Call, template: Shape, sent: dict[str, Any], existing: Resource | None) -> dict[str, Any]:
    """The whole body to store: what is sent, over the current one when omitted fields are kept (B1)."""
    base = None
    if existing is not None and call.state.policies["omitted_fields"] == "kept":
        base = {"properties": existing.properties, "tags": existing.tags, "identity": existing.identity}
    return template.fill(sent, base)


def refuse_while_running(call: Call, existing: Resource) -> None:
    """(B5)"""
    busy = existing.provisioning_state in RUNNING
    if busy and (existing.provisioning_state == "Deleting" or call.state.policies["concurrent_put"] == "409"):
        message = f"Another operation on '{existing.name}' is in progress. Please try again once it has ended."
        raise Refused(call.conflict(message))


def is_known(call: Call, path: str) -> bool:
    """Whether ARM's gateway passes requests for a resource on: it exists, or was deleted moments ago.

    Service fact: batch contract 14.4, 14.23.
    """
    state = call.state
    if state.policies["absent_batch"] == "provider" or state.resources.get(path) is not None:
        return True
    return state.resources.deleted(path, state.policies.seconds("deleted_known")) is not None


def absent(call: Call, path: str, provider: Response) -> Response:
    """404 of an absent endpoint or deployment: the gateway's, or `provider` where the gateway still knows it."""
    return provider if is_known(call, path) else resource_not_found(path)


def absent_parent(call: Call, path: str, provider: Response) -> Response:
    """404 for a request below an absent endpoint. (B5)"""
    if is_known(call, path):
        return provider
    return parent_not_found(path) if call.state.policies["absent_parent"] == "parent" else resource_not_found(path)


def begin_put(
    call: Call, kind: str, resource: Resource, created: bool, finish: Callable[[bool], None], *, first_state: str = ""
) -> Operation:
    """Start the operation of a PUT or PATCH; `finish(succeeded)` runs when it has ended."""
    policies = call.state.policies
    resource.provisioning_state = first_state or ("Creating" if created else policies["update_state"])
    resource.modified = call.state.clock.now()

    def end(succeeded: bool) -> None:
        if resource.operation is not operation:
            return
        if policies["generation"] == "G1":
            resource.modified = call.state.clock.now()
        finish(succeeded)
        if succeeded:
            resource.provisioning_state = "Succeeded"
        elif created and policies["failed_resource"] == "removed":
            call.state.remove(resource)
        else:
            resource.provisioning_state = operation.outcome

    operation = call.state.operations.start(kind, end, subject=resource.name)
    resource.operation = operation
    return operation


def ends_at_once(state: State) -> bool:
    """Whether nothing in the answer to an update says that it is under way: then it has ended.

    Service fact: batch contract 14.24 (a 200 without operation headers is the end).
    """
    return state.policies["update_operation"] == "hidden" and state.policies["update_state"] == "Succeeded"


def put_answer(call: Call, operation: Operation, body: Any, created: bool) -> Answer:
    """Service fact: batch contract 2.1; for an existing resource 14.1."""
    status = 201 if created else call.state.policies.status("put_existing_status")
    headers = {"Location": call.url(call.path), "x-ms-async-operation-timeout": TIMEOUT}
    if created or call.state.policies["update_operation"] == "shown":
        headers = {"Azure-AsyncOperation": call.state.operations.url(operation, MFE, call.api_version), **headers}
    return Answer(status, body, headers)


def patch_answer(call: Call, operation: Operation, body: Any) -> Answer:
    """(B3)"""
    if call.state.policies.status("patch_status") == 200:
        return Answer(200, body)
    headers = {"x-ms-async-operation-timeout": TIMEOUT}
    shown = call.state.policies["patch_headers"]
    if shown != "async":
        headers["Location"] = call.state.operations.url(operation, MFE_RESULT, call.api_version)
    if shown != "location":
        headers["Azure-AsyncOperation"] = call.state.operations.url(operation, MFE, call.api_version)
    return Answer(202, None, headers)


def delete_answer(call: Call, kind: str, resource: Resource, body: Any, finish: Callable[[], None]) -> Answer:
    """Service fact: batch contract 2.1, 14.23 (both URLs; `null` for an endpoint, nothing for a deployment)."""
    before = resource.provisioning_state
    resource.provisioning_state = "Deleting"

    def end(succeeded: bool) -> None:
        if succeeded:
            finish()
        else:
            resource.provisioning_state = before if operation.refused else "Failed"

    operation = call.state.operations.start(kind, end, subject=resource.name)
    resource.operation = operation
    headers = {
        "Azure-AsyncOperation": call.state.operations.url(operation, MFE, call.api_version),
        "Location": call.state.operations.url(operation, MFE_RESULT, call.api_version),
        "x-ms-async-operation-timeout": TIMEOUT,
    }
    return Answer(202, NULL if call.state.policies["generation"] == "G1" else body, headers)


def bind_patch(call: Call, template: Shape, subject: str) -> dict[str, Any]:
    """The few keys that a PATCH takes; what becomes of others is open (B3)."""
    if call.state.policies["patch_unknown_keys"] == "refused" or not isinstance(call.body, dict):
        return call.bind(template, subject)
    problems = Problems()
    bound = template.bind(call.body, problems=problems, strict=False)
    if problems.entries:
        raise Refused(validation_error(subject, problems.entries))
    return bound
