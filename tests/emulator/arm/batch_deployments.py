"""Batch deployments, always below an endpoint."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any

from starlette.responses import Response

from ..errors import Refused, binding_error, management_error, validation_error
from ..settings import PROVIDER
from ..state import Resource, State
from . import batch, batch_endpoints, pipeline_deployments
from .call import Answer, Call
from .curated import is_curated
from .listing import listed, ordered, page, visible
from .names import check_name
from .shapes import Choice, Duration, Field, Json, Listed, Number, Object, Problems, Text, TextMap, body, shape
from .system_data import of_batch
from .versions import Span

_PLACED = Span(None, "2023-02-01-preview", "2024-04-01")
_SCALED = Span(None, "2023-04-01-preview", "2024-04-01")
_REQUIRED = "must not be empty."

MODEL = shape(
    Field("referenceType", Choice(("Id", "DataPath", "OutputPath")), required=_REQUIRED),
    *(Field(name, hide_null=True) for name in ("assetId", "datastoreId", "path", "jobId")),
)
PIPELINE = shape(
    Field("componentId", Object(MODEL)),
    Field("deploymentConfigurationType", Choice(("Model", "PipelineComponent")), required=_REQUIRED),
    Field("description"),
    Field("settings", TextMap(), default={}),
    Field("tags", TextMap(), default={}),
)
PROPERTIES = shape(
    Field("description"),
    Field("properties", TextMap(stringify=True), default={}),
    Field("codeConfiguration", Object(shape(Field("codeId"), Field("scoringScript", required=_REQUIRED)))),
    Field("environmentId"),
    Field("environmentVariables", TextMap(stringify=True), default={}),
    Field("compute"),
    Field("deploymentConfiguration", Object(PIPELINE), versions=Span("2024-04-01", "2023-02-01-preview")),
    Field("errorThreshold", Number(-1), default=-1),
    Field(
        "retrySettings",
        Object(shape(Field("maxRetries", Number(0), default=3), Field("timeout", Duration(), default="PT30S"))),
        default={},
    ),
    Field("miniBatchSize", Number(1, 2**63 - 1), default=10),
    Field("loggingLevel", Choice(("Info", "Warning", "Debug")), default="Info"),
    Field("model", Object(MODEL)),
    Field("maxConcurrencyPerInstance", Number(1), default=1),
    Field("outputAction", Choice(("AppendRow", "SummaryOnly")), default="AppendRow"),
    Field("outputFileName", default="predictions.csv"),
    Field(
        "resources",
        Object(
            shape(
                Field("instanceCount", Number(1), default=1),
                Field("maxInstanceCount", Number(1), versions=_SCALED),
                Field("instanceType"),
                Field("locations", Listed(Text()), versions=_PLACED),
                Field("properties", Json()),
            )
        ),
        default={},
    ),
    Field("provisioningState", read_only=True),
)
BODY = body(PROPERTIES, *batch.ENVELOPE)
PATCH = shape(
    Field("tags", TextMap(filled=True)),
    Field("properties", Object(shape(Field("description")))),
)
FIXED = ("model", "codeConfiguration", "environmentId", "compute")


async def listing(call: Call) -> Answer:
    batch_endpoints.existing(call)
    found = ordered(call, visible(call, listed(call, newest_first=True)))
    if call.state.policies["batch_order"] == "oldest" and "$orderBy" not in call.query:
        found = reversed(list(found))
    answer = page(call, found, lambda item: render(call, item))
    return Answer(answer.status, answer.body, {"x-ms-original-request-ids": ""})


async def get(call: Call) -> Answer:
    return Answer(200, render(call, _existing(call)))


async def put(call: Call) -> Answer:
    """Create, or replace the existing one. Service fact: batch contract 4.1, 4.2, 14.1, 14.26."""
    state = call.state
    parent = _ready_parent(call)
    check_name(call, "Deployment", call.names[1])
    whole, current = _whole(call), state.resources.get(call.path)
    created = current is None
    path = f"{parent.path}/deployments/{call.names[1]}"
    resource = current or Resource(path, {}, created=state.clock.now(), api_version=call.api_version)
    resource.properties, resource.tags = whole["properties"], whole["tags"]
    resource.location = whole["location"]
    if created:
        state.resources.put(resource)
    kind = batch.prefix(state, "bdbes", "bd")
    first_state = state.policies["create_state"] if created else ""
    operation = batch.begin_put(call, kind, resource, created, lambda _succeeded: None, first_state=first_state)
    answer = batch.put_answer(call, operation, None, created)
    if state.policies["generation"] == "G1":
        resource.extra["added"] = _added_in_g1(call, answer)
    headers = {**answer.headers, "x-ms-ratelimit-remaining-subscription-resource-requests": "799"}
    return Answer(answer.status, render(call, resource), headers)


def _whole(call: Call) -> dict[str, Any]:
    """The body to store, complete and checked, or Refused."""
    state = call.state
    if state.policies["pipeline_zeros"] == "accepted":
        call = dataclasses.replace(call, body=pipeline_deployments.without_zeros(call.body))
    sent = call.bind(BODY, "Deployment", binds_first=True)
    batch.check_inherited_tags(call, "Deployment")
    current = state.resources.get(call.path)
    if current is not None:
        batch.refuse_while_running(call, current)
    whole = batch.fill(call, BODY, sent, current)
    properties = whole["properties"]
    if state.policies["empty_resource_properties"] == "null":
        properties["resources"]["properties"] = properties["resources"]["properties"] or None
    _check(call, properties)
    if current is not None:
        _refuse_change(call, current.properties, properties)
    return whole


def _added_in_g1(call: Call, answer: Answer) -> dict[str, str]:
    """Keys that the first generation adds: the operation is named as if it were one on an endpoint."""
    endpoint = call.state.workspace("onlineEndpoints", call.names[0]).lower()
    uri = answer.headers.get("Azure-AsyncOperation", "").replace("/bd:", "/be:")
    return {"azureml.onlineendpointid": endpoint, "AzureAsyncOperationUri": uri}


def _ready_parent(call: Call) -> Resource:
    """The endpoint above, or Refused. (B5)"""
    parent = call.state.resources.get(call.state.workspace("batchEndpoints", call.names[0]))
    policies = call.state.policies
    if parent is None:
        if policies["missing_parent_status"] == "404":
            batch_endpoints.existing(call)
        raise Refused(call.conflict(f"Endpoint '{call.names[0]}' is not ready."))
    gone = parent.provisioning_state == "Deleting"
    if gone or (parent.provisioning_state == "Creating" and policies["creating_parent"] != "accepted"):
        if not gone and policies["creating_parent"] == "404":
            raise Refused(batch_endpoints.not_found(call))
        state = parent.provisioning_state
        raise Refused(call.conflict(f"Endpoint '{parent.name}' is in state {state}. Please try again later."))
    return parent


def _check(call: Call, properties: dict[str, Any]) -> None:
    """Service fact: batch contract 9.1 (a model deployment needs a model), 14.9."""
    problems = Problems()
    component = (properties["deploymentConfiguration"] or {}).get("componentId")
    for reference in (properties["model"], component):
        if reference and reference["referenceType"] == "Id" and not reference.get("assetId"):
            raise Refused(binding_error(["The AssetId field is required."]))
    if not pipeline_deployments.is_pipeline(properties) and not properties["model"]:
        problems.add("ModelConfiguration.ModelReference", "'Model Reference' must not be empty.", "ArgumentNullOrEmpty")
    if not problems.entries and call.state.policies["missing_reference"] == "refused":
        _check_references(call.state, properties, problems)
    if problems.entries:
        raise Refused(validation_error("Deployment", problems.entries))


def _check_references(state: State, properties: dict[str, Any], problems: Problems) -> None:
    references = {
        "ModelConfiguration.ModelReference": ("models", (properties["model"] or {}).get("assetId")),
        "CodeConfiguration.CodeId": ("codes", (properties["codeConfiguration"] or {}).get("codeId")),
        "EnvironmentId": ("environments", properties["environmentId"]),
        "Compute": ("computes", properties["compute"]),
    }
    for where, (collection, reference) in references.items():
        if reference and not _exists(state, collection, reference):
            message = f"The referenced resource '{reference}' was not found."
            problems.add(where, message, "ResourceNotFound", AttemptedValue=reference)


def _exists(state: State, collection: str, reference: str) -> bool:
    """Whether a reference leads somewhere; what is curated is taken on trust. (C10)"""
    if reference.startswith("azureml://registries/"):
        return state.policies["registry_references"] == "trusted" or state.registries.asset(reference) is not None
    if is_curated(reference):
        return True
    short = re.fullmatch(r"azureml:([^/:]+):([^/:]+)", reference)
    if short:
        reference = state.workspace(collection, short[1], "versions", short[2])
        return state.resources.get(reference) is not None
    return state.resources.get(reference.removeprefix("azureml:")) is not None


def _refuse_change(call: Call, old: dict[str, Any], new: dict[str, Any]) -> None:
    """(B2)"""
    changed = [name for name in FIXED if old[name] != new[name]]
    if changed and call.state.policies["deployment_changes"] == "settings":
        message = f"The following properties of a deployment cannot be changed: {', '.join(changed)}."
        status = call.state.policies.status("immutable_status")
        raise Refused(management_error(status, "UserError", message, inner=("BadArgument",)))


async def patch(call: Call) -> Answer:
    """Description and tags only. Service fact: batch contract 4.4."""
    resource = _existing(call)
    sent = batch.bind_patch(call, PATCH, "Deployment")
    resource.tags = sent.get("tags", resource.tags)
    resource.properties["description"] = sent.get("properties", {}).get(
        "description", resource.properties["description"]
    )
    operation = batch.begin_put(call, batch.prefix(call.state, "bdbes", "bd"), resource, False, lambda _ended: None)
    return batch.patch_answer(call, operation, render(call, resource))


async def delete(call: Call) -> Answer:
    """(B4)"""
    state = call.state
    resource = state.resources.get(call.path)
    if resource is None:
        if state.policies["delete_absent"] == "404":
            raise Refused(_absent(call))
        return Answer(204)
    endpoint = batch_endpoints.existing(call)
    default = endpoint.properties["defaults"]["deploymentName"] or ""
    is_default = default.lower() == resource.name.lower()
    if is_default and state.policies["delete_default"] == "refused":
        message = f"Deployment '{resource.name}' is the default deployment of the endpoint and cannot be deleted."
        raise Refused(management_error(400, "UserError", message, inner=("BadArgument",)))

    def finish() -> None:
        state.remove(resource)
        if is_default and state.policies["default_after_delete"] == "cleared":
            endpoint.properties["defaults"]["deploymentName"] = None

    if state.policies["deployment_delete"] == "at_once":
        finish()
        return Answer(200)
    answer = batch.delete_answer(call, batch.prefix(state, "bdbes", "bd"), resource, None, finish)
    if is_default and state.policies["delete_default"] == "failed" and resource.operation:
        text = f'"Can\'t delete deployment [{resource.name}], the default of endpoint [{endpoint.name}]"'
        resource.operation.refuse("InferencingClientCallFailed", text)
    if state.policies["deployment_delete"] == "location":
        shown = {name: value for name, value in answer.headers.items() if name != "Azure-AsyncOperation"}
        return Answer(answer.status, answer.body, shown)
    return answer


def _existing(call: Call) -> Resource:
    found = call.state.resources.get(call.path)
    if found is None:
        batch_endpoints.existing(call)
        raise Refused(_absent(call))
    return found


def _absent(call: Call) -> Response:
    """404 of a deployment. Service fact: batch contract 14.23 (names as they were created)."""
    state, (endpoint, name) = call.state, call.names
    parent = state.resources.get(state.workspace("batchEndpoints", endpoint))
    gone = state.resources.deleted(call.path, math.inf)
    message = (
        f"A deployment with the name '{gone.name if gone else name}' does not exist under the endpoint "
        f"'{parent.name if parent else endpoint}' in workspace '{state.settings.workspace_name}'. "
        "Please check the deployment name and also ensure the current user has access to it."
    )
    provider = management_error(404, "UserError", message, inner=("NotFound", "DeploymentNotFound"))
    return batch.absent(call, call.path, provider)


def render(call: Call, resource: Resource) -> dict[str, Any]:
    """Service fact: batch contract 4.2."""
    properties = {**resource.properties, "provisioningState": resource.provisioning_state}
    properties["properties"] = {**resource.properties["properties"], **resource.extra.get("added", {})}
    shown = PROPERTIES.render(properties, call.api_version)
    if pipeline_deployments.is_pipeline(properties):
        shown = pipeline_deployments.shown(call.state, shown)
    return {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/batchEndpoints/deployments",
        "properties": shown,
        "systemData": of_batch(resource),
        "tags": {**batch.tags(call.state, resource), **pipeline_deployments.service_tags(call.state, resource)},
        "location": resource.location,
    }


ROUTES = {
    "GET batchEndpoints/*/deployments": listing,
    "GET batchEndpoints/*/deployments/*": get,
    "PUT batchEndpoints/*/deployments/*": put,
    "PATCH batchEndpoints/*/deployments/*": patch,
    "DELETE batchEndpoints/*/deployments/*": delete,
}
