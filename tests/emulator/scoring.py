"""The scoring host: takes invokes of batch endpoints and shows their jobs."""

from __future__ import annotations

import copy
import json
import re
import secrets
import uuid
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .arm.pipeline_deployments import is_pipeline
from .arm.shapes import Problems
from .entra import MACHINE_LEARNING, AuthError, Caller
from .errors import Refused, data_plane_error, debug_info, validation_message
from .invocation import PATTERN, read_invocation
from .job_views import ARM_TYPES, deployment_path
from .jobs import Job
from .state import Resource, State
from .token_filter import address_of, token_refusal
from .workspaces import Workspaces, note

DATA_PLANE_VERSION = "2020-09-01-dataplanepreview"
DEPLOYMENT_HEADER = "azureml-model-deployment"
NO_ROUTE = (
    "No valid deployments to route to. Please check that the endpoint has at least one deployment with positive "
    "weight values or use a deployment specific header to route."
)
_REPEATABILITY_HEADERS = {
    "either": ("repeatability-request-id", "repeatability_request-id"),
    "dash": ("repeatability-request-id",),
    "underscore": ("repeatability_request-id",),
}


def routes(workspaces: Workspaces) -> list[Route]:
    """Routes of the scoring surface; the first segment takes the place of an endpoint's host name in Azure."""

    def workspace(request: Request) -> State:
        state = workspaces.of_host(request.path_params["endpoint"])
        note(request.scope, state)
        return state

    def addressed(state: State, request: Request) -> Resource:
        _authenticate_caller(state, request)
        _refuse_public(state)
        name = request.path_params["endpoint"].partition(".")[0]
        endpoint = find_endpoint(state, name)
        if endpoint.name != name and state.policies["endpoint_host_case"] == "kept":
            raise Refused(_no_endpoint(name))
        return endpoint

    async def submit(request: Request) -> Response:
        state = workspace(request)
        try:
            endpoint = addressed(state, request)
            _check_content_type(request)
            return await invoke(state, request, endpoint, request.headers.get(DEPLOYMENT_HEADER))
        except Refused as refusal:
            return _worded(state, refusal.response)

    async def show(request: Request) -> Response:
        state = workspace(request)
        try:
            job = find_job(state, request.path_params["job"], addressed(state, request).name)
            return JSONResponse(state.jobs.data_plane_view(job), headers=_headers())
        except Refused as refusal:
            return _worded(state, refusal.response)

    return [
        Route("/{endpoint}/jobs", submit, methods=["POST"]),
        Route("/{endpoint}/jobs/{job}", show, methods=["GET"]),
    ]


def _refuse_public(state: State) -> None:
    """Nobody has recorded what the host of a private workspace says to the public network. (C7)"""
    answer = state.policies["private_scoring"]
    if state.is_private and answer != "open":
        message = "Public network access is disabled for this workspace."
        raise Refused(data_plane_error(int(answer), "UserError", message, inner=("PublicNetworkAccessDisabled",)))


def _check_content_type(request: Request) -> None:
    """Service fact: batch contract 5.1 (the header is required)."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        message = f"The content type '{kind}' is not supported. Only 'application/json' is."
        raise Refused(data_plane_error(415, "UserError", message, inner=("BadArgument",)))


def _worded(state: State, refusal: Response) -> Response:
    """A refusal in the form that the policy gives it. (B13)"""
    form = state.policies["scoring_errors"]
    if form == "envelope" or isinstance(refusal, PlainTextResponse):
        return refusal
    error = json.loads(bytes(refusal.body))["error"]
    if form == "text":
        return PlainTextResponse(error["message"], refusal.status_code)
    return JSONResponse({"error": {"code": error["code"], "message": error["message"]}}, refusal.status_code)


async def invoke(state: State, request: Request, endpoint: Resource, deployment: str | None) -> Response:
    """Answer an invoke of `endpoint`; without `deployment` the default one takes it. Raises Refused."""
    routed = _route(state, endpoint, deployment)
    sent = _read(state, routed, await request.body())
    repetition = _repetition(state, request, endpoint)
    repeated = state.jobs.repeated(repetition) if repetition else None
    if repeated is not None and _is_remembered(state, repeated):
        return _accepted(state, repeated, state.policies.status("repeat_status"))
    namesake = state.jobs.get(str(sent.get("name") or "")) if state.policies["job_name"] == "honoured" else None
    if namesake is not None and state.policies["job_name_clash"] == "existing":
        return _accepted(state, namesake, 200)
    _check_datastores(state, routed, sent)
    job = _job(state, endpoint, routed, sent)
    state.jobs.submit(job, repetition)
    return _accepted(state, job, 201)


def _route(state: State, endpoint: Resource, name: str | None) -> Resource:
    """The deployment that takes an invoke. Raises Refused. Service fact: batch contract 14.11. (B13)"""
    policies = state.policies
    chosen = name or _default(state, endpoint)
    if not chosen:
        raise Refused(data_plane_error(policies.status("no_default_status"), "UserError", NO_ROUTE))
    found = state.resources.get(f"{endpoint.path}/deployments/{chosen}")
    if found is None and name:
        message = f"The deployment '{name}' does not exist below the endpoint '{endpoint.name}'."
        status = policies.status("unknown_deployment_status")
        raise Refused(data_plane_error(status, "UserError", message, inner=("NotFound",)))
    if found is None or found.provisioning_state in ("Creating", "Deleting", "Failed"):
        raise Refused(data_plane_error(policies.status("no_default_status"), "UserError", NO_ROUTE))
    return found


def _default(state: State, endpoint: Resource) -> str | None:
    default: str | None = (endpoint.properties.get("defaults") or {}).get("deploymentName")
    if default is not None or state.policies["only_deployment"] == "refused":
        return default
    deployments = state.resources.children(f"{endpoint.path}/deployments")
    return deployments[0].name if len(deployments) == 1 else None


def _read(state: State, routed: Resource, content: bytes) -> dict[str, Any]:
    """The call's properties. Raises Refused. A pipeline may need no input, as the samples' hello_batch."""
    policies = state.policies
    needs_input = policies["missing_input"] == "refused" and not is_pipeline(routed.properties)
    problems = Problems(
        refuse_read_only=policies["read_only_properties"] == "refused",
        overlook=PATTERN if policies["malformed_uri"] == "accepted" else "",
    )
    try:
        body = json.loads(content)
    except ValueError as error:
        message = f"The request body is not JSON: {error}"
        raise Refused(data_plane_error(400, "UserError", message, inner=("BadArgument",))) from error
    sent = read_invocation(body, problems, strict=policies["unknown_properties"] == "refused")
    if sent.get("dataset") and not problems.entries:
        _check_dataset(state, sent["dataset"], problems)
    elif not problems.entries and not sent.get("inputData") and needs_input:
        problems.add("properties.inputData", "'InputData' must not be empty.", "ArgumentNullOrEmpty")
    if problems.entries:
        raise Refused(_invalid(state, problems))
    return sent


def _invalid(state: State, problems: Problems) -> Response:
    """Service fact: batch contract 14.8 (`error_invoke_output_type`)."""
    status = state.policies.status("bad_input_status")
    message = validation_message("Job", problems.entries)
    return data_plane_error(status, "UserError", message, inner=("BadArgument", "ArgumentInvalid"))


def _check_dataset(state: State, dataset: dict[str, Any], problems: Problems) -> None:
    """(B9)"""
    policy = state.policies["dataset_bodies"]
    if policy == "refused" or (policy == "urls" and dataset["dataInputType"] != "DataUrl"):
        problems.add("properties.dataset", "'Dataset' is not supported by this endpoint.", "PredicateValidator")


def _is_remembered(state: State, job: Job) -> bool:
    """(B12)"""
    lifetime = state.policies.seconds("repeatability_lifetime")
    return not lifetime or (state.clock.now() - job.created).total_seconds() <= lifetime


def _repetition(state: State, request: Request, endpoint: Resource) -> tuple[str, str] | None:
    """What makes a second invoke a repetition of the first. (B12)"""
    policies = state.policies
    if policies["repeatability"] == "ignored":
        return None
    for header in _REPEATABILITY_HEADERS[policies["repeatability_header"]]:
        if header in request.headers:
            return endpoint.path.lower(), request.headers[header].lower()
    return None


def _job(state: State, endpoint: Resource, deployment: Resource, sent: dict[str, Any]) -> Job:
    if not is_pipeline(deployment.properties):
        _fit_model_deployment(state, sent)
    elif state.policies["pipeline_outputs"] == "score" and len(sent.get("outputData") or {}) == 1:
        sent["outputData"] = {"score": next(iter(sent["outputData"].values()))}
    description = f"Pipeline submission for endpoint: {endpoint.name}, deployment: {deployment.name}."
    properties = dict(sent.get("properties") or {})
    experiment = properties.pop("experimentName", None) or endpoint.name
    labels: dict[str, Any] = {
        "tags": sent.get("tags"),
        "properties": properties,
        "description": sent.get("description"),
    }
    if state.policies["job_marks"] == "ignored":
        labels = {}
    return Job(
        name=_name(state, sent, is_model=not is_pipeline(deployment.properties)),
        endpoint=endpoint.name,
        deployment=deployment.name,
        settings=copy.deepcopy(deployment.properties),
        request=sent,
        created=state.clock.now(),
        description=labels.get("description") or description,
        experiment_name=experiment,
        tags=dict(labels.get("tags") or {}),
        properties=dict(labels.get("properties") or {}),
    )


def _fit_model_deployment(state: State, sent: dict[str, Any]) -> None:
    """One data input, one output of type `uri_file`, called `score` whatever its name in the request. Raises Refused.

    Service fact: batch contract 4.5, 5.4, 14.8.
    """
    problems = Problems()
    for number, output in enumerate((sent.get("outputData") or {}).values()):
        kind = output["jobOutputType"]
        if kind != "UriFile" and state.policies["model_output_types"] == "uri_file":
            where = f"outputData.Values[{number}].jobOutputType"
            message = "Job output type must be 'uri_file'."
            problems.add(where, message, "PredicateValidator", AttemptedValue=ARM_TYPES[kind])
    if problems.entries:
        raise Refused(_invalid(state, problems))
    for name in ("inputData", "outputData"):
        if len(sent.get(name) or {}) > 1:
            message = f"A model deployment takes one entry in {name}, not {len(sent[name])}."
            raise Refused(data_plane_error(400, "UserError", message, inner=("BadArgument",)))
    if sent.get("outputData"):
        sent["outputData"] = {"score": next(iter(sent["outputData"].values()))}


def _check_datastores(state: State, deployment: Resource, sent: dict[str, Any]) -> None:
    """Refused when a datastore that must exist does not. Service fact: batch contract 14.32. (B13)"""
    for reference in _places(state, sent):
        found = re.search(r"(?:^|/)datastores/([^/]+)(?:/|$)", reference)
        if found and state.resources.get(state.workspace("datastores", found[1])) is None:
            raise Refused(_unknown_datastore(deployment, found[1]))


def _places(state: State, sent: dict[str, Any]) -> Iterator[str]:
    """The references of an invoke whose datastores are looked up before it is accepted."""
    policy = state.policies["unknown_datastore"]
    if policy != "accepted" and sent.get("outputDataset"):
        yield str(sent["outputDataset"]["datastoreId"])
    if policy == "any":
        for name in ("inputData", "outputData"):
            yield from (str(entry.get("uri") or "") for entry in (sent.get(name) or {}).values())


def _unknown_datastore(deployment: Resource, name: str) -> Response:
    message = f"Could not find datastore: {name}."
    return data_plane_error(
        404,
        "UserError",
        message,
        inner=("NotFoundError",),
        component="managementfrontend",
        debug=debug_info(message),
        headers={**_headers(), DEPLOYMENT_HEADER: deployment.name, "x-ms-response-type": "error"},
    )


def _name(state: State, sent: dict[str, Any], *, is_model: bool) -> str:
    """(B14)"""
    policies = state.policies
    name = str(sent.get("name") or "")
    if name and policies["job_name"] == "honoured":
        if state.jobs.get(name) is None:
            return name
        if policies["job_name_clash"] != "renamed":
            message = f"A job with the name '{name}' already exists."
            status = policies.status("job_name_clash")
            raise Refused(data_plane_error(status, "UserError", message, inner=("Conflict",)))
    unique = str(uuid.uuid4())
    return f"batchjob-{unique}" if is_model and policies["generation"] != "G1" else unique


def _accepted(state: State, job: Job, status: int) -> Response:
    """Service fact: batch contract 5.4 (`Location` names the deployment, on the front end's host)."""
    front_end = f"{state.settings.url('api')}/mferp/managementfrontend"
    location = f"{front_end}{deployment_path(state, job)}?api-version={DATA_PLANE_VERSION}"
    headers = {DEPLOYMENT_HEADER: job.deployment, "Location": location}
    return JSONResponse(state.jobs.data_plane_view(job), status, headers={**_headers(), **headers})


def find_endpoint(state: State, name: str) -> Resource:
    """The endpoint of this name. Raises Refused."""
    found = state.resources.get(state.workspace("batchEndpoints", name))
    if found is None or found.provisioning_state in ("Creating", "Deleting"):
        raise Refused(_no_endpoint(name))
    return found


def _no_endpoint(name: str) -> Response:
    message = f"The endpoint '{name}' was not found."
    return data_plane_error(404, "UserError", message, inner=("NotFound", "EndpointNotFound"))


def find_job(state: State, name: str, endpoint: str) -> Job:
    """The job of this name, if it is one of `endpoint`. Raises Refused."""
    job = state.jobs.get(name)
    if job is None or job.endpoint.lower() != endpoint.lower():
        message = f"The job '{name}' was not found below the endpoint '{endpoint}'."
        raise Refused(data_plane_error(404, "UserError", message, inner=("NotFound",)))
    return job


def _authenticate_caller(state: State, request: Request) -> None:
    """Raises Refused when the filter before the service refuses a token. Service fact: batch contract 14.10. (B13)"""
    try:
        state.entra.verify(request, MACHINE_LEARNING)
    except AuthError as error:
        status = state.policies.status("wrong_audience_status") if error.code == "audience" else error.status
        if state.policies["scoring_token_errors"] == "envelope":
            raise Refused(_unauthorized(status, error)) from error
        raise Refused(token_refusal(error.code, status, address_of(request))) from error


def authenticate(state: State, request: Request) -> Caller:
    """Who calls the regional host. Raises Refused. Service fact: batch contract 5.1 (its own audience)."""
    try:
        return state.entra.verify(request, MACHINE_LEARNING)
    except AuthError as error:
        raise Refused(_unauthorized(error.status, error)) from error


def _unauthorized(status: int, error: AuthError) -> Response:
    return data_plane_error(status, "UserError", error.message, inner=("Unauthorized",))


def _headers() -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Server": "azureml-frontdoor",
        "X-Request-ID": str(uuid.uuid4()),
        "x-envoy-upstream-service-time": str(20 + secrets.randbelow(400)),
        "x-ms-response-type": "standard",
    }
