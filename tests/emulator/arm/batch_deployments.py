"""Batch deployments, always below an endpoint."""

from __future__ import annotations

import re
from typing import Any

from ..errors import Refused, management_error, validation_error
from ..settings import PROVIDER
from ..state import Resource, State
from . import batch, batch_endpoints
from .call import Answer, Call
from .listing import listed, ordered, page, visible
from .names import check_name
from .shapes import Choice, Duration, Field, Json, Listed, Number, Object, Problems, Text, TextMap, body, shape
from .system_data import of_batch
from .versions import Span

_PREVIEW = Span(None, "2023-04-01-preview", "2024-12-31")
_REQUIRED = "must not be empty."
_RENAMED = {"continue_on_step_failure": "ComponentDeployment.Settings.continue_on_step_failure"}

MODEL = shape(
    Field("referenceType", Choice(("Id", "DataPath", "OutputPath")), required=_REQUIRED),
    *(Field(name, hide_null=True) for name in ("assetId", "datastoreId", "path", "jobId")),
)
PIPELINE = shape(
    Field("deploymentConfigurationType", Choice(("Model", "PipelineComponent")), required=_REQUIRED),
    Field("componentId", Object(MODEL)),
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
                Field("instanceType"),
                Field("properties", Json()),
                Field("locations", Listed(Text()), hide_null=True, versions=_PREVIEW),
                Field("maxInstanceCount", Number(1), hide_null=True, versions=_PREVIEW),
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
_OF_PIPELINES = ("description", "properties", "deploymentConfiguration", "provisioningState")
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
    """Create, or replace what stands. Service fact: batch contract 4.1, 4.2."""
    state = call.state
    parent = _ready_parent(call)
    check_name(call, "Deployment", call.names[1])
    sent = call.bind(BODY, "Deployment")
    batch.check_inherited_tags(call, "Deployment")
    standing = state.resources.get(call.path)
    if standing is not None:
        batch.refuse_while_running(call, standing)
    whole = batch.fill(call, BODY, sent, standing)
    properties = whole["properties"]
    if state.policies["empty_resource_properties"] == "null":
        properties["resources"]["properties"] = properties["resources"]["properties"] or None
    _check(call, properties)
    if standing is not None:
        _refuse_change(call, standing.properties, properties)
    path = f"{parent.path}/deployments/{call.names[1]}"
    resource = standing or Resource(path, {}, created=state.clock.now(), api_version=call.api_version)
    resource.properties, resource.tags = properties, whole["tags"]
    resource.location = whole["location"]
    if standing is None:
        resource.modified = state.clock.now()
        state.resources.put(resource)
    kind = batch.prefix(state, "bdbes", "bd")
    shown = state.policies["create_state"] if standing is None else ""
    operation = batch.begin_put(call, kind, resource, standing is None, lambda: None, first_state=shown)
    answer = batch.put_answer(call, operation, None, standing is None)
    if standing is None and state.policies["generation"] == "G1":
        endpoint = state.workspace("onlineEndpoints", call.names[0]).lower()
        uri = answer.headers["Azure-AsyncOperation"].replace("/bd:", "/be:")
        resource.extra["added"] = {"azureml.onlineendpointid": endpoint, "AzureAsyncOperationUri": uri}
    headers = {**answer.headers, "x-ms-ratelimit-remaining-subscription-resource-requests": "799"}
    return Answer(answer.status, render(call, resource), headers)


def _ready_parent(call: Call) -> Resource:
    """The endpoint above, or Refused. (B5)"""
    parent = call.state.resources.get(call.state.workspace("batchEndpoints", call.names[0]))
    policies = call.state.policies
    if parent is None:
        if policies["missing_parent_status"] == "404":
            raise Refused(batch_endpoints.not_found(call))
        raise Refused(call.conflict(f"Endpoint '{call.names[0]}' is not ready."))
    gone = parent.provisioning_state == "Deleting"
    if gone or (parent.provisioning_state == "Creating" and policies["creating_parent"] != "accepted"):
        if not gone and policies["creating_parent"] == "404":
            raise Refused(batch_endpoints.not_found(call))
        state = parent.provisioning_state
        raise Refused(call.conflict(f"Endpoint '{parent.name}' is in state {state}. Please try again later."))
    return parent


def _check(call: Call, properties: dict[str, Any]) -> None:
    """Service fact: batch contract 9.1 (a model deployment needs a model)."""
    problems = Problems()
    pipeline = (properties["deploymentConfiguration"] or {}).get("deploymentConfigurationType") == "PipelineComponent"
    model = (properties["model"] or {}).get("assetId") or (properties["model"] or {}).get("path")
    if not pipeline and not model:
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
        if reference and not _stands(state, collection, reference):
            message = f"The referenced resource '{reference}' was not found."
            problems.add(where, message, "ResourceNotFound", AttemptedValue=reference)


def _stands(state: State, collection: str, reference: str) -> bool:
    """Whether a reference leads somewhere; what lies in a registry or is curated is taken on trust."""
    if reference.startswith("azureml://registries/"):
        return True
    short = re.fullmatch(r"azureml:([^/:]+):([^/:]+)", reference)
    if short:
        reference = state.workspace(collection, short[1], "versions", short[2])
        return short[1].startswith("AzureML-") or state.resources.get(reference) is not None
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
    operation = batch.begin_put(call, batch.prefix(call.state, "bdbes", "bd"), resource, False, lambda: None)
    return batch.patch_answer(call, operation, render(call, resource))


async def delete(call: Call) -> Answer:
    """(B4)"""
    state = call.state
    resource = state.resources.get(call.path)
    if resource is None:
        if state.policies["delete_absent"] == "404":
            raise Refused(_not_found(call))
        return Answer(204)
    endpoint = batch_endpoints.existing(call)
    defaults = endpoint.properties["defaults"]
    is_default = (defaults["deploymentName"] or "").lower() == resource.name.lower()
    if is_default and state.policies["delete_default"] == "refused":
        message = f"Deployment '{resource.name}' is the default deployment of the endpoint and cannot be deleted."
        raise Refused(management_error(400, "UserError", message, inner=("BadArgument",)))

    def finish() -> None:
        state.remove(resource)
        if is_default and state.policies["default_after_delete"] == "cleared":
            defaults["deploymentName"] = None

    if state.policies["deployment_delete"] == "at_once":
        finish()
        return Answer(200)
    answer = batch.delete_answer(call, batch.prefix(state, "bdbes", "bd"), resource, finish)
    if state.policies["deployment_delete"] == "location":
        shown = {name: value for name, value in answer.headers.items() if name != "Azure-AsyncOperation"}
        return Answer(answer.status, answer.body, shown)
    return answer


def _existing(call: Call) -> Resource:
    batch_endpoints.existing(call)
    found = call.state.resources.get(call.path)
    if found is None:
        raise Refused(_not_found(call))
    return found


def _not_found(call: Call) -> Any:
    message = (
        f"A deployment with the name '{call.names[1]}' does not exist in the endpoint '{call.names[0]}'. "
        "Please check the deployment name and also ensure the current user has access to it."
    )
    return management_error(404, "UserError", message, inner=("NotFound", "DeploymentNotFound"))


def _settings(state: State, configuration: dict[str, Any]) -> dict[str, Any]:
    """Configuration of a pipeline deployment as clients expect it back. Service fact: batch contract 4.5. (B16)"""
    if state.policies["pipeline_settings"] == "kept":
        return configuration
    renamed = {_RENAMED.get(key, key): value for key, value in configuration["settings"].items()}
    return {**configuration, "settings": renamed}


def render(call: Call, resource: Resource) -> dict[str, Any]:
    """Service fact: batch contract 4.2."""
    properties = {**resource.properties, "provisioningState": resource.provisioning_state}
    properties["properties"] = {**resource.properties["properties"], **resource.extra.get("added", {})}
    if properties["deploymentConfiguration"]:
        properties["deploymentConfiguration"] = _settings(call.state, properties["deploymentConfiguration"])
    shown = PROPERTIES.render(properties, call.api_version)
    if shown.get("deploymentConfiguration") and call.state.policies["pipeline_answer"] == "own":
        shown = {name: value for name, value in shown.items() if name in _OF_PIPELINES}
    return {
        "id": resource.path,
        "name": resource.name,
        "type": f"{PROVIDER}/workspaces/batchEndpoints/deployments",
        "properties": shown,
        "systemData": of_batch(resource),
        "tags": batch.tags(call.state, resource),
        "location": resource.location,
    }


ROUTES = {
    "GET batchEndpoints/*/deployments": listing,
    "GET batchEndpoints/*/deployments/*": get,
    "PUT batchEndpoints/*/deployments/*": put,
    "PATCH batchEndpoints/*/deployments/*": patch,
    "DELETE batchEndpoints/*/deployments/*": delete,
}
