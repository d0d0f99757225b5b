"""What batch endpoints and deployments have in common: their operations, their answers to PUT and DELETE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import Refused, validation_error
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
    """The whole body to store: what is sent, over what stands there when omitted fields are kept (B1)."""
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


def begin_put(
    call: Call, kind: str, resource: Resource, created: bool, finish: Callable[[], None], *, first_state: str = ""
) -> Operation:
    """Start the operation of a PUT or PATCH; `finish` runs when it succeeds."""
    policies = call.state.policies
    resource.provisioning_state = first_state or ("Creating" if created else policies["update_state"])

    def end(succeeded: bool) -> None:
        if resource.operation is not operation:
            return
        if policies["generation"] == "G1":
            resource.modified = call.state.clock.now()
        if succeeded:
            resource.provisioning_state = "Succeeded"
            finish()
        elif created and policies["failed_resource"] == "removed":
            call.state.remove(resource)
        else:
            resource.provisioning_state = operation.outcome

    operation = call.state.operations.start(kind, end, subject=resource.name)
    resource.operation = operation
    return operation


def put_answer(call: Call, operation: Operation, body: Any, created: bool) -> Answer:
    """Service fact: batch contract 2.1; for an existing resource B1."""
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


def delete_answer(call: Call, kind: str, resource: Resource, finish: Callable[[], None]) -> Answer:
    """Service fact: batch contract 2.1 (both URLs, body `null` in the first generation, empty in the newest)."""
    resource.provisioning_state = "Deleting"

    def end(succeeded: bool) -> None:
        if succeeded:
            finish()
        else:
            resource.provisioning_state = "Failed"

    operation = call.state.operations.start(kind, end, subject=resource.name)
    resource.operation = operation
    headers = {
        "Azure-AsyncOperation": call.state.operations.url(operation, MFE, call.api_version),
        "Location": call.state.operations.url(operation, MFE_RESULT, call.api_version),
        "x-ms-async-operation-timeout": TIMEOUT,
    }
    policies = call.state.policies
    is_null = policies["generation"] == "G1" or policies["delete_body"] == "null"
    return Answer(202, NULL if is_null else None, headers)


def bind_patch(call: Call, template: Shape, subject: str) -> dict[str, Any]:
    """The few keys that a PATCH takes; what becomes of others is open (B3)."""
    if call.state.policies["patch_unknown_keys"] == "refused" or not isinstance(call.body, dict):
        return call.bind(template, subject)
    problems = Problems()
    bound = template.bind(call.body, problems=problems, strict=False)
    if problems.entries:
        raise Refused(validation_error(subject, problems.entries))
    return bound
