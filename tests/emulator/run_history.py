"""The regional host: discovery, run history (where clients look for results and logs), and the batch front end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .entra import AuthError
from .errors import Json, Refused, data_plane_error
from .job_views import child_run, root_run, run_error
from .jobs import Job
from .places import datastore_of, default_container
from .runtime.plan import Place, RunFailed
from .scoring import DATA_PLANE_VERSION, authenticate, find_endpoint, find_job, invoke
from .scoring_plan import default_output_path, output_place, run_arguments
from .state import State
from .storage import ARTIFACT_CONTAINER
from .workspaces import Workspaces, note

HISTORY = "/history/v1.0"
FRONT_END = "/mferp/managementfrontend"


def routes(workspaces: Workspaces) -> list[Route]:
    """Routes of the api surface."""

    def workspace(request: Request) -> State:
        state = workspaces.at(request.url.path)
        if state is None:
            raise Refused(_not_found("The workspace was not found."))
        note(request.scope, state)
        return state

    async def discovery(_request: Request) -> Response:
        return JSONResponse(_services(workspaces.first))

    async def history(request: Request) -> Response:
        authenticate_reader(workspaces.first, request)
        return JSONResponse(await _history(workspace(request), request))

    async def front_end(request: Request) -> Response:
        return await _front_end(workspace(request), request)

    return [
        Route("/discovery", discovery),
        Route(f"{HISTORY}/{{rest:path}}", history, methods=["GET", "POST"]),
        Route(f"{FRONT_END}/{{rest:path}}", front_end, methods=["GET", "POST"]),
    ]


def _services(state: State) -> dict[str, str]:
    """Service fact: batch contract 6.5 (keys of the discovery document); here one host serves them all."""
    api = state.settings.url("api")
    names = ("api", "catalog", "experimentation", "gallery", "history", "hyperdrive", "labeling", "modelmanagement")
    return {**dict.fromkeys((*names, "pipelines"), api), "studio": "https://ml.azure.com"}


def authenticate_reader(state: State, request: Request) -> None:
    """Clients read here with either token; which of them the service takes was scrubbed from the recordings.

    The official SDK up to 1.31 lists a deployment's jobs with a management token, 1.35 with one for the data plane.
    """
    try:
        state.entra.verify(request, "management")
    except AuthError as error:
        if error.code != "audience":
            raise Refused(data_plane_error(error.status, "UserError", error.message)) from error
        authenticate(state, request)


async def _history(state: State, request: Request) -> dict[str, Any]:
    match request.method, _below_workspace(state, request, HISTORY):
        case "GET", ["runs", run, "children"]:
            job, is_root = _find_run(state, run)
            return {"value": [child_run(job)] if is_root and job.started else []}
        case "GET", ["runs", run, "details"]:
            return await _details(state, *_find_run(state, run))
        case "GET", ["runs", run]:
            job, is_root = _find_run(state, run)
            return root_run(state, job) if is_root else child_run(job)
        case "POST", ["rundata"]:
            return _run_data(state, *_find_run(state, await _run_id(request)))
    raise Refused(_not_found(f"There is no {request.method} of this path in the run history."))


async def _run_id(request: Request) -> str:
    """The run that a request's body names. Raises Refused."""
    try:
        return str((await request.json())["runId"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(data_plane_error(400, "UserError", "The request must name a runId.")) from error


def _find_run(state: State, run_id: str) -> tuple[Job, bool]:
    """The job that a run belongs to, and whether the run is its root. Raises Refused."""
    job = state.jobs.get(run_id)
    if job is not None:
        return job, True
    job = state.jobs.of_child(run_id)
    if job is not None and job.started:
        return job, False
    raise Refused(_not_found(f"Run {run_id} was not found."))


def _run_data(state: State, job: Job, is_root: bool) -> dict[str, Any]:
    """Service fact: batch contract 6.5, 7 (`outputs` is null; `dataReferences` holds the place of the results)."""
    definition = {"arguments": run_arguments(job), "dataReferences": {"score": _score_reference(state, job)}}
    return {
        "runMetadata": root_run(state, job) if is_root else child_run(job),
        "runDefinition": None if is_root else definition,
        "jobSpecification": None,
        "systemSettings": None,
    }


def _score_reference(state: State, job: Job) -> dict[str, Any]:
    try:
        place = output_place(state, job)
    except RunFailed:
        place = Place(default_container(state), default_output_path(job))
    store = datastore_of(state, place)
    return {
        "dataStoreName": store.rpartition("/")[2] if store else None,
        "mode": "Mount",
        "pathOnDataStore": place.path,
        "pathOnCompute": None,
        "overwrite": False,
    }


async def _details(state: State, job: Job, is_root: bool) -> dict[str, Any]:
    run = root_run(state, job) if is_root else child_run(job)
    return {
        "runId": run["runId"],
        "target": run["target"],
        "status": run["status"],
        "startTimeUtc": run["startTimeUtc"],
        "endTimeUtc": run["endTimeUtc"],
        "services": {},
        "warnings": None,
        "error": run_error(job),
        "properties": run["properties"],
        "logFiles": {} if is_root else await _log_files(state, job),
    }


async def _log_files(state: State, job: Job) -> dict[str, str]:
    """Name of each log file and an address that can be read without a token."""
    logs = Place(ARTIFACT_CONTAINER, f"ExperimentRun/dcid.{job.child_run_id}")
    base = f"{state.storage.container_url(logs.container)}/{logs.path}"
    sas = state.storage.container_sas(logs.container, "r")
    return {name: f"{base}/{quote(name)}?{sas}" for name in await state.storage.names(logs)}


async def _front_end(state: State, request: Request) -> Response:
    """Service fact: batch contract 6.1, 6.3."""
    if request.method == "GET":
        authenticate_reader(state, request)
    else:
        authenticate(state, request)
    if request.query_params.get("api-version") != DATA_PLANE_VERSION:
        message = f"The api-version must be {DATA_PLANE_VERSION}."
        raise Refused(data_plane_error(400, "UserError", message, component="managementfrontend"))
    match request.method, _below_workspace(state, request, FRONT_END):
        case method, ["batchEndpoints", name, "deployments", deployment, "jobs", *rest]:
            pass
        case method, ["batchEndpoints", name, "jobs", *rest]:
            deployment = request.query_params.get("deployment", "")
        case _:
            raise Refused(_not_found("The front end serves the jobs of batch endpoints only."))
    endpoint = find_endpoint(state, name)
    if method == "POST" and not rest:
        return await invoke(state, request, endpoint, deployment or request.headers.get("azureml-model-deployment"))
    if method == "GET" and len(rest) == 1:
        return _shown(state.jobs.data_plane_view(find_job(state, rest[0], endpoint.name)))
    if method == "GET" and not rest:
        return _shown(_page(state, request, _listed(state, endpoint.name, deployment)))
    raise Refused(_not_found(f"There is no {method} of this path."))


def _shown(body: dict[str, Any]) -> Response:
    """Service fact: batch contract 14.21 (`jobs_list_deployment`)."""
    return Json(body, headers={"x-ms-response-type": "standard"})


def _listed(state: State, endpoint: str, deployment: str) -> Sequence[Job]:
    """Jobs of an endpoint, or of one of its deployments, as lists know them. Service fact: batch contract 14.16, 14.21.

    Raises Refused.
    """
    if state.policies["data_plane_lists"] == "refused":
        raise Refused(data_plane_error(400, "UserError", "The request is invalid.", component="managementfrontend"))
    known = {job.name for job in state.jobs.listed()}
    jobs = [job for job in state.jobs.list(endpoint, deployment or None) if job.name in known]
    return jobs[::-1] if state.policies["job_order"] == "oldest" else jobs


def _page(state: State, request: Request, jobs: Sequence[Job]) -> dict[str, Any]:
    token = request.query_params.get("$skiptoken", "0")
    if not token.isdecimal():
        raise Refused(data_plane_error(400, "UserError", "The continuation token is not valid."))
    end = int(token) + (state.policies.number("page_size") or 50)
    following = None
    if end < len(jobs):
        deployment = request.query_params.get("deployment")
        query = f"api-version={DATA_PLANE_VERSION}"
        query += f"&deployment={quote(deployment)}" if deployment else ""
        following = f"{state.settings.url('api')}{request.url.path}?{query}&$skiptoken={end}"
    body: dict[str, Any] = {"value": [state.jobs.data_plane_view(job, in_list=True) for job in jobs[int(token) : end]]}
    if following or state.policies["last_page_link"] == "null":
        body["nextLink"] = following
    return body


def _below_workspace(state: State, request: Request, prefix: str) -> list[str]:
    """Segments of the path below the workspace. Raises Refused when it is not this workspace."""
    path = request.url.path.removeprefix(prefix)
    workspace = state.settings.workspace_path
    if not path.lower().startswith(f"{workspace.lower()}/"):
        raise Refused(_not_found("The workspace was not found."))
    return path[len(workspace) + 1 :].strip("/").split("/")


def _not_found(message: str) -> Response:
    return data_plane_error(404, "UserError", message, inner=("NotFound",), component="run-history")
