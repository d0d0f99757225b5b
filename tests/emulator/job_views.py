"""A job in the words of each side of the service: ARM, the data plane, the run history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .arm.pipeline_deployments import is_pipeline
from .clock import timestamp
from .pipeline_job import pipeline_properties
from .places import datastore_of
from .runtime.plan import RunFailed
from .scoring_plan import effective, input_uri, output_file_name, output_place, output_uri, timeout_seconds
from .settings import PROVIDER
from .state import State
from .storage import ARTIFACT_STORE

if TYPE_CHECKING:
    from .jobs import Job

USER = "Emulator Client"
ARM_TYPES = {
    "UriFile": "uri_file",
    "UriFolder": "uri_folder",
    "MLTable": "mltable",
    "CustomModel": "custom_model",
    "MLFlowModel": "mlflow_model",
    "TritonModel": "triton_model",
    "Literal": "literal",
}
"""Types of inputs and outputs as the management plane and messages spell them."""
_NOT_IN_LISTS = frozenset(
    ("inputData", "dataset", "compute", "retrySettings", "miniBatchSize", "errorThreshold", "loggingLevel")
)
"""What items of a list lack. Service fact: batch contract 14.21 (`jobs_list_deployment`), 14.27."""
_OUTPUT_DATASET: dict[str, Any] = {
    "description": None,
    "tags": None,
    "properties": None,
    "isAnonymous": False,
    "datastoreId": None,
    "path": None,
    "datasetType": "Simple",
}
"""How `outputDataset` is answered where it was not sent in full. Service fact: batch contract 14.31."""
_PROVISIONING = {"Completed": "Succeeded", "Failed": "Failed", "Canceled": "Canceled"}


def management_view(state: State, job: Job) -> dict[str, Any]:
    """Service fact: batch contract 6.1 (`job_get_arm_states`)."""
    properties = {
        "description": job.description,
        "tags": {**_tags(state, job), **job.tags},
        "properties": _properties(state, job),
        "displayName": job.display_name,
        "status": job.status,
        "experimentName": job.experiment_name,
        "services": services(state, job.name),
        "computeId": None,
        "isArchived": job.is_archived,
        "identity": None,
        "componentId": None,
        "jobType": "Pipeline",
        "settings": None,
        "jobs": None,
        "inputs": None,
        "outputs": None,
        "sourceJobId": None,
    }
    if is_pipeline(job.settings) and state.policies["pipeline_job_view"] == "filled":
        properties |= {"jobs": {}, "inputs": _ports(job, "inputData"), "outputs": _ports(job, "outputData")}
    return {
        "id": state.workspace("jobs", job.name),
        "name": job.name,
        "type": f"{PROVIDER}/workspaces/jobs",
        "properties": properties,
        "systemData": {"createdAt": timestamp(job.created), "createdBy": USER, "createdByType": "User"},
    }


def _ports(job: Job, name: str) -> dict[str, Any]:
    """Inputs or outputs of a job in ARM's words, which spell the types otherwise than the data plane. (B16)"""
    kind = "jobInputType" if name == "inputData" else "jobOutputType"
    return {key: {**port, kind: ARM_TYPES[port[kind]]} for key, port in (job.request.get(name) or {}).items()}


def services(state: State, name: str) -> dict[str, Any]:
    """Where a job can be looked at. Service fact: batch contract 6.1."""
    nothing = {"status": None, "errorMessage": None, "properties": None, "nodes": None}
    return {
        kind: {"jobServiceType": kind, "port": None, "endpoint": address, **nothing}
        for kind, address in _addresses(state, name).items()
    }


def data_plane_view(state: State, job: Job, *, in_list: bool = False) -> dict[str, Any]:
    """Service fact: batch contract 5.4, 14.19, 14.21; which of the fields each generation answers is recorded there."""
    properties: dict[str, Any] = {"provisioningState": _provisioning_state(state, job), **_data(state, job)}
    properties |= _settings(state, job)
    properties["status"] = job.status
    if job.status == "Failed" and state.policies["failed_job_error"] == "shown":
        properties["error"] = {"code": "UserError", "message": job.error}
    if state.policies["generation"] == "G1":
        properties["loggingLevel"] = effective(job, "loggingLevel")
    properties["interactionEndpoints"] = {
        kind: {"jobEndpointType": kind, "port": None, "endpoint": address, "properties": None}
        for kind, address in _addresses(state, job.name).items()
    }
    properties["tags"] = {**_tags(state, job), **job.tags}
    properties["properties"] = _properties(state, job)
    properties["name"] = job.display_name
    if in_list and state.policies["job_list_items"] == "short":
        properties = {name: value for name, value in properties.items() if name not in _NOT_IN_LISTS}
    collection = "batchEndpoints/jobs" if is_pipeline(job.settings) else "batchEndpoints/deployments/jobs"
    return {
        "id": _data_plane_id(state, job),
        "name": job.name,
        "type": f"{PROVIDER}/workspaces/{collection}",
        "properties": properties,
        "systemData": _system_data(job, state.policies["generation"] == "G1"),
    }


def _data_plane_id(state: State, job: Job) -> str:
    """Service fact: batch contract 5.4, 14.19 (that of a pipeline job has no endpoint's name)."""
    if is_pipeline(job.settings):
        return state.workspace("batchEndpoints", "", "jobs", job.name)
    return f"{deployment_path(state, job)}/jobs/{job.name}"


def _settings(state: State, job: Job) -> dict[str, Any]:
    """Compute, output and what the deployment says, as far as each generation answers it."""
    first_generation = state.policies["generation"] == "G1"
    of_model = not is_pipeline(job.settings)
    shown: dict[str, Any] = {}
    if first_generation and of_model:
        shown["miniBatchSize"] = effective(job, "miniBatchSize")
        shown["errorThreshold"] = effective(job, "errorThreshold")
    shown["compute"] = _compute(job)
    output = _output(state, job)
    if not first_generation or output["datastoreId"]:
        shown["output"] = output
    if first_generation and of_model and "outputData" not in job.request:
        shown["outputFileName"] = output_file_name(job)
    if of_model:
        shown["retrySettings"] = {**job.settings["retrySettings"], **_sent(job, "retrySettings")}
    return shown


def _provisioning_state(state: State, job: Job) -> str:
    """(B10)"""
    if state.policies["job_provisioning"] == "submission":
        return "Succeeded"
    return _PROVISIONING.get(job.status, "InProgress")


def _data(state: State, job: Job) -> dict[str, Any]:
    """What a job reads and writes, in the generation in which it was sent, or in the newest. (B9)"""
    sent: dict[str, Any] = {
        name: job.request[name]
        for name in ("inputData", "outputData", "dataset", "outputDataset")
        if name in job.request
    }
    if "outputDataset" in sent:
        sent["outputDataset"] = {**_OUTPUT_DATASET, **sent["outputDataset"]}
    if "dataset" not in sent or state.policies["dataset_answer"] == "echoed":
        return sent
    source = {"description": None, "uri": input_uri(job), "mode": "ReadOnlyMount", "jobInputType": "UriFolder"}
    converted: dict[str, Any] = {"inputData": {"dataset": source}}
    if uri := output_uri(job):
        target = {"description": None, "uri": uri, "mode": "ReadWriteMount", "jobOutputType": "UriFolder"}
        converted["outputData"] = {"score": target}
    return converted


def _system_data(job: Job, first_generation: bool) -> dict[str, str]:
    created = {"createdAt": timestamp(job.created), "createdBy": USER}
    if first_generation:
        return {**created, "createdByType": "User"}
    return {**created, "lastModifiedAt": timestamp(job.created), "lastModifiedBy": USER}


def child_run(job: Job) -> dict[str, Any]:
    """The step that scores. Service fact: batch contract 6.5 (`job_output_location_child_run`)."""
    return {
        "rootRunId": job.name,
        "runId": job.child_run_id,
        "parentRunId": job.name,
        "status": job.status,
        "name": "batchscoring",
        "runType": "azureml.StepRun",
        "startTimeUtc": timestamp(job.started) if job.started else None,
        "endTimeUtc": timestamp(job.ended) if job.ended else None,
        "dataContainerId": f"dcid.{job.child_run_id}",
        "error": run_error(job),
        "properties": {
            "StepType": "PythonScriptStep",
            "azureml.moduleName": "batchscoring",
            "azureml.pipelinerunid": job.name,
            "azureml.parallelrunstep": "true",
        },
        "target": str(job.settings.get("compute") or "").rpartition("/")[2],
        "inputs": None,
        "outputs": None,
    }


def root_run(state: State, job: Job) -> dict[str, Any]:
    """The pipeline run, which carries the job's name."""
    return {
        "rootRunId": job.name,
        "runId": job.name,
        "parentRunId": None,
        "status": job.status,
        "name": job.display_name,
        "runType": "azureml.PipelineRun",
        "startTimeUtc": timestamp(job.started) if job.started else None,
        "endTimeUtc": timestamp(job.ended) if job.ended else None,
        "dataContainerId": f"dcid.{job.name}",
        "error": run_error(job),
        "tags": {**_tags(state, job), **job.tags},
        "properties": _properties(state, job),
        "target": None,
        "inputs": None,
        "outputs": None,
    }


def run_error(job: Job) -> dict[str, Any] | None:
    """Where a failed run says why. The place is the run history's own; that batch jobs use it was not recorded."""
    if job.status != "Failed":
        return None
    return {"error": {"code": "UserError", "message": job.error, "messageFormat": None, "details": []}}


def deployment_path(state: State, job: Job) -> str:
    """ARM id of the deployment that a job was routed to."""
    return state.workspace("batchEndpoints", job.endpoint, "deployments", job.deployment)


def _output(state: State, job: Job) -> dict[str, Any]:
    """Service fact: batch contract 14.21 (of a failed job: where its logs are). (B10)"""
    shown = state.policies["finished_output"]
    if job.status == "Failed" and shown != "null":
        store = state.workspace("datastores", ARTIFACT_STORE)
        return {"datastoreId": store, "path": f"ExperimentRun/dcid.{job.child_run_id}"}
    if shown not in ("always", "filled") or (shown == "filled" and job.status != "Completed"):
        return {"datastoreId": None, "path": None}
    try:
        place = output_place(state, job)
    except RunFailed:
        return {"datastoreId": None, "path": None}
    return {"datastoreId": datastore_of(state, place), "path": place.path}


def _compute(job: Job) -> dict[str, Any]:
    """Service fact: batch contract 5.4, 14.31 (without a target when the call names anything of a compute)."""
    sent = _sent(job, "compute")
    return {
        "target": None if sent or is_pipeline(job.settings) else job.settings.get("compute"),
        "instanceCount": None,
        "isLocal": False,
        "location": None,
        "instanceType": None,
        "properties": None,
        **sent,
    }


def _sent(job: Job, name: str) -> dict[str, Any]:
    return dict(job.request.get(name) or {})


def _addresses(state: State, name: str) -> dict[str, str]:
    settings = state.settings
    workspace = (
        f"/subscriptions/{settings.subscription_id}/resourcegroups/{settings.resource_group}"
        f"/workspaces/{settings.workspace_name}"
    )
    api = settings.url("api").removeprefix("https://")
    return {
        "Tracking": f"azureml://{api}/mlflow/v1.0{settings.workspace_path}?",
        "Studio": f"https://ml.azure.com/runs/{name}?wsid={workspace}",
    }


def _tags(state: State, job: Job) -> dict[str, str]:
    """Service fact: batch contract 5.4, 14.19."""
    own = {"azureml.batchrun": "true", "azureml.deploymentname": job.deployment}
    if is_pipeline(job.settings):
        return {**own, "azureml.jobtype": state.policies["pipeline_job_type"]}
    if state.policies["generation"] == "G1":
        return own
    return {"outputType": "output_data", "inputType": "input_data", **own, "azureml.jobtype": "azureml.batchjob"}


def _properties(state: State, job: Job) -> dict[str, str]:
    if is_pipeline(job.settings):
        return {**pipeline_properties(job), **job.properties}
    return {
        "azureml.pipelineid": job.pipeline_id,
        "azureml.runsource": "azureml.PipelineRun",
        "runSource": "Unavailable",
        "runType": "HTTP",
        "azureml.parameters": _parameters_text(state, job),
        "azureml.continue_on_step_failure": "False",
        "azureml.continue_on_failed_optional_input": "False",
        "azureml.pipelineComponent": "pipelinerun",
        **job.properties,
    }


def _parameters_text(state: State, job: Job) -> str:
    """Made once for each generation: a job's settings do not change."""
    generation = state.policies["generation"]
    if generation not in job.parameters:
        job.parameters[generation] = json.dumps(_parameters(state, job), separators=(",", ":"))
    return job.parameters[generation]


def _parameters(state: State, job: Job) -> dict[str, str]:
    """All values are strings. Service fact: batch contract 5.4, 14.31."""
    newest = state.policies["generation"] != "G1"
    parameters = {
        "run_max_try": str(effective(job, "retrySettings", "maxRetries")),
        "run_invocation_timeout": f"{timeout_seconds(job):.0f}",
    }
    if dataset := job.request.get("outputDataset"):
        parameters["output_datastore_id"] = dataset["datastoreId"]
        parameters["output_relative_path_in_datastore"] = dataset["path"]
    parameters["mini_batch_size"] = str(effective(job, "miniBatchSize"))
    if newest:
        parameters["error_threshold"] = str(effective(job, "errorThreshold"))
    parameters["logging_level"] = str(effective(job, "loggingLevel")).upper()
    if newest:
        parameters["process_count_per_node"] = str(effective(job, "maxConcurrencyPerInstance"))
        parameters["legacy_model_job"] = "False"
    nodes = effective(job, "compute", "instanceCount") or job.settings["resources"]["instanceCount"]
    parameters["NodeCount"] = str(nodes)
    parameters["append_row_file_name"] = output_file_name(job)
    uri = output_uri(job)
    if uri and not job.request.get("outputDataset"):
        parameters["output_uri"] = uri
    return parameters
